//! The run's sessions on its databases: what carries over from step to step, and servers that freeze,
//! vanish or lie in the middle of what a step begins, does and commits.

use gonogo::demo::server::{Server, Shutdown};
use serde_json::Value;

use crate::support::postgres::OpenTransaction;
use crate::support::proxy::Proxy;
use crate::support::run::Run;
use crate::support::standby::pair;
use crate::support::{Bench, postgres, text_of, wait};

/// A plan whose phase has these steps, by their ids.
fn plan(steps: &[(&str, &str)]) -> String {
    let mut plan = "title = \"Sessions\"\n[databases.main]\nurl_env = \"DATABASE_URL\"\n\
                    [[phase]]\nname = \"P\"\nkind = \"deploy\"\n"
        .to_owned();
    for (id, keys) in steps {
        plan += &format!("[[phase.step]]\nid = \"{id}\"\ntitle = \"{id}\"\n{keys}\n");
    }
    plan
}

/// A server, and a way to it that the bench's programs take.
fn far_server(bench: &mut Bench) -> (Server, Proxy) {
    let server = Server::start(&[("synchronous_commit", "on")]).unwrap();
    let way = Proxy::to(&server);
    bench.set("DATABASE_URL", way.url("postgres"));
    postgres::execute(&server.url("postgres"), "create table done (n int)");
    (server, way)
}

fn done(server: &Server) -> String {
    postgres::answer(&server.url("postgres"), "(select count(*) from done)")
}

fn next(run: &mut Run<'_>, step: &str) -> Value {
    run.ctl(&["run", step]);
    run.wait_finished(step)
}

fn is(end: &Value, outcome: &str, applied: &str) {
    assert_eq!(
        (&end["outcome"], &end["applied"]),
        (&outcome.into(), &applied.into()),
        "{end}"
    );
}

/// Has the step stopped, each stage at once.
fn stop_hard(run: &Run<'_>, step: &str) {
    for _ in 0..3 {
        run.ctl(&["stop", step]);
    }
}

const INSERT: &str = "sql = \"insert into done values (1)\"\nundo = { sql = \"delete from done\" }";

#[test]
fn a_step_whose_server_falls_silent_before_its_first_statement_can_be_given_up() {
    const GREETING: &str = "select pid, (extract(epoch";
    for text in [GREETING, "set_config('application_name'", "begin\0"] {
        let mut bench = Bench::new();
        let (server, way) = far_server(&mut bench);
        let mut run = bench.start(&plan(&[("insert", INSERT)]));
        way.block_at(text);
        run.ctl(&["run", "insert"]);
        wait::until("nothing gets through", || way.is_blocked());
        if text == GREETING {
            run.ctl(&["stop", "insert"]);
        } else {
            stop_hard(&run, "insert");
        }
        is(&run.wait_finished("insert"), "failed", "no");
        way.unblock();
        run.ctl(&["retry", "insert"]);
        is(&run.wait_finished("insert"), "passed", "yes");
        assert_eq!(done(&server), "1");
    }
}

#[test]
fn a_run_whose_server_falls_silent_is_rolled_back_when_its_step_is_given_up() {
    let mut bench = Bench::new();
    let (_server, way) = far_server(&mut bench);
    let mut run = bench.start(&plan(&[("insert", INSERT)]));
    way.block_at("begin\0");
    run.ctl(&["run", "insert"]);
    wait::until("nothing gets through", || way.is_blocked());
    run.ctl(&["rollback", "--tier", "undo"]);
    run.ctl(&["stop", "insert"]);
    run.ctl(&["stop", "insert"]);
    is(&run.wait_finished("insert"), "failed", "no");
    assert_eq!(run.wait_over(), "rolled_back");
}

/// What is inserted waits for whoever holds the gate when it is committed, also without its client.
const SLOW_COMMIT: &str = "
create table gate ();
create function wait() returns trigger language plpgsql as $$ begin
    perform set_config('client_connection_check_interval', '0', false);
    lock table gate;
    return null;
end $$;
create constraint trigger wait after insert on done deferrable initially deferred
    for each row execute function wait();
";

#[test]
fn of_a_step_whose_server_freezes_in_its_commit_nothing_is_guessed_and_it_can_be_given_up() {
    let mut bench = Bench::new();
    let (server, _way) = far_server(&mut bench);
    let url = server.url("postgres");
    postgres::execute(&url, SLOW_COMMIT);
    let gate = OpenTransaction::begin(&url, "lock table gate");
    let mut run = bench.start(&plan(&[("insert", INSERT)]));
    run.ctl(&["run", "insert"]);
    wait::until("it is being committed", || {
        let committing = "(select count(*) from pg_stat_activity
                           where query = 'commit' and wait_event_type = 'Lock')";
        postgres::value(&url, committing) == "1"
    });
    server.freeze();
    stop_hard(&run, "insert");
    // The server is asked, and whoever drives need not wait for its answer.
    run.wait_for("step_sought", |_| true);
    assert_eq!(run.step("1.1")["status"], "running");
    run.ctl(&["stop", "insert"]);
    let end = run.wait_finished("insert");
    is(&end, "unknown", "maybe");
    assert!(run.refused(&["retry", "insert"]).contains("reason"));
    server.thaw();
    gate.end();
    wait::until("its end is there", || {
        let still =
            "(select count(*) from pg_stat_activity where query = 'commit' and state = 'active')";
        postgres::value(&url, still) == "0"
    });
    run.ctl(&["look", "insert"]);
    let end = run.wait_finished("insert");
    // The stop that had been asked for may still have come before the gate was opened.
    match done(&server).as_str() {
        "1" => is(&end, "passed", "yes"),
        _ => is(&end, "failed", "no"),
    }
    assert_eq!(end["known_by"], "server");
}

#[test]
fn a_step_during_which_its_server_freezes_for_a_while_ends_as_if_nothing_had_been() {
    let mut bench = Bench::new();
    let (server, _way) = far_server(&mut bench);
    let url = server.url("postgres");
    let writer = OpenTransaction::begin(&url, "lock table done");
    let mut run = bench.start(&plan(&[("insert", INSERT)]));
    run.ctl(&["run", "insert"]);
    wait::until("the statement waits", || {
        let waiting = "(select count(*) from pg_stat_activity
                        where application_name like 'gonogo:%' and wait_event_type = 'Lock')";
        postgres::value(&url, waiting) == "1"
    });
    server.freeze();
    let refused = run.refused(&["done", "insert", "--reason", "it looks so"]);
    assert!(refused.contains("stop it first"), "{refused}");
    server.thaw();
    writer.end();
    is(&run.wait_finished("insert"), "passed", "yes");
    assert_eq!(done(&server), "1");
}

#[test]
fn a_pooler_that_loses_its_server_in_a_commit_is_not_believed() {
    let mut bench = Bench::new();
    let (server, way) = far_server(&mut bench);
    let mut run = bench.start(&plan(&[("insert", INSERT)]));
    way.lie_at("commit\0");
    let end = next(&mut run, "insert");
    is(&end, "passed", "yes");
    assert_eq!(end["known_by"], "server");
    assert_eq!(done(&server), "1");
}

#[test]
fn a_standby_is_not_asked_what_became_of_a_commit() {
    let mut bench = Bench::new();
    let (primary, standby) = pair();
    postgres::execute(&primary.url("postgres"), "create table done (n int)");
    let paused = "(select 1 from pg_wal_replay_pause())";
    assert_eq!(postgres::answer(&standby.url("postgres"), paused), "1");
    let way = Proxy::to(&primary);
    bench.set("DATABASE_URL", way.url("postgres"));
    let gate = OpenTransaction::begin(&primary.url("postgres"), "lock table done");
    let mut run = bench.start(&plan(&[("insert", INSERT)]));
    run.ctl(&["run", "insert"]);
    run.wait_for("step_transaction", |_| true);
    way.lie_at("commit\0");
    way.block_at("pg_control_system()");
    way.lead_others_to(&standby);
    gate.end();
    let held = run.wait_for("held", |_| true);
    let reason = held["data"]["reason"].as_str().unwrap();
    assert!(reason.contains("was lost under 1.1"), "{reason}");
    // The standby has not heard of it, and would say that it was rolled back.
    run.wait_for("step_sought", |_| true);
    assert_eq!(run.step("1.1")["sought"], true);
    wait::until("the standby is asked who it is", || way.is_blocked());
    way.lead_others_to(&primary);
    way.unblock();
    let end = run.wait_finished("insert");
    is(&end, "passed", "yes");
    assert_eq!(
        (&end["known_by"], done(&primary)),
        (&"server".into(), "1".into())
    );
}

#[test]
fn what_was_set_is_set_again_in_a_new_session_and_what_is_gone_with_the_old_one_is_asked_about() {
    let mut bench = Bench::new();
    let url = postgres::database();
    bench.set("DATABASE_URL", &url);
    postgres::execute(&url, "create schema tenant; create table tenant.t (n int)");
    let holds = "sql = \"insert into t select length(current_setting('app.who'))\"";
    let mut run = bench.start(&plan(&[
        (
            "set",
            "sql = \"set search_path = tenant; set app.who = 'ann'\"",
        ),
        ("holds", holds),
        ("temporary", "sql = \"create temp table gone as select 1\""),
        ("lacks", holds),
        ("still", holds),
    ]));
    is(&next(&mut run, "set"), "passed", "yes");
    run.kill_engine();
    let mut run = run.resumed();
    is(&next(&mut run, "holds"), "passed", "yes");
    let told = run.output("holds-1.log");
    assert!(told.contains("`app.who` is set again"), "{told}");
    is(&next(&mut run, "temporary"), "passed", "yes");
    run.kill_engine();
    let mut run = run.resumed();
    let end = next(&mut run, "lacks");
    is(&end, "failed", "no");
    let message = end["message"].as_str().unwrap();
    assert!(message.contains("the temporary table `gone`"), "{message}");
    assert!(run.refused(&["retry", "lacks"]).contains("give a reason"));
    run.ctl(&["retry", "lacks", "--reason", "it does not use it"]);
    is(&run.wait_finished("lacks"), "passed", "yes");
    is(&next(&mut run, "still"), "passed", "yes");
    let all = "(select string_agg(n::text, ' ') from tenant.t)";
    assert_eq!(postgres::value(&url, all), "3 3 3");
}

#[test]
fn what_only_the_session_had_that_is_gone_is_named_and_no_value_of_it_is_recorded() {
    const COMPUTED: &str = "9dd4e461268c8034f5c8564e155c67a6";
    let leaves = [
        ("select pg_advisory_lock(7)", "advisory locks"),
        (
            "set session authorization pg_monitor",
            "the session authorization `pg_monitor`",
        ),
        (
            "select set_config('app.jwt', md5('x'), false) is null",
            "the setting `app.jwt`",
        ),
    ];
    for (sql, gone) in leaves {
        let mut bench = Bench::new();
        bench.set("DATABASE_URL", postgres::database());
        let mut run = bench.start(&plan(&[
            ("leaves", &format!("sql = \"{sql}\"")),
            ("between", "sql = \"select 1\""),
            ("after", "sql = \"select 2\""),
        ]));
        is(&next(&mut run, "leaves"), "passed", "yes");
        is(&next(&mut run, "between"), "passed", "yes");
        run.kill_engine();
        let mut run = run.resumed();
        let end = next(&mut run, "after");
        is(&end, "failed", "no");
        let message = end["message"].as_str().unwrap();
        assert!(message.contains(gone), "{message}");
        let events = text_of(&bench.gonogo(&["ctl", "last", "events"]));
        assert!(!events.contains(COMPUTED), "{events}");
    }
}

#[test]
fn a_step_that_waits_for_its_session_can_be_stopped_and_was_never_begun() {
    let mut bench = Bench::new();
    let url = postgres::database();
    bench.set("DATABASE_URL", &url);
    let mut run = bench.start(&plan(&[
        ("long", "parallel = true\nsql = \"select pg_sleep(600)\""),
        ("behind", "parallel = true\nsql = \"select 1\""),
        ("last", "parallel = true\nsql = \"select 2\""),
    ]));
    run.ctl(&["run", "long"]);
    run.wait_for("step_transaction", |data| data["step"] == "long");
    run.ctl(&["run", "behind"]);
    run.ctl(&["run", "last"]);
    run.ctl(&["stop", "behind"]);
    let end = run.wait_finished("behind");
    is(&end, "failed", "no");
    assert!(
        end["message"].to_string().contains("before its turn"),
        "{end}"
    );
    run.ctl(&["stop", "long"]);
    is(&run.wait_finished("long"), "failed", "no");
    is(&run.wait_finished("last"), "passed", "yes");
}

#[test]
fn a_limit_that_a_step_sets_is_there_until_another_step_sets_it() {
    let mut bench = Bench::new();
    bench.set("DATABASE_URL", postgres::database());
    let asks = |limit: &str, more: &str| {
        format!("sql = \"show lock_timeout\"\nexpect = {{ value = \"{limit}\" }}\n{more}")
    };
    let steps = [
        ("set", "sql = \"set lock_timeout = '3s'\"".to_owned()),
        ("kept", asks("3s", "")),
        ("own", asks("1s", "lock_timeout = \"1s\"")),
        ("still", asks("3s", "")),
        (
            "outside",
            asks("1s", "lock_timeout = \"1s\"\ntransaction = false"),
        ),
        ("at-last", asks("3s", "")),
    ];
    let steps: Vec<(&str, &str)> = steps.iter().map(|(id, keys)| (*id, &**keys)).collect();
    let mut run = bench.start(&plan(&steps));
    for (id, _) in steps {
        is(&next(&mut run, id), "passed", "yes");
    }
}

#[test]
fn a_transaction_that_can_not_be_begun_leaves_the_session_as_it_was() {
    let mut bench = Bench::new();
    bench.set("DATABASE_URL", postgres::database());
    // The plan's own table comes first where a catalog is looked for.
    let mut run = bench.start(&plan(&[
        ("hide", "sql = \"create temp table pg_proc (x int)\""),
        ("fails", "sql = \"select 1\""),
        (
            "show",
            "sql = \"drop table pg_temp.pg_proc\"\ntransaction = false",
        ),
        ("works", "sql = \"select 1\""),
    ]));
    is(&next(&mut run, "hide"), "passed", "yes");
    is(&next(&mut run, "fails"), "failed", "no");
    run.ctl(&["skip", "fails", "--reason", "as expected"]);
    is(&next(&mut run, "show"), "passed", "yes");
    is(&next(&mut run, "works"), "passed", "yes");
}

#[test]
fn a_transaction_that_a_step_leaves_open_is_rolled_back_and_is_not_the_next_ones() {
    let mut bench = Bench::new();
    let url = postgres::database();
    bench.set("DATABASE_URL", &url);
    postgres::execute(&url, "create table t (a int)");
    let insert = |n: u32| format!("insert into t values ({n})");
    let open = format!("sql = \"begin; {}\"", insert(1));
    let broken = format!("sql = \"begin; {}; select 1/0; commit\"", insert(2));
    let whole = format!("sql = \"begin; {}; commit\"", insert(3));
    let after = format!("sql = \"{}\"", insert(4));
    let mut run = bench.start(&plan(&[
        ("open", &open),
        ("broken", &broken),
        ("whole", &whole),
        ("after", &after),
    ]));
    for step in ["open", "broken"] {
        let end = next(&mut run, step);
        is(&end, "failed", "maybe");
        let message = end["message"].as_str().unwrap();
        assert!(message.contains("left open was rolled back"), "{message}");
        run.ctl(&["skip", step, "--reason", "as expected"]);
    }
    is(&next(&mut run, "whole"), "passed", "yes");
    is(&next(&mut run, "after"), "passed", "yes");
    let rows = "(select string_agg(a::text, ' ' order by a) from t)";
    assert_eq!(postgres::value(&url, rows), "3 4");
}

#[test]
fn nothing_is_undone_on_another_server_than_the_one_that_did_it_unless_that_is_meant() {
    let mut bench = Bench::new();
    let [server, other] = [0, 1].map(|_| Server::start(&[]).unwrap());
    for server in [&server, &other] {
        let table = "create table done as select 1 as n";
        postgres::execute(&server.url("postgres"), table);
    }
    bench.set("DATABASE_URL", server.url("postgres"));
    let mut run = bench.start(&plan(&[("insert", INSERT)]));
    is(&next(&mut run, "insert"), "passed", "yes");
    run.kill_engine();
    let id = run.id.clone();
    drop(run);
    bench.set("DATABASE_URL", other.url("postgres"));
    let mut run = bench.resume(&id);
    run.ctl(&["rollback"]);
    // Its environment is another, and that is meant: the server is another question.
    run.ctl(&["release"]);
    let undo = |data: &Value| data["undo"] == true;
    let end = run.wait_for("step_finished", undo);
    is(&end["data"], "failed", "no");
    let message = end["data"]["message"].as_str().unwrap();
    assert!(message.contains("is not the server that ran"), "{message}");
    assert_eq!([done(&server), done(&other)], ["2", "1"]);
    assert!(run.refused(&["retry", "insert"]).contains("give a reason"));
    run.ctl(&["retry", "insert", "--reason", "its data was moved there"]);
    let end = run.wait_for("step_finished", undo);
    is(&end["data"], "passed", "yes");
    assert_eq!([done(&server), done(&other)], ["2", "0"]);
}

#[test]
fn a_statement_whose_output_can_not_be_written_has_failed_and_its_session_is_kept() {
    let mut bench = Bench::new();
    let url = postgres::database();
    bench.set("DATABASE_URL", &url);
    postgres::execute(&url, "create table t (a int)");
    let mut run = bench.start(&plan(&[
        ("set", "sql = \"create temp table kept as select 7 as n\""),
        ("index", "sql = \"create index concurrently i on t (a)\""),
        ("write", "sql = \"insert into t values (1)\""),
        (
            "kept",
            "sql = \"select n from kept\"\nexpect = { value = \"7\" }",
        ),
    ]));
    is(&next(&mut run, "set"), "passed", "yes");
    for (step, applied) in [("index", "maybe"), ("write", "no")] {
        let output = run.dir().join(format!("output/{step}-1.log"));
        std::os::unix::fs::symlink("/dev/full", output).unwrap();
        let end = next(&mut run, step);
        is(&end, "failed", applied);
        let message = end["message"].as_str().unwrap();
        assert!(message.contains("failed to write its output"), "{message}");
        run.ctl(&["skip", step, "--reason", "as expected"]);
    }
    is(&next(&mut run, "kept"), "passed", "yes");
    assert_eq!(postgres::value(&url, "(select count(*) from t)"), "0");
    let valid = "(select indisvalid from pg_index where indexrelid = 'i'::regclass)";
    assert_eq!(postgres::value(&url, valid), "true");
}

#[test]
fn of_fields_of_any_size_as_much_is_kept_as_somebody_reads() {
    let mut bench = Bench::new();
    bench.set("DATABASE_URL", postgres::database());
    let big =
        "sql = \"select repeat('\u{e9}', 1000000) as a, 'b' as b from generate_series(1, 20)\"";
    let json = "sql = \"select json_build_object('fill', repeat('x', 300000), 'n', 42)\"";
    let mut run = bench.start(&plan(&[
        ("big", &format!("{big}\nexpect = {{ value = \"y\" }}")),
        (
            "json",
            &format!("{json}\ncapture = {{ n = {{ json = \".n\" }} }}"),
        ),
        (
            "all",
            &format!("{json}\ncapture = {{ all = {{ value = true }} }}"),
        ),
    ]));
    let end = next(&mut run, "big");
    is(&end, "failed", "no");
    let output = run.output("big-1.log");
    assert!(output.len() < 200_000, "{}", output.len());
    assert!(output.contains("(2000000 bytes)") && output.contains("(20 rows)"));
    assert!(end.to_string().len() < 4_000, "{}", end.to_string().len());
    run.ctl(&["skip", "big", "--reason", "as expected"]);
    is(&next(&mut run, "json"), "passed", "yes");
    let end = next(&mut run, "all");
    is(&end, "failed", "no");
    assert!(end.to_string().contains("too many for a variable"), "{end}");
}

#[test]
fn a_condition_whose_server_falls_silent_can_not_be_told() {
    let mut bench = Bench::new();
    let (_server, way) = far_server(&mut bench);
    let when = format!("{INSERT}\nwhen = \"main.size > 6\"");
    let mut run = bench.start(&plan(&[("insert", &when)]));
    way.block_at("begin read only; set local statement_timeout = 10000");
    run.ctl(&["run"]);
    let weighed = run.wait_for("condition_weighed", |_| true);
    assert!(weighed["data"]["holds"].is_null(), "{weighed}");
    assert!(weighed.to_string().contains("does not answer"), "{weighed}");
    way.unblock();
}

#[test]
fn what_a_server_says_beside_its_answers_is_in_the_output_and_its_warnings_of_a_commit_in_the_end()
{
    let mut bench = Bench::new();
    bench.set("DATABASE_URL", postgres::database());
    bench.set("TOKEN", "s3cr3t");
    let loud = "sql = \"\"\"do $$ begin raise warning 'careful with {{token}}'; raise notice 'by the way'; end $$\"\"\"";
    let late = "sql = \"\"\"
create temp table noisy (n int);
create function pg_temp.warn() returns trigger language plpgsql as
  $$ begin raise warning 'not on the standby yet'; return null; end $$;
create constraint trigger late after insert on noisy deferrable initially deferred
  for each row execute function pg_temp.warn();
insert into noisy values (1)\"\"\"";
    let vars = "[vars]\ntoken = { env = \"TOKEN\", secret = true }\n[[phase]]";
    let plan = plan(&[("loud", loud), ("late", late)]);
    let mut run = bench.start(&plan.replacen("[[phase]]", vars, 1));
    let end = next(&mut run, "loud");
    is(&end, "passed", "yes");
    assert!(end["message"].is_null(), "{end}");
    let output = run.output("loud-1.log");
    assert!(output.contains("WARNING:  careful with"), "{output}");
    assert!(output.contains("NOTICE:  by the way\n"), "{output}");
    let end = next(&mut run, "late");
    is(&end, "passed", "yes");
    let said = "WARNING:  not on the standby yet";
    assert!(end["message"].to_string().contains(said), "{end}");
    assert!(run.output("late-1.log").contains(said));
    let log = std::fs::read_to_string(run.dir().join("engine.log")).unwrap();
    assert!(!log.contains("s3cr3t") && !log.contains("careful"), "{log}");
    let report = bench.gonogo(&["report", &run.id]);
    let report = String::from_utf8(report.stdout).unwrap();
    assert!(report.contains("not on the standby yet"), "{report}");
}

#[test]
fn a_session_that_is_lost_under_a_step_keeps_neither_later_steps_nor_the_way_back_from_going_on() {
    let mut bench = Bench::new();
    let url = postgres::database();
    bench.set("DATABASE_URL", &url);
    postgres::execute(&url, "create table done (n int)");
    let sleeps = "sql = \"do $$ begin perform pg_sleep(600); end $$\"\ntransaction = false\n\
                  undo = { sql = \"insert into done values (7)\" }";
    let mut run = bench.start(&plan(&[
        ("set", "sql = \"set app.who = 'ann'\""),
        ("sleeps", sleeps),
        (
            "after",
            "sql = \"insert into done select length(current_setting('app.who'))\"",
        ),
        ("again", INSERT),
    ]));
    is(&next(&mut run, "set"), "passed", "yes");
    run.ctl(&["run", "sleeps"]);
    let sleeping = "from pg_stat_activity where query like 'do $$ begin perform%'";
    wait::until("it sleeps", || {
        postgres::value(&url, &format!("(select count(*) {sleeping})")) == "1"
    });
    postgres::execute(
        &url,
        &format!("select pg_terminate_backend(pid) {sleeping}"),
    );
    is(&run.wait_finished("sleeps"), "unknown", "maybe");
    run.ctl(&["skip", "sleeps", "--reason", "it only slept"]);
    if run.state() == "held" {
        run.ctl(&["release"]);
    }
    let end = next(&mut run, "after");
    is(&end, "passed", "yes");
    let message = end["message"].as_str().unwrap();
    assert!(
        message.starts_with("in a new session: what 1.2"),
        "{message}"
    );
    // It is told once: from here on it is this session.
    let end = next(&mut run, "again");
    is(&end, "passed", "yes");
    assert!(end["message"].is_null(), "{end}");
    run.ctl(&["rollback", "--tier", "undo"]);
    run.wait_over();
    let all = "(select string_agg(n::text, ' ' order by n) from done)";
    assert_eq!(postgres::value(&url, all), "7");
}

#[test]
fn a_step_that_drops_a_database_finds_nobody_of_ours_in_it() {
    let mut bench = Bench::new();
    let server = Server::start(&[]).unwrap();
    postgres::execute(&server.url("postgres"), "create database shop");
    let (shop, admin) = (server.url("shop"), server.url("postgres"));
    bench.set("DATABASE_URL", &shop);
    bench.set("ADMIN_URL", &admin);
    let steps = [
        (
            "begin",
            "sql = \"create table items (n int)\"\ndatabase = \"main\"",
        ),
        ("drop", "sql = \"drop database shop\"\ndatabase = \"admin\""),
        (
            "make",
            "sql = \"create database shop\"\ndatabase = \"admin\"",
        ),
    ];
    let plan = plan(&steps).replacen(
        "[[phase]]",
        "[databases.admin]\nurl_env = \"ADMIN_URL\"\n[[phase]]",
        1,
    );
    let mut run = bench.start(&plan);
    let ours = "(select count(*) from pg_stat_activity where datname = 'shop' and backend_type = 'client backend')";
    is(&next(&mut run, "begin"), "passed", "yes");
    // The monitor's two sessions, and the run's own.
    wait::until("all of ours are there", || {
        postgres::answer(&admin, ours) == "3"
    });
    let others = "(select string_agg(pid::text, ' ' order by pid) from pg_stat_activity \
                  where datname = 'postgres' and application_name = 'gonogo monitor')";
    let mut watched = String::new();
    wait::until("the other database is watched", || {
        watched = postgres::answer(&admin, others);
        watched.contains(' ')
    });
    is(&next(&mut run, "drop"), "passed", "yes");
    is(&next(&mut run, "make"), "passed", "yes");
    // The other database was watched all the time.
    assert_eq!(postgres::answer(&admin, others), watched);
    // Whoever watches is back, and nothing counts as lost.
    wait::until("the monitor is back", || {
        postgres::answer(&admin, ours) == "2"
    });
    assert_eq!(run.status()["holds"], serde_json::json!([]));
}

/// A primary with a table, a standby that has it, and a way to the primary that the bench's programs take.
fn far_pair(bench: &mut Bench) -> (Server, Server, Proxy) {
    let (primary, standby) = pair();
    postgres::execute(&primary.url("postgres"), "create table done (n int)");
    let way = Proxy::to(&primary);
    bench.set("DATABASE_URL", way.url("postgres"));
    let has_table = "(select count(to_regclass('done')))";
    wait::until("the standby has the table", || {
        postgres::answer(&standby.url("postgres"), has_table) == "1"
    });
    (primary, standby, way)
}

fn promote(standby: &Server) {
    postgres::execute(&standby.url("postgres"), "select pg_promote()");
}

const TOUCH: &str = "shell = \"true\"";

/// Waits until the run is held for a reason with these `words` in it, and nothing can be begun.
fn wait_held(run: &mut Run<'_>, words: &str) {
    let has = |data: &Value| data["reason"].as_str().unwrap().contains(words);
    run.wait_for("held", has);
    assert!(run.refused(&["run", "shell"]).contains("held"));
}

#[test]
fn a_promoted_server_that_lacks_what_a_step_did_is_not_the_one_that_is_back() {
    let mut bench = Bench::new();
    let (_primary, standby, way) = far_pair(&mut bench);
    promote(&standby);
    let mut run = bench.start(&plan(&[("insert", INSERT), ("shell", TOUCH)]));
    is(&next(&mut run, "insert"), "passed", "yes");
    // It gives the number of the step's transaction to somebody else.
    for _ in 0..20 {
        postgres::execute(&standby.url("postgres"), "insert into done values (0)");
    }
    way.lead_to(&standby);
    wait_held(
        &mut run,
        "was promoted (timeline 2): what 1.1 \"insert\" did may be lost",
    );
    run.ctl(&["release"]);
    is(&next(&mut run, "shell"), "passed", "yes");
}

#[test]
fn a_promoted_server_that_has_what_the_steps_did_is_said_to_have_it() {
    let mut bench = Bench::new();
    let (primary, standby, way) = far_pair(&mut bench);
    let mut run = bench.start(&plan(&[("insert", INSERT), ("again", INSERT)]));
    is(&next(&mut run, "insert"), "passed", "yes");
    wait::until("the standby has the row", || done(&standby) == "1");
    way.lead_to(&standby);
    run.wait_for("held", |_| true);
    promote(&standby);
    run.wait_for("server_seen", |data| {
        data["words"] == "promoted (timeline 2): the recorded transaction is there"
    });
    let held = run.status()["holds"][0]["reason"].clone();
    assert!(held.as_str().unwrap().contains("promoted"), "{held}");
    run.ctl(&["release"]);
    is(&next(&mut run, "again"), "passed", "yes");
    assert_eq!([done(&primary), done(&standby)], ["1", "2"]);
}

#[test]
fn another_server_at_the_same_address_is_named_before_any_step_is_begun_there() {
    let mut bench = Bench::new();
    let (_server, way) = far_server(&mut bench);
    let mut other = Server::start(&[]).unwrap();
    let mut run = bench.start(&plan(&[
        ("first", TOUCH),
        ("shell", TOUCH),
        ("last", TOUCH),
    ]));
    run.wait_for("server_seen", |_| true);
    is(&next(&mut run, "first"), "passed", "yes");
    way.lead_to(&other);
    wait_held(&mut run, "another server answers as `main`");
    run.ctl(&["release"]);
    is(&next(&mut run, "shell"), "passed", "yes");
    // Of that one somebody has been told.
    other.stop(Shutdown::Fast);
    run.wait_for("held", |_| true);
    other.launch().unwrap();
    run.wait_for("server_seen", |data| {
        data["words"] == "another server answers still"
    });
    let status = run.status();
    let [hold] = &status["holds"].as_array().unwrap()[..] else {
        panic!("{status}")
    };
    let reason = hold["reason"].as_str().unwrap();
    assert!(
        reason.contains("was lost") && reason.ends_with("answers still"),
        "{reason}"
    );
}

#[test]
fn a_database_that_was_made_anew_is_not_the_one_that_the_steps_worked_in() {
    let mut bench = Bench::new();
    let server = Server::start(&[]).unwrap();
    let admin = server.url("postgres");
    postgres::execute(&admin, "create database shop");
    bench.set("DATABASE_URL", server.url("shop"));
    let insert = "sql = \"create table done (n int)\"";
    let mut run = bench.start(&plan(&[
        ("insert", insert),
        ("shell", TOUCH),
        ("last", TOUCH),
    ]));
    is(&next(&mut run, "insert"), "passed", "yes");
    let refuse = "alter database shop allow_connections false";
    let end_all = "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'shop'";
    postgres::execute(&admin, refuse);
    postgres::execute(&admin, end_all);
    let others = "(select count(*) from pg_stat_activity where datname = 'shop')";
    wait::until("nobody is in it", || {
        postgres::answer(&admin, others) == "0"
    });
    postgres::execute(&admin, "drop database shop");
    postgres::execute(&admin, "create database shop");
    let words = "the database `main` is not the one of before, it was made anew or another was given its \
                 name: what 1.1 \"insert\" did may be lost";
    wait_held(&mut run, words);
    run.ctl(&["release"]);
    is(&next(&mut run, "shell"), "passed", "yes");
    // Of that somebody has been told.
    postgres::execute(&admin, end_all);
    run.wait_for("held", |data| {
        data["reason"].as_str().unwrap().contains("was lost")
    });
    run.wait_for("server_seen", |_| true);
    let status = run.status();
    let [hold] = &status["holds"].as_array().unwrap()[..] else {
        panic!("{status}")
    };
    assert!(
        !hold["reason"].as_str().unwrap().contains("made anew"),
        "{hold}"
    );
}

#[test]
fn what_was_said_of_a_standby_is_over_when_it_is_promoted() {
    let mut bench = Bench::new();
    let (_primary, standby, way) = far_pair(&mut bench);
    let mut run = bench.start(&plan(&[("insert", INSERT), ("shell", TOUCH)]));
    is(&next(&mut run, "insert"), "passed", "yes");
    wait::until("the standby has the row", || done(&standby) == "1");
    way.lead_to(&standby);
    wait_held(&mut run, "a standby answers as `main`");
    promote(&standby);
    run.wait_for("server_seen", |data| !data["words"].is_null());
    let status = run.status();
    let holds = status["holds"].as_array().unwrap();
    assert!(!holds.is_empty());
    for hold in holds {
        let reason = hold["reason"].as_str().unwrap();
        assert!(reason.contains("promoted (timeline 2)"), "{reason}");
        assert!(!reason.contains("a standby answers"), "{reason}");
    }
}

#[test]
fn where_no_connection_is_left_to_ask_over_it_is_said() {
    let mut bench = Bench::new();
    let server = Server::start(&[]).unwrap();
    let admin = server.url("postgres");
    postgres::execute(
        &admin,
        "create table done (n int); create role app login; grant all on done to app",
    );
    bench.set("DATABASE_URL", admin.replace("user=postgres", "user=app"));
    let mut run = bench.start(&plan(&[("insert", INSERT), ("shell", TOUCH)]));
    is(&next(&mut run, "insert"), "passed", "yes");
    let end_all = "select pg_terminate_backend(pid) from pg_stat_activity where usename = 'app'";
    postgres::execute(
        &admin,
        &format!("alter role app connection limit 0; {end_all}"),
    );
    run.wait_for("held", |_| true);
    run.ctl(&["release"]);
    // The monitor takes the only one that there is.
    postgres::execute(&admin, "alter role app connection limit 1");
    wait_held(
        &mut run,
        "its connections are used up: too many connections for role",
    );
}

#[test]
fn what_a_step_throws_away_of_its_session_is_missed_by_no_step_behind_it() {
    let mut bench = Bench::new();
    let server = Server::start(&[]).unwrap();
    bench.set("DATABASE_URL", server.url("postgres"));
    // Servers below 14 have no such setting.
    let looks = "sql = \"select coalesce(current_setting('client_connection_check_interval', true), '2s')\"\n\
                 expect = { value = \"2s\" }";
    for thrown in ["discard all", "deallocate all", "reset all"] {
        let throws = format!(
            "sql = \"{thrown}\"\nundo = {{ sql = \"select 'taken back'\" }}\nlock_timeout = \"2s\""
        );
        let mut run = bench.start(&plan(&[
            ("first", "sql = \"select 1\""),
            ("throws", &throws),
            ("looks", looks),
        ]));
        for step in ["first", "throws", "looks"] {
            let end = next(&mut run, step);
            assert_eq!(end["outcome"], "passed", "{thrown}: {end}");
        }
        run.ctl(&["rollback", "--tier", "undo"]);
        assert_eq!(run.wait_over(), "rolled_back");
    }
}
