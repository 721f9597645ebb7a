//! The probes of a plan.

use std::sync::Arc;
use std::time::Duration;

use super::expect::expect;
use super::step::{Defaults, address, http};
use super::table::Table;
use crate::plan::expect::Expect;
use crate::plan::origin::Origin;
use crate::plan::probe::{LogSource, Probe, ProbeScript, ProbeTarget};
use crate::plan::problem::Problem;
use crate::plan::work::{Http, Shell};

/// How often a probe measures unless it says otherwise.
const INTERVAL: Duration = Duration::from_secs(5);

/// The keys of which a probe has one, and the keys that go with each beside `expect`.
const TARGETS: [(&str, &[&str]); 6] = [
    ("http", &[]),
    ("sql", &["database"]),
    ("command", &["env"]),
    ("log", &["pattern"]),
    ("follow", &["pattern", "env"]),
    ("prometheus", &["query", "headers"]),
];

/// All keys that go with some targets only.
const SOMETIMES: [&str; 5] = ["database", "env", "pattern", "query", "headers"];

/// Reads a `[[probe]]`.
pub(super) fn probe(table: Table<'_>, defaults: &Defaults) -> Option<Probe> {
    let name = table.required("name");
    let every = table.some_time("every").unwrap_or(INTERVAL);
    let target = target(&table, defaults);
    let wanted = expect(&table);
    if let Some(target) = &target {
        refuse_misplaced(&table, target, &wanted);
    }
    let span = name.as_ref().map_or(table.span(), |n| n.span);
    table.finish();
    Some(Probe {
        name: name?.value,
        target: target?,
        expect: wanted,
        every,
        span,
    })
}

fn target(table: &Table<'_>, defaults: &Defaults) -> Option<ProbeTarget> {
    let said: Vec<&'static str> = TARGETS
        .into_iter()
        .map(|(key, _)| key)
        .filter(|key| table.has(key))
        .collect();
    let kind = match said.as_slice() {
        [] => {
            let problem = Problem::error(
                "probe-without-target",
                table.span(),
                "this probe measures nothing",
            );
            let keys = TARGETS.map(|(key, _)| format!("`{key}`")).join(", ");
            table.problem(problem.hint(format!("add one of {keys}")));
            return None;
        }
        [kind] => *kind,
        [first, second, ..] => {
            let span = table.value(second).map_or(table.span(), |v| v.span);
            let words = format!("both `{first}` and `{second}` are given");
            table.problem(
                Problem::error("two-targets", span, words).hint("split it into two probes"),
            );
            return None;
        }
    };
    Some(match kind {
        "http" => ProbeTarget::Http(http(table)?),
        "sql" => ProbeTarget::Sql {
            text: table.required("sql")?.value,
            database: table
                .string("database")
                .unwrap_or_else(|| defaults.database.clone()),
        },
        "command" => ProbeTarget::Command(script(table, "command", defaults)?),
        "prometheus" => prometheus(table)?,
        log => {
            let source = if log == "log" {
                table
                    .required("log")
                    .map(|path| LogSource::File(path.value))
            } else {
                script(table, "follow", defaults).map(LogSource::Script)
            };
            let given = table.required("pattern");
            let pattern = given.and_then(|text| table.as_pattern(&text));
            ProbeTarget::Log {
                source: source?,
                pattern: pattern?,
            }
        }
    })
}

fn script(table: &Table<'_>, key: &'static str, defaults: &Defaults) -> Option<ProbeScript> {
    let script = table.required(key)?;
    Some(ProbeScript {
        shell: Shell {
            script: script.value,
            interpreter: Arc::clone(&defaults.interpreter),
            lock_timeout: None,
            carries: false,
            tty: false,
            origin: Origin::quoted(script.span),
        },
        env: pairs(table, "env"),
    })
}

fn prometheus(table: &Table<'_>) -> Option<ProbeTarget> {
    let server = table.required("prometheus");
    let query = table.required("query");
    Some(ProbeTarget::Prometheus {
        server: Http {
            headers: pairs(table, "headers"),
            ..Http::get(address(table, server?))
        },
        query: query?.value,
    })
}

fn pairs(table: &Table<'_>, key: &'static str) -> Vec<(String, String)> {
    let pairs = table.pairs(key).into_iter();
    pairs
        .map(|(name, value)| (name.value, value.value))
        .collect()
}

/// Keys, and expectations, that mean nothing for this target.
fn refuse_misplaced(table: &Table<'_>, target: &ProbeTarget, wanted: &Expect) {
    let kind = target.key();
    let own = TARGETS.iter().find(|(key, _)| *key == kind);
    let own = own.map_or(&[][..], |(_, own)| own);
    for key in SOMETIMES {
        if let Some(value) = table.value(key).filter(|_| !own.contains(&key)) {
            let with: Vec<&str> = TARGETS
                .iter()
                .filter(|(_, own)| own.contains(&key))
                .map(|(key, _)| *key)
                .collect();
            let words = format!("`{key}` means nothing for a probe with `{kind}`");
            table.problem(
                Problem::error("misplaced-key", value.span, words)
                    .hint(format!("it goes with {}", with.join(" and "))),
            );
        }
    }
    let read = |what: &str| match what {
        "exit" => kind == "command",
        "status" => kind == "http",
        "value" => matches!(kind, "command" | "sql" | "prometheus"),
        "rows" => false,
        "within" => !matches!(kind, "log" | "follow"),
        _ => matches!(kind, "http" | "command"),
    };
    let said = [
        ("exit", !wanted.exit.is_empty()),
        ("status", !wanted.status.is_empty()),
        ("value", wanted.value.is_some()),
        ("rows", wanted.rows.is_some()),
        ("within", wanted.within.is_some()),
        ("output", wanted.output.is_some()),
        ("says", wanted.says.is_some()),
        ("regex", wanted.regex.is_some()),
        ("json", !wanted.json.is_empty()),
    ];
    for (what, said) in said {
        if said && !read(what) {
            let span = table.value("expect").map_or(table.span(), |v| v.span);
            let words = format!("a probe with `{kind}` has no `{what}` to expect");
            table.problem(Problem::error("misplaced-key", span, words));
        }
    }
}
