//! Which migrations a plan applies, told by the commands of its steps.

use super::Tool;
use crate::plan::Plan;
use crate::plan::check::applied_by;
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
    File(String),
}

/// The migrations that the steps of `plan` apply, each once, and those that the plan names.
pub fn wanted(plan: &Plan) -> Vec<Wanted> {
    let mut found: Vec<Wanted> = Vec::new();
    let named = plan.migrations.iter().map(|folder| Wanted::Tool {
        tool: Tool::Plain,
        folder: Some(folder.clone()),
        cwd: None,
    });
    found.extend(named);
    for step in plan.steps[plan.forward_steps()]
        .iter()
        .map(|step| &step.spec)
    {
        let ways = step.alternatives.iter().map(|way| &way.work);
        for work in std::iter::once(&step.work).chain(ways) {
            if let Work::Shell(shell) = work {
                for wanted in applied_by(&shell.script, step.cwd.as_deref()) {
                    if !found.contains(&wanted) {
                        found.push(wanted);
                    }
                }
            }
        }
    }
    found
}
