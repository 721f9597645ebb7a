//! Values that a plan gives to its variables.

use crate::plan::draft::Draft;
use crate::plan::problem::Problem;

/// Finds defaults that the variable itself would refuse, and secrets that stand in the plan.
pub(super) fn check(draft: &Draft, problems: &mut Vec<Problem>) {
    for var in &draft.vars {
        let Some(default) = &var.default else {
            continue;
        };
        if var.secret {
            let message = format!("`{}` is secret, and its value stands in the plan", var.name);
            problems.push(
                Problem::error("secret-in-plan", var.span, message)
                    .hint("take it from the environment: `env = \"…\"`"),
            );
        } else if let Some(why) = var.refuses(default) {
            let message = format!("the default can't be its value: {why}");
            problems.push(Problem::error("bad-default", var.span, message));
        }
    }
}
