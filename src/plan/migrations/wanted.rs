//! Which migrations a plan applies, told by the commands of its steps.

use std::collections::HashSet;

use super::Tool;
use crate::plan::check::{self, applied_by, written_by};
use crate::plan::source::Span;
use crate::plan::work::Work;
use crate::plan::{Plan, StepIx};

/// Migrations that a step applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Those of a tool.
    Tool {
        /// The tool.
        tool: Tool,
        /// Its call, as it is spoken of; empty: the plan names the folder.
        call: String,
        /// The folder, where the plan or the command names it.
        folder: Option<String>,
        /// The directory that the command runs in, relative to where the plan is run.
        cwd: Option<String>,
    },
    /// A file that `psql` is told to run.
    File {
        /// The file, as it is written.
        path: String,
        /// The directory that the command runs in, relative to where the plan is run.
        cwd: Option<String>,
        /// Whether all of it is one transaction.
        whole: bool,
    },
    /// What a script runs, if it has anything to do with a database.
    Script {
        /// The script, as it is written.
        path: String,
        /// The directory that it runs in, relative to where the plan is run.
        cwd: Option<String>,
    },
    /// Those of a tool that are no files which are read here, as it is called.
    Other(String),
    /// What a command runs that the plan does not hold, as it is written.
    Unseen(String),
}

/// Migrations that are wanted, and by whom.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Want {
    /// Which.
    pub wanted: Wanted,
    /// The steps that apply them; none: the plan names them.
    pub steps: Vec<StepIx>,
    /// Where the first of these stands in the plan.
    pub span: Span,
    /// Whether they only take something back: that is not judged.
    pub back: bool,
}

impl Want {
    /// The migrations in `folder`, which somebody has named.
    pub fn named(folder: String) -> Self {
        Want {
            wanted: Wanted::Tool {
                tool: Tool::Plain,
                call: String::new(),
                folder: Some(folder),
                cwd: None,
            },
            steps: Vec::new(),
            span: Span::at(0),
            back: false,
        }
    }
}

/// The migrations that the steps of `plan` apply, each once, and those that the plan names; behind them what its
/// ways back apply.
pub fn wanted(plan: &Plan) -> Vec<Want> {
    let named = plan.migrations.iter().cloned().map(Want::named);
    let mut found: Vec<Want> = named.collect();
    let mut made = Made::default();
    let forward = plan.forward_steps();
    for ix in forward.clone() {
        for work in works_of(plan, ix) {
            add(&mut found, plan, (ix, work), None, &mut made);
        }
    }
    for (ix, step) in plan.steps.iter().enumerate() {
        let own = (!forward.contains(&ix)).then_some(&step.spec.work);
        let undo = step.spec.undo.iter().map(|undo| &undo.work);
        for work in own.into_iter().chain(undo) {
            // One goes back behind what was done.
            let behind = ix.max(forward.end);
            add(&mut found, plan, (ix, work), Some(behind), &mut made);
        }
    }
    found
}

/// What the step at `ix` may do.
fn works_of(plan: &Plan, ix: StepIx) -> impl Iterator<Item = &Work> {
    let spec = &plan.steps[ix].spec;
    let ways = spec.alternatives.iter().map(|way| &way.work);
    std::iter::once(&spec.work).chain(ways)
}

/// The files that steps make: nobody can have looked at them before those that apply them behind that.
#[derive(Default)]
struct Made {
    files: HashSet<String>,
    /// How many steps were looked at for them.
    steps: StepIx,
}

impl Made {
    /// Whether one of the first `steps` of `plan` makes what is `wanted`.
    fn holds(&mut self, wanted: &Wanted, plan: &Plan, steps: StepIx) -> bool {
        // Most plans apply no file by its name.
        let (Wanted::File { path, .. } | Wanted::Script { path, .. }) = wanted else {
            return false;
        };
        self.look_at(plan, steps);
        self.files.contains(plain(path))
    }

    /// Takes in what the first `steps` of `plan` make.
    fn look_at(&mut self, plan: &Plan, steps: StepIx) {
        while self.steps < steps {
            let holes = &plan.steps[self.steps].spec.holes;
            for work in works_of(plan, self.steps) {
                if let Work::Shell(shell) = work {
                    let written = written_by(&shell.script, holes).into_iter();
                    self.files
                        .extend(written.map(|path| plain(&path).to_owned()));
                }
            }
            self.steps += 1;
        }
    }
}

/// The path `path` without what says that it begins here.
fn plain(path: &str) -> &str {
    path.strip_prefix("./").unwrap_or(path)
}

/// Adds what the step at `ix` applies by `work`, which goes back if it is done `behind` so many steps.
fn add(
    found: &mut Vec<Want>,
    plan: &Plan,
    (ix, work): (StepIx, &Work),
    behind: Option<StepIx>,
    made: &mut Made,
) {
    let (Work::Shell(shell), step) = (work, &plan.steps[ix].spec) else {
        return;
    };
    let back = behind.is_some();
    for wanted in applied_by(&shell.script, &step.holes, step.cwd_of(work)) {
        if made.holds(&wanted, plan, behind.unwrap_or(ix)) {
            continue;
        }
        let same = |known: &&mut Want| known.wanted == wanted && known.back == back;
        match found.iter_mut().find(same) {
            Some(known) if known.steps.contains(&ix) => {}
            Some(known) => known.steps.push(ix),
            None => found.push(Want {
                wanted,
                steps: vec![ix],
                span: step.span,
                back,
            }),
        }
    }
}

/// The files that the steps of `plan` before the one at `ix` make, as far as their commands say so.
pub fn made_before(plan: &Plan, ix: StepIx) -> HashSet<String> {
    let mut made = Made::default();
    made.look_at(plan, ix);
    made.files
}

/// Whether the script `text` at `path` changes a database.
pub fn changes_database(path: &str, text: &str) -> bool {
    check::changes_database(path, text)
}

impl Wanted {
    /// How a person would call them.
    pub(super) fn words(&self) -> String {
        match self {
            Wanted::Tool { tool, call, .. } if !tool.is_sql() => {
                format!("what `{call}` applies")
            }
            Wanted::Tool { tool, folder, .. } => match (folder, tool.places()) {
                (Some(folder), _) => format!("the migrations in `{folder}`"),
                (None, places) => format!("migrations, which stand in `{}`", places.join("` or `")),
            },
            Wanted::File { path, .. } => format!("`{path}`"),
            Wanted::Script { path, .. } => format!("what `{path}` runs"),
            Wanted::Unseen(call) => format!("what `{call}` runs"),
            Wanted::Other(call) => format!("what `{call}` applies"),
        }
    }
}
