//! Queries of the server's own views: columns that have other names by now, and estimates that are
//! taken for counts.

use super::text::Text;
use crate::plan::problem::Problem;
use crate::plan::sql_text::{self, TokenSort};

/// Columns that people write and the views that do not have them: since which version, and what to
/// write instead.
const RENAMED: [(&str, &[&str], u32, &str); 20] = [
    ("total_time", &["pg_stat_statements"], 13, "total_exec_time"),
    ("mean_time", &["pg_stat_statements"], 13, "mean_exec_time"),
    ("min_time", &["pg_stat_statements"], 13, "min_exec_time"),
    ("max_time", &["pg_stat_statements"], 13, "max_exec_time"),
    (
        "stddev_time",
        &["pg_stat_statements"],
        13,
        "stddev_exec_time",
    ),
    (
        "blk_read_time",
        &["pg_stat_statements"],
        17,
        "shared_blk_read_time",
    ),
    (
        "blk_write_time",
        &["pg_stat_statements"],
        17,
        "shared_blk_write_time",
    ),
    ("tablename", TABLES, 0, "relname"),
    ("table_name", TABLES, 0, "relname"),
    ("tablename", INDEXES, 0, "relname"),
    ("indexname", INDEXES, 0, "indexrelname"),
    ("index_name", INDEXES, 0, "indexrelname"),
    ("procpid", &["pg_stat_activity"], 0, "pid"),
    ("current_query", &["pg_stat_activity"], 0, "query"),
    (
        "waiting",
        &["pg_stat_activity"],
        0,
        "wait_event_type = 'Lock'",
    ),
    ("sent_location", &["pg_stat_replication"], 10, "sent_lsn"),
    (
        "replay_location",
        &["pg_stat_replication"],
        10,
        "replay_lsn",
    ),
    (
        "checkpoints_timed",
        &["pg_stat_bgwriter"],
        17,
        "num_timed (in pg_stat_checkpointer)",
    ),
    (
        "checkpoints_req",
        &["pg_stat_bgwriter"],
        17,
        "num_requested (in pg_stat_checkpointer)",
    ),
    ("pg_current_xlog_location", &[], 10, "pg_current_wal_lsn"),
];
const TABLES: &[&str] = &[
    "pg_stat_user_tables",
    "pg_stat_all_tables",
    "pg_statio_user_tables",
    "pg_statio_all_tables",
];
const INDEXES: &[&str] = &[
    "pg_stat_user_indexes",
    "pg_stat_all_indexes",
    "pg_statio_user_indexes",
];
/// Other relations that do have columns of these names.
const HAVING: [&str; 9] = [
    "columns",
    "information_schema",
    "pg_indexes",
    "pg_policies",
    "pg_publication_tables",
    "pg_rules",
    "pg_stats",
    "pg_tables",
    "tables",
];
/// Words of queries that look after vacuum, for which an estimate is what is wanted.
const UPKEEP: [&str; 9] = [
    "n_dead_tup",
    "last_vacuum",
    "last_autovacuum",
    "last_analyze",
    "last_autoanalyze",
    "n_mod_since_analyze",
    "vacuum_count",
    "autovacuum_count",
    "n_ins_since_vacuum",
];

/// The words of `sql` in lower case, names in quotes among them, and where they begin.
pub(super) fn words(sql: &str) -> impl Iterator<Item = (String, usize)> {
    let named = sql_text::tokens(sql)
        .filter(|token| matches!(token.sort, TokenSort::Word | TokenSort::Name));
    named.map(|token| {
        let start = token.range.start;
        (
            sql[token.range].trim_matches('"').to_ascii_lowercase(),
            start,
        )
    })
}

/// Finds columns that a view does not have where the server has the version `server`, and estimates taken for counts.
pub(super) fn check(text: &Text<'_>, server: Option<u32>, out: &mut Vec<Problem>) {
    let body = text.body();
    if !text.runs() || !(body.contains("pg_") || body.contains("PG_")) {
        return;
    }
    for sql in text.sql() {
        for range in sql_text::statement_ranges(sql.text) {
            let words: Vec<_> = words(&sql.text[range.clone()]).collect();
            let mut found = renamed(text, &sql.text[range.clone()], &words, server);
            found.extend(estimated(text, &words));
            found.sort_by_key(|(at, _, _)| *at);
            for (at, length, make) in found {
                let start = range.start + at;
                out.push(make(sql.place(start..start + length)));
            }
        }
    }
}

type Make<'t> = Box<dyn Fn(std::ops::Range<usize>) -> Problem + 't>;

fn renamed<'t>(
    text: &'t Text<'_>,
    statement: &str,
    words: &[(String, usize)],
    server: Option<u32>,
) -> Vec<(usize, usize, Make<'t>)> {
    let has = |word: &str| words.iter().any(|(known, _)| known == word);
    if HAVING.iter().any(|word| has(word)) {
        return Vec::new();
    }
    let mut found: Vec<(usize, usize, Make<'t>)> = Vec::new();
    for (old, views, since, new) in RENAMED {
        let Some(view) = views
            .iter()
            .find(|view| has(view))
            .or(views.is_empty().then_some(&""))
        else {
            continue;
        };
        // An older server has the old name, and not the new one.
        let newer = new.split(' ').next().unwrap_or(new);
        let before = server.is_some_and(|server| server < since);
        let (wrong, right) = if before { (newer, old) } else { (old, new) };
        let uses = |ix: usize| {
            words[ix].0 == wrong
                && !(ix > 0 && words[ix - 1].0 == "as")
                && is_of(statement, words, ix, view)
        };
        let aliased = (1..words.len()).any(|ix| words[ix].0 == wrong && words[ix - 1].0 == "as");
        let Some(ix) = (0..words.len()).find(|ix| uses(*ix)).filter(|_| !aliased) else {
            continue;
        };
        let message = match (*view, since) {
            _ if before => format!(
                "`{wrong}` is there only since PostgreSQL {since}: this server calls it `{right}`"
            ),
            ("", _) => format!("`{old}` is called `{new}` since PostgreSQL {since}"),
            (view, 0) => format!("`{view}` has no column `{old}`: it is called `{new}`"),
            (view, since) => format!(
                "`{view}` has no column `{old}` since PostgreSQL {since}: it is called `{new}`"
            ),
        };
        let hint = format!("write `{right}`");
        found.push((
            words[ix].1,
            wrong.len(),
            Box::new(move |place| {
                text.warning("renamed-column", place, message.clone(), hint.clone())
            }),
        ));
    }
    found
}

/// Whether the column at `ix` of `words` may be one of `view`: nothing in front of it names another relation.
fn is_of(statement: &str, words: &[(String, usize)], ix: usize, view: &str) -> bool {
    let dotted = statement[..words[ix].1]
        .trim_end_matches('"')
        .ends_with('.');
    let Some((owner, _)) = ix.checked_sub(1).map(|ix| &words[ix]).filter(|_| dotted) else {
        return true;
    };
    let named = |at: usize| words.get(at).is_some_and(|(word, _)| word == owner);
    let called = |at: usize| match words.get(at + 1) {
        Some((word, _)) if word == "as" => named(at + 2),
        _ => named(at + 1),
    };
    let mut views = (0..words.len()).filter(|at| words[*at].0 == view);
    owner == view || view.is_empty() || views.any(called)
}

fn estimated<'t>(
    text: &'t Text<'_>,
    words: &[(String, usize)],
) -> Option<(usize, usize, Make<'t>)> {
    let counts = |(word, _): &&(String, usize)| {
        matches!(
            word.as_str(),
            "n_live_tup" | "pg_stat_get_live_tuples" | "reltuples"
        )
    };
    let (word, at) = words.iter().find(counts)?;
    let upkeep = words
        .iter()
        .any(|(word, _)| UPKEEP.contains(&word.as_str()));
    // What asks for sizes as well is a list of what is large.
    let known = ["estimate", "approx", "_size", "relpages"];
    let named = |(word, _): &(String, usize)| known.iter().any(|part| word.contains(part));
    if upkeep || words.iter().any(named) {
        return None;
    }
    let word = word.clone();
    let length = word.len();
    Some((
        *at,
        length,
        Box::new(move |place| {
            text.warning(
                "estimated-rows",
                place,
                format!("`{word}` is an estimate of the statistics, not a count: it can be 0 for a full table"),
                "count what has to be the same afterwards: `select count(*) from …`",
            )
        }),
    ))
}
