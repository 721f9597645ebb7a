//! A run through a pooler that lends each transaction another session.

use std::collections::BTreeMap;

use gonogo::demo::server::Server;
use sqlx::postgres::PgConnection;
use sqlx::{Connection, Row};

use crate::support::pooler::Pooler;
use crate::support::{Bench, postgres, wait};

const PLAN: &str = r#"
title = "Through a pooler"
[databases.main]
url_env = "DATABASE_URL"
[[phase]]
name = "P"
kind = "deploy"
[[phase.step]]
id = "before"
title = "before"
snapshot = "before"
[[phase.step]]
id = "make"
title = "make"
when = "not main.table.done"
sql = "create table done (n int)"
lock_timeout = "2s"
undo = { sql = "drop table done" }
[[phase.step]]
id = "fill"
title = "fill"
sql = "insert into done values (1); select count(*) || coalesce(current_setting('client_connection_check_interval', true), '2s') from done"
expect = { value = "12s" }
[[phase.step]]
id = "index"
title = "index"
sql = "create index concurrently done_n on done (n)"
[[phase.step]]
id = "hang"
title = "hang"
sql = "select pg_sleep(3600)"
[[phase.step]]
id = "limit"
title = "limit"
sql = "vacuum done"
lock_timeout = "2s"
"#;

/// What of ours a session may still have.
const LEFT: &str = "select concat(pg_backend_pid(), ' ', current_setting('synchronous_commit'),
        current_setting('lock_timeout'), current_setting('client_connection_check_interval', true),
        (select count(*) from pg_prepared_statements))";

/// The first field of what a query answers that is sent as one message.
fn simple(url: &str, sql: &'static str) -> String {
    postgres::block_on(async {
        let mut connection = PgConnection::connect(url).await.unwrap();
        let row = sqlx::raw_sql(sql).fetch_one(&mut connection).await.unwrap();
        connection.close().await.unwrap();
        row.get(0)
    })
}

#[test]
fn steps_work_whichever_session_a_pooler_lends_them_and_leave_nothing_in_it() {
    let server = Server::start(&[]).unwrap();
    let pooler = Pooler::of(&server, 3);
    let url = pooler.url(&server.url("postgres"), &server);
    let look = || {
        // One may be lent to somebody else at the moment.
        let mut all = BTreeMap::new();
        wait::until("each session has answered", || {
            let said = simple(&url, LEFT);
            let (pid, left) = said.split_once(' ').unwrap();
            all.insert(pid.to_owned(), left.to_owned());
            all.len() == 3
        });
        all
    };
    let before = look();
    let mut bench = Bench::new();
    bench.set("DATABASE_URL", &url);
    let mut run = bench.start(PLAN);
    for step in ["before", "make", "fill", "index"] {
        // Until it is known whether it is to be done it can't be begun.
        wait::until("it begins", || run.try_ctl(&["run", step]).status.success());
        assert_eq!(run.wait_finished(step)["outcome"], "passed", "{step}");
    }
    // Somebody else works in the session that the run's was when it was opened.
    run.ctl(&["run", "hang"]);
    let sleeps = "select count(*) from pg_stat_activity where query = 'select pg_sleep(3600)'";
    wait::until("it sleeps", || {
        postgres::value(&server.url("postgres"), sleeps) == "1"
    });
    run.ctl(&["stop", "hang"]);
    assert_eq!(run.wait_finished("hang")["applied"], "no");
    run.ctl(&["skip", "hang", "--reason", "it only hangs"]);
    run.ctl(&["run", "limit"]);
    let end = run.wait_finished("limit");
    let message = end["message"].as_str().unwrap();
    assert!(message.contains("connect to the server itself"), "{end}");
    assert_eq!(look(), before);
    // Whoever knows the pooler may go on.
    assert!(run.refused(&["retry", "limit"]).contains("give a reason"));
    run.ctl(&["retry", "limit", "--reason", "it keeps sessions"]);
    assert_eq!(run.wait_finished("limit")["outcome"], "passed");
}
