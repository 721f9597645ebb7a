//! What the steps leave in their session for those after them: settings, which another session can be
//! given again when theirs is gone, and what no other session can have.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use sqlx::postgres::{PgConnection, PgRow};
use sqlx::{AssertSqlSafe, Row};

use super::SqlTask;
use super::link::Link;
use super::words::words;
use crate::journal::event::SessionLeft;
use crate::monitor::{Likeness, server_of};
use crate::run::input::Finish;
use crate::run::work::judge::not_begun;
use crate::run::work::rows::Printer;

/// The settings of extensions and applications that a text names: the server lists them nowhere.
static OWN_SETTING: LazyLock<Option<Regex>> = LazyLock::new(|| {
    let name = r"([a-z_]\w*(?:\.[a-z_]\w*)+)";
    let set = format!(r"\bset\s+(?:session\s+)?{name}\s*(?:=|to\b)");
    let config = format!(r"\bset_config\s*\(\s*'{name}'");
    Regex::new(&format!("(?i)(?:{set}|{config})")).ok()
});

/// A row for each thing that a new session would not have: `set`, its name and its value, or `own` and
/// what it is. What we set ourselves is none of it. First of all who answers: the session's process and
/// its user.
const HELD: &str = "
    select 'who', session_user::text, pg_backend_pid()::text
    union all
    select 'set', name, setting from pg_settings
     where source = 'session' and setting is distinct from reset_val and name not like 'transaction\\_%'
       and name not in ('application_name', 'client_connection_check_interval')
    union all
    select 'set', 'role', current_setting('role') where current_setting('role') <> 'none'
    union all
    select 'own', 'the temporary table `' || relname || '`', '' from pg_class
     where relnamespace = pg_my_temp_schema() and relkind in ('r', 'p', 'v', 'S')
    union all
    select 'own', 'listening on `' || channel || '`', '' from pg_listening_channels() channel
    union all
    select 'own', 'the prepared statement `' || name || '`', '' from pg_prepared_statements where from_sql
    union all
    select 'own', 'the cursor `' || name || '`', '' from pg_cursors where is_holdable
    union all
    select 'own', 'advisory locks', ''
     where exists (select 1 from pg_locks where pid = pg_backend_pid() and locktype = 'advisory')";

impl Link {
    /// Why `task` is not begun in this session: it is on another server than the one that ran the steps
    /// before, or lacks what they had in theirs.
    pub(super) fn is_not_the_one(&self, task: &SqlTask) -> Option<Finish> {
        let name = &task.sql.database;
        let mut why = Vec::new();
        if let (Some(then), Some(now)) = (&task.before.server, &self.server) {
            match Likeness::of(then, now) {
                // What a promoted one has not is asked when it is seen first, and holds the run then, as does
                // a database that was made anew by others than a step.
                Likeness::Same | Likeness::Promoted(_) | Likeness::Remade => {}
                Likeness::Another => why.push(format!(
                    "`{name}` is not the server that ran the steps before ({} instead of {})",
                    server_of(now).0,
                    server_of(then).0
                )),
            }
        }
        let left = &task.before.left;
        let hidden = left
            .hidden
            .iter()
            .map(|name| format!("the setting `{name}`"));
        let gone: Vec<String> = left.own.iter().cloned().chain(hidden).collect();
        if self.is_new && !gone.is_empty() {
            why.push(format!(
                "the session on `{name}` is gone in which the steps before had left {}",
                gone.join(", ")
            ));
        }
        if task.before.anywhere || why.is_empty() {
            return None;
        }
        let words = format!(
            "{}: if that is meant, try again with a reason",
            why.join("; ")
        );
        Some(Finish {
            elsewhere: true,
            ..not_begun(&task.job, words)
        })
    }

    /// Gives a new session the settings that the steps before had in theirs. Where a person wants it to
    /// go on whatever is missing, what can't be set is only said. Tells what nobody knows to be missing.
    pub(super) async fn carry_on(&mut self, task: &SqlTask) -> Result<Option<String>, String> {
        if !self.is_new {
            return Ok(None);
        }
        let mut said = Vec::new();
        // A role may not be allowed to do what was set before it was taken on.
        let settings = task.before.left.settings.iter();
        let (role, others): (Vec<_>, Vec<_>) = settings.partition(|(name, _)| *name == "role");
        for (name, value) in others.into_iter().chain(role) {
            match self.set(name, value).await {
                Ok(()) => said.push(format!("`{name}` is set again")),
                Err(error) => {
                    let words = words(&error);
                    let why = format!("`{name}` could not be set again in a new session: {words}");
                    if !task.before.anywhere {
                        return Err(why);
                    }
                    said.push(why);
                }
            }
        }
        self.is_new = false;
        let unsure = &task.before.left.unsure;
        let gone = (!unsure.is_empty())
            .then(|| format!("{} is gone with the session before", unsure.join(", ")));
        said.extend(gone.clone());
        if !said.is_empty()
            && let Ok(mut printer) = Printer::open(&task.judgement.output).await
        {
            let _ = printer
                .say(&format!("(a new session: {})", said.join(", ")))
                .await;
        }
        Ok(gone.map(|gone| format!("in a new session: {gone}")))
    }

    /// What the session holds now that `task` has been done in it.
    pub(super) async fn left(&mut self, task: &SqlTask) -> Result<SessionLeft, sqlx::Error> {
        let before = &task.before.left;
        let known = before.settings.keys().chain(&before.hidden);
        let mut names: BTreeSet<&str> = known.map(String::as_str).collect();
        names.retain(|name| name.contains('.'));
        names.extend(named_in(&task.sql.text));
        let rows = held(&mut self.connection, &names).await?;
        let mut left = SessionLeft {
            database: task.sql.database.clone(),
            ..SessionLeft::default()
        };
        for (kind, name, value) in rows {
            match kind.as_str() {
                // A pooler has another session answer: of ours nothing is known.
                "who" if value != self.pid.to_string() => {
                    let database = left.database;
                    return Ok(SessionLeft {
                        database,
                        ..before.clone()
                    });
                }
                "who" if name == self.user => {}
                "who" => left.own.push(format!("the session authorization `{name}`")),
                "own" => left.own.push(name),
                // What was computed may be anything, and is recorded nowhere.
                _ if !name.contains('.')
                    || task.sql.text.contains(&value)
                    || before.settings.get(&name) == Some(&value) =>
                {
                    left.settings.insert(name, value);
                }
                _ => left.hidden.push(name),
            }
        }
        left.own.sort_unstable();
        Ok(left)
    }
}

/// The settings of its own kind that `sql` sets, by their names.
fn named_in(sql: &str) -> impl Iterator<Item = &str> {
    let found = OWN_SETTING
        .iter()
        .flat_map(|regex| regex.captures_iter(sql));
    found.filter_map(|found| Some(found.get(1).or(found.get(2))?.as_str()))
}

/// What the session holds, with the settings of these `names`: a kind, a name and a value each.
async fn held(
    connection: &mut PgConnection,
    names: &BTreeSet<&str>,
) -> Result<Vec<(String, String, String)>, sqlx::Error> {
    let mut sql = HELD.to_owned();
    for name in names {
        // Their names are words and dots.
        sql.push_str(&format!(
            " union all select 'set', '{name}', current_setting('{name}', true)
               where current_setting('{name}', true) <> ''"
        ));
    }
    let rows = sqlx::raw_sql(AssertSqlSafe(sql))
        .fetch_all(connection)
        .await?;
    let row = |row: &PgRow| Ok((row.try_get(0)?, row.try_get(1)?, row.try_get(2)?));
    rows.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_extensions_are_found_where_a_text_sets_them() {
        let sql =
            "set app.tenant = '42'; SET SESSION a.b TO 1; set local x.y = 1; select 1 as set_c;
                   select set_config('my.user', 'ann', false); set search_path = a.b";
        let names: Vec<&str> = named_in(sql).collect();
        assert_eq!(names, ["app.tenant", "a.b", "my.user"]);
    }
}
