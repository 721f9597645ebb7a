//! Steps of a TOML plan, and the work they do.

use std::sync::Arc;
use std::time::Duration;

use super::expect::{expect, small_numbers};
use super::snapshot;
use super::table::Table;
use crate::plan::condition::Condition;
use crate::plan::draft::{Hole, Mark, Placed, Retry, StepSpec, Undo};
use crate::plan::origin::Origin;
use crate::plan::parts::Database;
use crate::plan::problem::Problem;
use crate::plan::sql_text::refuses_transaction;
use crate::plan::tree::{Node, Value};
use crate::plan::ways::Alternative;
use crate::plan::work::{Http, Interpreter, Shell, Sql, Work};

/// The keys that say what a step does.
const KINDS: [&str; 6] = ["check", "shell", "sql", "http", "wait", "snapshot"];

/// What the plan says once for all its steps.
pub(super) struct Defaults {
    pub(super) interpreter: Arc<Interpreter>,
    /// Whether shell steps begin where the one before ended.
    carries: bool,
    /// The database of SQL that names none; empty where the plan has several or none.
    pub(super) database: String,
}

impl Defaults {
    pub(super) fn new(shell: Option<Interpreter>, carries: bool, databases: &[Database]) -> Self {
        Defaults {
            carries,
            interpreter: Arc::new(shell.unwrap_or_default()),
            database: match databases {
                [only] => only.name.clone(),
                _ => String::new(),
            },
        }
    }
}

pub(super) fn step(table: Table<'_>, defaults: &Defaults) -> Option<StepSpec> {
    let title = table.required("title");
    let work = one_work(&table, defaults);
    let spec = StepSpec {
        id: table.text("id"),
        group: table.string("group").map(Arc::from),
        details: table.string("details"),
        alternatives: alternatives(&table, defaults),
        expected: table.has("expect").then(|| Box::new(expect(&table))),
        timeout: timeout(&table),
        undo: undo(&table, defaults),
        retry: retry(&table),
        danger: table.flag("danger"),
        confirm: table.string("confirm"),
        required: table.flag("required"),
        idempotent: table.flag("idempotent"),
        no_retry: table.flag("no_retry"),
        parallel: table.flag("parallel"),
        env: env(&table),
        cwd: table.string("cwd"),
        capture: super::capture::captures(&table),
        when: condition(&table).map(Box::new),
        holes: placeholders(&table),
        mark: mark(&table),
        allows: super::top::allows(&table),
        ..StepSpec::new("", Work::Check(String::new()), table.span())
    };
    let span = title.as_ref().map_or(table.span(), |t| t.span);
    super::remark::remarks(&table, Some(span));
    refuse_misplaced(&table, work.as_ref(), &WORK_KEYS);
    refuse_misplaced(&table, work.as_ref(), &STEP_KEYS);
    let ways = spec.alternatives.iter().map(|way| &way.work);
    super::expect::refuse_misplaced(&table, ways.chain(&work));
    table.finish();
    let first = spec.alternatives.first().map(|a| a.work.clone());
    Some(StepSpec {
        title: title?.value,
        work: work.or(first)?,
        span,
        ..spec
    })
}

/// What `when` says.
pub(super) fn condition(table: &Table<'_>) -> Option<Condition> {
    let text = table.text("when")?;
    Some(Condition::new(text.value, Origin::quoted(text.span)))
}

/// A key, and the kinds of work for which it means something.
type Misplaceable = (&'static str, &'static [&'static str]);

/// Keys of whatever says a work: a step, an undo, an alternative.
const WORK_KEYS: [Misplaceable; 9] = [
    ("interpreter", &["shell"]),
    ("tty", &["shell"]),
    ("database", &["sql", "snapshot"]),
    ("transaction", &["sql"]),
    ("lock_timeout", &["sql", "shell", "snapshot"]),
    ("compare", &["snapshot"]),
    ("schemas", &["snapshot"]),
    ("uncounted", &["snapshot"]),
    ("deadline", &["snapshot"]),
];

/// Further keys of a step; its undo has the same directory and environment. One of its ways may have a directory
/// of its own, and captures.
const STEP_KEYS: [Misplaceable; 3] = [
    ("env", &["shell"]),
    ("cwd", &["shell"]),
    ("capture", &["shell", "sql", "http"]),
];

fn refuse_misplaced(table: &Table<'_>, work: Option<&Work>, keys: &[Misplaceable]) {
    let Some(work) = work else { return };
    let kind = work.kind();
    for &(key, kinds) in keys {
        if let Some(value) = table.value(key)
            && !kinds.contains(&kind)
        {
            let message = format!("`{key}` means nothing for a {kind} step");
            let hint = format!("it goes with {}", kinds.join(" and "));
            table.problem(Problem::error("misplaced-key", value.span, message).hint(hint));
        }
    }
}

/// The one kind of work that a step, an undo or an alternative must say.
fn one_work(table: &Table<'_>, defaults: &Defaults) -> Option<Work> {
    let said: Vec<&'static str> = KINDS.into_iter().filter(|kind| table.has(kind)).collect();
    match said.as_slice() {
        [] if table.has("alternatives") => None,
        [] => {
            table.problem(
                Problem::error("no-work", table.span(), "this says nothing to do").hint(format!(
                    "add one of {}",
                    KINDS.map(|k| format!("`{k}`")).join(", ")
                )),
            );
            None
        }
        [kind] => work(table, kind, defaults),
        [first, second, ..] => {
            let span = table.value(second).map_or(table.span(), |v| v.span);
            table.problem(
                Problem::error(
                    "two-works",
                    span,
                    format!("both `{first}` and `{second}` are given"),
                )
                .hint("split it into two steps"),
            );
            None
        }
    }
}

fn work(table: &Table<'_>, kind: &'static str, defaults: &Defaults) -> Option<Work> {
    Some(match kind {
        "check" => Work::Check(check(table)?),
        "shell" => {
            let script = table.required("shell")?;
            Work::Shell(Shell {
                script: script.value,
                interpreter: match table.value("interpreter") {
                    Some(_) => Arc::new(super::top::shell(table, "interpreter")?),
                    None => Arc::clone(&defaults.interpreter),
                },
                lock_timeout: table.duration("lock_timeout"),
                carries: defaults.carries,
                tty: table.flag("tty"),
                origin: Origin::quoted(script.span),
            })
        }
        "sql" => sql(table, defaults)?,
        "http" => Work::Http(Box::new(http(table)?)),
        "snapshot" => Work::Snapshot(Box::new(snapshot::snapshot(table, "snapshot")?)),
        _ => Work::Wait(table.duration("wait")?),
    })
}

/// What to look at; `check = true` where the title says it.
fn check(table: &Table<'_>) -> Option<String> {
    let title = table.peek("title").or(table.peek("label"));
    match title.filter(|_| table.value("check").and_then(Node::as_bool) == Some(true)) {
        Some(title) => Some(title.to_owned()),
        None => table.required("check").map(|text| text.value),
    }
}

fn sql(table: &Table<'_>, defaults: &Defaults) -> Option<Work> {
    let text = table.required("sql")?;
    let database = table.string("database");
    let transaction = table.boolean("transaction");
    if let (Some(true), Some(words)) = (transaction, refuses_transaction(&text.value)) {
        let problem = Problem::error(
            "bad-transaction",
            text.span,
            format!("`transaction = true`, but {words} can't stand in a transaction"),
        );
        table.problem(problem.hint("leave `transaction` out: what it runs in is seen by its text"));
    }
    Some(Work::Sql(Sql {
        text: text.value,
        database: database.unwrap_or_else(|| defaults.database.clone()),
        transaction,
        lock_timeout: table.duration("lock_timeout"),
        origin: Origin::quoted(text.span),
    }))
}

/// `http = "URL"`, or a table with `url`, `method`, `headers` and `body`.
pub(super) fn http(table: &Table<'_>) -> Option<Http> {
    let value = table.value("http")?;
    if value.is_text() {
        return table
            .required("http")
            .map(|url| Http::get(address(table, url)));
    }
    let table = table.table("http")?;
    let url = table.required("url");
    let method = table.string("method").unwrap_or_else(|| "GET".to_owned());
    let http = Http {
        url: url.map(|url| address(&table, url)).unwrap_or_default(),
        method: method.to_uppercase(),
        headers: table
            .pairs("headers")
            .into_iter()
            .map(|(name, value)| (name.value, value.value))
            .collect(),
        body: table.string("body"),
    };
    table.finish();
    (!http.url.is_empty()).then_some(http)
}

/// An address that a request can be sent to, as far as can be told before variables are filled in.
pub(super) fn address(table: &Table<'_>, url: Placed<String>) -> String {
    let text = url.value.as_str();
    let known = ["http://", "https://", "{{"];
    if !known.iter().any(|start| text.starts_with(start)) {
        let words = format!("`{text}` is not a web address");
        table.problem(
            Problem::error("bad-address", url.span, words)
                .hint("write it whole: `https://shop.example/health`"),
        );
    }
    url.value
}

fn undo(table: &Table<'_>, defaults: &Defaults) -> Option<Box<Undo>> {
    let table = table.table("undo")?;
    let work = one_work(&table, defaults);
    let undo = (expect(&table), timeout(&table));
    refuse_misplaced(&table, work.as_ref(), &WORK_KEYS);
    super::expect::refuse_misplaced(&table, work.iter());
    table.finish();
    Some(Box::new(Undo {
        work: work?,
        expect: undo.0,
        timeout: undo.1,
    }))
}

/// How long something may take: no time at all would stop it before it has done anything.
fn timeout(table: &Table<'_>) -> Option<Duration> {
    let time = table.duration("timeout");
    if let (Some(Duration::ZERO), Some(value)) = (time, table.value("timeout")) {
        let message = "in no time nothing can be done: it would be stopped at once";
        table.problem(Problem::error("out-of-range", value.span, message));
    }
    time
}

fn alternatives(table: &Table<'_>, defaults: &Defaults) -> Vec<Alternative> {
    let tables = table.tables("alternatives");
    if let Some(value) = table.value("alternatives")
        && let Value::List(ways) = &value.value
        && ways.len() < 2
    {
        let message = match ways.len() {
            0 => "`alternatives` is empty: this says nothing to do",
            _ => "one alternative is nothing to choose from",
        };
        table.problem(
            Problem::error("no-choice", value.span, message)
                .hint("give it two of them, or say in the step itself what it does"),
        );
    }
    tables
        .into_iter()
        .filter_map(|table| {
            let label = table.required("label");
            let work = one_work(&table, defaults);
            let cwd = table.string("cwd");
            let expected = table.has("expect").then(|| Box::new(expect(&table)));
            let capture = super::capture::captures(&table);
            refuse_misplaced(&table, work.as_ref(), &WORK_KEYS);
            refuse_misplaced(&table, work.as_ref(), &STEP_KEYS);
            super::expect::refuse_misplaced(&table, work.iter());
            table.finish();
            Some(Alternative {
                cwd,
                expected,
                capture,
                ..Alternative::new(label?.value, work?)
            })
        })
        .collect()
}

/// More than anybody waits for.
const MOST_TRIES: i64 = 1_000;

/// `retry = 3`, or `retry = { times = 3, delay = "10s" }`.
fn retry(table: &Table<'_>) -> Retry {
    let times = |table: &Table<'_>, key| {
        let numbers: Vec<u32> = small_numbers(table, key, 0..=MOST_TRIES);
        numbers.first().copied().unwrap_or(1)
    };
    match table.value("retry") {
        None => Retry::default(),
        Some(value) if value.is_table() => match table.table("retry") {
            Some(table) => {
                let retry = Retry {
                    times: times(&table, "times"),
                    delay: table.duration("delay").unwrap_or_default(),
                };
                table.finish();
                retry
            }
            None => Retry::default(),
        },
        Some(_) => Retry {
            times: times(table, "retry"),
            ..Retry::default()
        },
    }
}

/// `placeholders = { "<tag>" = "release" }`: text in the commands that stands for a variable.
fn placeholders(table: &Table<'_>) -> Vec<Hole> {
    let pairs = table.pairs("placeholders");
    let holes = pairs
        .into_iter()
        .filter(|(literal, _)| !literal.value.is_empty());
    holes
        .map(|(literal, var)| Hole {
            literal: literal.value,
            var: var.value,
        })
        .collect()
}

/// What is known of the step before anything was run.
fn mark(table: &Table<'_>) -> Option<Mark> {
    let text = table.text("mark")?;
    let words = [
        ("done", Mark::Done),
        ("not applicable", Mark::NotApplicable),
    ];
    let found = words.iter().find(|(word, _)| *word == text.value);
    if found.is_none() {
        let message = format!("`{}` is not a mark", text.value);
        table.problem(
            Problem::error("bad-word", text.span, message).hint("`done` or `not applicable`"),
        );
    }
    found.map(|(_, mark)| *mark)
}

fn env(table: &Table<'_>) -> Vec<(String, String)> {
    let pairs = table.pairs("env");
    let bad = |name: &str| name.is_empty() || name.contains(['=', '\0', ' ', '\t', '\n']);
    for (name, _) in pairs.iter().filter(|(name, _)| bad(&name.value)) {
        let message = format!("`{}` can't be the name of a variable", name.value);
        table.problem(
            Problem::error("bad-name", name.span, message)
                .hint("letters, digits and `_`, no blanks and no `=`"),
        );
    }
    pairs
        .into_iter()
        .map(|(name, value)| (name.value, value.value))
        .collect()
}
