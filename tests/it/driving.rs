//! Driving runs by commands: what each does, what is refused and with which words, and what the
//! journal says afterwards.

use crate::support::{Bench, Web, postgres, text_of};

const TWO_PHASES: &str = r#"
title = "Two phases"
environment = "test"

[[phase]]
name = "Ready"
kind = "before"

  [[phase.step]]
  id = "hello"
  title = "Say hello"
  shell = "echo hello from $GONOGO_STEP"
  expect = { output = "hello from 1.1" }

  [[phase.step]]
  id = "look"
  title = "Look"
  check = "Look around"

[[phase]]
name = "Go"
kind = "deploy"

  [[phase.step]]
  id = "make"
  title = "Make a file"
  shell = "touch made"
  undo = { shell = "rm made" }

  [[phase.step]]
  id = "fails"
  title = "Fails once"
  shell = "echo trying; test -e mended || exit 3"
"#;

#[test]
fn a_run_is_driven_step_by_step_to_its_end() {
    let bench = Bench::new();
    let mut run = bench.start(TWO_PHASES);
    assert_eq!(run.state(), "ready");
    assert_eq!(run.status()["waiting_for"], "run 1.1 Say hello");
    run.ctl(&["run"]);
    let end = run.wait_finished("hello");
    assert_eq!(
        (&end["outcome"], &end["exit_code"]),
        (&"passed".into(), &0.into())
    );
    assert_eq!(run.output("hello-1.log"), "hello from 1.1\n");

    assert!(
        run.refused(&["run", "2.1"])
            .contains("1.2 \"Look\" comes first")
    );
    run.ctl(&["tick", "1.2", "--note", "all quiet"]);
    let look = run.step("1.2");
    assert_eq!(
        (&look["status"], &look["by"]),
        (&"passed".into(), &"ann".into())
    );
    assert!(run.status()["t_zero"].is_null());

    run.ctl(&["run", "make"]);
    run.wait_finished("make");
    assert!(bench.path("made").exists());
    assert!(run.status()["t_zero"].is_string());

    run.ctl(&["run"]);
    let end = run.wait_finished("fails");
    assert_eq!(
        (&end["outcome"], &end["exit_code"]),
        (&"failed".into(), &3.into())
    );
    assert!(
        run.status()["waiting_for"]
            .as_str()
            .unwrap()
            .starts_with("decide about 2.2")
    );

    bench.write("mended", "");
    run.ctl(&["retry", "2.2"]);
    assert_eq!(run.wait_finished("fails")["outcome"], "passed");
    assert_eq!(run.step("2.2")["attempt"], 2);
    run.wait_for("phase_finished", |data| data["phase"] == "go");
    assert_eq!(run.state(), "watching");
    run.ctl(&["finish"]);
    assert_eq!(run.wait_over(), "completed");
    let refusal = run.refused(&["run"]);
    assert!(refusal.contains("the run is over: completed"), "{refusal}");
}

#[test]
fn a_failed_step_can_be_skipped_or_done_by_hand_but_only_with_a_reason() {
    let bench = Bench::new();
    let mut run =
        bench.start(&TWO_PHASES.replace("title = \"Look\"", "title = \"Look\"\n  required = true"));
    run.ctl(&["run"]);
    run.wait_finished("hello");
    assert!(
        run.refused(&["skip", "1.2", "--reason", "no time"])
            .contains("required")
    );
    assert!(
        run.refused(&["skip", "1.1", "--reason", "x"])
            .contains("1.1 \"Say hello\" is passed")
    );
    run.ctl(&["fail", "1.2", "--reason", "somebody is there"]);
    assert_eq!(run.step("1.2")["status"], "failed");
    assert!(
        run.refused(&["done", "1.2", "--reason", "  "])
            .contains("a reason is needed")
    );
    run.ctl(&["done", "1.2", "--reason", "they left"]);
    run.ctl(&["skip", "2.1", "--reason", "made already"]);
    assert_eq!(run.step("2.1")["reason"], "made already");
    run.ctl(&["run"]);
    run.wait_finished("fails");
    run.ctl(&["done", "fails", "--reason", "mended by hand"]);
    run.wait_for("phase_finished", |data| data["phase"] == "go");
    run.ctl(&["finish"]);
    assert_eq!(run.wait_over(), "completed");
}

#[test]
fn a_phase_that_was_undone_is_told_as_undone() {
    let bench = Bench::new();
    let way = "[[rollback]]\nname = 'Switch'\n[[rollback.step]]\nid = 'switch'\ntitle = 'Switch'\nshell = 'true'\n";
    let cases = [
        ("undo", TWO_PHASES.to_owned(), "2 Go  1/2  undone\n"),
        (
            "switch",
            TWO_PHASES.replace("undo =", "env = {} #") + way,
            "2 Go  1/2  undone\n",
        ),
        (
            "undo",
            TWO_PHASES.replace("undo =", "env = {} #"),
            "2 Go  1/2\n",
        ),
    ];
    for (tier, plan, told) in cases {
        let mut run = bench.start(&plan);
        run.ctl(&["run"]);
        run.wait_finished("hello");
        run.ctl(&["tick", "1.2"]);
        run.ctl(&["run", "make"]);
        run.wait_finished("make");
        run.ctl(&["rollback", "--tier", tier]);
        run.wait_over();
        let status = text_of(&bench.gonogo(&["ctl", &run.id, "status"]));
        assert!(status.contains(told), "{status}");
        assert!(status.contains("1 Ready  2/2\n"), "{status}");
    }
}

#[test]
fn a_run_goes_on_by_itself_until_a_person_is_needed() {
    let bench = Bench::new();
    let mut run = bench.start(TWO_PHASES);
    run.ctl(&["auto", "on"]);
    run.wait_finished("hello");
    assert_eq!(run.status()["waiting_for"], "tick 1.2 Look");
    run.ctl(&["tick", "1.2"]);
    assert_eq!(run.wait_finished("fails")["outcome"], "failed");
    assert!(bench.path("made").exists());
}

#[test]
fn a_hold_starts_nothing_until_it_is_released() {
    let bench = Bench::new();
    let mut run = bench.start(TWO_PHASES);
    run.ctl(&["hold", "--reason", "lunch"]);
    assert_eq!(run.state(), "held");
    assert!(run.refused(&["run"]).contains("held by ann: lunch"));
    run.ctl(&["auto", "on"]);
    assert_eq!(run.status()["holds"][0]["reason"], "lunch");
    run.ctl(&["release"]);
    run.wait_finished("hello");
    assert!(run.refused(&["release"]).contains("nothing holds"));
}

#[test]
fn what_a_server_or_a_person_says_is_no_order_to_a_terminal() {
    let bench = Bench::new();
    let bad = "\u{1b}]0;owned\u{7}\u{1b}[2Jboo\u{9b}2J\u{202e}";
    let run = bench.start(&TWO_PHASES.replace("Two phases", r"Two \u001b[2Jboo phases"));
    run.ctl(&["note", bad, "--step", "1.1"]);
    run.ctl(&["hold", "--reason", bad]);
    let id = run.id.as_str();
    for args in [
        ["ctl", id, "run"].as_slice(),
        &["ctl", bad, "run"],
        &["ctl", id, "run", bad],
        &["ctl", id, "status"],
        &["ctl", id, "status", "--format", "json"],
        &["ctl", id, "events"],
        &["report", id],
        &["report", id, "--format", "json"],
        &["runs"],
    ] {
        let output = bench.gonogo(args);
        let text = text_of(&output);
        assert!(text.contains("boo"), "{args:?}: {text}");
        let obeyed = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
        assert!(!text.contains(obeyed), "{args:?}: {text:?}");
    }
    let events = run.entries();
    assert!(events.iter().any(|event| event["data"]["text"] == bad));
}

#[test]
fn a_gate_opens_when_it_was_approved_by_somebody_else_and_go_was_said() {
    let mut bench = Bench::new();
    let gated = TWO_PHASES.replace(
        "kind = \"deploy\"",
        "kind = \"deploy\"\ngate = { approvals = [\"technical review\"] }",
    );
    let mut run = bench.start(&gated);
    run.ctl(&["run"]);
    run.wait_finished("hello");
    run.ctl(&["tick", "1.2"]);
    assert!(run.refused(&["run"]).contains("nobody has said go"));
    assert!(
        run.refused(&["go"])
            .contains("not approved yet: technical review")
    );
    assert!(
        run.refused(&["approve", "technical review"])
            .contains("somebody else")
    );
    let id = run.id.clone();
    drop(run);
    bench.set("GONOGO_USER", "bob");
    assert!(
        bench
            .gonogo(&["ctl", &id, "approve", "2", "--reason", "read it"])
            .status
            .success()
    );
    bench.set("GONOGO_USER", "ann");
    let run = crate::support::run::Run::new(&bench, id);
    run.ctl(&["go"]);
    run.ctl(&["run"]);
    let decided = run
        .entries()
        .into_iter()
        .find(|entry| entry["kind"] == "gate_decided")
        .unwrap();
    let facts = decided["data"]["facts"].to_string();
    assert!(
        facts.contains("2 steps passed") && facts.contains("approved by bob"),
        "{facts}"
    );
}

#[test]
fn a_no_go_before_t_zero_ends_the_run() {
    let bench = Bench::new();
    let gated = TWO_PHASES.replace("kind = \"deploy\"", "kind = \"deploy\"\ngate = true");
    let mut run = bench.start(&gated);
    run.ctl(&["skip", "1.1", "--reason", "x"]);
    run.ctl(&["tick", "1.2"]);
    run.ctl(&["nogo", "--reason", "the shop is full"]);
    assert_eq!(run.wait_over(), "aborted");
    assert_eq!(run.state(), "aborted");
}

#[test]
fn a_dangerous_step_has_to_be_named() {
    let bench = Bench::new();
    let mut run = bench.start(&TWO_PHASES.replace(
        "shell = \"touch made\"",
        "shell = \"touch made\"\n  danger = true",
    ));
    run.ctl(&["auto", "on"]);
    run.wait_finished("hello");
    run.ctl(&["tick", "1.2"]);
    run.wait_for("phase_finished", |data| data["phase"] == "ready");
    assert!(
        run.status()["waiting_for"]
            .as_str()
            .unwrap()
            .contains("dangerous")
    );
    assert!(run.refused(&["run"]).contains("name it to start it"));
    run.ctl(&["run", "2.1"]);
    run.wait_finished("make");
}

#[test]
fn variables_are_asked_for_checked_and_quoted() {
    let bench = Bench::new();
    let plan = r#"
title = "Variables"
[vars]
release = { prompt = "Release tag", pattern = "^v[0-9]+" }
greeting = { default = "it's $(id) \"quoted\"" }
[[phase]]
name = "P"
kind = "before"
  [[phase.step]]
  id = "print"
  title = "Print"
  shell = "printf '%s|' {{greeting}} \"{{release}}\" '{{greeting}}'"
  capture = { seen = "(v[0-9]+)" }
  [[phase.step]]
  id = "again"
  title = "Use what was captured"
  shell = "echo captured {{seen}}"
"#;
    let mut run = bench.start(plan);
    assert!(
        run.refused(&["run"])
            .contains("needs values first: set release")
    );
    assert!(run.refused(&["set", "release=1.2"]).contains("must match"));
    assert!(
        run.refused(&["set", "relase=v1"])
            .contains("no variable `relase`")
    );
    run.ctl(&["set", "release=v17"]);
    run.ctl(&["run"]);
    run.wait_finished("print");
    let beyond = run.refused(&["events", "--from", "900"]);
    assert!(
        beyond.contains("no entry 900 in the journal: its last one is "),
        "{beyond}"
    );
    let greeting = "it's $(id) \"quoted\"";
    assert_eq!(
        run.output("print-1.log"),
        format!("{greeting}|v17|{greeting}|")
    );
    run.ctl(&["run"]);
    run.wait_finished("again");
    assert_eq!(run.output("again-1.log"), "captured v17\n");
}

#[test]
fn a_secret_is_in_no_journal_no_argument_and_no_report() {
    let mut bench = Bench::new();
    bench.set("TOKEN_FOR_TEST", "s3cr3t-value");
    let plan = r#"
title = "Secrets"
[vars]
token = { env = "TOKEN_FOR_TEST", secret = true }
[[phase]]
name = "P"
kind = "before"
  [[phase.step]]
  id = "use"
  title = "Use it"
  shell = "tr '\\0' ' ' < /proc/$$/cmdline > args; echo {{token}}; echo {{token}} >&2; exit 1"
  expect = { value = "= nothing" }
"#;
    let mut run = bench.start(plan);
    run.ctl(&["run"]);
    run.wait_finished("use");
    crate::support::wait::until("it is overwritten", || {
        !run.output("use-1.log").contains("s3cr3t-value")
    });
    assert!(
        bench.read("args").contains("GONOGO_VAR_token"),
        "{}",
        bench.read("args")
    );
    let report = bench.gonogo(&["report", "last"]);
    let journal = std::fs::read(run.dir().join("journal.db")).unwrap();
    // What was written last is there until it is taken over.
    let newest = std::fs::read(run.dir().join("journal.db-wal")).unwrap();
    assert!(!newest.is_empty());
    let log = std::fs::read(run.dir().join("engine.log")).unwrap();
    let args = bench.read("args").into_bytes();
    for text in [
        report.stdout,
        journal,
        newest,
        log,
        args,
        run.status().to_string().into_bytes(),
    ] {
        assert!(!String::from_utf8_lossy(&text).contains("s3cr3t"));
    }
}

/// What a server is slow to do is logged by drivers, as it is.
#[test]
fn a_secret_in_slow_sql_is_not_in_the_log() {
    let mut bench = Bench::new();
    bench.set(
        "DATABASE_URL",
        format!("{}&schema=s3cr3t-schema", postgres::database()),
    );
    bench.set("TOKEN_FOR_TEST", "s3cr3t-value");
    let plan = r#"
title = "Slow secrets"
[vars]
token = { env = "TOKEN_FOR_TEST", secret = true }
[databases.main]
url_env = "DATABASE_URL"
[[phase]]
name = "P"
kind = "before"
  [[phase.step]]
  id = "use"
  title = "Use it"
  sql = "select length('{{token}}') from pg_sleep(1.5)"
  expect = { value = "12" }
"#;
    let mut run = bench.start(plan);
    run.ctl(&["run"]);
    assert_eq!(run.wait_finished("use")["outcome"], "passed");
    let log = std::fs::read_to_string(run.dir().join("engine.log")).unwrap();
    assert!(log.contains("engine started"), "{log}");
    assert!(!log.contains("s3cr3t"), "{log}");
}

#[test]
fn sql_steps_share_a_session_and_what_is_not_as_expected_is_not_committed() {
    let mut bench = Bench::new();
    let url = postgres::database();
    bench.set("DATABASE_URL", &url);
    let plan = r#"
title = "SQL"
[databases.main]
url_env = "DATABASE_URL"
[[phase]]
name = "P"
kind = "deploy"
  [[phase.step]]
  id = "temp"
  title = "A temporary table"
  sql = "create temp table carried (n int); insert into carried values (41), (58)"
  [[phase.step]]
  id = "count"
  title = "It is still there"
  sql = "select max(n), 'is the most' as words from carried"
  expect = { value = ">= 58" }
  [[phase.step]]
  id = "wrong"
  title = "Not as expected"
  sql = "create table half (n int); select 3"
  expect = { value = "= 4" }
  undo = { sql = "drop table half" }
  [[phase.step]]
  id = "index"
  title = "Not in a transaction"
  sql = "create table t (a int); create index concurrently i on t (a)"
  [[phase.step]]
  id = "broken"
  title = "Broken"
  sql = "select * from nowhere"
"#;
    let mut run = bench.start(plan);
    for (step, outcome, applied) in [
        ("temp", "passed", "yes"),
        ("count", "passed", "yes"),
        ("wrong", "failed", "no"),
    ] {
        run.ctl(&["run"]);
        let end = run.wait_finished(step);
        assert_eq!(
            (&end["outcome"], &end["applied"]),
            (&outcome.into(), &applied.into()),
            "{end}"
        );
    }
    assert!(
        run.output("count-1.log").contains("58  | is the most"),
        "{}",
        run.output("count-1.log")
    );
    assert_eq!(postgres::value(&url, "to_regclass('half')"), "");
    // When the server of a database is first seen is the monitor's affair.
    let mut kinds = run.kinds();
    kinds.retain(|kind| kind != "server_seen");
    let started = kinds
        .iter()
        .position(|kind| kind == "step_started")
        .unwrap();
    assert_eq!(
        kinds[started + 1..started + 3],
        ["step_launched", "step_transaction"]
    );

    run.ctl(&["done", "wrong", "--reason", "not needed"]);
    run.ctl(&["run"]);
    assert_eq!(run.wait_finished("index")["outcome"], "passed");
    assert_eq!(postgres::value(&url, "to_regclass('i')"), "i");
    run.ctl(&["run"]);
    let end = run.wait_finished("broken");
    assert!(
        end["message"]
            .as_str()
            .unwrap()
            .contains("relation \"nowhere\" does not exist (42P01)"),
        "{end}"
    );
}

#[test]
fn http_steps_are_judged_by_status_body_and_time() {
    let web = Web::start("{\"state\": \"fine\"}");
    let bench = Bench::new();
    let plan = format!(
        r#"
title = "HTTP"
[[phase]]
name = "P"
kind = "verify"
  [[phase.step]]
  id = "fine"
  title = "It is fine"
  http = "{0}"
  expect = {{ output = "fine", within = "30s" }}
  [[phase.step]]
  id = "teapot"
  title = "It is a teapot"
  http = {{ url = "{0}", method = "post", headers = {{ X-From = "test" }}, body = "tea" }}
  expect = {{ status = 418 }}
  [[phase.step]]
  id = "nobody"
  title = "Nobody is there"
  http = "http://127.0.0.1:1/"
"#,
        web.url("/health")
    );
    let mut run = bench.start(&plan);
    run.ctl(&["run"]);
    assert_eq!(run.wait_finished("fine")["outcome"], "passed");
    run.ctl(&["run"]);
    let end = run.wait_finished("teapot");
    assert_eq!(end["findings"][0]["got"], "status 200");
    web.say(418);
    run.ctl(&["retry", "teapot"]);
    assert_eq!(run.wait_finished("teapot")["outcome"], "passed");
    assert_eq!(web.hits(), 3);
    run.ctl(&["run"]);
    let end = run.wait_finished("nobody");
    assert_eq!(end["applied"], "no");
    assert!(
        end["message"]
            .as_str()
            .unwrap()
            .contains("failed to connect"),
        "{end}"
    );
}

#[test]
fn steps_that_take_too_long_are_stopped_with_all_they_started() {
    let bench = Bench::new();
    let plan = r#"
title = "Slow"
[[phase]]
name = "P"
kind = "deploy"
  [[phase.step]]
  id = "slow"
  title = "Too slow"
  shell = "sleep 1000 & echo $! > child; setsid sleep 1000 & echo $! > escaped; sleep 1000"
  timeout = "5s"
  [[phase.step]]
  id = "pause"
  title = "Pause"
  wait = "100ms"
"#;
    let mut run = bench.start(plan);
    run.ctl(&["run"]);
    let end = run.wait_finished("slow");
    assert_eq!(end["outcome"], "failed");
    assert!(
        end["message"]
            .as_str()
            .unwrap()
            .contains("took longer than 5s"),
        "{end}"
    );
    for file in ["child", "escaped"] {
        let pid: i32 = bench.read(file).trim().parse().unwrap();
        crate::support::wait::until("what it started is gone", || {
            !crate::support::process::is_alive(pid)
        });
    }
    run.ctl(&["skip", "slow", "--reason", "enough"]);
    run.ctl(&["run"]);
    assert_eq!(run.wait_finished("pause")["outcome"], "passed");
}

#[test]
fn what_does_not_listen_is_told_harder() {
    let bench = Bench::new();
    let plan = r#"
title = "Deaf"
[[phase]]
name = "P"
kind = "deploy"
  [[phase.step]]
  id = "deaf"
  title = "Deaf"
  shell = "trap '' INT TERM; echo ready > up; while true; do sleep 0.1; done"
"#;
    let mut run = bench.start(plan);
    run.ctl(&["run"]);
    crate::support::wait::until("it traps signals", || bench.path("up").exists());
    for _ in 0..3 {
        run.ctl(&["stop", "deaf"]);
    }
    let end = run.wait_finished("deaf");
    assert_eq!(
        (&end["outcome"], &end["signal"]),
        (&"failed".into(), &9.into())
    );
    let stages: Vec<String> = run
        .entries()
        .iter()
        .filter(|entry| entry["kind"] == "step_stopping")
        .map(|entry| entry["data"]["stage"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(stages, ["interrupt", "terminate", "kill"]);
    assert!(run.refused(&["stop", "deaf"]).contains("nothing runs"));
}

#[test]
fn a_failure_is_tried_again_as_often_as_the_plan_says() {
    let bench = Bench::new();
    let plan = r#"
title = "Retry"
[[phase]]
name = "P"
kind = "before"
  [[phase.step]]
  id = "third"
  title = "Works the third time"
  shell = "echo x >> tries; test $(wc -l < tries) -ge 3"
  retry = { times = 2, delay = "10ms" }
  [[phase.step]]
  id = "once"
  title = "Only once"
  shell = "exit 1"
  no_retry = true
"#;
    let mut run = bench.start(plan);
    run.ctl(&["run"]);
    let outcomes: Vec<_> = (0..3)
        .map(|_| run.wait_finished("third")["outcome"].clone())
        .collect();
    assert_eq!(outcomes, ["failed", "failed", "passed"]);
    run.ctl(&["run"]);
    run.wait_finished("once");
    assert!(run.refused(&["retry", "once"]).contains("no_retry"));
}

#[test]
fn steps_that_say_so_run_beside_each_other() {
    let bench = Bench::new();
    let plan = r#"
title = "Parallel"
[[phase]]
name = "P"
kind = "before"
  [[phase.step]]
  id = "left"
  title = "Left"
  shell = "touch left; until test -e right; do sleep 0.01; done"
  parallel = true
  timeout = "50s"
  [[phase.step]]
  id = "right"
  title = "Right"
  shell = "touch right; until test -e left; do sleep 0.01; done"
  parallel = true
  timeout = "50s"
  [[phase.step]]
  id = "after"
  title = "After both"
  shell = "true"
"#;
    let mut run = bench.start(plan);
    run.ctl(&["auto", "on"]);
    assert_eq!(run.wait_finished("after")["outcome"], "passed");
    assert_eq!(run.step("1.1")["status"], "passed");
    assert_eq!(run.step("1.2")["status"], "passed");
}

#[test]
fn alternatives_are_picked_by_number() {
    let bench = Bench::new();
    let plan = r#"
title = "Alternatives"
[[phase]]
name = "P"
kind = "before"
  [[phase.step]]
  id = "either"
  title = "Either way"
  cwd = "/usr"
  alternatives = [
    { label = "by script", shell = "echo one", expect = { says = "one" } },
    { label = "by hand", shell = "echo two in $(pwd)", cwd = "/", capture = { place = 'in (.*)' }, expect = { says = "two" } },
  ]
"#;
    let mut run = bench.start(plan);
    assert!(
        run.refused(&["run"])
            .contains("pick one: 1 by script, 2 by hand")
    );
    assert!(
        run.refused(&["run", "1.1", "--choice", "3"])
            .contains("no alternative 3")
    );
    run.ctl(&["run", "1.1", "--choice", "2"]);
    let end = run.wait_finished("either");
    assert_eq!(end["outcome"], "passed", "{end}");
    assert_eq!(run.output("either-1.log"), "two in /\n");
    let set = run.wait_ever("variable_set", |data| data["name"] == "place");
    assert_eq!(set["data"]["value"], "/");
}

#[test]
fn a_program_that_is_not_there_is_a_failure_that_left_nothing() {
    let bench = Bench::new();
    let plan = "title = 'T'\nshell = { program = 'no-such-shell' }\n[[phase]]\nname = 'P'\nkind = 'before'\n[[phase.step]]\nid = 's'\ntitle = 'S'\nshell = 'true'\n";
    let mut run = bench.start(plan);
    run.ctl(&["run"]);
    let end = run.wait_finished("s");
    assert_eq!(
        (&end["outcome"], &end["applied"]),
        (&"failed".into(), &"no".into())
    );
    assert!(
        end["message"]
            .as_str()
            .unwrap()
            .contains("failed to start no-such-shell"),
        "{end}"
    );
}

#[test]
fn what_a_step_leaves_running_is_recorded() {
    let bench = Bench::new();
    let plan = "title = 'T'\n[[phase]]\nname = 'P'\nkind = 'before'\n[[phase.step]]\nid = 's'\ntitle = 'S'\nshell = 'mkfifo pipe; cat pipe & echo started'\n[[phase.step]]\nid = 'plain'\ntitle = 'Plain'\nshell = 'exec > >(read line; sleep 0.2) 2>&1; echo line'\n";
    let mut run = bench.start(plan);
    run.ctl(&["run"]);
    let end = run.wait_finished("s");
    assert_eq!(end["outcome"], "passed");
    let message = end["message"].as_str().unwrap();
    assert!(message.contains("still run"), "{end}");
    run.ctl(&["run"]);
    assert_eq!(
        run.wait_finished("plain")["message"],
        serde_json::Value::Null
    );
    let report = text_of(&bench.gonogo(&["report", "last"]));
    assert!(report.contains(message), "{report}");
    bench.write("pipe", "");
}

#[test]
fn a_long_script_is_run_whole() {
    let bench = Bench::new();
    let filler = "# a line that only makes the script long\n".repeat(5_000);
    let plan = format!(
        "title = 'T'\n[[phase]]\nname = 'P'\nkind = 'before'\n[[phase.step]]\nid = 's'\ntitle = 'S'\nshell = '''\n{filler}echo at the end\n'''\n"
    );
    let mut run = bench.start(&plan);
    run.ctl(&["run"]);
    assert_eq!(run.wait_finished("s")["outcome"], "passed");
    assert_eq!(run.output("s-1.log"), "at the end\n");
}

#[test]
fn a_script_that_the_shell_can_not_read_to_its_end_does_nothing() {
    let bench = Bench::new();
    let plan = r#"
title = "Unread"
[[phase]]
name = "Go"
kind = "deploy"
  [[phase.step]]
  id = "open"
  title = "Leave something open"
  shell = "touch made\ncurl x?query=rate(all[1m])"
  [[phase.step]]
  id = "own"
  title = "Change how it is read"
  shell = "shopt -s extglob\necho !(made)"
  [[phase.step]]
  id = "ended"
  title = "End in front of it"
  shell = "echo done\nexit 0\nIf it didn't work, call Ann"
"#;
    let mut run = bench.start(plan);
    run.ctl(&["run"]);
    let end = run.wait_finished("open");
    assert_eq!(
        (&end["outcome"], &end["applied"]),
        (&"failed".into(), &"no".into())
    );
    let why = end["message"].as_str().unwrap();
    assert!(
        why.contains("can't read it, and nothing of it was run: line 2: syntax error"),
        "{why}"
    );
    assert!(!bench.path("made").exists());
    run.ctl(&["skip", "open", "--reason", "not today"]);
    run.ctl(&["run"]);
    assert_eq!(run.wait_finished("own")["outcome"], "passed");
    run.ctl(&["run"]);
    assert_eq!(run.wait_finished("ended")["outcome"], "passed");
}
