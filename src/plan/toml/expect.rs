//! What a step and a probe expect.

use std::ops::RangeInclusive;

use super::snapshot;
use super::table::Table;
use crate::plan::draft::Placed;
use crate::plan::expect::{BadInJson, Comparison, Expect, InJson};
use crate::plan::problem::Problem;
use crate::plan::source::Span;
use crate::plan::template;
use crate::plan::tree::{Node, Value};
use crate::plan::work::Work;

/// Keys of `expect`, and the kinds of work that leave something to be judged by them. What a snapshot
/// keeps is looked at where its names are.
const KEYS: [(&str, &[&str]); 9] = [
    ("exit", &["shell"]),
    ("output", &["shell", "sql", "http"]),
    ("says", &["shell", "sql", "http"]),
    ("regex", &["shell", "sql", "http"]),
    ("value", &["shell", "sql", "http"]),
    ("rows", &["sql"]),
    ("json", &["shell", "sql", "http"]),
    ("status", &["http"]),
    ("within", &["http"]),
];

/// What a program can return.
const EXIT_CODES: RangeInclusive<i64> = 0..=255;
/// What a server can answer.
const STATUSES: RangeInclusive<i64> = 100..=599;

/// What must be true, as a step and a probe say it.
pub(super) fn expect(table: &Table<'_>) -> Expect {
    let Some(value) = table.value("expect") else {
        return Expect::default();
    };
    if value.is_text() {
        table.problem(
            Problem::error(
                "wrong-type",
                value.span,
                "`expect` must be a table, not a string",
            )
            .hint("write `expect = { output = \"…\" }`"),
        );
        return Expect::default();
    }
    let Some(table) = table.table("expect") else {
        return Expect::default();
    };
    let value = comparison(&table, "value");
    let rows = comparison(&table, "rows").filter(|rows| {
        let counts = rows.is_of_numbers() && template::tokens(&rows.wanted).is_empty();
        if !counts {
            let span = table.value("rows").map_or(table.span(), |value| value.span);
            let message = format!("`{}` is not a number of rows", rows.wanted);
            table.problem(
                Problem::error("bad-comparison", span, message).hint("such as `rows = 0`"),
            );
        }
        counts
    });
    let expect = Expect {
        exit: small_numbers(&table, "exit", EXIT_CODES),
        output: table.string("output"),
        says: table.string("says"),
        regex: table.pattern_with_variables("regex"),
        value,
        rows,
        json: in_json(&table),
        status: small_numbers(&table, "status", STATUSES),
        within: table.some_time("within"),
        kept: snapshot::kept(&table),
        shown: table.string("shown"),
    };
    table.finish();
    expect
}

/// What `key` is to be compared with.
fn comparison(table: &Table<'_>, key: &'static str) -> Option<Comparison> {
    let text = table.scalar(key)?;
    let refuse = |why| {
        let hint = format!("such as `{key} = \">= 58\"`");
        table.problem(Problem::error("bad-comparison", text.span, why).hint(hint));
    };
    Comparison::parse(&text.value).map_err(refuse).ok()
}

/// What is expected must be something that each of `works` leaves to be judged.
pub(super) fn refuse_misplaced<'w>(table: &Table<'_>, works: impl Iterator<Item = &'w Work>) {
    let Some(Value::Table(expected)) = table.value("expect").map(|node| &node.value) else {
        return;
    };
    let kinds: Vec<&str> = works.map(Work::kind).collect();
    for (key, fitting) in KEYS {
        let odd = kinds.iter().find(|kind| !fitting.contains(kind));
        if let (Some(value), Some(kind)) = (expected.get(key), odd) {
            let message = format!("a {kind} step has no `{key}` to expect anything of");
            let hint = match fitting {
                [most @ .., last] if !most.is_empty() => {
                    format!("it goes with {} and {last}", most.join(", "))
                }
                _ => format!("it goes with {}", fitting.join("")),
            };
            table.problem(Problem::error("misplaced-key", value.span, message).hint(hint));
        }
    }
}

/// `json = ".status == up"`, a list of such texts, or a table of paths and what stands there.
fn in_json(table: &Table<'_>) -> Vec<InJson> {
    let Some(node) = table.value("json") else {
        return Vec::new();
    };
    let read = |text: &str, place: &Placed<String>| {
        let refuse = |bad| table.problem(refused(&place.value, bad, place.span));
        InJson::parse(text).map_err(refuse).ok()
    };
    if !node.is_table() {
        let texts = table.strings("json");
        let read = texts.iter().map(|text| read(&text.value, text));
        return read.flatten().collect();
    }
    let Some(places) = table.table("json") else {
        return Vec::new();
    };
    let one = |(path, node): (Placed<String>, &Node)| {
        let Some(wanted) = node.scalar() else {
            return table.wrong(&path.value, node, "text, a number or a boolean");
        };
        let only = read(&path.value, &path)?;
        if only.wanted.is_some() {
            let message = format!("`{}` compares already", path.value);
            table.problem(Problem::error("bad-path", path.span, message));
            return None;
        }
        let wanted = Comparison::parse(&wanted).map_err(|why| {
            table.problem(refused(&wanted, BadInJson::Wanted(why), node.span));
        });
        Some(InJson {
            wanted: Some(wanted.ok()?),
            ..only
        })
    };
    places.named().into_iter().filter_map(one).collect()
}

/// Why `text` is nothing that JSON can be held against.
pub(in crate::plan) fn refused(text: &str, bad: BadInJson, span: Span) -> Problem {
    match bad {
        BadInJson::Path(bad) => {
            let at = text.get(bad.at..).unwrap_or_default();
            let message = format!("`{text}` is not a path into JSON: {}, at `{at}`", bad.why);
            Problem::error("bad-path", span, message)
                .hint("such as `.status == up`, or `.data.items[0].count >= 3`")
        }
        BadInJson::Wanted(why) => Problem::error("bad-comparison", span, why)
            .hint("such as `.status == up` or `.count >= 3`"),
    }
}

/// The whole numbers at `key`, as far as they fit.
pub(super) fn small_numbers<T: TryFrom<i64>>(
    table: &Table<'_>,
    key: &'static str,
    range: RangeInclusive<i64>,
) -> Vec<T> {
    let numbers = table.integers(key);
    numbers
        .into_iter()
        .filter_map(|number| {
            let fits = range.contains(&number.value);
            if !fits {
                let message = format!("{} is out of range for `{key}`", number.value);
                let hint = format!("it is a number from {} to {}", range.start(), range.end());
                table.problem(Problem::error("out-of-range", number.span, message).hint(hint));
            }
            T::try_from(number.value).ok().filter(|_| fits)
        })
        .collect()
}
