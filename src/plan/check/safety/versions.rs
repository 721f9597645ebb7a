//! What the server that was asked does not know yet, or no longer: it refuses that, whatever is in its databases.

use std::borrow::Cow;

use super::passage::Passage;
use super::psql::from_program;
use super::text::Text;
use crate::plan::commands::{Command, Given, Known};
use crate::plan::facts::Facts;
use crate::plan::problem::Problem;
use crate::plan::sql_text::{self, TokenSort};

/// Words of a statement, and the first version that takes them. `…` stands for any words, `?` for one; without `…`
/// before them they begin the statement.
#[rustfmt::skip]
const SINCE: [(&str, u32); 38] = [
    ("alter table … alter … drop expression", 13),
    ("drop database ? force", 13),
    ("drop database ? with force", 13),
    ("drop database if exists ? force", 13),
    ("drop database if exists ? with force", 13),
    ("alter table … detach partition … concurrently", 14),
    ("alter table … alter … set compression", 14),
    ("create or replace trigger", 14),
    ("grant pg_read_all_data", 14),
    ("grant pg_write_all_data", 14),
    ("reindex concurrently", 14),
    ("reindex tablespace", 14),
    ("vacuum … process_toast", 14),
    ("… set idle_session_timeout", 14),
    ("alter publication … tables in schema", 15),
    ("alter table … set access method", 15),
    ("alter table … unique nulls not distinct", 15),
    ("alter view … security_invoker", 15),
    ("create … index … nulls not distinct", 15),
    ("create publication … tables in schema", 15),
    ("create table … unique nulls not distinct", 15),
    ("create … view … with security_invoker", 15),
    ("grant set on parameter", 15),
    ("merge into", 15),
    ("… pg_backup_start", 15),
    ("… pg_backup_stop", 15),
    ("explain … generic_plan", 16),
    ("vacuum … buffer_usage_limit", 16),
    ("vacuum … skip_database_stats", 16),
    ("alter table … alter … set expression as", 17),
    ("grant maintain on", 17),
    ("… set transaction_timeout", 17),
    ("alter table … add constraint ? not null", 18),
    ("alter table … generated always as … virtual", 18),
    ("alter table … not enforced", 18),
    ("create table … generated always as … virtual", 18),
    ("create table … not enforced", 18),
    ("create table … without overlaps", 18),
];
/// The same of what was taken away, and the first version without it.
const UNTIL: [(&str, u32); 3] = [
    ("… pg_start_backup", 15),
    ("… pg_stop_backup", 15),
    ("… set old_snapshot_threshold", 17),
];
/// Options of programs, each by all of its names, that need such a server.
const OPTIONS: [(&str, &[&str], u32); 4] = [
    ("dropdb", &["force", "f"], 13),
    ("vacuumdb", &["parallel", "P"], 13),
    ("reindexdb", &["tablespace"], 14),
    ("vacuumdb", &["buffer-usage-limit"], 16),
];
/// The options of those programs that take a value.
const VALUED: Known = Known {
    short: "hpUdtijnNSP",
    long: &[
        "host",
        "port",
        "username",
        "maintenance-db",
        "dbname",
        "table",
        "index",
        "jobs",
        "schema",
        "parallel",
        "tablespace",
        "buffer-usage-limit",
    ],
    leading: false,
};

/// What to do about it.
pub(super) const HINT: &str = "write it as this server takes it, or upgrade that first";

/// Why a server of the version `server` refuses the statement `sql`, if it does.
pub(super) fn refused(sql: &str, server: u32) -> Option<String> {
    let since = SINCE.iter().filter(|(_, since)| server < *since);
    let until = UNTIL.iter().filter(|(_, until)| server >= *until);
    let words: Vec<String> = sql_text::tokens(sql)
        .filter(|token| matches!(token.sort, TokenSort::Word | TokenSort::Name))
        .map(|token| sql[token.range].to_ascii_lowercase())
        .collect();
    let holds = |pattern: &str| holds(&words, pattern);
    let (pattern, version, word) = since
        .map(|(pattern, version)| (pattern, version, "only since"))
        .chain(until.map(|(pattern, version)| (pattern, version, "no longer since")))
        .find(|(pattern, ..)| holds(pattern))?;
    let shown = pattern.trim_start_matches("… ").to_ascii_uppercase();
    Some(says(&shown, word, *version, server))
}

fn says(shown: &str, word: &str, version: u32, server: u32) -> String {
    format!(
        "`{shown}` is known {word} PostgreSQL {version}, and this server is a {server}: this fails"
    )
}

/// Whether `words` are those of `pattern`.
fn holds(words: &[String], pattern: &str) -> bool {
    let mut rest = words;
    pattern.split('…').enumerate().all(|(ix, part)| {
        let part: Vec<&str> = part.split_whitespace().collect();
        let same = |at: &[String]| {
            let mut pairs = part.iter().zip(at);
            pairs.all(|(wanted, word)| *wanted == "?" || wanted == word)
        };
        if part.is_empty() {
            return true;
        }
        let mut places = rest.windows(part.len());
        let found = if ix == 0 {
            places.next().filter(|at| same(at)).map(|_| 0)
        } else {
            places.position(same)
        };
        rest = found.map_or(&[], |at| &rest[at + part.len()..]);
        found.is_some()
    })
}

/// What is known of the database. Of a server that the plan itself replaces with a newer one the version is not.
pub(super) fn known<'f>(passages: &[Passage<'_>], facts: &'f Facts) -> Cow<'f, Facts> {
    let upgrades = |passage: &Passage<'_>| passage.body.contains("pg_upgrade");
    if !passages.iter().any(upgrades) {
        return Cow::Borrowed(facts);
    }
    Cow::Owned(Facts {
        server: None,
        ..facts.clone()
    })
}

/// Finds options of programs that `server` doesn't know.
pub(super) fn check(text: &Text<'_>, server: Option<u32>, out: &mut Vec<Problem>) {
    let Some(server) = server.filter(|_| text.runs()) else {
        return;
    };
    for command in &text.script.commands {
        if let Some(why) = option(command, server) {
            out.push(text.warning("sure-to-fail", from_program(command), why, HINT));
        }
    }
}

fn option(command: &Command<'_>, server: u32) -> Option<String> {
    let mut options = OPTIONS.iter().filter(|(program, names, since)| {
        let own = *program == command.program() && server < *since;
        own && Given::read(command.arguments(), VALUED).has(names)
    });
    let (program, names, since) = options.next()?;
    let name = names.first().copied().unwrap_or_default();
    let shown = format!("{program} --{name}");
    Some(says(&shown, "only since", *since, server))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Statements, the first version that takes each, and the first that takes it no longer: tried on 12, 14, 15, 16
    /// and 18.
    const TRIED: &[(&str, u32, u32)] = &[
        ("alter table t alter column s drop expression", 13, 99),
        ("drop database nobody_here (force)", 13, 99),
        ("drop database if exists nobody_here with (force)", 13, 99),
        ("alter table p detach partition p1 concurrently", 14, 99),
        ("alter table t alter column b set compression pglz", 14, 99),
        (
            "create or replace trigger g before insert on t for each row execute function suppress_redundant_updates_trigger()",
            14,
            99,
        ),
        ("grant pg_read_all_data to current_user", 14, 99),
        ("reindex (concurrently) table t", 14, 99),
        ("vacuum (process_toast off) t", 14, 99),
        ("set idle_session_timeout = 0", 14, 99),
        ("create unique index on t (a) nulls not distinct", 15, 99),
        ("alter table t add unique nulls not distinct (a)", 15, 99),
        (
            "create table n (a int, unique nulls not distinct (a))",
            15,
            99,
        ),
        ("create publication one for tables in schema public", 15, 99),
        (
            "create view w with (security_invoker = true) as select 1",
            15,
            99,
        ),
        (
            "merge into t using p on false when not matched then do nothing",
            15,
            99,
        ),
        ("select pg_backup_start('x')", 15, 99),
        ("select pg_start_backup('x')", 0, 15),
        ("explain (generic_plan) select 1", 16, 99),
        ("vacuum (buffer_usage_limit '1MB') t", 16, 99),
        (
            "alter table t alter column s set expression as (a * 3)",
            17,
            99,
        ),
        ("grant maintain on t to current_user", 17, 99),
        ("set transaction_timeout = 0", 17, 99),
        ("alter table t add constraint nn not null a", 18, 99),
        (
            "alter table t add column v int generated always as (a * 2) virtual",
            18,
            99,
        ),
        ("create table e (a int, check (a > 0) not enforced)", 18, 99),
        (
            "create table g (a int generated always as (1) virtual)",
            18,
            99,
        ),
        // What only looks like one of them.
        ("alter table t add column d int not null default 1", 0, 99),
        (
            "alter table t add column c int constraint nn not null default 1",
            0,
            99,
        ),
        (
            "alter table t add constraint k check (a is not null) not valid",
            0,
            99,
        ),
        ("alter table p detach partition p1", 0, 99),
        (
            "alter table t add column x int generated always as (a * 2) stored",
            0,
            99,
        ),
        ("create unique index on t (a)", 0, 99),
        ("drop database if exists nobody_here", 0, 99),
        ("select 'merge into' as a, 'nulls not distinct' as b", 0, 99),
        ("set lock_timeout = 0", 0, 99),
        ("reindex table concurrently t", 12, 99),
    ];
    #[test]
    fn servers_refuse_what_they_do_not_know() {
        for (sql, since, until) in TRIED {
            for server in 12..=18 {
                let taken = (*since..*until).contains(&server);
                let why = refused(sql, server);
                assert_eq!(why.is_none(), taken, "{server}: {sql}: {why:?}");
            }
        }
    }

    #[test]
    fn a_plan_is_judged_by_the_version_of_its_server() {
        let told = |server: Option<u32>, block: &str| {
            let text = format!("# P\n\n## Deployment\n\n{block}\n");
            let facts = Facts {
                server,
                ..Facts::default()
            };
            let opened = crate::plan::open_with("p.md", text.as_bytes(), Some(&facts));
            let problems = opened.problems.into_iter();
            let ours = ["sure-to-fail", "renamed-column"];
            let ours = problems.filter(|problem| ours.contains(&problem.code));
            ours.map(|problem| problem.message).collect::<Vec<_>>()
        };
        let force = "```bash\ndropdb --force shop\n```";
        assert_eq!(
            told(Some(12), force),
            [
                "`dropdb --force` is known only since PostgreSQL 13, and this server is a 12: this fails"
            ]
        );
        let psql = "```bash\npsql -c 'merge into t using u on false when not matched then do nothing'\n```";
        let upgraded = &format!("```bash\npg_upgrade --link -d /old -D /new\n```\n\n{psql}");
        // The names of columns go with the version as well.
        let old = "```sql\nselect total_time from pg_stat_statements;\n```";
        let new = "```sql\nselect total_exec_time from pg_stat_statements;\n```";
        for (server, block, count) in [
            (Some(13), force, 0),
            (None, force, 0),
            (Some(14), psql, 1),
            (Some(15), psql, 0),
            (None, psql, 0),
            (Some(12), upgraded, 0),
            (Some(12), old, 0),
            (Some(12), new, 1),
            (Some(13), old, 1),
            (Some(13), new, 0),
            (None, old, 1),
            (None, new, 0),
        ] {
            assert_eq!(told(server, block).len(), count, "{server:?} {block}");
        }
    }
}
