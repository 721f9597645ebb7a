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
const SINCE: [(&str, u32); 93] = [
    ("alter table ? | alter ? drop expression", 13),
    ("alter view ? rename ? to", 13),
    ("create index | with (deduplicate_items)", 13),
    ("drop database ? (force)", 13),
    ("drop database ? with (force)", 13),
    ("explain (wal)", 13),
    ("select | row with ties", 13),
    ("select | rows with ties", 13),
    ("vacuum (parallel)", 13),
    ("alter table ? | alter ? set compression", 14),
    ("alter table ? | detach partition ? concurrently", 14),
    ("alter table ? | detach partition ? finalize", 14),
    ("create function ? | begin atomic", 14),
    ("create function ? | return", 14),
    ("create or replace function ? | begin atomic", 14),
    ("create or replace function ? | return", 14),
    ("create or replace procedure ? | begin atomic", 14),
    ("create or replace trigger", 14),
    ("create procedure ? | begin atomic", 14),
    ("create table ? / compression lz4", 14),
    ("create table ? / compression pglz", 14),
    ("create table ? / including compression", 14),
    ("grant ? on | granted by", 14),
    ("grant all privileges on | granted by", 14),
    ("grant pg_read_all_data", 14),
    ("grant pg_write_all_data", 14),
    ("reindex (concurrently)", 14),
    ("reindex (tablespace)", 14),
    ("revoke ? on | granted by", 14),
    ("revoke all privileges on | granted by", 14),
    ("select | group by distinct", 14),
    ("vacuum (index_cleanup auto)", 14),
    ("vacuum (process_toast)", 14),
    ("with | search breadth first by", 14),
    ("with | search depth first by", 14),
    ("alter database ? refresh collation version", 15),
    ("alter publication ? | table ? ()", 15),
    ("alter publication ? | table ? where", 15),
    ("alter publication ? | tables in schema", 15),
    ("alter table ? | set access method", 15),
    ("alter table ? | unique nulls not distinct", 15),
    ("alter view ? set (security_invoker)", 15),
    ("create index | () nulls not distinct", 15),
    ("create publication ? | table ? ()", 15),
    ("create publication ? | table ? where", 15),
    ("create publication ? | tables in schema", 15),
    ("create table ? / unique nulls not distinct", 15),
    ("create | with (security_invoker)", 15),
    ("grant set on parameter", 15),
    ("merge into", 15),
    ("alter table ? | alter ? set storage default", 16),
    ("analyze (buffer_usage_limit)", 16),
    ("copy | stdin (default)", 16),
    ("copy | with (default)", 16),
    ("create table ? / storage extended", 16),
    ("create table ? / storage external", 16),
    ("create table ? / storage main", 16),
    ("create table ? / storage plain", 16),
    ("explain (generic_plan)", 16),
    ("grant | with inherit", 16),
    ("grant | with set", 16),
    ("vacuum (buffer_usage_limit)", 16),
    ("vacuum (only_database_stats)", 16),
    ("vacuum (process_main)", 16),
    ("vacuum (skip_database_stats)", 16),
    ("alter default privileges | grant maintain on", 17),
    ("alter table ? | alter ? set expression as", 17),
    ("alter table ? | alter ? set statistics default", 17),
    ("alter table ? | set access method default", 17),
    ("copy | stdin (log_verbosity)", 17),
    ("copy | stdin (on_error)", 17),
    ("copy | with (log_verbosity)", 17),
    ("copy | with (on_error)", 17),
    ("explain (memory)", 17),
    ("explain (serialize)", 17),
    ("grant maintain on", 17),
    ("merge into | not matched by", 17),
    ("merge into | returning", 17),
    ("alter default privileges | on large objects", 18),
    ("alter table ? | add constraint ? not null", 18),
    ("alter table ? | alter constraint ? enforced", 18),
    ("alter table ? | alter constraint ? inherit", 18),
    ("alter table ? | generated always as () !stored", 18),
    ("alter table ? | not enforced", 18),
    ("alter table ? | primary key (…without overlaps)", 18),
    ("analyze only", 18),
    ("copy | stdin (reject_limit)", 18),
    ("copy | with (reject_limit)", 18),
    ("create table ? / generated always as () !stored", 18),
    ("create table ? / not enforced", 18),
    ("create table ? / primary key (…without overlaps)", 18),
    ("create table ? / unique (…without overlaps)", 18),
    ("vacuum only", 18),
];
/// Parameters, the first version that has them, and the first that has them no more.
#[rustfmt::skip]
const PARAMETERS: [(&str, u32, u32); 18] = [
    ("enable_incremental_sort", 13, u32::MAX),
    ("hash_mem_multiplier", 13, u32::MAX),
    ("logical_decoding_work_mem", 13, u32::MAX),
    ("wal_skip_threshold", 13, u32::MAX),
    ("client_connection_check_interval", 14, u32::MAX),
    ("compute_query_id", 14, u32::MAX),
    ("default_toast_compression", 14, u32::MAX),
    ("enable_memoize", 14, u32::MAX),
    ("idle_session_timeout", 14, u32::MAX),
    ("vacuum_failsafe_age", 14, u32::MAX),
    ("debug_parallel_query", 16, u32::MAX),
    ("vacuum_buffer_usage_limit", 16, u32::MAX),
    ("event_triggers", 17, u32::MAX),
    ("transaction_timeout", 17, u32::MAX),
    ("operator_precedence_warning", 0, 14),
    ("vacuum_cleanup_index_scale_factor", 0, 14),
    ("force_parallel_mode", 0, 16),
    ("old_snapshot_threshold", 0, 17),
];
/// How statements set one of them, as [`Shape::is`] reads them.
const SETTING: [&str; 4] = ["set", "set session", "set local", "alter | set"];
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
    let begins = |pattern: &str| pattern.split(' ').next() == Some(first.as_str());
    let calls = CALLING.contains(&first.as_str());
    let sets = SETTING.into_iter().any(begins);
    let mut since = SINCE.iter().filter(|(pattern, _)| begins(pattern));
    if !calls && !sets && since.clone().next().is_none() {
        return None;
    }
    let shape = Shape::read(sql);
    let not_there = |(_, since, until): &&(&str, u32, u32)| !(*since..*until).contains(&server);
    let mut functions = FUNCTIONS.iter().filter(|_| calls).filter(not_there);
    let mut parameters = PARAMETERS.iter().filter(|_| sets).filter(not_there);
    let named = functions.find(|(name, ..)| shape.calls(name)).or_else(|| {
        let is_set = |name: &str| SETTING.iter().any(|set| shape.is(&format!("{set} {name}")));
        parameters.find(|(name, ..)| is_set(name))
    });
    if let Some((name, since, until)) = named {
        let (version, word) = if server < *since {
            (since, "only since")
        } else {
            (until, "no longer since")
        };
        return Some(says(name, word, *version, server));
    }
    let (pattern, since) = since.find(|(pattern, since)| server < *since && shape.is(pattern))?;
    Some(says(&shown(pattern), "only since", *since, server))
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
