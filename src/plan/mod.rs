//! Plans: from a file's bytes to a procedure that is known to make sense.
//!
//! ```text
//!  bytes ─► Source ─► toml::read ─────┐
//!                  └► markdown::read ─┴► Draft ─► check ─► Plan, Problems
//! ```
//!
//! Nothing here runs anything or asks the network, the clock or the disk: opening a plan is safe
//! whatever it holds. A [`Plan`] comes only out of [`open`], so it is always a checked one.

mod capture;
mod check;
mod codes;
mod commands;
pub mod condition;
pub mod ddl;
mod digest;
mod draft;
pub mod duration;
mod expect;
mod facts;
mod find;
mod id;
mod import;
mod include;
mod joined;
pub mod json;
pub mod json_path;
mod layout;
mod ledger;
mod letters;
mod looks;
mod markdown;
pub mod metric;
pub mod migrations;
mod model;
mod origin;
mod parallel;
mod parts;
mod pattern;
mod plural;
mod printable;
mod probe;
mod problem;
mod reflow;
mod shell;
mod snapshot;
mod source;
pub mod sql_text;
mod taken;
pub mod template;
mod toml;
mod tree;
mod ways;
mod windows;
mod work;

pub use capture::{Capture, Find};
pub use check::{
    Allowed, SECRET, digest_of, given_to_psql, secrets_in, without_secrets, without_values,
};
pub use condition::Condition;
pub use digest::{sha256, sha256_of_text};
pub use draft::{
    Allow, ClockPlace, Confirm, Gate, Hole, Mark, PhaseSpec, Placed, Retry, StepSpec, TierSpec,
    Undo, UndoOrder,
};
pub use expect::{Comparison, Evidence, Expect, InJson, Observed, Operator, holds, says};
pub use facts::{
    Busy, CheckFacts, ColumnFacts, DomainFacts, Facts, IndexFacts, KeyFacts, TableFacts,
};
pub use id::{StepId, slug};
pub use import::{import, import_from};
pub use include::{Included, Load};
pub use joined::counted;
pub use layout::{LayoutError, layout};
pub use ledger::{Account, Element, Ledger, Place};
pub use looks::GoesOn;
pub use model::{Format, Home, Outside, Phase, PhaseKind, Plan, Step, StepIx, Tier};
pub use origin::Origin;
pub use parts::{AlertAction, AlertRule, Contact, Database, Limit, Note, Signoff, Threshold, Var};
pub use pattern::Pattern;
pub use plural::{count, ending};
pub use printable::{is_obeyed, printable};
pub use probe::{LogSource, Probe, ProbeScript, ProbeTarget};
pub(crate) use problem::nearest;
pub use problem::{Problem, Severity};
pub use reflow::{is_alert, reflow};
pub use snapshot::{Aspect, Flaw, Kept, Snapshot, fits};
pub use source::{Position, Source, Span};
pub use taken::Taken;
pub use toml::URL_IN_PLAN;
pub use ways::Alternative;
pub use work::{Http, Interpreter, Shell, Sql, Work};

/// What became of a file.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The text, for showing where problems are.
    pub source: Source,
    /// The plan, unless a problem is an error.
    pub plan: Option<Plan>,
    /// Everything there is to say about it, in the order of the file.
    pub problems: Vec<Problem>,
    /// What could be said, and its author accepts.
    pub allowed: Vec<Allowed>,
    /// Other files that were looked at: migrations that the plan applies.
    pub files: Vec<Source>,
    allows: check::Allows,
    /// The directory in which the plan's shell steps begin.
    cwd: Option<Placed<String>>,
    /// What it takes in, as its own file says.
    includes: Vec<include::Include>,
}

impl Opened {
    /// Something else than a plan, such as migrations, in what `source` names.
    pub(crate) fn of_migrations(source: Source) -> Self {
        Opened {
            source,
            plan: None,
            problems: Vec::new(),
            allowed: Vec::new(),
            files: Vec::new(),
            allows: check::Allows::default(),
            cwd: None,
            includes: Vec::new(),
        }
    }

    /// The same of a plan in its place, where `is_directory` knows what is named relative to the plan's folder. The
    /// machine that it is checked on may be another than the one that it is driven on.
    #[must_use]
    pub fn in_place(mut self, is_directory: impl Fn(&str) -> bool) -> Self {
        let Some(cwd) = self.cwd.as_ref().filter(|cwd| !is_directory(&cwd.value)) else {
            return self;
        };
        let message = format!(
            "there is no directory `{}`: no shell step can begin in it",
            cwd.value
        );
        let problem = Problem::warning(NO_DIRECTORY, cwd.span, message);
        let problem = problem.hint(
            "it is looked for from the folder that this file is in; no run can begin without it",
        );
        let before = |other: &Problem| other.file.is_none() && other.span.start <= cwd.span.start;
        let at = self.problems.partition_point(before);
        self.problems.insert(at, problem);
        self
    }

    /// The same for whoever wants it driven: prose can be opened, and where nothing can be done that is
    /// an error.
    #[must_use]
    pub fn to_be_driven(self) -> Self {
        let mut opened = self.to_be_judged();
        opened.plan = opened.plan.filter(|plan| !plan.steps.is_empty());
        let mut all = opened.problems.iter_mut();
        if let Some(problem) = all.find(|problem| problem.code == NO_DIRECTORY) {
            problem.severity = Severity::Error;
            opened.plan = None;
        }
        opened
    }

    /// The same for whoever wants to know whether it can be: what was read is there all the same.
    #[must_use]
    pub fn to_be_judged(mut self) -> Self {
        if self.plan.as_ref().is_some_and(|plan| plan.steps.is_empty()) {
            self.problems.retain(|problem| problem.code != "no-steps");
            let mut problem = check::nothing_to_do(Format::Markdown);
            problem.severity = Severity::Error;
            self.problems.insert(0, problem);
        }
        self
    }
}

/// The code of a directory that steps are to begin in, and that is not there.
const NO_DIRECTORY: &str = "no-directory";

impl Format {
    /// The format of a file by its name: `.toml` is TOML, everything else is Markdown.
    pub fn of(file_name: &str) -> Self {
        let toml = std::path::Path::new(file_name)
            .extension()
            .is_some_and(|ext| ext.eq_ignore_ascii_case("toml"));
        if toml { Format::Toml } else { Format::Markdown }
    }

    /// The extension that a copy of such a file has.
    pub fn extension(self) -> &'static str {
        match self {
            Format::Toml => "toml",
            Format::Markdown => "md",
        }
    }
}

/// Reads and checks the plan `file_name` with the content `bytes`.
pub fn open(file_name: &str, bytes: &[u8]) -> Opened {
    open_with(file_name, bytes, None)
}

/// The same with what is known of the database that the plan is for.
pub fn open_with(file_name: &str, bytes: &[u8], facts: Option<&Facts>) -> Opened {
    open_from(file_name, bytes, facts, &include::nobody)
}

/// From how many bytes on a plan is long enough for a thread that gets ready for its check while it is read.
const LONG: usize = 128 << 10;

/// The same of a plan that may include other files, which `load` brings.
pub fn open_from(file_name: &str, bytes: &[u8], facts: Option<&Facts>, load: Load<'_>) -> Opened {
    let mut source = Source::decode(file_name, bytes);
    let format = Format::of(file_name);
    let long = source.text().len() >= LONG;
    let ((mut draft, mut problems), ()) = parallel::both(
        long,
        || match format {
            Format::Toml => toml::read(&source),
            Format::Markdown => markdown::read(&source),
        },
        || {
            if long {
                check::prepare_secrets(source.text());
            }
        },
    );
    let named = draft.includes.clone();
    let included = include::take_in(&mut draft, &mut source, load, &mut problems);
    let files = (bytes, included);
    let cwd = draft.cwd.clone();
    let checked = check::check(draft, &source, files, format, problems, facts);
    Opened {
        source,
        plan: checked.plan,
        problems: checked.problems,
        allowed: checked.allowed,
        files: Vec::new(),
        allows: checked.allows,
        cwd,
        includes: named,
    }
}
