//! Values that a plan gives to its variables.

use crate::plan::draft::Draft;
use crate::plan::markdown;
use crate::plan::problem::Problem;
use crate::plan::template;

/// The code of text that has to be filled in first.
const PLACEHOLDER: &str = "placeholder";

/// Takes away defaults in which a placeholder stands, unless the plan accepts them: whoever runs it is asked.
pub(super) fn hold(draft: &mut Draft, problems: &mut Vec<Problem>) {
    if draft.allows.iter().any(|allow| allow.code == PLACEHOLDER) {
        return;
    }
    for var in &mut draft.vars {
        let Some(default) = var.default.as_deref().filter(|_| !var.secret) else {
            continue;
        };
        let Some(place) = markdown::placeholders(default, false).into_iter().next() else {
            continue;
        };
        let message = format!(
            "`{}` in the default of `{}` stands for something that has to be filled in",
            &default[place], var.name
        );
        problems.push(
            Problem::warning(PLACEHOLDER, var.span, message)
                .hint("it is no value: somebody is asked for one before a step uses it"),
        );
        var.default = None;
    }
}

/// Finds defaults that the variable itself would refuse or that name other variables, and secrets that stand in the
/// plan.
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
        } else if let Some(name) = named(draft, default) {
            let message = format!(
                "a default is taken as it stands: `{{{{{name}}}}}` in that of `{}` is not filled in",
                var.name
            );
            problems.push(Problem::error("bad-default", var.span, message).hint(format!(
                "write `{{{{{name}}}}}` where `{}` is used, or leave the default out: it is asked for then",
                var.name
            )));
        }
    }
}

/// The first name in braces in `default` that is not meant for another tool.
fn named<'d>(draft: &Draft, default: &'d str) -> Option<&'d str> {
    let mut names = template::names(default, &[]).into_iter();
    names.find(|name| !draft.not_variables.iter().any(|other| other == name))
}

#[cfg(test)]
mod tests {
    use crate::plan::{Severity, open};

    fn told(vars: &str, rest: &str) -> Vec<(&'static str, Severity)> {
        let plan = format!(
            "title = 't'\n{rest}\n[vars]\n{vars}\n[[phase]]\nname = 'P'\nkind = 'deploy'\n\
             [[phase.step]]\ntitle = 'one'\nshell = 'echo {{{{dir}}}}'\n"
        );
        let opened = open("p.toml", plan.as_bytes());
        let about = ["bad-default", "placeholder"];
        let told = opened.problems.iter();
        let told = told.filter(|problem| about.contains(&problem.code));
        told.map(|problem| (problem.code, problem.severity))
            .collect()
    }

    #[test]
    fn nothing_runs_with_a_default_that_has_a_hole_in_it() {
        let refused = [("bad-default", Severity::Error)];
        assert_eq!(told("base = '/srv'\ndir = '{{base}}/x'", ""), refused);
        assert_eq!(told("dir = '{{dir}}/x'", ""), refused);
        assert_eq!(told("dir = '{{nobody}}/x'", ""), refused);
        let asked = [("placeholder", Severity::Warning)];
        assert_eq!(told("dir = '/srv/<tag>'", ""), asked);
        assert_eq!(told("dir = '/srv/x'", ""), []);
        assert_eq!(told("dir = '{{.Names}}'", ""), []);
        assert_eq!(told("dir = '{{name}}'", "not_variables = ['name']"), []);
    }

    #[test]
    fn a_default_with_a_placeholder_is_no_value() {
        let plan = "---\nvars: { dir: { default: '/srv/<tag>' } }\n---\n## Deploy\n\n```sh\necho {{dir}}\n```\n";
        let plan = open("p.md", plan.as_bytes()).plan.unwrap();
        assert_eq!(plan.var("dir").unwrap().default, None);
    }
}
