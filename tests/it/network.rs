//! What happens on the way between the program and its database server: cut, blocked, led to another
//! server. The run holds with the reason, the monitors come back, and whoever drives decides.

use gonogo::demo::server::{Server, Shutdown};
use serde_json::Value;

use crate::support::postgres::OpenTransaction;
use crate::support::proxy::Proxy;
use crate::support::run::Run;
use crate::support::{Bench, Pty, postgres, wait};

const PLAN: &str = r#"
title = "Far away"
[databases.main]
url_env = "DATABASE_URL"
[[phase]]
name = "P"
kind = "deploy"
  [[phase.step]]
  id = "first"
  title = "First"
  shell = "true"
  [[phase.step]]
  id = "long"
  title = "Long"
  sql = "STATEMENT"
  [[phase.step]]
  id = "last"
  title = "Last"
  shell = "echo last >>trace"
"#;

/// In a transaction: it writes, and waits for somebody.
const IN_TRANSACTION: &str = "insert into done values (1); lock table gate in share mode";
/// By itself: it waits for whoever writes.
const BY_ITSELF: &str = "create index concurrently gate_n on gate (n)";

/// A run that has got to the middle of a statement, over a way that can be broken.
struct Scene<'b> {
    run: Run<'b>,
    screen: Pty,
    /// Keeps the statement waiting.
    writer: OpenTransaction,
}

/// A server, and the way to it that the bench's programs take.
fn far_server(bench: &mut Bench) -> (Server, Proxy) {
    let server = Server::start(&[("synchronous_commit", "on")]).unwrap();
    let way = Proxy::to(&server);
    bench.set("DATABASE_URL", way.url("postgres"));
    prepare(&server);
    (server, way)
}

fn prepare(server: &Server) {
    let tables = "create table gate (n int); create table done (n int)";
    postgres::execute(&server.url("postgres"), tables);
}

fn in_the_middle<'b>(bench: &'b Bench, server: &Server, statement: &str) -> Scene<'b> {
    let url = server.url("postgres");
    let writer = OpenTransaction::begin(&url, "insert into gate values (1)");
    let mut run = bench.start(&PLAN.replace("STATEMENT", statement));
    let screen = Pty::start(bench, &["attach"], 120, 36);
    screen.see("of 97 usable");
    run.ctl(&["auto", "on"]);
    run.wait_for("step_transaction", |_| true);
    wait::until("the statement waits", || waiting(server) == "1");
    Scene {
        run,
        screen,
        writer,
    }
}

/// How many of the step's sessions wait for a lock.
fn waiting(server: &Server) -> String {
    let waiting = "(select count(*) from pg_stat_activity
                    where application_name like 'gonogo:%' and wait_event_type = 'Lock')";
    postgres::answer(&server.url("postgres"), waiting)
}

fn done(server: &Server) -> String {
    postgres::answer(&server.url("postgres"), "(select count(*) from done)")
}

impl Scene<'_> {
    /// The run holds because of its database, and says so on the screen.
    fn is_held(&mut self) {
        let held = self.run.wait_ever("held", |_| true);
        let reason = held["data"]["reason"].as_str().unwrap();
        assert!(reason.contains("the database `main` was lost"), "{reason}");
        self.screen.see("HOLD");
    }

    /// The monitors see the server again, and nothing has been started meanwhile.
    fn monitors_are_back(&self) {
        self.screen.wait("a picture of now", |text| {
            text.contains("of 97 usable") && !text.contains("s old") && !text.contains("seen ")
        });
        self.screen.see("HOLD");
        assert_eq!(self.run.step("1.3")["status"], "pending");
    }

    /// Whoever drives lets the run go on, and has the statement tried again.
    fn try_again(&mut self) {
        self.run.ctl(&["release"]);
        self.try_with("the server is back");
    }

    fn try_with(&mut self, why: &str) {
        self.run.ctl(&["retry", "1.2", "--reason", why]);
        let end = self.run.wait_finished("long");
        assert_eq!(end["outcome"], "passed", "{end}");
        assert_eq!(self.run.wait_finished("last")["outcome"], "passed");
    }

    /// The statement is not begun on another server than before for whatever reason.
    fn not_begun_elsewhere(&mut self, why: &str) {
        self.run.ctl(&["release"]);
        self.run.ctl(&["retry", "1.2", "--reason", why]);
        let end = self.run.wait_finished("long");
        assert_eq!(
            (&end["outcome"], &end["elsewhere"]),
            (&"failed".into(), &true.into())
        );
        let message = end["message"].as_str().unwrap();
        assert!(message.contains("is not the server that ran"), "{message}");
    }

    /// The last step is started by itself as soon as it may be.
    fn goes_on_when_released(&mut self) {
        self.run.ctl(&["release"]);
        assert_eq!(self.run.wait_finished("last")["outcome"], "passed");
    }
}

fn is(end: &Value, outcome: &str, applied: &str) {
    assert_eq!(
        (&end["outcome"], &end["applied"]),
        (&outcome.into(), &applied.into()),
        "{end}"
    );
}

#[test]
fn a_way_that_is_cut_in_the_middle_of_a_transaction_has_undone_it_and_it_can_be_tried_again() {
    let mut bench = Bench::new();
    let (server, way) = far_server(&mut bench);
    let mut scene = in_the_middle(&bench, &server, IN_TRANSACTION);
    way.cut();
    is(&scene.run.wait_finished("long"), "failed", "no");
    scene.is_held();
    scene.monitors_are_back();
    scene.writer.end();
    scene.writer = OpenTransaction::begin(&server.url("postgres"), "");
    scene.try_again();
    assert_eq!(done(&server), "1");
}

#[test]
fn a_server_that_does_not_hear_of_the_cut_commits_nothing_all_the_same() {
    let mut bench = Bench::new();
    let (server, way) = far_server(&mut bench);
    let mut scene = in_the_middle(&bench, &server, IN_TRANSACTION);
    way.cut_silently();
    is(&scene.run.wait_finished("long"), "failed", "no");
    scene.is_held();
    scene.monitors_are_back();
    // The old session still waits for its lock. When it gets it, nobody tells it to commit.
    assert_eq!(waiting(&server), "1");
    scene.writer.end();
    wait::until("the old session waits no more", || waiting(&server) == "0");
    assert_eq!(done(&server), "0");
    drop(way);
}

#[test]
fn a_statement_that_goes_on_without_its_connection_is_watched_to_its_end() {
    let mut bench = Bench::new();
    let (server, way) = far_server(&mut bench);
    let mut scene = in_the_middle(&bench, &server, BY_ITSELF);
    way.cut_silently();
    scene.run.wait_for("step_sought", |_| true);
    scene.run.wait_for("step_adopted", |_| true);
    assert_eq!(scene.run.step("1.2")["status"], "running");
    scene.screen.see("HOLD");
    scene.writer.end();
    let end = scene.run.wait_finished("long");
    is(&end, "unknown", "maybe");
    let valid = "(select indisvalid from pg_index where indexrelid = to_regclass('gate_n'))";
    assert_eq!(postgres::answer(&server.url("postgres"), valid), "true");
    scene
        .run
        .ctl(&["done", "1.2", "--reason", "the index is valid"]);
    scene.writer = OpenTransaction::begin(&server.url("postgres"), "");
    scene.goes_on_when_released();
}

#[test]
fn a_way_that_is_blocked_holds_the_run_and_what_waited_gets_through() {
    let mut bench = Bench::new();
    let (server, way) = far_server(&mut bench);
    let mut scene = in_the_middle(&bench, &server, IN_TRANSACTION);
    way.block();
    scene.is_held();
    scene.screen.see("has not answered");
    scene.writer.end();
    scene.writer = OpenTransaction::begin(&server.url("postgres"), "");
    way.unblock();
    is(&scene.run.wait_finished("long"), "passed", "yes");
    scene.monitors_are_back();
    scene.goes_on_when_released();
    assert_eq!(done(&server), "1");
}

#[test]
fn another_server_in_its_place_has_done_nothing_of_a_transaction_and_it_can_be_tried_there() {
    let mut bench = Bench::new();
    let (server, way) = far_server(&mut bench);
    let other = Server::start(&[]).unwrap();
    prepare(&other);
    let mut scene = in_the_middle(&bench, &server, IN_TRANSACTION);
    way.lead_to(&other);
    is(&scene.run.wait_finished("long"), "failed", "no");
    scene.is_held();
    scene.monitors_are_back();
    // That it has to be tried again does not say where.
    scene.not_begun_elsewhere("it was cut");
    scene.try_with("the standby took over");
    assert_eq!((done(&server), done(&other)), ("0".into(), "1".into()));
}

#[test]
fn of_what_another_server_has_run_nobody_asks_the_one_in_its_place() {
    let mut bench = Bench::new();
    let (server, way) = far_server(&mut bench);
    let other = Server::start(&[]).unwrap();
    prepare(&other);
    let mut scene = in_the_middle(&bench, &server, BY_ITSELF);
    way.lead_to(&other);
    let end = scene.run.wait_finished("long");
    is(&end, "unknown", "maybe");
    let message = end["message"].as_str().unwrap();
    assert!(message.contains("is not the server any more"), "{message}");
    scene.is_held();
    scene.monitors_are_back();
    let refused = scene.run.refused(&["retry", "1.2"]);
    assert!(refused.contains("reason"), "{refused}");
    // Why it can be repeated says nothing of where.
    let index = || {
        let there = "(select count(*) from pg_class where relname = 'gate_n')";
        postgres::answer(&other.url("postgres"), there)
    };
    scene.not_begun_elsewhere("nothing of it is there");
    assert_eq!(index(), "0");
    scene.try_with("the standby took over");
    assert_eq!(index(), "1");
}

#[test]
fn a_server_that_is_restarted_under_a_statement_has_undone_it_and_it_can_be_tried_again() {
    for how in [Shutdown::Fast, Shutdown::Immediate] {
        let mut bench = Bench::new();
        let (mut server, _way) = far_server(&mut bench);
        let mut scene = in_the_middle(&bench, &server, IN_TRANSACTION);
        server.stop(how);
        is(&scene.run.wait_finished("long"), "failed", "no");
        scene.is_held();
        scene.screen.see("no connection");
        server.launch().unwrap();
        scene.monitors_are_back();
        scene.try_again();
        assert_eq!(done(&server), "1");
    }
}
