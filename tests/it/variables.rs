//! Variables for real: captured from scripts, queries and answers, and used by what comes after; and
//! what is said when there is nothing to capture.

use serde_json::Value;

use crate::support::run::Run;
use crate::support::{Bench, Web, postgres, wait};

fn next(run: &mut Run<'_>, step: &str) -> Value {
    run.ctl(&["run", step]);
    run.wait_finished(step)
}

/// What of `finished` is not as expected, in words.
fn unmet(finished: &Value) -> Vec<String> {
    let findings = finished["findings"].as_array().unwrap().iter();
    findings
        .filter(|finding| finding["met"] == false)
        .map(|finding| {
            let word = |key: &str| finding[key].as_str().unwrap().to_owned();
            format!("{}: {}", word("expected"), word("got"))
        })
        .collect()
}

#[test]
fn values_are_captured_from_scripts_queries_and_answers_and_used_later() {
    let mut bench = Bench::new();
    bench.set("DATABASE_URL", postgres::database());
    let web = Web::start("{\"release\": {\"tag\": \"v17\", \"parts\": [{\"id\": 7}]}}");
    let plan = format!(
        r#"
title = "Captures"
[databases.main]
url_env = "DATABASE_URL"
[[phase]]
name = "Go"
kind = "deploy"
  [[phase.step]]
  id = "groups"
  title = "Groups"
  shell = "echo built v16 in 3s; echo built v17 in 4s"
  capture = '(?<built>v\d+) in (?<secs>\d+)s'
  [[phase.step]]
  id = "script"
  title = "Script"
  shell = """
echo "warning: old" >&2
echo '{{"items": [{{"name": "a b"}}, null]}}'
echo done
"""
  capture = {{ item = {{ json = ".items[0].name" }}, last = {{ value = true }} }}
  [[phase.step]]
  id = "query"
  title = "Query"
  sql = "select json_build_object('n', 42), 'x' as other"
  capture = {{ n = {{ json = ".n" }}, all = {{ value = true }}, other = 'x$' }}
  [[phase.step]]
  id = "answer"
  title = "Answer"
  http = "{url}"
  capture = {{ tag = {{ json = "$.release.tag" }}, part = {{ json = ".release.parts[-1].id" }}, length = 'content-length: (\d+)' }}
  [[phase.step]]
  id = "use"
  title = "Use"
  shell = "echo {{{{built}}}} {{{{secs}}}} {{{{item}}}} {{{{last}}}} {{{{n}}}} {{{{other}}}} {{{{tag}}}} {{{{part}}}} {{{{length}}}}; echo '{{{{all}}}}'"
"#,
        url = web.url("/release")
    );
    let mut run = bench.start(&plan);
    for step in ["groups", "script", "query", "answer", "use"] {
        let end = next(&mut run, step);
        assert_eq!(end["outcome"], "passed", "{end}");
    }
    assert_eq!(
        run.output("use-1.log"),
        "v17 4 a b done 42 x v17 7 49\n{\"n\" : 42}\n"
    );
}

#[test]
fn answers_scripts_and_queries_are_judged_by_the_json_in_them() {
    let mut bench = Bench::new();
    bench.set("DATABASE_URL", postgres::database());
    let web = Web::start("{\"status\": \"up\", \"checks\": [{\"ok\": true, \"lag\": 4}]}");
    let page = Web::start("<html>busy</html>");
    let plan = format!(
        r#"
title = "Expected"
[vars]
wanted = {{ default = "up" }}
[databases.main]
url_env = "DATABASE_URL"
[[phase]]
name = "Go"
kind = "deploy"
  [[phase.step]]
  id = "answer"
  title = "Answer"
  http = "{url}"
  expect = {{ json = {{ ".status" = "{{{{wanted}}}}", ".checks[0].ok" = true, ".checks[0].lag" = "< 5" }} }}
  [[phase.step]]
  id = "worse"
  title = "Worse"
  http = "{url}"
  expect = {{ json = [".status == down", ".checks[1].ok", ".ready"] }}
  [[phase.step]]
  id = "page"
  title = "Page"
  http = "{page}"
  expect = {{ status = 200, json = ".status == up" }}
  [[phase.step]]
  id = "script"
  title = "Script"
  shell = "echo building; echo '{{\"pending\": []}}'"
  expect = {{ json = ".pending == []" }}
  [[phase.step]]
  id = "query"
  title = "Query"
  sql = "select json_build_object('n', 42)"
  expect = {{ json = ".n >= 43" }}
"#,
        url = web.url("/health"),
        page = page.url("/health"),
    );
    let mut run = bench.start(&plan);
    assert_eq!(next(&mut run, "answer")["outcome"], "passed");
    assert_eq!(
        unmet(&next(&mut run, "worse")),
        [
            "JSON .status = down: up",
            "JSON has .checks[1].ok: nothing is there: .checks has 1",
            "JSON has .ready: nothing is there: . has checks, status",
        ]
    );
    run.ctl(&["skip", "worse", "--reason", "seen"]);
    assert_eq!(
        unmet(&next(&mut run, "page")),
        ["JSON .status = up: there is no JSON"]
    );
    run.ctl(&["skip", "page", "--reason", "seen"]);
    assert_eq!(next(&mut run, "script")["outcome"], "passed");
    assert_eq!(unmet(&next(&mut run, "query")), ["JSON .n >= 43: 42"]);
}

#[test]
fn a_capture_that_finds_nothing_says_so_and_fails_the_step() {
    let bench = Bench::new();
    let web = Web::start("no json at all");
    let plan = format!(
        r#"
title = "Captures"
[vars]
tag = {{ pattern = "^v[0-9]+$" }}
[[phase]]
name = "Go"
kind = "deploy"
  [[phase.step]]
  id = "script"
  title = "Script"
  shell = "echo '{{\"a\": null}}'; echo tag 17"
  capture = {{ a = {{ json = ".a" }}, b = {{ json = ".b[0]" }}, c = "zzz", tag = "tag (.+)" }}
  [[phase.step]]
  id = "answer"
  title = "Answer"
  http = "{url}"
  capture = {{ d = {{ json = ".d" }} }}
  [[phase.step]]
  id = "silent"
  title = "Silent"
  shell = "true"
  capture = {{ e = {{ value = true }} }}
  [[phase.step]]
  id = "use"
  title = "Use"
  shell = "echo {{{{a}}}}"
"#,
        url = web.url("/")
    );
    let mut run = bench.start(&plan);
    assert_eq!(
        unmet(&next(&mut run, "script")),
        [
            "JSON with .a, for a: null",
            "JSON with .b[0], for b: nothing is there: . has a",
            "a line matches /zzz/, for c: no match",
            "a line matches /tag (.+)/, for tag: tag must match /^v[0-9]+$/",
        ]
    );
    run.ctl(&["skip", "script", "--reason", "to go on"]);
    assert_eq!(
        unmet(&next(&mut run, "answer")),
        ["JSON with .d, for d: there is no JSON"]
    );
    run.ctl(&["skip", "answer", "--reason", "to go on"]);
    assert_eq!(
        unmet(&next(&mut run, "silent")),
        ["a value, for e: no value"]
    );
    run.ctl(&["skip", "silent", "--reason", "to go on"]);
    assert!(
        run.refused(&["run", "use"])
            .contains("needs values first: set a")
    );
    assert!(!run.kinds().contains(&"variable_set".to_owned()));
}

#[test]
fn conditions_are_weighed_by_what_servers_and_probes_know() {
    let mut bench = Bench::new();
    let url = postgres::database();
    postgres::execute(
        &url,
        "create table orders (id int); insert into orders values (1), (2)",
    );
    bench.set("DATABASE_URL", url.clone());
    let web = Web::start("fine");
    let step = |id: &str, when: &str| {
        format!(
            "[[phase.step]]\nid = \"{id}\"\ntitle = \"{id}\"\nwhen = '{when}'\nshell = \"true\"\n"
        )
    };
    let plan = format!(
        "title = \"When\"\n[databases.main]\nurl_env = \"DATABASE_URL\"\n\
         [[probe]]\nname = \"api\"\nhttp = \"{}\"\nevery = \"1s\"\n\
         [[phase]]\nname = \"Go\"\nkind = \"deploy\"\nwhen = \"main.version >= 12\"\n{}{}{}{}{}{}",
        web.url("/"),
        step("small", "main.size < 1 GB and not main.replica"),
        step("large", "main.size > 1 TB"),
        step("rows", "main.table.orders and main.rows.orders == 2"),
        step("none", "main.table.public.nothing"),
        step(
            "probed",
            "api.up == 1 and main.connections > 0 and step.large == skipped"
        ),
        step("lost", "main.rows.nothing > 0"),
    );
    let plan = format!(
        "{plan}[[rollback]]\nname = \"Back\"\n[[rollback.step]]\nid = \"back\"\ntitle = \"Back\"\nwhen = \"step.small == passed and main.rows.orders > 5\"\nshell = \"true\"\n"
    );
    let mut run = bench.start_as("plan.toml", &plan, &["--poll", "0.2"]);
    run.ctl(&["auto", "on"]);
    let told = run.wait_for("condition_weighed", |data| data["step"] == "lost")["data"].clone();
    assert!(told["holds"].is_null(), "{told}");
    let status = |number: &str| run.step(number)["status"].as_str().unwrap().to_owned();
    let all: Vec<String> = (1..=6).map(|n| status(&format!("1.{n}"))).collect();
    assert_eq!(
        all,
        [
            "passed", "skipped", "passed", "skipped", "passed", "pending"
        ]
    );
    let large = run.step("1.2");
    assert_eq!(large["by"], "gonogo");
    let reason = large["reason"].as_str().unwrap();
    assert!(
        reason.starts_with("only when main.size > 1 TB: main.size is "),
        "{reason}"
    );
    assert_eq!(
        run.step("1.4")["reason"],
        "only when main.table.public.nothing: main.table.public.nothing is false"
    );
    // Nobody but a person decides what can't be told.
    let waits = run.status()["waiting_for"].as_str().unwrap().to_owned();
    assert!(waits.contains("condition can't be told"), "{waits}");
    assert!(
        run.refused(&["run"])
            .contains("\"public.nothing\" does not exist")
    );
    postgres::execute(&url, "create table nothing (id int)");
    run.ctl(&["look", "lost"]);
    let told = run.wait_for("condition_weighed", |data| data["step"] == "lost")["data"].clone();
    assert_eq!(told["holds"], false);
    run.ctl(&["rollback"]);
    assert_eq!(run.wait_over(), "rolled_back");
    let back = run.step("R1.1");
    assert_eq!(back["status"], "skipped");
    assert_eq!(
        back["reason"],
        "only when step.small == passed and main.rows.orders > 5: step.small is passed, main.rows.orders is 2"
    );
}

#[test]
fn mistakes_in_conditions_are_found_before_anything_runs() {
    let bench = Bench::new();
    let plan = bench.write(
        "plan.md",
        "---\nvars:\n  mode: { default: full }\n---\n# Plan\n\n## Deployment\n\n- [ ] One\n\n  ```bash { name=one when=\"mode == 'quick'\" }\n  true\n  ```\n\n- [ ] Two\n\n  ```bash { when=\"step.one == done\" }\n  true\n  ```\n\n- [ ] Three\n\n  ```bash {\"when\":\"modus == 'x'\"}\n  true\n  ```\n",
    );
    let output = bench.gonogo(&["check", "--format", "json", plan.to_str().unwrap()]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let problems: Vec<(&str, u64, u64)> = report["problems"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|problem| problem["severity"] == "error")
        .map(|problem| {
            let number = |key: &str| problem[key].as_u64().unwrap();
            (
                problem["code"].as_str().unwrap(),
                number("line"),
                number("column"),
            )
        })
        .collect();
    assert_eq!(
        problems,
        [("bad-condition", 17, 31), ("unknown-variable", 23, 20)]
    );
}

#[test]
fn a_run_keeps_the_files_it_includes_and_says_when_they_change() {
    let bench = Bench::new();
    std::fs::create_dir_all(bench.path("plans/common")).unwrap();
    let common = "[vars]\nwhat = { default = \"x\" }\n[[phase]]\nname = \"Say\"\nkind = \"before\"\n\
        [[phase.step]]\nid = \"say\"\ntitle = \"Say\"\nshell = \"echo said {{what}}\"\n";
    bench.write("plans/common/say.toml", common);
    bench.write(
        "plans/common/look.md",
        "# Look\n\n## Pre-deployment\n\n```bash { name=enter }\ncd /\n```\n\n```bash { name=look }\npwd\n```\n",
    );
    let plan = "title = \"T\"\ninclude = \"common/look.md\"\n[vars]\nword = \"hello\"\n\
        [[phase]]\ninclude = \"common/say.toml\"\nvars = { what = \"{{word}}\" }\n\
        [[phase]]\nname = \"Own\"\nkind = \"deploy\"\n[[phase.step]]\nid = \"own\"\ntitle = \"Own\"\nshell = \"pwd\"\n";
    let run = bench.start_as("plans/plan.toml", plan, &[]);
    // From now on the run's own copies count.
    bench.write("plans/common/say.toml", &common.replace("said", "shouted"));
    run.kill_engine();
    let mut run = run.resumed();
    for step in ["say", "enter", "look", "own"] {
        assert_eq!(next(&mut run, step)["outcome"], "passed");
    }
    assert_eq!(run.output("say-1.log"), "said hello\n");
    assert_eq!(run.output("look-1.log"), "/\n");
    // What a runbook's steps share is not the typed plan's.
    assert_ne!(run.output("own-1.log"), "/\n");
    let output = bench.gonogo(&["check", bench.path("plans/plan.toml").to_str().unwrap()]);
    assert!(
        output.status.success(),
        "{}",
        crate::support::bench::text_of(&output)
    );

    bench.write(
        "plans/common/say.toml",
        "include = \"../plan.toml\"\ncolour = 1\n",
    );
    let output = bench.gonogo(&["check", bench.path("plans/plan.toml").to_str().unwrap()]);
    let said = crate::support::bench::text_of(&output);
    assert!(said.contains("common/say.toml:2:1"), "{said}");
    assert!(
        said.contains("plan.toml → common/say.toml → plan.toml"),
        "{said}"
    );
}

#[test]
#[expect(
    clippy::too_many_lines,
    reason = "one run, told from its beginning to its end"
)]
fn values_are_checked_where_they_enter_and_secrets_show_nowhere() {
    let mut bench = Bench::new();
    let web = Web::start("release v17 is up");
    let plan = format!(
        r#"
title = "Values"
[vars]
release = {{ prompt = "Which?", pattern = "^v[0-9]+$" }}
mode    = {{ default = "full", choices = ["full", "quick"] }}
region  = {{ env = "REGION", pattern = "^[a-z]+$" }}
token   = {{ prompt = "Token", secret = true }}
odd     = {{ default = "it's \"$(id)\" `x`" }}
[[phase]]
name = "Go"
kind = "deploy"
  [[phase.step]]
  id = "quotes"
  title = "Quotes"
  env = {{ REGION_NOW = "{{{{region}}}}" }}
  shell = """
printf '%s\n' {{{{odd}}}} "{{{{odd}}}}" '{{{{odd}}}}' "$REGION_NOW"
cat <<END
{{{{odd}}}}
END
test "$(printf %s {{{{token}}}} | wc -c)" = 12 && echo "got {{{{token}}}}"
"""
  expect = {{ output = "{{{{odd}}}}", regex = "^{{{{region}}}}$" }}
  [[phase.step]]
  id = "ask"
  title = "Ask"
  http = {{ url = "{url}/{{{{odd}}}}", method = "POST", body = '{{"a": "{{{{odd}}}}"}}' }}
  expect = {{ output = "release {{{{release}}}} is up" }}
  undo = {{ shell = "echo undone {{{{release}}}}", expect = {{ output = "undone {{{{release}}}}" }} }}
"#,
        url = web.url("")
    );
    let path = bench.write("plan.toml", &plan);
    bench.set("REGION", "EU-1");
    let output = bench.gonogo(&["run", "--detach", path.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    let said = crate::support::bench::text_of(&output);
    assert!(
        said.contains("what REGION holds can't be used: region must match"),
        "{said}"
    );
    bench.set("REGION", "eu");
    let mut run = bench.start(&plan);
    assert!(
        run.refused(&["run", "quotes"])
            .contains("needs values first: set token")
    );
    assert!(
        run.refused(&["set", "token=s3cr3t-value"])
            .contains("list of processes")
    );
    assert!(
        run.refused(&["set", "mode=half"])
            .contains("mode must be one of full, quick")
    );
    assert!(
        run.refused(&["set", "release=17"])
            .contains("release must match")
    );
    let mut set = bench
        .program(&["ctl", &run.id, "set", "token=-"])
        .stdin(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    std::io::Write::write_all(&mut set.stdin.take().unwrap(), b"s3cr3t-value\n").unwrap();
    assert!(set.wait().unwrap().success());
    let end = next(&mut run, "quotes");
    assert_eq!(
        end["outcome"],
        "passed",
        "{end} {}",
        run.output("quotes-1.log")
    );
    let odd = "it's \"$(id)\" `x`";
    // A step prints what it likes, and of a secret nothing is kept.
    let kept = format!("{odd}\n{odd}\n{odd}\neu\n{odd}\ngot ************\n");
    wait::until("it is overwritten", || run.output("quotes-1.log") == kept);
    assert!(
        run.refused(&["run", "ask"])
            .contains("needs values first: set release")
    );
    run.ctl(&["set", "release=v17"]);
    let end = next(&mut run, "ask");
    assert_eq!(end["outcome"], "passed", "{end}");
    run.ctl(&["rollback"]);
    run.wait_over();
    assert_eq!(run.step("1.2")["status"], "undone");
    // Nothing of the run knows the secret.
    let report = bench.gonogo(&["report", &run.id]);
    let told = [
        report.stdout,
        run.try_ctl(&["events"]).stdout,
        run.try_ctl(&["status"]).stdout,
    ];
    assert!(!String::from_utf8_lossy(&told.concat()).contains("s3cr3t-value"));
    let files = [run.dir(), run.dir().join("output")];
    let files = files.iter().flat_map(|dir| std::fs::read_dir(dir).unwrap());
    for entry in files {
        let path = entry.unwrap().path();
        let bytes = std::fs::read(&path).unwrap_or_default();
        let secret = b"s3cr3t-value";
        assert!(
            !bytes.windows(secret.len()).any(|part| part == secret),
            "{}",
            path.display()
        );
    }
}

/// Neither the environment that the run began in nor the one it is taken up in.
#[test]
fn what_a_person_has_set_is_not_overwritten_by_an_environment() {
    let mut bench = Bench::new();
    bench.set("RELEASE_FOR_TEST", "v0");
    let plan = r#"
title = "Set"
[vars]
release = { default = "v1", env = "RELEASE_FOR_TEST" }
other = { default = "w1", env = "RELEASE_FOR_TEST" }
[[phase]]
name = "Go"
kind = "deploy"
  [[phase.step]]
  id = "before"
  title = "Before"
  shell = "echo {{release}} {{other}}"
  [[phase.step]]
  id = "after"
  title = "After"
  shell = "echo {{release}} {{other}}"
"#;
    let path = bench.write("plan.toml", plan);
    let path = path.to_str().unwrap();
    let begun = bench.gonogo(&["run", "--detach", "--set", "release=v2", path]);
    let id = String::from_utf8(begun.stdout).unwrap().trim().to_owned();
    let mut run = Run::new(&bench, id.clone());
    next(&mut run, "before");
    assert_eq!(run.output("before-1.log"), "v2 v0\n");
    run.kill_engine();
    drop(run);
    bench.set("RELEASE_FOR_TEST", "v3");
    let mut run = bench.resume(&id);
    run.ctl(&["release"]);
    next(&mut run, "after");
    assert_eq!(run.output("after-1.log"), "v2 v0\n");
}

#[test]
fn defaults_that_can_not_be_and_secrets_in_a_plan_are_found() {
    let bench = Bench::new();
    let plan = bench.write(
        "plan.toml",
        "title = \"T\"\n[vars]\na = { default = \"x\", choices = [\"y\"] }\nb = { default = \"pw\", secret = true }\n\
         [[phase]]\nname = \"P\"\nkind = \"before\"\n[[phase.step]]\ntitle = \"S\"\ncheck = \"look at {{nobody}}\"\n",
    );
    let output = bench.gonogo(&["check", "--format", "json", plan.to_str().unwrap()]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let codes: Vec<&str> = report["problems"]
        .as_array()
        .unwrap()
        .iter()
        .map(|problem| problem["code"].as_str().unwrap())
        .collect();
    assert_eq!(codes, ["bad-default", "secret-in-plan", "unknown-variable"]);
}
