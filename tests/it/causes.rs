//! The alerts that runbooks ask for, each fired by what it is meant for, and over when that is.

use std::thread::JoinHandle;

use gonogo::demo::server::{Server, Shutdown};
use serde_json::Value;
use sqlx::postgres::PgConnection;
use sqlx::{AssertSqlSafe, Connection};

use crate::support::postgres::{OpenTransaction, attempt, block_on, execute};
use crate::support::run::Run;
use crate::support::{Bench, Web, wait};

/// A plan that watches `web` and a database, and whose alerts are noted.
fn plan(web: &Web) -> String {
    let url = web.url("/health");
    let alert = |name: &str, metric: &str, limit: &str| {
        format!("[[alert]]\nname = \"{name}\"\nmetric = \"{metric}\"\n{limit}\n")
    };
    let alerts = [
        alert("response time", "api.latency", "above = \"2x baseline\""),
        alert("error rate", "api.error_rate", "above = \"5%\""),
        alert("connection failures", "main.up", "below = 1"),
        alert("failed migration", "main.migrations_failed", "above = 0"),
        alert(
            "pool exhausted",
            "main.connections_percent",
            "above = \"80%\"",
        ),
        alert("lock held", "main.lock_wait", "above = \"1s\""),
    ];
    format!(
        r#"
title = "Causes"

[databases.main]
url_env = "SHOP_URL"

[[probe]]
name = "api"
http = "{url}"
every = "50ms"

{}

[[phase]]
name = "Deploy"
kind = "deploy"
gate = {{ alerts = "none" }}

  [[phase.step]]
  id = "look"
  title = "Look"
  check = "Look"
  [[phase.step]]
  id = "again"
  title = "Look again"
  check = "Look"
"#,
        alerts.join("\n")
    )
}

fn alert(name: &'static str) -> impl Fn(&Value) -> bool {
    move |data| data["alert"] == name
}

/// As many sessions as fill the server for everybody but superusers.
fn crowd(url: &str, count: usize) -> Vec<JoinHandle<()>> {
    let session = |_| {
        let url = url.to_owned();
        std::thread::spawn(move || {
            block_on(async {
                let mut connection = PgConnection::connect(&url).await.unwrap();
                // It ends when whoever waits for that says so.
                let sql = AssertSqlSafe("select pg_advisory_lock_shared(77)");
                sqlx::raw_sql(sql).execute(&mut connection).await.unwrap();
                connection.close().await.unwrap();
            });
        })
    };
    (0..count).map(session).collect()
}

/// A run whose alerts have all seen enough, after T-0.
fn under_way<'b>(bench: &'b Bench, web: &Web) -> Run<'b> {
    let run = bench.start_as("plan.toml", &plan(web), &["--poll", "0.2"]);
    // The gate opens when every alert has seen enough.
    wait::until("the gate opens", || run.try_ctl(&["go"]).status.success());
    run.ctl(&["tick", "look"]);
    wait::until("what was normal is known", || {
        run.kinds().iter().any(|kind| kind == "baseline_frozen")
    });
    run
}

#[test]
fn slow_and_failing_answers_fire_and_are_over_when_they_are() {
    let mut bench = Bench::new();
    let server = Server::start(&[]).unwrap();
    bench.set("SHOP_URL", server.url("postgres"));
    migrations(&server);
    let web = Web::start("ok");
    // So that what is usual is more than the noise of the machine.
    web.take(60);
    let mut run = under_way(&bench, &web);
    web.take(600);
    run.wait_for("alert_fired", alert("response time"));
    web.take(60);
    run.wait_for("alert_cleared", alert("response time"));
    web.say(500);
    run.wait_for("alert_fired", alert("error rate"));
    web.say(200);
    run.wait_for("alert_cleared", alert("error rate"));
}

fn migrations(server: &Server) {
    execute(
        &server.url("postgres"),
        "create table _prisma_migrations (id varchar(36) primary key, checksum varchar(64) not null,
         finished_at timestamptz, migration_name varchar(255) not null, logs text,
         rolled_back_at timestamptz, started_at timestamptz not null default now(),
         applied_steps_count int not null default 0);
         create table orders (id int primary key);
         insert into orders values (1)",
    );
}

#[test]
fn failures_of_the_database_fire_and_are_over_when_they_are() {
    let mut bench = Bench::new();
    let mut server = Server::start(&[("max_connections", "20")]).unwrap();
    let url = server.url("postgres");
    bench.set("SHOP_URL", url.clone());
    migrations(&server);
    let web = Web::start("ok");
    let mut run = under_way(&bench, &web);

    execute(
        &url,
        "insert into _prisma_migrations (id, checksum, migration_name, logs)
         values ('1', 'x', '1_orders', 'column \"n\" does not exist')",
    );
    run.wait_for("alert_fired", alert("failed migration"));
    execute(&url, "update _prisma_migrations set rolled_back_at = now()");
    run.wait_for("alert_cleared", alert("failed migration"));

    let holder = OpenTransaction::begin(&url, "lock table orders in access exclusive mode");
    let waiting = {
        let url = url.clone();
        std::thread::spawn(move || attempt(&url, "select * from orders"))
    };
    run.wait_for("alert_fired", alert("lock held"));
    holder.end();
    waiting.join().unwrap().unwrap();
    run.wait_for("alert_cleared", alert("lock held"));

    let gate = OpenTransaction::begin(&url, "select pg_advisory_xact_lock(77)");
    // Two sessions are the monitor's, one is the gate.
    let crowd = crowd(&url, 14);
    run.wait_for("alert_fired", alert("pool exhausted"));
    gate.end();
    for one in crowd {
        one.join().unwrap();
    }
    run.wait_for("alert_cleared", alert("pool exhausted"));

    server.stop(Shutdown::Immediate);
    run.wait_for("alert_fired", alert("connection failures"));
    server.launch().unwrap();
    run.wait_for("alert_cleared", alert("connection failures"));
}
