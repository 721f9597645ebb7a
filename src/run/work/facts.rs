//! What servers and probes know, for the conditions of steps: asked when a step's turn comes, over
//! connections of their own that change nothing and wait for nobody for long.

use std::collections::HashMap;
use std::time::Duration;

use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row};
use tokio::sync::mpsc::Sender;

use super::backends::Backends;
use crate::journal::event::ConditionOf;
use crate::plan::condition::Fact;
use crate::run::input::Notice;

/// How long one answer may take, in milliseconds. Counting the rows of a table can need all of it.
const ANSWER: u32 = 10_000;
/// After which time without an answer none is waited for: the server should have given up itself.
const SILENCE: Duration = Duration::from_secs(12);
/// How long taking leave of a server may take.
const GOODBYE: Duration = Duration::from_secs(1);
/// How long to wait for the first measurement of something.
const MEASURE: Duration = Duration::from_secs(5);
/// How often to look whether it is there.
const LOOK_AGAIN: Duration = Duration::from_millis(200);

/// Facts that are asked for.
pub struct FactsWork {
    pub of: ConditionOf,
    pub facts: Vec<Fact>,
    pub urls: HashMap<String, Result<String, String>>,
    /// The name under which the sessions show.
    pub application: String,
    pub backends: Backends,
    pub notices: Sender<Notice>,
}

impl FactsWork {
    /// Asks, and reports what came back.
    pub async fn run(self) {
        let mut answers = Vec::with_capacity(self.facts.len());
        let mut links: HashMap<String, Result<PgConnection, String>> = HashMap::new();
        for fact in &self.facts {
            let answer = match (fact, fact.source()) {
                (Fact::Metric(metric), _) => self.measured(metric).await,
                (_, Some(database)) => {
                    if !links.contains_key(database) {
                        links.insert(database.to_owned(), self.connect(database).await);
                    }
                    let answer = match links.get_mut(database) {
                        Some(Ok(link)) => tokio::time::timeout(SILENCE, ask(link, fact)).await,
                        Some(Err(why)) => Ok(Err(why.clone())),
                        None => Ok(Err("it can't be asked".to_owned())),
                    };
                    answer.unwrap_or_else(|_| {
                        // It is not asked for anything else: each time would take as long.
                        let why = Err("the server does not answer".to_owned());
                        links.insert(database.to_owned(), why);
                        Err("the server does not answer".to_owned())
                    })
                }
                (_, None) => continue,
            };
            answers.push((fact.to_string(), answer));
        }
        for link in links.into_values().flatten() {
            let _ = tokio::time::timeout(GOODBYE, link.close()).await;
        }
        let of = self.of;
        let _ = self.notices.send(Notice::Facts { of, answers }).await;
    }

    /// The newest value of a metric. Right after the start there may be none yet.
    async fn measured(&self, metric: &str) -> Result<String, String> {
        let looking = async {
            loop {
                match self.backends.measure(metric.to_owned()).await {
                    Ok(value) => return value.to_string(),
                    Err(_) => tokio::time::sleep(LOOK_AGAIN).await,
                }
            }
        };
        if let Ok(value) = tokio::time::timeout(MEASURE, looking).await {
            return Ok(value);
        }
        let last = self.backends.measure(metric.to_owned()).await;
        last.map(|value| value.to_string())
    }

    async fn connect(&self, database: &str) -> Result<PgConnection, String> {
        let url = self.urls.get(database).cloned();
        let url = url.unwrap_or_else(|| Err("the plan does not name it".to_owned()))?;
        super::sql::connect(database, &url, &self.application).await
    }
}

/// Asks in a transaction of its own: whatever stands between keeps its settings.
async fn ask(link: &mut PgConnection, fact: &Fact) -> Result<String, String> {
    let answer = match asked(link, fact).await {
        Ok(answer) => Ok(answer),
        Err(error) => Err(super::sql::words(&error)),
    };
    let _ = sqlx::raw_sql("rollback").execute(link).await;
    answer
}

async fn asked(link: &mut PgConnection, fact: &Fact) -> Result<String, sqlx::Error> {
    let begin = format!(
        "begin read only; set local statement_timeout = {ANSWER}; set local lock_timeout = {ANSWER}"
    );
    sqlx::raw_sql(sqlx::AssertSqlSafe(begin))
        .execute(&mut *link)
        .await?;
    let (sql, table) = question(fact);
    let mut query = sqlx::query(sqlx::AssertSqlSafe(sql)).persistent(false);
    if let Some((schema, name)) = table {
        query = query.bind(schema).bind(name);
    }
    query.fetch_one(link).await?.try_get(0)
}

/// The query, and the schema and the name that it is about.
fn question(fact: &Fact) -> (String, Option<(String, String)>) {
    match fact {
        Fact::Version(_) => (
            "select pg_catalog.split_part(pg_catalog.current_setting('server_version'), ' ', 1)"
                .to_owned(),
            None,
        ),
        Fact::Replica(_) => (
            "select pg_catalog.pg_is_in_recovery()::text".to_owned(),
            None,
        ),
        Fact::Size(_) => (
            "select pg_catalog.pg_database_size(pg_catalog.current_database())::text".to_owned(),
            None,
        ),
        Fact::Table(_, table) => (
            "select exists (select from pg_catalog.pg_class as c \
             join pg_catalog.pg_namespace as n on n.oid = c.relnamespace \
             where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p', 'f'))::text"
                .to_owned(),
            Some(split(table)),
        ),
        Fact::Rows(_, table) => {
            let (schema, name) = split(table);
            let quote = |part: String| format!("\"{}\"", part.replace('"', "\"\""));
            let from = format!("{}.{}", quote(schema), quote(name));
            (
                format!("select pg_catalog.count(*)::text from {from}"),
                None,
            )
        }
        Fact::Variable(_) | Fact::Step(_) | Fact::Metric(_) => {
            ("select null::text".to_owned(), None)
        }
    }
}

/// The schema and the table; without one it is in `public`.
fn split(table: &str) -> (String, String) {
    let (schema, name) = table.split_once('.').unwrap_or(("public", table));
    (schema.to_owned(), name.to_owned())
}
