//! Values that a plan gives to its variables.

use std::ops::Range;

use crate::plan::draft::Draft;
use crate::plan::markdown;
use crate::plan::problem::Problem;
use crate::plan::template;

/// The code of text that has to be filled in first.
const PLACEHOLDER: &str = "placeholder";

/// Takes away defaults in which another variable or a placeholder stands, unless the plan accepts those: whoever runs it is
/// asked. A run that has begun with such a plan stays one that can be read.
pub(super) fn hold(draft: &mut Draft, problems: &mut Vec<Problem>) {
    let accepted = draft.allows.iter().any(|allow| allow.code == PLACEHOLDER);
    let mut held = Vec::new();
    for (ix, var) in draft.vars.iter().enumerate() {
        let Some(default) = var.default.as_deref().filter(|_| !var.secret) else {
            continue;
        };
        if let Some(name) = named(draft, default) {
            let message = format!(
                "a default is taken as it stands: `{{{{{name}}}}}` in that of `{}` is not filled in",
                var.name
            );
            problems.push(Problem::warning("bad-default", var.span, message).hint(format!(
                "write `{{{{{name}}}}}` where `{}` is used; somebody is asked for a value before a step uses it",
                var.name
            )));
            held.push(ix);
            continue;
        }
        let Some(place) = hole(default).filter(|_| !accepted) else {
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
        held.push(ix);
    }
    for ix in held {
        draft.vars[ix].default = None;
    }
}

/// Where in `default` something stands that is surely no value: `<tag>`, `your-domain.com`. `YYYY-MM-DD` may well be one.
fn hole(default: &str) -> Option<Range<usize>> {
    let mut found = markdown::placeholders(default, false).into_iter();
    found.find(|place| {
        let text = default[place.clone()].to_lowercase();
        text.starts_with('<') || text.contains("your")
    })
}

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
            // What only holds a match was enough once, and runs go on that began so.
            let part = var
                .pattern
                .as_ref()
                .is_some_and(|pattern| pattern.is_match(default));
            problems.push(if part {
                Problem::warning("bad-default", var.span, message)
                    .hint("a value has to be all of the pattern: make it wider, or the default fit")
            } else {
                Problem::error("bad-default", var.span, message)
            });
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
        let refused = [("bad-default", Severity::Warning)];
        assert_eq!(told("base = '/srv'\ndir = '{{base}}/x'", ""), refused);
        assert_eq!(told("dir = '{{dir}}/x'", ""), refused);
        assert_eq!(told("dir = '{{nobody}}/x'", ""), refused);
        let asked = [("placeholder", Severity::Warning)];
        assert_eq!(told("dir = '/srv/<tag>'", ""), asked);
        assert_eq!(told("dir = '/srv/x'", ""), []);
        assert_eq!(told("dir = 'YYYY-MM-DD'", ""), []);
        assert_eq!(
            told("dir = 'postgres://user:password@host:5432/db'", ""),
            []
        );
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
