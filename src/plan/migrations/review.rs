//! The review of migrations: each file judged with what is known from those before it.

use super::Folder;
use crate::plan::Opened;
use crate::plan::check::{self, Unit, remarks};
use crate::plan::ddl::{self, Catalog};
use crate::plan::facts::Facts;
use crate::plan::problem::{Problem, Severity};
use crate::plan::source::{Source, Span};

/// Adds to `opened` what there is to say about the migrations in `folders`. Those that are applied
/// already teach what tables are like, and nothing is said about them.
pub fn review(opened: &mut Opened, folders: Vec<Folder>, facts: Option<&Facts>) {
    for folder in folders {
        one(opened, folder, facts);
    }
    let allowed = opened.allows.take(&mut opened.problems);
    opened.allowed.extend(allowed);
    opened
        .problems
        .retain(|problem| problem.code != "unused-allow");
    opened.problems.extend(opened.allows.unused());
    check::sort(&mut opened.problems);
}

/// What there is to say about the migrations of one folder, called `name`, that no plan was given for.
pub fn alone(name: &str, folder: Folder, facts: Option<&Facts>) -> Opened {
    let mut opened = Opened::of_migrations(Source::new(name, ""));
    review(&mut opened, vec![folder], facts);
    opened
}

fn one(opened: &mut Opened, folder: Folder, facts: Option<&Facts>) {
    let tool = folder.tool;
    let mut catalog = Catalog::new(facts.and_then(|facts| facts.server));
    let applied = facts.and_then(|facts| facts.applied.as_ref());
    for file in folder.files {
        let text = tool.forward(file.source.text());
        let judged = ddl::judge(&text, &mut catalog);
        catalog.end_file();
        if applied.is_some_and(|applied| applied.contains(&file.name)) {
            continue;
        }
        let unit = Unit {
            sql: &text,
            wrap: tool.wraps(&text, &file.settings),
            backwards: false,
            facts,
        };
        let found: Vec<Problem> = remarks(&judged, unit)
            .into_iter()
            .map(|remark| {
                let span = Span::new(remark.range.start, remark.range.end);
                let problem = match remark.severity {
                    Severity::Error => Problem::error(remark.code, span, remark.message),
                    Severity::Warning => Problem::warning(remark.code, span, remark.message),
                    Severity::Note => Problem::note(remark.code, span, remark.message),
                };
                Problem {
                    file: Some(opened.files.len()),
                    ..problem.hint(remark.hint)
                }
            })
            .collect();
        if !found.is_empty() {
            opened.problems.extend(found);
            opened.files.push(file.source);
        }
    }
}
