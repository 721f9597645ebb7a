//! Plans: from a file's bytes to a procedure that is known to make sense.
//!
//! ```text
//!  bytes ─► Source ─► toml::read ─────┐
//!                  └► markdown::read ─┴► Draft ─► check ─► Plan, Problems
//! ```
//!
//! Nothing here runs anything or asks the network, the clock or the disk: opening a plan is safe
//! whatever it holds. A [`Plan`] comes only out of [`open`], so it is always a checked one.

mod check;
mod commands;
mod digest;
mod draft;
pub mod duration;
mod expect;
mod id;
pub mod json;
mod ledger;
mod markdown;
pub mod metric;
mod model;
mod origin;
mod parts;
mod problem;
mod reflow;
mod shell;
mod source;
pub mod sql_text;
pub mod template;
mod toml;
mod tree;
mod work;

pub use digest::sha256;
pub use draft::{
    Alternative, Capture, ClockPlace, Confirm, Gate, Hole, Mark, PhaseSpec, Placed, Retry,
    StepSpec, TierSpec, Undo, UndoOrder,
};
pub use expect::{Comparison, Evidence, Expect, Observed, Operator, Pattern};
pub use id::{StepId, slug};
pub use ledger::{Account, Element, Ledger, Place};
pub use model::{Format, Home, Phase, PhaseKind, Plan, Step, StepIx, Tier};
pub use origin::Origin;
pub use parts::{
    AlertAction, AlertRule, Contact, Database, Limit, Note, Probe, ProbeTarget, Signoff, Threshold,
    Var,
};
pub use problem::{Problem, Severity};
pub use reflow::reflow;
pub use source::{Position, Source, Span};
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
}

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
    let source = Source::decode(file_name, bytes);
    let format = Format::of(file_name);
    let (draft, problems) = match format {
        Format::Toml => toml::read(&source),
        Format::Markdown => markdown::read(&source),
    };
    let (plan, problems) = check::check(draft, &source, bytes, format, problems);
    Opened {
        source,
        plan,
        problems,
    }
}
