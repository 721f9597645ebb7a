//! Pictures of databases, taken for real: what they show, whom they keep waiting, and what they say of
//! what they could not see.

use serde_json::Value;

use crate::support::postgres::{self, OpenTransaction};
use crate::support::run::Run;
use crate::support::{Bench, Pty, text_of, wait};

const PLAN: &str = r#"
title = "Split the prices out"
[databases.main]
url_env = "DATABASE_URL"
[[phase]]
name = "Before"
kind = "before"
  [[phase.step]]
  id = "before"
  title = "What is there"
  snapshot = "before"
  lock_timeout = "100ms"
[[phase]]
name = "Deploy"
kind = "deploy"
  [[phase.step]]
  id = "apply"
  title = "Apply"
  sql = "MIGRATION"
  undo = { sql = "select 1" }
  [[phase.step]]
  id = "after"
  title = "Nothing is lost"
  snapshot = "after"
  compare = "before"
  expect = { keeps = "everything", except = ["sessions"], none = ["invalid indexes"] }
"#;

const SHOP: &str = r#"
create schema audit;
create table customers (id bigserial primary key, email text unique);
create table orders (id bigserial primary key, customer_id bigint not null references customers, cents int not null default 0, note text);
create index orders_customer on orders (customer_id);
create table sessions (id int primary key);
create table audit.log (at date, what text) partition by range (at);
create table audit.log_1 partition of audit.log for values from ('2025-01-01') to ('2026-01-01');
create table audit.log_2 partition of audit.log for values from ('2026-01-01') to ('2027-01-01');
create index log_at on audit.log (at);
create table "Old ""Prices" (cents int);
insert into customers (email) select i || '@x' from generate_series(1, 40) i;
insert into orders (customer_id, cents) select 1 + i % 40, i from generate_series(1, 1000) i;
insert into sessions select generate_series(1, 30);
insert into audit.log select date '2025-12-01' + i, 'x' from generate_series(1, 60) i;
insert into "Old ""Prices" select generate_series(1, 7);
"#;

/// A run of the plan with `migration` on a shop of its own, whose first picture is taken.
fn begin(bench: &mut Bench, migration: &str) -> String {
    let url = postgres::database();
    postgres::execute(&url, SHOP);
    bench.set("DATABASE_URL", &url);
    bench.write(
        "plan.toml",
        &PLAN.replace("MIGRATION", &migration.replace('"', "\\\"")),
    );
    url
}

/// What a job printed, without its colours.
fn printed(run: &Run<'_>, name: &str) -> String {
    ["31", "32", "33", "0"]
        .iter()
        .fold(run.output(name), |text, code| {
            text.replace(&format!("\u{1b}[{code}m"), "")
        })
}

fn detached(bench: &Bench) -> Run<'_> {
    let output = bench.gonogo(&["run", "--detach", "plan.toml"]);
    assert!(output.status.success(), "{}", text_of(&output));
    let id = String::from_utf8(output.stdout).unwrap();
    Run::new(bench, id.trim().to_owned())
}

fn findings(end: &Value) -> Vec<(String, bool)> {
    let findings = end["findings"].as_array().unwrap();
    let one = |f: &Value| {
        (
            format!(
                "{}: {}",
                f["expected"].as_str().unwrap(),
                f["got"].as_str().unwrap()
            ),
            f["met"] == true,
        )
    };
    findings.iter().map(one).collect()
}

#[test]
fn what_a_migration_lost_is_shown_in_one_table_everywhere() {
    let mut bench = Bench::new();
    begin(
        &mut bench,
        r#"drop table "Old ""Prices"; alter table orders drop column note, alter cents type bigint; drop index orders_customer; alter table orders drop constraint orders_customer_id_fkey; delete from orders where id > 990; delete from sessions where id > 9; alter table customers add check (id > 0) not valid; create table prices (id int); delete from audit.log where at < '2026-01-01'"#,
    );
    let mut run = detached(&bench);
    run.ctl(&["run", "before"]);
    assert_eq!(run.wait_finished("before")["outcome"], "passed");
    let first = printed(&run, "before-1.log");
    assert!(first.contains("audit.log (2 partitions)  60"), "{first}");
    assert!(
        first.contains("5 tables, 1,137 rows, 10 columns"),
        "{first}"
    );
    run.ctl(&["run", "apply"]);
    assert_eq!(run.wait_finished("apply")["outcome"], "passed");
    run.ctl(&["run", "after"]);
    let end = run.wait_finished("after");
    assert_eq!(
        (&end["outcome"], &end["applied"]),
        (&"failed".into(), &"no".into())
    );
    let text = printed(&run, "after-1.log");
    let (_, table) = text.split_once("to look at\n").unwrap();
    insta::assert_snapshot!(
        table
            .lines()
            .filter(|l| !l.contains(" tables, "))
            .collect::<Vec<_>>()
            .join("\n")
    );
    assert_eq!(
        findings(&end)[1..],
        [
            (
                "nothing lost, sessions aside: table Old \"Prices, rows audit.log 60 → 30, rows orders 1,000 → 990, column orders.note and 2 more".to_owned(),
                false
            ),
            ("no invalid indexes: none".to_owned(), true),
        ]
    );
    let status = run.step("2.2")["snapshot"]["compared"].clone();
    assert_eq!(
        (&status["with"], &status["lost"]),
        (&"before".into(), &7.into())
    );
    let human = text_of(&run.try_ctl(&["status"]));
    assert!(
        human.contains("compared with \"before\": 7 lost, 1 invalid, 1 changed, 2 gained"),
        "{human}"
    );
    let report = text_of(&bench.gonogo(&["report", "last"]));
    assert!(
        report.contains("| lost | rows | orders | 1,000 | 990 |"),
        "{report}"
    );
    // A person takes it as it is, with a reason, and it stays in the record.
    run.ctl(&["done", "after", "--reason", "as planned"]);
    let screen = Pty::start(&bench, &["attach"], 80, 24);
    screen.see("7 lost");
}

#[test]
fn what_is_locked_is_said_and_counted_when_it_is_free() {
    let mut bench = Bench::new();
    let url = begin(&mut bench, "select 1");
    let lock = OpenTransaction::begin(&url, "lock table sessions");
    let mut run = detached(&bench);
    run.ctl(&["run", "before"]);
    let end = run.wait_finished("before");
    assert_eq!(
        findings(&end),
        [(
            "every table counted: 1 of 5 not: sessions (it is locked by another session)"
                .to_owned(),
            false
        )]
    );
    let text = printed(&run, "before-1.log");
    assert!(text.contains("sessions"), "{text}");
    assert!(text.contains("1 table NOT COUNTED"), "{text}");
    lock.end();
    run.ctl(&["retry", "before"]);
    assert_eq!(run.wait_finished("before")["outcome"], "passed");
    // The later picture is compared with the one that was complete.
    run.ctl(&["run", "apply"]);
    run.wait_finished("apply");
    run.ctl(&["run", "after"]);
    assert_eq!(run.wait_finished("after")["outcome"], "passed");
    assert!(
        printed(&run, "after-1.log").ends_with("compared with \"before\": everything as it was\n")
    );
}

#[test]
fn it_holds_no_lock_on_what_it_has_counted_and_sees_one_moment() {
    let mut bench = Bench::new();
    let url = begin(&mut bench, "select 1");
    bench.write(
        "plan.toml",
        &PLAN
            .replace("100ms", "60s")
            .replace("MIGRATION", "select 1"),
    );
    postgres::execute(&url, "vacuum analyze");
    // The largest is counted last, and that has to wait.
    let lock = OpenTransaction::begin(&url, "lock table orders");
    let mut run = detached(&bench);
    run.ctl(&["run", "before"]);
    wait::until("it waits for the largest table", || {
        let waits = "select count(*) > 0 from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database() and application_name like 'gonogo:%'";
        postgres::value(&url, waits) == "true"
    });
    // Everybody else goes on, even with what needs a table for itself.
    postgres::execute(
        &url,
        "set lock_timeout = '60s'; alter table sessions add column x int; alter table customers add column x int;
         insert into audit.log values ('2026-05-05', 'late')",
    );
    lock.end();
    assert_eq!(run.wait_finished("before")["outcome"], "passed");
    let text = printed(&run, "before-1.log");
    assert!(text.contains("audit.log (2 partitions)  60 "), "{text}");
}

#[test]
fn without_time_nothing_is_counted_and_nothing_is_called_zero() {
    let mut bench = Bench::new();
    begin(&mut bench, "select 1");
    let plan = PLAN.replace("MIGRATION", "select 1");
    bench.write(
        "plan.toml",
        &plan.replace("lock_timeout = \"100ms\"", "deadline = \"0s\""),
    );
    let mut run = detached(&bench);
    run.ctl(&["run", "before"]);
    let end = run.wait_finished("before");
    let (words, met) = findings(&end)[0].clone();
    assert!(!met);
    assert!(
        words.starts_with(
            "every table counted: 5 of 5 not: audit.log (audit.log_1: no time was left)"
        ),
        "{words}"
    );
    let taken = run
        .heard
        .iter()
        .find(|event| event["kind"] == "snapshot_taken");
    let total = &taken.unwrap()["data"]["totals"][0];
    assert_eq!(
        (&total["uncounted"], &total["rows"]),
        (&5.into(), &0.into())
    );
}

#[test]
fn an_engine_that_dies_meanwhile_takes_it_anew() {
    let mut bench = Bench::new();
    let url = begin(&mut bench, "select 1");
    bench.write(
        "plan.toml",
        &PLAN
            .replace("100ms", "60s")
            .replace("MIGRATION", "select 1"),
    );
    let lock = OpenTransaction::begin(&url, "lock table orders");
    let mut run = detached(&bench);
    run.ctl(&["run", "before"]);
    run.wait_for("step_launched", |_| true);
    run.kill_engine();
    lock.end();
    let _screen = Pty::start(&bench, &["resume", &run.id], 120, 36);
    wait::until("an engine listens", || {
        bench
            .gonogo(&["ctl", &run.id, "note", "resumed"])
            .status
            .success()
    });
    let mut resumed = Run::new(&bench, run.id.clone());
    let again = resumed.wait_for("step_started", |data| data["attempt"] == 2);
    assert_eq!(
        again["data"]["reason"],
        "taken anew: it was cut short, and changes nothing"
    );
    let end = resumed.wait_for("step_finished", |data| data["attempt"] == 2);
    assert_eq!(end["data"]["outcome"], "passed");
}

#[test]
fn it_can_be_stopped_while_it_waits() {
    let mut bench = Bench::new();
    let url = begin(&mut bench, "select 1");
    bench.write(
        "plan.toml",
        &PLAN
            .replace("100ms", "60s")
            .replace("MIGRATION", "select 1"),
    );
    let _lock = OpenTransaction::begin(&url, "lock table orders");
    let mut run = detached(&bench);
    run.ctl(&["run", "before"]);
    run.wait_for("step_launched", |_| true);
    run.ctl(&["stop", "before"]);
    let end = run.wait_finished("before");
    assert_eq!(
        (&end["outcome"], &end["applied"]),
        (&"failed".into(), &"no".into())
    );
    wait::until("its session is gone", || {
        let left = "select count(*) from pg_stat_activity where datname = current_database() and application_name like 'gonogo:%'";
        postgres::value(&url, left) == "0"
    });
}

#[test]
fn a_file_that_was_changed_is_not_compared_with() {
    let mut bench = Bench::new();
    begin(&mut bench, "select 1");
    let mut run = detached(&bench);
    run.ctl(&["run", "before"]);
    run.wait_finished("before");
    let file = run.dir().join("output/before-1.snapshot.json");
    let text = std::fs::read_to_string(&file).unwrap();
    std::fs::write(&file, text.replace("1000", "1")).unwrap();
    run.ctl(&["run", "apply"]);
    run.wait_finished("apply");
    run.ctl(&["run", "after"]);
    let end = run.wait_finished("after");
    let message = end["message"].as_str().unwrap();
    assert!(message.contains("is not as it was recorded"), "{message}");
}

#[test]
fn a_runbook_takes_them_too() {
    let mut bench = Bench::new();
    begin(&mut bench, "select 1");
    let runbook = "# Squash\n\n## Pre-deployment\n\n- [ ] Take a picture\n\n  ```snapshot {name=before}\n  ```\n\n## Deployment\n\n- [ ] Squash\n\n  ```sql\n  delete from orders where id = 1;\n  ```\n\n## Validation\n\n- [ ] Nothing is lost\n\n  ```snapshot {name=after compare=before}\n  # what may go\n  keeps = [\"rows\", \"tables\"]\n  except = [\"sessions\"]\n  ```\n";
    let path = bench.write("plan.md", runbook);
    let check = text_of(&bench.gonogo(&["check", path.to_str().unwrap()]));
    assert!(check.contains("snapshot Nothing is lost"), "{check}");
    let output = bench.gonogo(&["run", "--detach", "plan.md"]);
    let mut run = Run::new(
        &bench,
        String::from_utf8(output.stdout).unwrap().trim().to_owned(),
    );
    for number in ["1.1", "2.1", "3.1"] {
        run.ctl(&["run", number]);
        run.wait_for("step_finished", |_| true);
    }
    let after = run.step("3.1");
    assert_eq!(after["status"], "failed", "{after}");
    assert_eq!(
        after["snapshot"]["compared"]["differences"][0]["after"],
        "999"
    );
}
