//! What the server that was asked does not know yet, or no longer: it refuses that, whatever is in its databases.

use std::borrow::Cow;

use super::passage::Passage;
use super::psql::from_program;
use super::text::Text;
use super::upkeep;
use crate::plan::commands::{Command, Given};
use crate::plan::facts::Facts;
use crate::plan::problem::Problem;
use crate::plan::sql_text::{self, Shape};

/// Forms of statements, as [`Shape::is`] reads them, and the first version that takes them.
#[rustfmt::skip]
const SINCE: [(&str, u32); 44] = [
    ("alter table ? | alter ? drop expression", 13),
    ("alter view ? rename ? to", 13),
    ("drop database ? (force)", 13),
    ("drop database ? with (force)", 13),
    ("alter table ? | detach partition ? concurrently", 14),
    ("alter table ? | alter ? set compression", 14),
    ("create or replace trigger", 14),
    ("grant pg_read_all_data", 14),
    ("grant pg_write_all_data", 14),
    ("reindex (concurrently)", 14),
    ("reindex (tablespace)", 14),
    ("vacuum (process_toast)", 14),
    ("set idle_session_timeout", 14),
    ("set session idle_session_timeout", 14),
    ("set local idle_session_timeout", 14),
    ("alter | set idle_session_timeout", 14),
    ("alter publication ? | tables in schema", 15),
    ("alter table ? | set access method", 15),
    ("alter table ? | unique nulls not distinct", 15),
    ("alter view ? set (security_invoker)", 15),
    ("create index | () nulls not distinct", 15),
    ("create publication ? | tables in schema", 15),
    ("create table ? / unique nulls not distinct", 15),
    ("create | with (security_invoker)", 15),
    ("grant set on parameter", 15),
    ("merge into", 15),
    ("analyze (buffer_usage_limit)", 16),
    ("explain (generic_plan)", 16),
    ("vacuum (buffer_usage_limit)", 16),
    ("vacuum (skip_database_stats)", 16),
    ("alter table ? | alter ? set expression as", 17),
    ("grant maintain on", 17),
    ("set transaction_timeout", 17),
    ("set session transaction_timeout", 17),
    ("set local transaction_timeout", 17),
    ("alter | set transaction_timeout", 17),
    ("alter table ? | add constraint ? not null", 18),
    ("alter table ? | generated always as () !stored", 18),
    ("alter table ? | not enforced", 18),
    ("alter table ? | primary key (…without overlaps)", 18),
    ("create table ? / generated always as () !stored", 18),
    ("create table ? / not enforced", 18),
    ("create table ? / primary key (…without overlaps)", 18),
    ("create table ? / unique (…without overlaps)", 18),
];
/// The same of what was taken away, and the first version without it.
const UNTIL: [(&str, u32); 2] = [
    ("set old_snapshot_threshold", 17),
    ("alter | set old_snapshot_threshold", 17),
];
/// Functions, the first version that has them, and the first that has them no more.
const FUNCTIONS: [(&str, u32, u32); 4] = [
    ("pg_backup_start", 15, u32::MAX),
    ("pg_backup_stop", 15, u32::MAX),
    ("pg_start_backup", 0, 15),
    ("pg_stop_backup", 0, 15),
];
/// Words by which statements begin that may call a function.
const CALLING: [&str; 3] = ["select", "values", "with"];
/// Options of programs, each by all of its names, that need such a server.
const OPTIONS: [(&str, &[&str], u32); 4] = [
    ("dropdb", &["force", "f"], 13),
    ("vacuumdb", &["parallel", "P"], 13),
    ("reindexdb", &["tablespace"], 14),
    ("vacuumdb", &["buffer-usage-limit"], 16),
];
/// What to do about it.
pub(super) const HINT: &str = "write it as this server takes it, or upgrade that first";

/// Why a server of the version `server` refuses the statement `sql`, if it does.
pub(super) fn refused(sql: &str, server: u32) -> Option<String> {
    let first = sql_text::tokens(sql).next()?;
    let first = sql[first.range].to_ascii_lowercase();
    let begins = |(pattern, _): &&(&str, u32)| pattern.split(' ').next() == Some(first.as_str());
    let calls = CALLING.contains(&first.as_str());
    let (mut since, mut until) = (SINCE.iter().filter(begins), UNTIL.iter().filter(begins));
    if !calls && since.clone().chain(until.clone()).next().is_none() {
        return None;
    }
    let shape = Shape::read(sql);
    let function = FUNCTIONS.iter().find(|(name, since, until)| {
        let known = (*since..*until).contains(&server);
        calls && !known && shape.calls(name)
    });
    if let Some((name, since, until)) = function {
        let (version, word) = if server < *since {
            (since, "only since")
        } else {
            (until, "no longer since")
        };
        return Some(says(name, word, *version, server));
    }
    let new = since.find(|(pattern, since)| server < *since && shape.is(pattern));
    let old = until.find(|(pattern, until)| server >= *until && shape.is(pattern));
    let new = new.map(|(pattern, version)| (pattern, version, "only since"));
    let old = old.map(|(pattern, version)| (pattern, version, "no longer since"));
    let (pattern, version, word) = new.or(old)?;
    Some(says(&shown(pattern), word, *version, server))
}

/// `pattern` as a person reads it.
fn shown(pattern: &str) -> String {
    let plain = pattern.replace("? |", "…").replace("? /", "…");
    let plain = plain.replace('!', "without ");
    let plain = plain.replace(['|', '?'], "…").replace("()", "(…)");
    plain.to_ascii_uppercase()
}

fn says(shown: &str, word: &str, version: u32, server: u32) -> String {
    format!(
        "`{shown}` is known {word} PostgreSQL {version}, and this server is a {server}: this fails"
    )
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
        own && Given::read(command.arguments(), upkeep::valued(program)).has(names)
    });
    let (program, names, since) = options.next()?;
    let name = names.first().copied().unwrap_or_default();
    let shown = format!("{program} --{name}");
    Some(says(&shown, "only since", *since, server))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(serde::Deserialize)]
    struct Tried {
        form: Vec<Form>,
    }

    #[derive(serde::Deserialize)]
    struct Form {
        sql: String,
        #[serde(default)]
        since: u32,
        until: Option<u32>,
    }

    #[test]
    fn servers_refuse_what_they_do_not_know() {
        let tried: Tried =
            toml::from_str(include_str!("../../../../tests/ddl/versions.toml")).unwrap();
        for Form { sql, since, until } in &tried.form {
            for server in 12..=18 {
                let taken = (*since..until.unwrap_or(u32::MAX)).contains(&server);
                let why = refused(sql, server);
                assert_eq!(why.is_none(), taken, "{server}: {sql}: {why:?}");
            }
        }
        let why = refused("alter table t alter column b set compression pglz", 12).unwrap();
        assert!(
            why.starts_with("`ALTER TABLE … ALTER … SET COMPRESSION` is known only since"),
            "{why}"
        );
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
