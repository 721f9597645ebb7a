//! Reading what the server counts of statements.

use std::collections::HashMap;

use sqlx::postgres::PgRow;
use sqlx::postgres::types::Oid;

use super::facts::Facts;
use super::line::{Line, MARK, query};
use super::rows::{field, flag, seconds, statement, text};
use super::trouble::Trouble;
use crate::clock::Moment;
use crate::monitor::known::Known;
use crate::monitor::statements::{Counter, Counts, Key, Reset, Statements, Tracker};

/// How many texts are remembered.
const TEXTS: usize = 2_000;

/// Where the extension is and which columns it has. They follow its version, not the server's.
const EXTENSION: &str = "
    SELECT quote_ident(n.nspname) AS schema, e.extversion AS version,
           ARRAY(SELECT a.attname::text FROM pg_attribute AS a JOIN pg_class AS c ON c.oid = a.attrelid
                  WHERE c.relname = 'pg_stat_statements' AND c.relnamespace = e.extnamespace)
               AS columns,
           (SELECT has_table_privilege(c.oid, 'SELECT') FROM pg_class AS c
             WHERE c.relname = 'pg_stat_statements_info' AND c.relnamespace = n.oid)
           AND (SELECT bool_and(has_function_privilege(p.oid, 'EXECUTE')) FROM pg_proc AS p
                 WHERE p.proname = 'pg_stat_statements_info' AND p.pronamespace = n.oid) AS info,
           CASE WHEN current_setting('pg_stat_statements.track', true) = 'none'
                THEN 'pg_stat_statements.track is none'
                WHEN current_setting('compute_query_id', true) = 'off'
                THEN 'compute_query_id is off' END AS off,
           has_schema_privilege(n.oid, 'USAGE') AS usable,
           (SELECT bool_and(has_function_privilege(p.oid, 'EXECUTE')) FROM pg_proc AS p
             WHERE p.proname = 'pg_stat_statements' AND p.pronamespace = n.oid) AS callable
      FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace
     WHERE e.extname = 'pg_stat_statements'";

/// The extension as it is installed in a database.
#[derive(Clone, Debug, Default)]
struct Extension {
    schema: String,
    version: String,
    columns: Vec<String>,
    /// Whether it tells when it was reset, and the role may ask.
    info: bool,
    /// By which setting it records nothing, if by one.
    off: Option<String>,
    /// Whether the role may use what is in its schema.
    usable: bool,
    /// Whether the role may read the counters.
    callable: bool,
}

/// What is remembered of statements between two looks.
#[derive(Default)]
pub(super) struct StatementWatch {
    tracker: Tracker,
    texts: HashMap<Key, Told>,
}

/// What is known of a statement besides its counters.
#[derive(Clone)]
struct Told {
    user: Option<String>,
    text: Option<String>,
    /// Whether it is the monitor's own.
    own: bool,
}

impl Extension {
    async fn find(line: &mut Line) -> Result<Option<Extension>, Trouble> {
        let rows = line.rows(query(EXTENSION)).await?;
        Ok(rows.first().map(|row| Extension {
            schema: text(row, "schema").unwrap_or_default(),
            version: text(row, "version").unwrap_or_default(),
            columns: field(row, "columns").unwrap_or_default(),
            info: flag(row, "info"),
            off: text(row, "off"),
            usable: flag(row, "usable"),
            callable: flag(row, "callable"),
        }))
    }

    fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|known| known == column)
    }

    /// The counters of this database, without texts: those cost as much again.
    fn counters(&self) -> String {
        let toplevel = if self.has("toplevel") {
            "toplevel"
        } else {
            "true"
        };
        let time = if self.has("total_exec_time") {
            "total_exec_time"
        } else {
            "total_time"
        };
        format!(
            "SELECT userid, queryid, {toplevel} AS toplevel, calls, {time} AS total_time, rows,
                    shared_blks_read + local_blks_read + temp_blks_read + temp_blks_written AS blocks
               FROM {}.pg_stat_statements(false)
              WHERE dbid = $1 AND queryid IS NOT NULL",
            self.schema
        )
    }

    fn texts(&self) -> String {
        format!(
            "SELECT userid, queryid, pg_get_userbyid(userid)::text AS username,
                    CASE WHEN getdatabaseencoding() = 'UTF8' THEN left(query, 300) END AS statement,
                    CASE WHEN getdatabaseencoding() <> 'UTF8'
                         THEN convert_to(left(query, 300), getdatabaseencoding()) END
                        AS raw_statement,
                    position('{MARK}' IN query) > 0 AS own
               FROM {}.pg_stat_statements(true)
              WHERE dbid = $1 AND queryid = ANY($2)",
            self.schema
        )
    }
}

impl StatementWatch {
    /// Looks once. `t_zero` is when the deployment began, if it has.
    pub(super) async fn look(
        &mut self,
        line: &mut Line,
        facts: &Facts,
        t_zero: Option<Moment>,
        now: Moment,
    ) -> Result<Known<Statements>, Trouble> {
        let Some(extension) = Extension::find(line).await? else {
            return Ok(Known::missing(
                "nothing counts statements here: pg_stat_statements is not installed in this \
                 database (create extension pg_stat_statements)",
            ));
        };
        let (schema, role) = (&extension.schema, &facts.server.role);
        let lacks = if !extension.usable {
            Some(format!("usage on schema {schema}"))
        } else if !extension.callable {
            Some(format!(
                "execute on function {schema}.pg_stat_statements(boolean)"
            ))
        } else {
            None
        };
        if let Some(lacks) = lacks {
            return Ok(Known::missing(format!(
                "what counts statements may not be used: grant {lacks} to {role}"
            )));
        }
        let reset = reset(line, &extension).await?;
        let statement = query(&extension.counters()).bind(Oid(facts.database));
        let rows = line.rows(statement).await?;
        let counts = Counts {
            at: now,
            reset,
            all: rows.iter().filter_map(counter).collect(),
        };
        self.tracker.take(counts, t_zero);
        let Some((mut statements, keys)) = self.tracker.statements(&extension.version) else {
            return Ok(Known::NotYet);
        };
        self.find_texts(line, facts, &extension, &keys).await?;
        let list = std::mem::take(&mut statements.list);
        for (mut trend, key) in list.into_iter().zip(&keys) {
            let told = self.texts.get(key);
            // The monitor is no part of what it looks at.
            if told.is_some_and(|told| told.own) {
                continue;
            }
            if let Some(told) = told {
                (trend.user, trend.text) = (told.user.clone(), told.text.clone());
            }
            statements.list.push(trend);
        }
        // Settings of other roles may differ from those that this one sees.
        if let Some(off) = extension.off.filter(|_| statements.list.is_empty()) {
            return Ok(Known::missing(format!("what runs is not recorded: {off}")));
        }
        if !facts.server.rights.may_see_all {
            statements.hidden = Some(facts.server.statements_hidden());
        }
        Ok(Known::seen(statements))
    }

    /// Looks up the texts of those that are not known.
    async fn find_texts(
        &mut self,
        line: &mut Line,
        facts: &Facts,
        extension: &Extension,
        keys: &[Key],
    ) -> Result<(), Trouble> {
        let unknown: Vec<i64> = keys
            .iter()
            .filter(|key| !self.texts.contains_key(*key))
            .map(|key| key.id)
            .collect();
        if unknown.is_empty() {
            return Ok(());
        }
        if self.texts.len() > TEXTS {
            self.texts.clear();
        }
        let asked = query(&extension.texts());
        let asked = asked.bind(Oid(facts.database)).bind(unknown);
        for row in &line.rows(asked).await? {
            let (Some(Oid(user)), Some(id)) = (field(row, "userid"), field(row, "queryid")) else {
                continue;
            };
            for toplevel in [true, false] {
                let told = Told {
                    user: text(row, "username"),
                    text: statement(row),
                    own: flag(row, "own"),
                };
                self.texts.insert(Key { user, id, toplevel }, told);
            }
        }
        Ok(())
    }
}

/// When the counters were last reset, where the server tells.
async fn reset(line: &mut Line, extension: &Extension) -> Result<Option<Reset>, Trouble> {
    if !extension.info {
        return Ok(None);
    }
    let sql = format!(
        "SELECT (extract(epoch FROM stats_reset) * 1000000)::int8 AS reset,
                extract(epoch FROM clock_timestamp() - stats_reset)::float8 AS ago
           FROM {}.pg_stat_statements_info",
        extension.schema
    );
    let rows = line.rows(query(&sql)).await?;
    let told = |row: &PgRow| {
        Some(Reset {
            stamp: field(row, "reset")?,
            ago: seconds(row, "ago")?,
        })
    };
    Ok(rows.first().and_then(told))
}

fn counter(row: &PgRow) -> Option<(Key, Counter)> {
    let Oid(user) = field(row, "userid")?;
    let key = Key {
        user,
        id: field(row, "queryid")?,
        toplevel: flag(row, "toplevel"),
    };
    let counter = Counter {
        calls: field(row, "calls")?,
        time: field(row, "total_time")?,
        rows: field(row, "rows")?,
        blocks: field(row, "blocks")?,
    };
    Some((key, counter))
}
