//! The whole demonstration: a server, a shop on it with customers, somebody's report that stands in
//! the way, and the plan.

use std::path::PathBuf;

use sqlx::postgres::{PgConnectOptions, PgConnection};
use sqlx::{Connection, Executor};
use tokio::task::JoinSet;

use super::server::{Programs, Server, ServerError};
use super::shop::Shop;
use super::traffic::customers;

/// The plan that is driven, as it is in the project's `plans`.
const PLAN: &str = include_str!("../../plans/demo.toml");
/// The database.
const DATABASE: &str = "shop";

/// Why there is no demonstration.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// There is no server.
    #[error(transparent)]
    Server(#[from] ServerError),
    /// Programs that the plan uses are missing.
    #[error(
        "{0} was not found beside the server's programs: install PostgreSQL's client programs, too"
    )]
    NoClient(&'static str),
    /// The database could not be set up.
    #[error("failed to set the shop up: {0}")]
    Database(#[from] sqlx::Error),
    /// A file or a port could not be had.
    #[error("failed to set the shop up: {0}")]
    Io(#[from] std::io::Error),
}

/// A running demonstration. When it is dropped, or killed, nothing of it remains.
pub struct Demo {
    server: Server,
    shop: String,
    tasks: JoinSet<()>,
    /// The session of the report that keeps its transaction open.
    _report: PgConnection,
}

impl Demo {
    /// Sets everything up. Takes some seconds.
    pub async fn start() -> Result<Self, DemoError> {
        // Whoever kills the server to see what becomes of a deployment finds what was committed.
        let settings = [("max_connections", "60"), ("synchronous_commit", "on")];
        let server = tokio::task::spawn_blocking(move || Server::start(&settings))
            .await
            .map_err(std::io::Error::other)??;
        check_clients(server.programs())?;
        let mut admin = PgConnection::connect(&server.url("postgres")).await?;
        admin.execute("create database shop").await?;
        admin.close().await?;
        let mut connection = PgConnection::connect(&server.url(DATABASE)).await?;
        connection.execute(include_str!("shop.sql")).await?;
        connection.close().await?;
        let (address, serving) = Shop::new(&server.url(DATABASE))?.open().await?;
        let shop = format!("http://{address}");
        let mut tasks = JoinSet::new();
        tasks.spawn(serving);
        let url = shop.clone();
        tasks.spawn(async move {
            if let Err(error) = customers(url).await {
                tracing::warn!(%error, "no customers");
            }
        });
        let report = report(&server).await?;
        std::fs::write(server.dir().join("demo.toml"), PLAN)?;
        Ok(Demo {
            server,
            shop,
            tasks,
            _report: report,
        })
    }

    /// The plan to drive.
    pub fn plan(&self) -> PathBuf {
        self.server.dir().join("demo.toml")
    }

    /// Where the run may be kept: gone with everything else.
    pub fn state_dir(&self) -> PathBuf {
        self.server.dir().join("state")
    }

    /// The server, for whoever lets it fail.
    pub fn server(&mut self) -> &mut Server {
        &mut self.server
    }

    /// What the plan needs in its environment.
    pub fn environment(&self) -> Vec<(String, String)> {
        let text = |path: PathBuf| path.to_string_lossy().into_owned();
        let mut environment = vec![
            ("DATABASE_URL".to_owned(), self.server.url(DATABASE)),
            ("SHOP_URL".to_owned(), self.shop.clone()),
            (
                "SHOP_DUMP".to_owned(),
                text(self.server.dir().join("shop.dump")),
            ),
            ("SHOP_SERVER".to_owned(), self.server.url("postgres")),
        ];
        // The clients that belong to this server come before any others.
        if let Some(folder) = self.server.programs().postgres.parent() {
            let path = std::env::var("PATH").unwrap_or_default();
            environment.push(("PATH".to_owned(), format!("{}:{path}", folder.display())));
        }
        environment
    }

    /// Closes the shop and stops the server.
    pub async fn end(mut self) {
        self.tasks.shutdown().await;
        let ended = tokio::task::spawn_blocking(move || drop(self.server)).await;
        if let Err(error) = ended {
            tracing::warn!(%error, "the server did not end in good order");
        }
    }
}

fn check_clients(programs: &Programs) -> Result<(), DemoError> {
    let clients = [
        ("psql", &programs.psql),
        ("pg_dump", &programs.pg_dump),
        ("pg_restore", &programs.pg_restore),
    ];
    match clients.into_iter().find(|(_, path)| path.is_none()) {
        Some((name, _)) => Err(DemoError::NoClient(name)),
        None => Ok(()),
    }
}

/// Somebody's report: it has read the orders and holds its transaction open while it thinks.
async fn report(server: &Server) -> Result<PgConnection, DemoError> {
    let options: PgConnectOptions = server.url(DATABASE).parse()?;
    let options = options.application_name("nightly report");
    let mut report = PgConnection::connect_with(&options).await?;
    report.execute("begin").await?;
    report
        .execute("select sum(total_cents) from orders")
        .await?;
    Ok(report)
}
