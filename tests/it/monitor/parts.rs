//! What is slow, hidden or cut short takes nothing else along, and is not told as something that it is not.

use gonogo::demo::server::Server;
use gonogo::monitor::{Picture, RowCount, Shown};
use gonogo::plan;

use super::{Client, Watched};

/// The URL of `server` for the role `app`, which has no grants.
fn as_app(server: &Server) -> String {
    server.url("postgres").replace("user=postgres", "user=app")
}

/// A monitor of `server` with rules about the rows of `tables`.
fn counting(server: &Server, tables: &[&str]) -> Watched {
    let rule = |table: &&str| {
        format!(
            "[[alert]]\nname = \"{table}\"\nmetric = \"db0.rows.{table}\"\nbelow = \"0.5x baseline\"\nthen = \"note\"\n"
        )
    };
    let text = format!(
        "title = \"T\"\n[databases.db0]\nurl_env = \"DATABASE_URL\"\n{}[[phase]]\nname = \"P\"\nkind = \"before\"\n[[phase.step]]\ntitle = \"S\"\ncheck = \"c\"\n",
        tables.iter().map(rule).collect::<String>()
    );
    let opened = plan::open("plan.toml", text.as_bytes());
    let plan = opened
        .plan
        .unwrap_or_else(|| panic!("{:?}", opened.problems));
    Watched::by_rules(&[server.url("postgres")], plan.alerts.clone())
}

fn rows<'p>(picture: &'p Picture, table: &str) -> Option<&'p RowCount> {
    picture.rows.iter().find(|rows| rows.table == table)
}

#[tokio::test]
async fn a_picture_is_shown_before_what_is_slow_is_looked_at() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "web").await;
    client
        .run(
            "create view slow as select pg_advisory_xact_lock_shared(7)::text as n;
             select pg_advisory_lock(7)",
        )
        .await;
    let mut watched = counting(&server, &["slow"]);
    let first = watched.picture(|_| true).await;
    assert!(first.rows.is_empty(), "{:?}", first.rows);
    let picture = watched.picture(|p| rows(p, "slow").is_some()).await;
    assert!(rows(&picture, "slow").unwrap().why_not.is_some());
}

#[tokio::test]
async fn a_table_that_somebody_wants_alone_is_counted_when_it_is_free() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "web").await;
    client
        .run("create table held (n int); create table free (n int); insert into held values (1)")
        .await;
    client.run("begin; lock table held").await;
    let mut watched = counting(&server, &["held", "free"]);
    let picture = watched.picture(|p| rows(p, "free").is_some()).await;
    assert_eq!(rows(&picture, "free").unwrap().count, Some(0));
    assert_eq!(rows(&picture, "held"), None, "nobody stood in its way");
    client.run("commit").await;
    let picture = watched.picture(|p| rows(p, "held").is_some()).await;
    assert_eq!(rows(&picture, "held").unwrap().count, Some(1));
}

#[tokio::test]
async fn a_picture_without_locks_says_so_and_is_shown() {
    let server = Server::start(&[]).unwrap();
    let mut holder = Client::of(&server, "holder").await;
    holder
        .run(
            "create role app login; grant pg_monitor to app; create table t (n int);
             revoke execute on function pg_blocking_pids(int) from public",
        )
        .await;
    holder.run("begin; lock table t").await;
    let waiter = Client::of(&server, "waiter")
        .await
        .wait_in("select * from t");
    let mut watched = Watched::start(&[as_app(&server)], Vec::new());
    let picture = watched.picture(|p| p.blind.locks.is_some()).await;
    let why = picture.blind.locks.as_deref().unwrap();
    assert!(why.contains("pg_blocking_pids"), "{why}");
    assert_eq!(picture.locks.waiters, 1);
    assert!(!picture.running.is_empty() && picture.connections.used >= 2);
    holder.run("commit").await;
    waiter.await.unwrap().unwrap();
    watched.picture(|p| p.blind.locks.is_none()).await;
}

#[tokio::test]
async fn a_wait_for_a_row_of_another_database_is_not_shown_in_this_one() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "dba").await;
    client
        .run("create role app login; create table here (n int)")
        .await;
    client.run("create database elsewhere").await;
    let elsewhere = |name: &str| {
        let options: sqlx::postgres::PgConnectOptions = server.url("elsewhere").parse().unwrap();
        Client::with(options.application_name(name))
    };
    let mut holder = elsewhere("holder").await.unwrap();
    holder
        .run("create table t (n int); insert into t values (1)")
        .await;
    holder.run("begin; update t set n = 2").await;
    let waiter = elsewhere("waiter").await.unwrap();
    let pid = waiter.pid();
    let waiter = waiter.wait_in("update t set n = 3");
    let waits = format!("select count(*) from pg_locks where not granted and pid = {pid}");
    while client.ask(&waits).await == 0 {
        tokio::task::yield_now().await;
    }
    client.run("begin; lock table here").await;
    let own = Client::of(&server, "own").await;
    let own_pid = own.pid();
    let own = own.wait_in("select * from here");
    let mut watched = Watched::start(&[as_app(&server)], Vec::new());
    let picture = watched.picture(|p| !p.locks.nodes.is_empty()).await;
    let pids: Vec<i32> = picture.locks.nodes.iter().map(|n| n.session.pid).collect();
    assert_eq!(pids, [client.pid(), own_pid]);
    client.run("commit").await;
    holder.run("commit").await;
    own.await.unwrap().unwrap();
    waiter.await.unwrap().unwrap();
}

#[tokio::test]
async fn only_a_whole_statement_is_planned() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "web").await;
    let mut watched = Watched::of(&server);
    watched.picture(|_| true).await;
    let inspector = watched.monitor.inspector("db0").unwrap();
    let listed = |statement: &str| Shown {
        text: statement.chars().take(300).collect(),
        cut: statement.chars().count() >= 300,
    };
    let whole = format!("select 1 where 'x' <> '{}'", "a".repeat(600));
    client.run(&whole).await;
    let plan = inspector
        .explain(client.backend, &listed(&whole), false)
        .await;
    assert!(plan.unwrap().lines[0].contains("Result"));
    // What is left of it after the server's limit is another statement that has a plan, too.
    let cut = format!("select 1 /* {} */ from nowhere", "a".repeat(2_000));
    let _ = client.attempt(&cut).await;
    let why = inspector
        .explain(client.backend, &listed(&cut), false)
        .await;
    let why = why.unwrap_err();
    assert!(why.contains("track_activity_query_size"), "{why}");
    let why = inspector
        .explain(client.backend, &listed(&whole), false)
        .await;
    let why = why.unwrap_err();
    assert!(why.contains("is at something else now"), "{why}");
    // What is known to be all of it can be planned though the session is at something else.
    let plan = inspector
        .explain(client.backend, &listed("select 2"), false)
        .await;
    assert!(plan.unwrap().lines[0].contains("Result"));
}

#[tokio::test]
async fn a_statement_with_places_for_values_is_planned_where_the_server_can() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "web").await;
    client.run("create table t (n int)").await;
    let mut watched = Watched::of(&server);
    watched.picture(|_| true).await;
    let inspector = watched.monitor.inspector("db0").unwrap();
    let listed = |text: &str| Shown {
        text: text.to_owned(),
        cut: false,
    };
    let version = "select current_setting('server_version_num')::int8";
    let can = client.ask(version).await >= 160_000;
    let plan = inspector
        .explain(
            client.backend,
            &listed("select * from t where n = $1"),
            false,
        )
        .await;
    match plan {
        Ok(plan) if can => assert!(plan.lines.join(" ").contains("n = $1"), "{plan:?}"),
        plan => assert!(!can && plan.unwrap_err().contains("PostgreSQL 16 and newer")),
    }
    let two = listed("select $1; drop table t");
    assert!(
        inspector
            .explain(client.backend, &two, false)
            .await
            .is_err()
    );
    assert_eq!(client.ask("select count(*) from t").await, 0);
}

#[tokio::test]
async fn the_plan_of_another_table_than_the_session_uses_is_refused() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "web").await;
    client
        .run(
            "create schema tenant; create schema other;
             create table orders (id int primary key); create table tenant.orders (id int);
             create table tenant.alone (id int);
             create table parts (n int) partition by list (n);
             create table parts_1 partition of parts for values in (1);
             create table parts_2 partition of parts for values in (2)",
        )
        .await;
    let mut watched = Watched::of(&server);
    watched.picture(|_| true).await;
    let inspector = watched.monitor.inspector("db0").unwrap();
    let explain = async |client: &Client, sql: &str| {
        let text = sql.to_owned();
        inspector
            .explain(client.backend, &Shown { text, cut: false }, false)
            .await
    };
    client.run("begin").await;
    for sql in [
        "select * from orders where id = 3",
        "select * from parts where n = 2",
    ] {
        client.run(sql).await;
        let plan = explain(&client, sql).await.unwrap();
        assert!(plan.lines.len() >= 2, "{plan:?}");
        assert_eq!(plan.notes.len(), 1, "{plan:?}");
        assert!(
            plan.notes[0].contains("role postgres, search_path"),
            "{plan:?}"
        );
    }
    client.run("commit").await;
    // Another session of the same name for another table.
    client.run("set search_path = tenant").await;
    client.run("begin").await;
    let sql = "select * from orders where id = 3";
    client.run(sql).await;
    let why = explain(&client, sql).await.unwrap_err();
    assert_eq!(
        why,
        "this would be the plan of public.orders, while the session uses tenant.orders: its \
         search_path is another one"
    );
    let sql = "select * from alone";
    client.run(sql).await;
    let why = explain(&client, sql).await.unwrap_err();
    assert!(why.contains("does not exist (planned with"), "{why}");
    // Who holds no lock tells nothing of its tables.
    client.run("commit").await;
    let sql = "select * from orders where id = 4";
    client.run(sql).await;
    assert_eq!(explain(&client, sql).await.unwrap().notes.len(), 1);
}

#[tokio::test]
async fn a_limit_of_statements_in_any_unit_is_understood() {
    let server = Server::start(&[("track_activity_query_size", "10000B")]).unwrap();
    let mut client = Client::of(&server, "web").await;
    let mut watched = Watched::of(&server);
    watched.picture(|_| true).await;
    let inspector = watched.monitor.inspector("db0").unwrap();
    client.run("select 1").await;
    let near = inspector.inspect(client.backend).await.unwrap();
    assert_eq!((near.statement.as_str(), near.cut), ("select 1", false));
    let long = format!("select 1 /* {} */", "a".repeat(20_000));
    client.run(&long).await;
    let near = inspector.inspect(client.backend).await.unwrap();
    assert!(near.cut && near.statement.len() < 10_000);
}

#[tokio::test]
async fn counters_in_a_schema_that_may_not_be_used_name_the_grant() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "dba").await;
    client
        .run(
            "create role app login; grant pg_monitor to app; create schema ext;
             create extension pg_stat_statements schema ext",
        )
        .await;
    let mut watched = Watched::start(&[as_app(&server)], Vec::new());
    let picture = watched.picture(|p| p.statements.why_not().is_some()).await;
    let why = picture.statements.why_not().unwrap();
    assert!(why.ends_with("grant usage on schema ext to app"), "{why}");
    client.run("grant usage on schema ext to app").await;
    watched.picture(|p| p.statements.get().is_some()).await;
}

#[tokio::test]
async fn counters_that_may_not_be_called_name_the_grant() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "dba").await;
    client
        .run(
            "create role app login; create extension pg_stat_statements;
             do $$ declare f regprocedure; begin
                 for f in select oid from pg_proc where proname ~ '^pg_stat_statements' loop
                     execute format('revoke execute on function %s from public', f);
                 end loop;
             end $$",
        )
        .await;
    let mut watched = Watched::start(&[as_app(&server)], Vec::new());
    let picture = watched.picture(|p| p.statements.why_not().is_some()).await;
    let why = picture.statements.why_not().unwrap();
    let grant = "grant execute on function public.pg_stat_statements(boolean) to app";
    assert!(why.ends_with(grant), "{why}");
    client.run(grant).await;
    watched.picture(|p| p.statements.get().is_some()).await;
}

#[tokio::test]
async fn what_was_counted_before_a_reset_is_not_forgotten() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "dba").await;
    let mut watched = Watched::of(&server);
    let checkpoints = |wanted: u64| {
        move |picture: &Picture| {
            let vitals = picture.vitals.get();
            let counted = vitals.and_then(|vitals| vitals.checkpoints);
            counted.is_some_and(|counted| counted.requested >= wanted)
        }
    };
    watched.picture(checkpoints(0)).await;
    client.run("checkpoint; checkpoint").await;
    watched.picture(checkpoints(2)).await;
    client.run("select pg_stat_reset_shared('bgwriter')").await;
    client.run("checkpoint").await;
    watched.picture(checkpoints(3)).await;
}

#[tokio::test]
async fn functions_of_another_role_run_while_its_statement_is_planned_only_if_somebody_agreed() {
    let server = Server::start(&[]).unwrap();
    let mut client = Client::of(&server, "dba").await;
    client
        .run(
            "create role app login; create schema app authorization app;
             set role app;
             create function app.spread() returns int language sql volatile as $$
                 select 1 from pg_catalog.pg_advisory_lock(77) $$;
             create function app.constant(int) returns int language plpgsql immutable as $$
                 begin perform app.spread(); return 1; end $$;
             reset role",
        )
        .await;
    let options: sqlx::postgres::PgConnectOptions = as_app(&server).parse().unwrap();
    let app = Client::with(options.application_name("app")).await.unwrap();
    let mut watched = Watched::of(&server);
    watched.picture(|_| true).await;
    let inspector = watched.monitor.inspector("db0").unwrap();
    let shown = Shown {
        text: "select 1 where app.constant(1) = 1".to_owned(),
        cut: false,
    };
    let ran = "select count(*) from pg_locks where locktype = 'advisory' and objid = 77";
    let why = inspector.explain(app.backend, &shown, false).await;
    let why = why.unwrap_err();
    assert!(why.contains("the session's role is app"), "{why}");
    assert_eq!(client.ask(ran).await, 0);
    let plan = inspector.explain(app.backend, &shown, true).await.unwrap();
    assert!(plan.notes[0].contains("role is app"), "{plan:?}");
    assert_eq!(client.ask(ran).await, 1, "planning has run it");
    let own = inspector.explain(client.backend, &shown, false).await;
    assert!(own.is_ok(), "{own:?}");
}
