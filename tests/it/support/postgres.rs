//! Databases for tests: one throwaway server for the whole binary, a database for each test.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use gonogo::demo::server::Server;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};

use super::wait;

/// The server that tests share which do it no harm. Its guard removes it when this process ends.
pub fn shared() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| {
        Server::start(&[("max_connections", "200")]).unwrap_or_else(|error| panic!("{error}"))
    })
}

/// A new database on the shared server; its URL.
pub fn database() -> String {
    static COUNT: AtomicU32 = AtomicU32::new(1);
    let name = format!("test{}", COUNT.fetch_add(1, Ordering::Relaxed));
    execute(
        &shared().url("postgres"),
        &format!("create database {name}"),
    );
    shared().url(&name)
}

/// Runs `work` on a runtime of its own.
pub fn block_on<T>(work: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(work)
}

/// Runs statements on a session of their own.
pub fn execute(url: &str, sql: &str) {
    attempt(url, sql).unwrap();
}

/// The same of statements that may fail.
pub fn attempt(url: &str, sql: &str) -> sqlx::Result<()> {
    block_on(async {
        let mut connection = PgConnection::connect(url).await?;
        let statements = sqlx::raw_sql(AssertSqlSafe(sql.to_owned()));
        let result = statements.execute(&mut connection).await;
        connection.close().await?;
        result.map(drop)
    })
}

/// The first field of what a query answers, as text.
pub fn value(url: &str, sql: &str) -> String {
    ask(url, sql).unwrap()
}

/// The same of a server that may not be there.
pub fn ask(url: &str, sql: &str) -> sqlx::Result<String> {
    block_on(async {
        let mut connection = PgConnection::connect(url).await?;
        let sql = AssertSqlSafe(format!("select ({sql})::text"));
        let value: Option<String> = sqlx::query_scalar(sql).fetch_one(&mut connection).await?;
        connection.close().await?;
        Ok(value.unwrap_or_default())
    })
}

/// What a server says that may be recovering from its last death.
pub fn answer(url: &str, sql: &str) -> String {
    let mut said = None;
    wait::until("the server answers again", || {
        said = ask(url, sql).ok();
        said.is_some()
    });
    said.unwrap()
}

/// A session that keeps a transaction open until it is dropped, in which `sql` was run.
pub struct OpenTransaction {
    runtime: tokio::runtime::Runtime,
    connection: Option<PgConnection>,
}

impl OpenTransaction {
    pub fn begin(url: &str, sql: &str) -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .unwrap();
        let connection = runtime.block_on(async {
            let mut connection = PgConnection::connect(url).await.unwrap();
            let statements = format!("begin; {sql}");
            sqlx::raw_sql(AssertSqlSafe(statements))
                .execute(&mut connection)
                .await
                .unwrap();
            connection
        });
        OpenTransaction {
            runtime,
            connection: Some(connection),
        }
    }

    /// Lets everything that waits for it go on.
    pub fn end(mut self) {
        self.close();
    }

    fn close(&mut self) {
        if let Some(connection) = self.connection.take() {
            // It may have been ended by somebody else.
            let _ = self.runtime.block_on(connection.close());
        }
    }
}

impl Drop for OpenTransaction {
    fn drop(&mut self) {
        self.close();
    }
}
