//! What a statement does to a table, as far as its text tells: enough to say why there is no progress
//! to show.

use super::View;

/// What is counted by newer servers only.
const COPIES: &str = "copies to or from a client or a file";
const SAMPLES: &str = "analyzes rows";

/// With what statements begin that go through a whole table.
const LONG: [&str; 10] = [
    "alter",
    "analyze",
    "autovacuum",
    "copy",
    "create",
    "delete",
    "insert",
    "refresh",
    "update",
    "vacuum",
];

/// The length of the comment or the quoted text with which `text` begins; 0 if it begins with neither.
fn skipped(text: &str) -> usize {
    match text.as_bytes() {
        [b'-', b'-', ..] => text.find('\n').unwrap_or(text.len()),
        [b'/', b'*', ..] => text.find("*/").map_or(text.len(), |end| end + 2),
        [b'\'', ..] => text[1..].find('\'').map_or(text.len(), |end| end + 2),
        _ => 0,
    }
}

/// What stands between comments and quoted texts.
fn stretches(statement: &str) -> impl Iterator<Item = &str> {
    let mut rest = statement;
    std::iter::from_fn(move || {
        if rest.is_empty() {
            return None;
        }
        let mut marks = rest.match_indices(['-', '/', '\'']).map(|(at, _)| at);
        let end = marks.find(|at| skipped(&rest[*at..]) > 0);
        let (stretch, after) = rest.split_at(end.unwrap_or(rest.len()));
        rest = &after[skipped(after)..];
        Some(stretch)
    })
}

/// The words of a statement in lower case, without comments and without what stands in quotes.
pub(in crate::monitor) fn plain(statement: &str) -> String {
    let mut text = String::new();
    for word in stretches(statement).flat_map(str::split_whitespace) {
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(&word.to_lowercase());
    }
    text
}

/// Whether a statement begins as those that go through a whole table. Most do not, and are not read on.
fn may_be_long(statement: &str) -> bool {
    let first = stretches(statement).flat_map(str::split_whitespace).next();
    let word = first.and_then(|first| first.split(|c: char| !c.is_ascii_alphabetic()).next());
    word.is_some_and(|word| LONG.iter().any(|one| word.eq_ignore_ascii_case(one)))
}

/// Whether the statement may write a table anew.
pub(in crate::monitor) fn rewrites(statement: &str) -> bool {
    let text = plain(statement);
    text.starts_with("alter table") || text.starts_with("refresh materialized view")
}

/// The name itself, without what it belongs to and without quotes.
fn last(name: &str) -> String {
    let (_, last) = name.rsplit_once('.').unwrap_or(("", name));
    last.trim_matches('"').to_lowercase()
}

/// Whether the statement, or what an autovacuum calls one, vacuums `table` and nothing else.
pub(super) fn vacuums_only(statement: &str, table: &str) -> bool {
    let text = plain(statement);
    let text = text.strip_prefix("autovacuum: ").unwrap_or(&text);
    let Some(rest) = text.strip_prefix("vacuum") else {
        return false;
    };
    let mut rest = rest.trim_start();
    if let Some((_, after)) = rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        rest = after.trim_start();
    }
    while let Some((word, after)) = rest.split_once(' ')
        && ["full", "freeze", "verbose", "analyze"].contains(&word)
    {
        rest = after;
    }
    // Behind the name stand its columns, or what an autovacuum adds; another table stands behind a comma.
    let (name, behind) = rest.split_once(['(', ' ']).unwrap_or((rest, ""));
    let columns = behind.split_once(')').map_or(behind, |(_, after)| after);
    last(name.trim_end_matches(';')) == last(table) && !columns.contains(',')
}

/// Whether the statement builds `index` anew and nothing else.
pub(super) fn rebuilds_only(statement: &str, index: &str) -> bool {
    let text = plain(statement);
    // While it is built beside the old one it has a name of its own.
    let index = last(index);
    let index = index.strip_suffix("_ccnew").unwrap_or(&index);
    rebuilt(&text).is_some_and(|(sort, name)| sort == "index" && last(name) == index)
}

/// Whether the statement builds all indexes of `table` anew and nothing else.
pub(super) fn rebuilds_table(statement: &str, table: &str) -> bool {
    let text = plain(statement);
    rebuilt(&text).is_some_and(|(sort, name)| sort == "table" && last(name) == last(table))
}

/// Whether the statement builds all indexes of a table, or of many, anew.
pub(super) fn rebuilds_tables(statement: &str) -> bool {
    rebuilt(&plain(statement)).is_some_and(|(sort, _)| sort != "index")
}

/// What a statement in plain words builds anew: `index`, `table` or what else, and its name.
fn rebuilt(text: &str) -> Option<(&str, &str)> {
    let text = text.trim_end_matches([';', ' ']);
    let rest = text.strip_prefix("reindex ")?;
    let rest = match rest.strip_prefix('(').and_then(|rest| rest.split_once(')')) {
        Some((_, after)) => after.trim_start(),
        None => rest,
    };
    let (sort, name) = rest.split_once(' ')?;
    let name = name.strip_prefix("concurrently").unwrap_or(name);
    Some((sort, name.trim_start()))
}

/// The view that counts the statement, on servers that have it.
pub(in crate::monitor) fn counted_by(statement: &str) -> Option<View> {
    match reads_everything(statement)? {
        COPIES => Some(View::Copy),
        SAMPLES => Some(View::Analyze),
        _ => None,
    }
}

/// What the statement does that takes long and that no counter tells of; none for anything else.
pub(in crate::monitor) fn reads_everything(statement: &str) -> Option<&'static str> {
    if !may_be_long(statement) {
        return None;
    }
    let text = plain(statement);
    let text = text.strip_prefix("autovacuum: ").unwrap_or(&text);
    let alters = text.starts_with("alter table");
    let found = [
        (
            alters && text.contains("validate constraint"),
            "checks every row",
        ),
        (
            alters && text.contains("foreign key"),
            "checks every row of both tables",
        ),
        (
            alters && text.contains("set not null"),
            "checks every row for nulls",
        ),
        (alters && text.contains(" check"), "checks every row"),
        (alters, "alters the table"),
        (text.starts_with("update "), "changes rows"),
        (text.starts_with("delete "), "deletes rows"),
        (
            text.starts_with("create table") && text.contains(" as "),
            "fills a new table",
        ),
        (
            text.starts_with("create materialized view"),
            "fills a new view",
        ),
        (
            text.starts_with("refresh materialized view"),
            "fills the view anew",
        ),
        (
            text.starts_with("insert ") && text.contains("select"),
            "copies rows",
        ),
        (text.starts_with("copy "), COPIES),
        (
            text.starts_with("analyze") || text.starts_with("vacuum") && text.contains("analyze"),
            SAMPLES,
        ),
    ];
    found.iter().find(|(is, _)| *is).map(|(_, words)| *words)
}

/// An amount of bytes that is only known roughly.
pub(in crate::monitor) fn megabytes(bytes: f64) -> String {
    match bytes / 1e6 {
        little if little < 1.0 => "less than 1 MB".to_owned(),
        some => format!("{some:.0} MB"),
    }
}
