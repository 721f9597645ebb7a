//! Which migrations a plan applies, told by the commands of its steps.

use super::Tool;
use crate::plan::Plan;
use crate::plan::check::{self, applied_by};
use crate::plan::source::Span;
use crate::plan::work::Work;

/// Migrations that a step applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Those of a tool.
    Tool {
        /// The tool.
        tool: Tool,
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
    /// Those of a tool that are no files of SQL, or none that are read here, as it is called.
    Other(String),
    /// What a command runs that the plan does not hold, as it is written.
    Unseen(String),
}

/// The migrations that the steps of `plan` apply, each once and with the first step that does, and
/// those that the plan names.
pub fn wanted(plan: &Plan) -> Vec<(Wanted, Span)> {
    let mut found: Vec<(Wanted, Span)> = Vec::new();
    let named = plan.migrations.iter().map(|folder| Wanted::Tool {
        tool: Tool::Plain,
        folder: Some(folder.clone()),
        cwd: None,
    });
    found.extend(named.map(|wanted| (wanted, Span::at(0))));
    for step in plan.steps[plan.forward_steps()]
        .iter()
        .map(|step| &step.spec)
    {
        let ways = step.alternatives.iter().map(|way| &way.work);
        for work in std::iter::once(&step.work).chain(ways) {
            if let Work::Shell(shell) = work {
                for wanted in applied_by(&shell.script, &step.holes, step.cwd_of(work)) {
                    if !found.iter().any(|(known, _)| *known == wanted) {
                        found.push((wanted, step.span));
                    }
                }
            }
        }
    }
    found
}

/// Whether the script `text` changes a database.
pub fn changes_database(text: &str) -> bool {
    check::changes_database(text)
}

impl Wanted {
    /// How a person would call them.
    pub(super) fn words(&self) -> String {
        match self {
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
