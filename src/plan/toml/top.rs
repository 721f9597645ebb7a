//! The top of a plan: title, variables, databases, probes, alerts, people, notes.

use super::alert::alert;
use super::phase;
use super::probe::probe;
use super::step::Defaults;
use super::table::Table;
use crate::plan::draft::{Allow, Draft, Placed};
use crate::plan::parts::{Contact, Database, Note, Signoff};
use crate::plan::problem::{Problem, nearest};
use crate::plan::source::Span;
use crate::plan::tree::{Node, Value};
use crate::plan::work::Interpreter;

/// The code of a database's URL that stands in a plan.
pub const URL_IN_PLAN: &str = "url-in-plan";

/// More people than this agree to nothing.
const MOST_APPROVALS: u32 = 20;

pub(super) fn read(root: &Table<'_>) -> Draft {
    Draft {
        title: root.required("title"),
        ..read_part(root)
    }
}

/// What a plan says that another one includes.
pub(super) fn read_part(root: &Table<'_>) -> Draft {
    let mut draft = common(root);
    super::remark::remarks(root, None);
    let carries = root.flag("carry");
    let defaults = Defaults::new(draft.shell.clone(), carries, &draft.databases);
    draft.title = root.text("title");
    phase::phases(root, &defaults, &mut draft);
    draft.tiers = phase::tiers(root, &defaults);
    draft
}

/// What front matter says of a runbook: everything but the title, which may be a heading, and what
/// is to be done.
pub(super) fn read_front(root: &Table<'_>) -> Draft {
    Draft {
        title: root
            .scalar("title")
            .filter(|title| !title.value.trim().is_empty()),
        ..common(root)
    }
}

fn common(root: &Table<'_>) -> Draft {
    let shell = shell(root, "shell");
    let databases = databases(root);
    let defaults = Defaults::new(shell.clone(), false, &databases);
    Draft {
        environment: root.string("environment"),
        shell,
        cwd: cwd(root),
        vars: super::vars::vars(root),
        probes: root
            .tables("probe")
            .into_iter()
            .filter_map(|t| probe(t, &defaults))
            .collect(),
        alerts: root.tables("alert").into_iter().filter_map(alert).collect(),
        contacts: root
            .tables("contact")
            .into_iter()
            .filter_map(contact)
            .collect(),
        signoffs: signoffs(root),
        notes: notes(root),
        allows: allows(root),
        migrations: root
            .strings("migrations")
            .into_iter()
            .map(|m| m.value)
            .collect(),
        includes: super::include::includes(root),
        not_variables: root
            .strings("not_variables")
            .into_iter()
            .map(|name| name.value)
            .collect(),
        approvals: root.table("review").map_or(0, review),
        databases,
        ..Draft::default()
    }
}

/// The directory in which shell steps begin.
fn cwd(root: &Table<'_>) -> Option<Placed<String>> {
    root.has("cwd").then(|| root.required("cwd")).flatten()
}

/// What has to be reviewed before the plan can be run: by how many people.
fn review(table: Table<'_>) -> u32 {
    let asked = table.integers("approvals");
    let mut most = 0;
    for count in &asked {
        if let Ok(number @ 1..=MOST_APPROVALS) = u32::try_from(count.value) {
            most = number;
        } else {
            let message = format!("{} is no number of people for `approvals`", count.value);
            let problem = Problem::error("out-of-range", count.span, message);
            table.problem(problem.hint(format!("1 to {MOST_APPROVALS}")));
        }
    }
    // Front matter may be another tool's, and then what is odd in it is no error. This is ours, and without it
    // nobody would have to approve.
    let means = |(key, _): &(Placed<String>, _)| nearest(&key.value, ["approvals"]).is_some();
    if asked.is_empty() && table.named().iter().any(means) {
        let message = "`review` asks for nobody's approval";
        let problem = Problem::error("no-approvals", table.span(), message);
        table
            .problem(problem.hint(
                "`review = { approvals = 1 }`: how many people have to approve before a run",
            ));
    }
    table.finish();
    most
}

/// `shell = "zsh"`, or a table with `program` and `options`.
pub(super) fn shell(table: &Table<'_>, key: &'static str) -> Option<Interpreter> {
    let value = table.value(key)?;
    if let Value::Text(program) = &value.value {
        return Some(Interpreter::strict(program));
    }
    table.table(key).map(interpreter)
}

fn interpreter(table: Table<'_>) -> Interpreter {
    let program = table.string("program").unwrap_or_else(|| "bash".to_owned());
    let options: Vec<String> = table
        .strings("options")
        .into_iter()
        .map(|o| o.value)
        .collect();
    let strict = Interpreter::strict(&program);
    let given = table.has("options");
    table.finish();
    Interpreter {
        program,
        options: if given { options } else { strict.options },
    }
}

fn databases(root: &Table<'_>) -> Vec<Database> {
    let Some(table) = root.table("databases") else {
        return Vec::new();
    };
    let named = table.named();
    named
        .into_iter()
        .filter_map(|(name, value)| {
            if is_url(value) {
                let shown = format!("{} = {{ url_env = \"DATABASE_URL\" }}", name.value);
                table.problem(url_in_plan(value.span, &shown));
                return None;
            }
            let own = name.value.as_str();
            let table = table.as_own_table(value, "database", own)?;
            if let Some(url) = table.value("url") {
                table.problem(url_in_plan(url.span, "url_env = \"DATABASE_URL\""));
            }
            let url_env = if table.has("url") {
                // Whoever gives both is told of the one that must not be there.
                table
                    .string("url_env")
                    .map(|found| Placed::new(found, name.span))
            } else {
                table.required("url_env")
            };
            table.finish();
            Some(Database {
                name: name.value,
                url_env: url_env.map(|name| name.value).unwrap_or_default(),
                span: name.span,
            })
        })
        .collect()
}

fn is_url(value: &Node) -> bool {
    value.is_text() && value.scalar().is_some_and(|text| text.contains("://"))
}

/// Whoever reads the plan, or the record of a run, would have the password in it.
fn url_in_plan(span: Span, instead: &str) -> Problem {
    let hint = format!("name the environment variable that holds it: `{instead}`");
    let message = "a plan must not hold a database URL";
    Problem::error(URL_IN_PLAN, span, message).hint(hint)
}

fn contact(table: Table<'_>) -> Option<Contact> {
    let role = table.required("role");
    let contact = Contact {
        name: table.string("name"),
        reach: table.string("reach"),
        group: table.string("group"),
        span: role.as_ref().map_or(table.span(), |r| r.span),
        role: role.map(|r| r.value).unwrap_or_default(),
    };
    table.finish();
    (!contact.role.is_empty()).then_some(contact)
}

fn signoffs(root: &Table<'_>) -> Vec<Signoff> {
    let tables = root.tables("signoff");
    tables
        .into_iter()
        .filter_map(|table| {
            let role = table.required("role");
            let name = table.string("name");
            let given = table.flag("given");
            table.finish();
            let role = role?;
            Some(Signoff {
                role: role.value,
                name,
                given,
                span: role.span,
            })
        })
        .collect()
}

/// `[[allow]]` of a plan, `allow = [{ … }]` of a step: each with a code and a reason.
pub(super) fn allows(table: &Table<'_>) -> Vec<Allow> {
    let tables = table.tables("allow");
    tables
        .into_iter()
        .filter_map(|table| {
            let code = table.required("code");
            let reason = table.text("reason");
            let reason = reason.filter(|reason| !reason.value.trim().is_empty());
            if reason.is_none() {
                table.problem(Allow::without_reason(table.span()));
            }
            table.finish();
            let code = code?;
            Some(Allow {
                code: code.value,
                reason: reason?.value,
                span: code.span,
                scope: None,
            })
        })
        .collect()
}

fn notes(root: &Table<'_>) -> Vec<Note> {
    let Some(value) = root.value("notes") else {
        return Vec::new();
    };
    if let Value::Text(text) = &value.value {
        return vec![Note {
            heading: "Notes".to_owned(),
            text: text.clone(),
            span: value.span,
        }];
    }
    let tables = root.tables("notes");
    tables
        .into_iter()
        .filter_map(|table| {
            let heading = table.required("heading");
            let text = table.string("text").unwrap_or_default();
            table.finish();
            let heading = heading?;
            Some(Note {
                heading: heading.value,
                text,
                span: heading.span,
            })
        })
        .collect()
}
