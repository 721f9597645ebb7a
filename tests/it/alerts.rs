//! Alerts in whole runs: from a probe or a database over the rules to gates, holds and the way back.

use serde_json::Value;

use crate::support::{Bench, Web, postgres, text_of, wait};

/// A plan with a probe of `web` and the alert `then`, and with what `more` says.
fn plan(web: &Web, then: &str, more: &str) -> String {
    let url = web.url("/health");
    format!(
        r#"
title = "Alerts"

[[probe]]
name = "api"
http = "{url}"
every = "50ms"

[[alert]]
name = "API is down"
metric = "api.up"
below = 1
then = "{then}"

{more}

[[phase]]
name = "Deploy"
kind = "deploy"
gate = {{ alerts = "none" }}

  [[phase.step]]
  id = "apply"
  title = "Apply"
  shell = "touch applied"
  undo = {{ shell = "rm applied" }}

  [[phase.step]]
  id = "look"
  title = "Look"
  check = "Look"

[[rollback]]
name = "Back"
  [[rollback.step]]
  id = "stop"
  title = "Stop"
  shell = "touch stopped"
"#
    )
}

fn alert(name: &'static str) -> impl Fn(&Value) -> bool {
    move |data| data["alert"] == name
}

#[test]
fn a_gate_stays_shut_while_an_alert_fires() {
    let bench = Bench::new();
    let web = Web::start("ok");
    web.say(503);
    let mut run = bench.start(&plan(&web, "note", ""));
    run.wait_for("alert_fired", alert("API is down"));
    let why = run.refused(&["go"]);
    assert!(
        why.contains("no alert may fire here: API is down (api.up is 0, below 1)"),
        "{why}"
    );
    let status = run.status();
    let shown = &status["alerts"][0];
    assert_eq!(
        (&shown["name"], &shown["state"]),
        (&"API is down".into(), &"firing".into())
    );
    web.say(200);
    run.wait_for("alert_cleared", alert("API is down"));
    run.ctl(&["go"]);
    assert_eq!(run.status()["alerts"], Value::Array(Vec::new()));
}

#[test]
fn a_hold_by_an_alert_ends_by_itself_or_is_accepted_with_a_reason() {
    let bench = Bench::new();
    let web = Web::start("ok");
    let mut run = bench.start(&plan(&web, "hold", ""));
    run.wait_for("alert_cleared", alert("API is down"));
    run.ctl(&["go"]);
    run.ctl(&["run"]);
    run.wait_finished("apply");
    web.say(500);
    run.wait_for("held", alert("API is down"));
    assert_eq!(run.state(), "held");
    web.say(200);
    run.wait_for("released", alert("API is down"));
    web.say(500);
    run.wait_for("held", alert("API is down"));
    assert!(
        run.refused(&["release"])
            .contains("accept it with a reason")
    );
    run.ctl(&["accept", "API is down", "--reason", "only the health page"]);
    assert_eq!(run.state(), "driving");
    let shown = run.status()["alerts"][0].clone();
    assert_eq!(
        (&shown["state"], &shown["accepted_by"]),
        (&"accepted".into(), &"ann".into())
    );
    run.ctl(&["tick", "look"]);
    run.ctl(&["finish"]);
    run.wait_over();
    let report = bench.gonogo(&["report", &run.id]);
    let report = String::from_utf8(report.stdout).unwrap();
    assert!(
        report.contains("ann accepted the alert API is down: only the health page"),
        "{report}"
    );
}

#[test]
fn an_alert_that_is_armed_for_it_rolls_back_by_itself() {
    let bench = Bench::new();
    let web = Web::start("ok");
    let mut run = bench.start(&plan(&web, "rollback", ""));
    run.wait_for("alert_cleared", alert("API is down"));
    run.ctl(&["go"]);
    run.ctl(&["run"]);
    run.wait_finished("apply");
    assert!(bench.path("applied").exists());
    web.say(500);
    let started = run.wait_for("rollback_started", |_| true);
    assert_eq!(started["by"], "gonogo");
    assert_eq!(run.wait_over(), "rolled_back");
    assert!(bench.path("stopped").exists() && !bench.path("applied").exists());
}

#[test]
fn an_answer_that_is_no_number_holds_and_never_rolls_back() {
    let bench = Bench::new();
    let web = Web::start("ok");
    let value = bench.path("value");
    std::fs::write(&value, "1").unwrap();
    let rules = format!(
        r#"
[[probe]]
name = "q"
command = "cat {}"
every = "50ms"

[[alert]]
name = "Nothing is sold"
metric = "q.value"
below = 0.5
then = "rollback"

[[alert]]
name = "It can't be counted"
metric = "q.up"
below = 1
then = "rollback"
"#,
        value.display()
    );
    let mut run = bench.start(&plan(&web, "note", &rules));
    run.wait_for("alert_cleared", alert("Nothing is sold"));
    run.ctl(&["go"]);
    run.ctl(&["run"]);
    run.wait_finished("apply");
    std::fs::write(&value, "N/A").unwrap();
    let blind = run.wait_for("alert_blind", alert("Nothing is sold"));
    assert_eq!(
        blind["data"]["words"],
        "nothing is known of q.value: the last line is no number: N/A"
    );
    run.wait_ever("alert_blind", alert("It can't be counted"));
    assert_eq!(run.state(), "held");
    std::fs::write(&value, "2").unwrap();
    run.wait_for("released", alert("Nothing is sold"));
    assert!(bench.path("applied").exists());
    // What is a number goes on being held against the line.
    std::fs::write(&value, "0").unwrap();
    run.wait_for("rollback_started", |_| true);
    assert_eq!(run.wait_over(), "rolled_back");
}

#[test]
fn what_was_normal_is_recorded_at_t_zero_and_survives_the_engine() {
    let bench = Bench::new();
    let web = Web::start("ok");
    let rule = r#"
[[alert]]
name = "API a thousand times slower"
metric = "api.latency"
above = "1000x baseline"
then = "hold"
"#;
    web.say(Web::HANG_UP);
    let mut run = bench.start(&plan(&web, "note", rule));
    // Until there are enough readings nothing is called normal, and nobody gets through the gate.
    run.wait_for("held", alert("API a thousand times slower"));
    let why = run.refused(&["go"]);
    assert!(
        why.contains("slower: what is usual is known after 20 readings"),
        "{why}"
    );
    web.say(200);
    run.wait_for("alert_cleared", alert("API a thousand times slower"));
    run.ctl(&["go"]);
    run.ctl(&["run"]);
    run.wait_finished("apply");
    let frozen = |entry: &&serde_json::Value| entry["kind"] == "baseline_frozen";
    let entries = run.entries();
    let usual = &entries.iter().find(frozen).unwrap()["data"]["usual"]["api.latency"];
    assert!(usual["samples"].as_u64().unwrap() >= 20, "{usual}");
    // It is recorded before anything of the deployment is done, and even begun.
    let place = |kind: &str| entries.iter().position(|entry| entry["kind"] == kind);
    let order = ["baseline_frozen", "phase_started", "step_started"].map(place);
    assert!(order.is_sorted() && order[0].is_some(), "{order:?}");
    run.kill_engine();
    let mut run = run.resumed();
    run.wait_for("engine_started", |data| data["resumed"] == true);
    // It is known again, and not recorded again: nothing fires, nothing is blind.
    run.ctl(&["tick", "look"]);
    run.ctl(&["finish"]);
    run.wait_over();
    let kinds = run.kinds();
    let frozen = kinds.iter().filter(|kind| *kind == "baseline_frozen");
    assert_eq!(frozen.count(), 1);
}

#[test]
fn what_waits_for_readings_says_how_many_there_are() {
    let bench = Bench::new();
    let web = Web::start("ok");
    let rare = format!(
        r#"
[[probe]]
name = "rare"
http = "{}"
every = "1h"
[[alert]]
name = "rarely seen"
metric = "rare.latency"
above = 5000
then = "hold"
"#,
        web.url("/")
    );
    let run = bench.start(&plan(&web, "note", &rare));
    wait::until("its first reading was made", || {
        let status = run.status();
        let alerts = status["alerts"].as_array().unwrap();
        let rare = alerts.iter().find(|alert| alert["name"] == "rarely seen");
        let awaited = &rare.unwrap()["awaited"];
        let words = "too little has been measured yet, it takes 5 readings";
        assert_eq!(rare.unwrap()["words"], words);
        let left = awaited["seconds_left"].as_u64().unwrap_or_default();
        let known = (&awaited["readings"], &awaited["of"], &awaited["usual"]);
        known == (&1.into(), &5.into(), &false.into()) && (14_000..=14_400).contains(&left)
    });
    let human = text_of(&run.try_ctl(&["status"]));
    let words = "rarely seen: blind: too little has been measured yet, it takes 5 readings; \
                 1 of 5 readings, about ";
    assert!(human.contains(words), "{human}");
}

#[test]
fn an_index_that_is_left_invalid_holds_the_run_until_it_is_gone() {
    let mut bench = Bench::new();
    let url = postgres::database();
    bench.set("DATABASE_URL", &url);
    let plan = r#"
title = "Index"
[databases.main]
url_env = "DATABASE_URL"
[[phase]]
name = "Deploy"
kind = "deploy"
  [[phase.step]]
  id = "first"
  title = "First"
  shell = "true"
  [[phase.step]]
  id = "second"
  title = "Second"
  check = "Look"
"#;
    let mut run = bench.start_as("plan.toml", plan, &["--poll", "0.1"]);
    run.ctl(&["run"]);
    run.wait_finished("first");
    postgres::execute(
        &url,
        "create table t (n int); insert into t values (1), (1)",
    );
    // Two equal rows: the build fails and leaves the index behind.
    let build = postgres::attempt(&url, "create unique index concurrently t_n on t (n)");
    assert!(build.is_err());
    let fired = run.wait_for("alert_fired", alert("main: invalid index"));
    assert_eq!(fired["data"]["words"], "t_n on t");
    run.wait_for("held", alert("main: invalid index"));
    postgres::execute(&url, "drop index t_n");
    run.wait_for("released", alert("main: invalid index"));
    assert_eq!(run.state(), "driving");
}

#[test]
fn a_broken_count_of_rows_fires_at_once() {
    let mut bench = Bench::new();
    let url = postgres::database();
    bench.set("DATABASE_URL", &url);
    postgres::execute(
        &url,
        "create table orders (n int); insert into orders values (1), (2)",
    );
    let plan = r#"
title = "Rows"
[databases.main]
url_env = "DATABASE_URL"
[[alert]]
name = "orders are lost"
metric = "main.rows.orders"
below = "1x baseline"
then = "hold"
[[phase]]
name = "Deploy"
kind = "deploy"
gate = { alerts = "none" }
  [[phase.step]]
  id = "delete"
  title = "Delete"
  sql = "delete from orders where n = 1"
  [[phase.step]]
  id = "second"
  title = "Second"
  check = "Look"
"#;
    let mut run = bench.start_as("plan.toml", plan, &["--poll", "0.1"]);
    // The gate opens when what is normal is known, and not before.
    run.wait_for("alert_cleared", alert("orders are lost"));
    run.ctl(&["go"]);
    run.ctl(&["run"]);
    // The count may see what was committed before the step's end is written down.
    run.wait_finished("delete");
    let fired = run.wait_ever("alert_fired", alert("orders are lost"));
    let words = fired["data"]["words"].as_str().unwrap();
    assert_eq!(words, "main.rows.orders is 1, below 2 (1x the usual 2)");
    run.wait_ever("held", alert("orders are lost"));
}

#[test]
fn downtime_is_measured_and_told_in_status_and_record() {
    let bench = Bench::new();
    let web = Web::start("ok");
    let mut run = bench.start(&plan(&web, "note", ""));
    let of_api = |data: &Value| data["probe"] == "api";
    wait::until("it was seen", || web.hits() > 1);
    web.say(503);
    run.wait_for("outage_began", of_api);
    web.say(200);
    run.wait_for("outage_ended", of_api);
    // An engine that comes later hears only of the end.
    web.say(500);
    run.wait_for("outage_began", of_api);
    run.kill_engine();
    web.say(200);
    let resumed = bench.gonogo(&["resume", "--detach", &run.id]);
    assert!(resumed.status.success(), "{}", text_of(&resumed));
    wait::until("it is up again", || {
        let outages = run.status()["downtime"][0]["outages"].clone();
        outages
            .as_array()
            .unwrap()
            .iter()
            .all(|outage| outage["until"].is_string())
    });
    let downtime = run.status()["downtime"][0].clone();
    assert_eq!(downtime["probe"], "api");
    let outages = downtime["outages"].as_array().unwrap();
    assert_eq!(outages.len(), 2, "{downtime}");
    let seconds: f64 = outages.iter().map(|o| o["seconds"].as_f64().unwrap()).sum();
    let total = downtime["total_seconds"].as_f64().unwrap();
    assert!(total > 0.0 && (total - seconds).abs() < 1e-6, "{downtime}");
    let human = text_of(&bench.gonogo(&["ctl", &run.id, "status"]));
    assert!(
        human.contains("api: ") && human.contains("in 2 times"),
        "{human}"
    );
    let record = text_of(&bench.gonogo(&["report", &run.id]));
    assert!(record.contains("## Downtime"), "{record}");
    assert!(
        record.contains("status 503") && record.contains("status 500"),
        "{record}"
    );
}
