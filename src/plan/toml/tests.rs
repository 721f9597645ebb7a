use std::time::Duration;

use crate::plan::{
    AlertAction, Confirm, Limit, Opened, PhaseKind, Plan, Severity, Threshold, UndoOrder, Work,
    open,
};

const WHOLE: &str = r#"
title = "Split the address table"
environment = "staging"
notes = "Ring the warehouse first."

[vars]
dump    = { default = "/tmp/dump" }
release = { prompt = "Release tag", pattern = "^v[0-9]+" }
token   = { env = "TOKEN", secret = true }

[databases.main]
url_env = "DATABASE_URL"

[[phase]]
name = "Ready"
kind = "before"
budget = "15m"
at = "T-1h"

  [[phase.step]]
  title = "State is clean"
  shell = "migrate status"
  expect = { output = "up to date", exit = [0, 1] }
  timeout = "2m"

  [[phase.step]]
  title = "Backup is fresh"
  check = "Younger than a day"
  required = true

[[phase]]
name = "Migrate"
kind = "deploy"
gate = { alerts = "none", approvals = ["technical review"] }

  [[phase.step]]
  id = "apply"
  title = "Apply"
  shell = "migrate deploy --to {{release}}"
  danger = true
  undo = { shell = "./restore.sh {{dump}}", timeout = "10m" }

  [[phase.step]]
  title = "Add the column"
  sql = "alter table address add zip text"
  lock_timeout = "2s"
  retry = { times = 3, delay = "10s" }

[[phase]]
name = "Validate"
kind = "verify"

  [[phase.step]]
  title = "Rows"
  sql = "select count(*) from address"
  expect = { value = ">= 58" }

  [[phase.step]]
  title = "Health"
  http = "https://shop.example/health"
  expect = { status = 200, within = "500ms" }

  [[phase.step]]
  title = "Settle"
  wait = "30s"

[[probe]]
name = "api"
http = "https://shop.example/health"
every = "2s"

[[alert]]
name = "Slow"
metric = "api.latency_p95"
above = "2x baseline"
for = "30s"
then = "hold"

[[rollback]]
name = "Immediate"
until = "15m"
confirm = "environment"

  [[rollback.step]]
  title = "Stop the shop"
  shell = "systemctl stop shop"

[[contact]]
role = "DBA on call"
reach = "+00 000"

[[signoff]]
role = "Deployment lead"
"#;

fn opened(text: &str) -> Opened {
    open("plan.toml", text.as_bytes())
}

fn plan(text: &str) -> Plan {
    let opened = opened(text);
    let errors: Vec<_> = opened
        .problems
        .iter()
        .filter(|p| p.severity == Severity::Error)
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    opened.plan.unwrap()
}

/// The codes of the problems of a plan with `text` in it, and the text each of them points at.
fn problems(text: &str) -> Vec<(&'static str, String)> {
    let opened = opened(text);
    opened
        .problems
        .iter()
        .map(|p| (p.code, opened.source.slice(p.span).to_owned()))
        .collect()
}

/// A plan whose only step has the lines `body`.
fn with_step(body: &str) -> String {
    format!(
        "title = 'T'\n[databases.main]\nurl_env = 'U'\n[[phase]]\nname = 'P'\nkind = 'before'\n[[phase.step]]\ntitle = 'S'\n{body}\n"
    )
}

#[test]
fn everything_in_a_plan_is_read() {
    let plan = plan(WHOLE);
    assert_eq!(plan.title, "Split the address table");
    assert_eq!(plan.environment.as_deref(), Some("staging"));
    let kinds: Vec<_> = plan.phases.iter().map(|p| p.spec.kind).collect();
    assert_eq!(
        kinds,
        [PhaseKind::Before, PhaseKind::Deploy, PhaseKind::Verify]
    );
    assert_eq!(plan.phases[0].spec.budget, Some(Duration::from_secs(900)));
    assert_eq!(plan.phases[0].spec.at.as_ref().unwrap().seconds, -3600);
    assert_eq!(
        plan.phases[1].spec.gate.as_ref().unwrap().approvals,
        ["technical review"]
    );
    let numbers: Vec<_> = plan.steps.iter().map(|s| s.number.as_str()).collect();
    assert_eq!(
        numbers,
        ["1.1", "1.2", "2.1", "2.2", "3.1", "3.2", "3.3", "R1.1"]
    );
    let step = &plan.steps[plan.find("apply").unwrap()].spec;
    assert!(step.danger);
    assert_eq!(
        step.undo.as_ref().unwrap().timeout,
        Some(Duration::from_secs(600))
    );
    let Work::Sql(sql) = &plan.steps[plan.find("2.2").unwrap()].spec.work else {
        panic!()
    };
    assert_eq!(
        (sql.database.as_str(), sql.lock_timeout),
        ("main", Some(Duration::from_secs(2)))
    );
    assert_eq!(plan.steps[3].spec.retry.times, 3);
    assert_eq!(plan.steps[6].spec.work, Work::Wait(Duration::from_secs(30)));
    let tier = &plan.tiers[0].spec;
    assert_eq!(
        (tier.confirm, tier.undo),
        (Confirm::Environment, UndoOrder::Last)
    );
    assert_eq!(
        plan.alerts[0].limit,
        Some(Limit::Above(Threshold::TimesBaseline(2.0)))
    );
    assert_eq!(plan.alerts[0].then, AlertAction::Hold);
    assert!(plan.var("token").unwrap().secret);
    assert_eq!(
        (plan.contacts.len(), plan.signoffs.len(), plan.notes.len()),
        (1, 1, 1)
    );
}

#[test]
fn unknown_keys_are_refused_with_the_one_that_was_meant() {
    let opened = opened(&with_step("shell = 'true'\nexpct = { output = 'x' }"));
    assert!(opened.plan.is_none());
    let problem = &opened.problems[0];
    assert_eq!(problem.message, "unknown key `expct` in a step");
    assert_eq!(problem.hint.as_deref(), Some("did you mean `expect`?"));
}

#[test]
fn every_problem_is_reported_and_points_at_its_text() {
    let found = problems(&with_step(
        "shell = 3\ntimeout = 'soon'\nnonsense = 1\nexpect = { regex = '(' }",
    ));
    for wanted in [
        ("wrong-type", "3"),
        ("bad-duration", "'soon'"),
        ("unknown-key", "nonsense"),
        ("bad-regex", "'('"),
    ] {
        assert!(
            found.contains(&(wanted.0, wanted.1.to_owned())),
            "{wanted:?} in {found:?}"
        );
    }
}

#[test]
fn what_can_not_stand_in_a_transaction_is_not_put_into_one() {
    let problems = |text: &str, own: bool| {
        problems(&with_step(&format!("sql = '{text}'\ntransaction = {own}")))
    };
    for text in ["insert into t values (1); commit", "vacuum t"] {
        let refused = ("bad-transaction", format!("'{text}'"));
        assert!(problems(text, true).contains(&refused), "{text}");
        assert!(!problems(text, false).contains(&refused), "{text}");
    }
}

#[test]
fn broken_syntax_is_reported_without_hiding_the_rest() {
    let found =
        problems("title = 'T'\nenvironment = = 'x'\n[[phase]]\nname = 'P'\nkind = 'deploi'\n");
    let codes: Vec<_> = found.iter().map(|(code, _)| *code).collect();
    assert!(
        codes.contains(&"toml-syntax") && codes.contains(&"bad-word"),
        "{codes:?}"
    );
}

#[test]
fn what_a_plan_calls_by_name_must_be_there() {
    for (body, code) in [
        ("sql = 'select 1'\ndatabase = 'mian'", "unknown-database"),
        ("shell = 'echo {{nobody}}'", "unknown-variable"),
        ("check = 'look'\nsql = 'select 1'", "two-works"),
        ("danger = true", "no-work"),
        ("check = 'look'\nlock_timeout = '2s'", "misplaced-key"),
        ("shell = 'true'\nid = 'a b'", "bad-id"),
        (
            "shell = 'true'\nundo = { shell = 'true', env = { A = 'b' } }",
            "unknown-key",
        ),
    ] {
        let found = problems(&with_step(body));
        assert!(found.iter().any(|(c, _)| *c == code), "{body}: {found:?}");
    }
}

#[test]
fn every_kind_of_probe_is_read() {
    let probe = |body: &str| {
        let text = format!(
            "title = 'T'\n[databases.main]\nurl_env = 'U'\n[[phase]]\nname = 'P'\nkind = 'before'\n[[phase.step]]\ntitle = 'S'\ncheck = 'c'\n[[probe]]\nname = 'p'\n{body}\n"
        );
        plan(&text).probes[0].clone()
    };
    for (body, key) in [
        (
            "http = 'https://h/'\nexpect = { status = 204, output = 'up' }",
            "http",
        ),
        ("sql = 'select 1'\nexpect = { value = '> 0' }", "sql"),
        ("command = 'df'\nenv = { A = 'b' }", "command"),
        ("log = '/var/log/app'\npattern = 'ERROR'", "log"),
        ("follow = 'kubectl logs -f x'\npattern = 'ERROR'", "follow"),
        (
            "prometheus = 'http://p:9090'\nquery = 'up'\nheaders = { A = 'b' }",
            "prometheus",
        ),
    ] {
        assert_eq!(probe(body).target.key(), key);
    }
}

#[test]
fn what_makes_no_sense_in_a_probe_is_pointed_at() {
    for (body, code, at) in [
        ("every = '5s'", "probe-without-target", "'p'"),
        (
            "http = 'https://h/'\nsql = 'select 1'",
            "two-targets",
            "'select 1'",
        ),
        ("http = 'h'", "bad-address", "'h'"),
        ("log = '/var/log/app'", "missing-key", ""),
        ("log = '/var/log/app'\npattern = '('", "bad-regex", "'('"),
        ("prometheus = 'http://p'", "missing-key", ""),
        ("http = 'https://h/'\npattern = 'x'", "misplaced-key", "'x'"),
        (
            "log = 'l'\npattern = 'x'\nexpect = { status = 200 }",
            "misplaced-key",
            "{ status = 200 }",
        ),
        ("command = 'df'\nquery = 'up'", "misplaced-key", "'up'"),
        ("command = 'df'\npatern = 'x'", "unknown-key", "patern"),
    ] {
        let found = problems(&format!("title = 'T'\n[[probe]]\nname = 'p'\n{body}\n"));
        let found: Vec<_> = found.iter().filter(|(c, _)| *c == code).collect();
        assert!(!found.is_empty(), "{body}: no {code}");
        let points = found
            .iter()
            .any(|(_, text)| text == at || at.is_empty() || code == "probe-without-target");
        assert!(points, "{body}: {found:?}");
    }
}

#[test]
fn a_time_is_no_limit_for_what_is_no_time_and_has_the_unit_of_what_is() {
    let alert = |metric: &str, above: &str| {
        format!(
            "title = 'T'\n[databases.main]\nurl_env = 'U'\n[[probe]]\nname = 'api'\nhttp = 'https://h/'\n[[alert]]\nname = 'A'\nmetric = '{metric}'\nabove = '{above}'\n[[phase]]\nname = 'P'\nkind = 'before'\n[[phase.step]]\ntitle = 'S'\ncheck = 'c'\n"
        )
    };
    for (metric, above, limit) in [
        ("api.latency_p95", "2s", 2_000.0),
        ("main.oldest_transaction", "5m", 300.0),
        ("api.downtime", "90s", 90.0),
        ("main.connections_percent", "80%", 80.0),
    ] {
        let plan = plan(&alert(metric, above));
        let wanted = Some(Limit::Above(Threshold::Absolute(limit)));
        assert_eq!(plan.alerts[0].limit, wanted, "{metric}");
    }
    let found = problems(&alert("main.tps", "5m"));
    assert!(
        found.contains(&("bad-threshold", "'5m'".to_owned())),
        "{found:?}"
    );
    // What a probe does not measure is no metric of it.
    let found = problems(&alert("api.rate", "5"));
    assert!(
        found.iter().any(|(code, _)| *code == "unknown-metric"),
        "{found:?}"
    );
}

#[test]
fn a_url_in_a_plan_is_refused() {
    let found = problems("title = 'T'\n[databases.main]\nurl = 'postgres://u:p@h/d'\n");
    assert!(
        found.iter().any(|(code, _)| *code == "url-in-plan"),
        "{found:?}"
    );
}

#[test]
fn a_url_in_the_place_of_a_database_is_refused_in_a_runbook_as_well() {
    for text in [
        "---\ndatabases: { shop: 'postgres://u:p@h/d' }\n---\n# T\n",
        "---\ndatabases:\n  shop: postgres://u:p@h/d\n---\n# T\n",
        "+++\ndatabases = { shop = 'postgres://u:p@h/d' }\n+++\n# T\n",
    ] {
        let opened = crate::plan::open("t.md", text.as_bytes());
        let told = opened
            .problems
            .iter()
            .find(|problem| problem.code == "url-in-plan");
        let told = told.unwrap_or_else(|| panic!("{text}: {:?}", opened.problems));
        assert!(
            opened.source.slice(told.span).contains("postgres://"),
            "{text}"
        );
    }
    // Another tool's databases are none of ours.
    let other = crate::plan::open("t.md", b"---\ndatabases: { shop: primary }\n---\n# T\n");
    assert!(
        other
            .problems
            .iter()
            .all(|problem| problem.code != "url-in-plan")
    );
}

#[test]
fn ids_are_made_and_stay_unique() {
    let step = "[[phase.step]]\ntitle = 'Look'\ncheck = 'x'\n";
    let text = format!(
        "title = 'T'\n[[phase]]\nname = 'P'\nkind = 'before'\n{step}{step}[[phase.step]]\ntitle = 'o'\nid = 'look'\ncheck = 'x'\n"
    );
    let ids: Vec<_> = plan(&text).steps.iter().map(|s| s.id.to_string()).collect();
    assert_eq!(ids, ["look-2", "look-3", "look"]);
}

#[test]
fn captures_are_read_in_every_form_and_mistakes_are_placed() {
    let step = |capture: &str| {
        let text = format!(
            "title = 'x'\n[[phase]]\nname = 'a'\nkind = 'before'\n[[phase.step]]\ntitle = 's'\nshell = 'true'\ncapture = {capture}\n"
        );
        let source = crate::plan::Source::new("p.toml", text);
        let (draft, problems) = super::read(&source);
        let captures = draft.phases[0].steps[0].capture.iter();
        let words: Vec<String> = captures.map(ToString::to_string).collect();
        let problems: Vec<String> = problems
            .iter()
            .map(|problem| format!("{} {}", problem.code, source.slice(problem.span)))
            .collect();
        (words, problems)
    };
    let (words, problems) = step("{ a = 'x(.)', b = { json = '.b[1]' }, c = { value = true } }");
    assert_eq!(
        words,
        [
            "a line matches /x(.)/, for a",
            "JSON with .b[1], for b",
            "a value, for c"
        ]
    );
    assert!(problems.is_empty(), "{problems:?}");
    assert_eq!(step("'(?<a>.) (?<b>.)'").0.len(), 2);
    for (capture, problem) in [
        ("'(.)'", "captures-nothing '(.)'"),
        ("{ a = {} }", "captures-nothing {}"),
        (
            "{ a = { value = false } }",
            "captures-nothing { value = false }",
        ),
        ("{ a = { json = '.b[' } }", "bad-path '.b['"),
        ("{ a = { json = '''.éa..''' } }", "bad-path '''.éa..'''"),
        ("{ a = '(' }", "bad-regex '('"),
        ("{ a = [] }", "wrong-type []"),
        ("7", "wrong-type 7"),
    ] {
        assert_eq!(step(capture).1, [problem], "{capture}");
    }
}

/// Neither of these may take a time that grows with the square of their length: minutes, here.
#[test]
fn scripts_and_lines_full_of_problems_are_told_in_one_go() {
    let script = "vim\nexport MAINTENANCE_MODE=1\n".repeat(10_000);
    let step = format!("[[phase.step]]\ntitle = \"s\"\nshell = '''\n{script}'''\n");
    let head = "title = \"t\"\n[[phase]]\nname = \"p\"\nkind = \"deploy\"\n";
    for text in [format!("{head}{step}"), "=".repeat(20_000)] {
        let opened = crate::plan::open("plan.toml", text.as_bytes());
        assert!(opened.problems.len() >= 20_000);
        serde_json::to_writer(std::io::sink(), &crate::plan::json::report(&opened)).unwrap();
    }
}

#[test]
fn lines_end_as_in_scripts_whatever_ends_them_in_the_file() {
    let windows = |text: &str| with_step(&format!("shell = {text}")).replace('\n', "\r\n");
    let script = |text: &str| match &plan(&windows(text)).steps[0].spec.work {
        crate::plan::Work::Shell(shell) => shell.script.clone(),
        other => panic!("{other:?}"),
    };
    for quotes in ["'''", "\"\"\""] {
        let text = format!("{quotes}\ncd a\nls\n{quotes}");
        assert_eq!(script(&text), "cd a\nls\n", "{text}");
    }
    assert_eq!(script("\"\"\"\na\\r\nb\"\"\""), "a\r\r\nb");
    let found = opened(&windows("'''\nls\npsql -f a.sql'''"));
    let mut problems = found.problems.iter();
    let hides = problems.find(|p| p.code == "psql-hides-errors").unwrap();
    assert_eq!(found.source.slice(hides.span), "psql -f a.sql");
}

/// The message and the hint of the problem `code` of a plan.
fn told(text: &str, code: &str) -> (String, String) {
    let problems = opened(text).problems;
    let found = problems.into_iter().find(|problem| problem.code == code);
    let problem = found.unwrap_or_else(|| panic!("no {code}"));
    (problem.message, problem.hint.unwrap_or_default())
}

#[test]
fn of_what_is_not_there_nobody_is_told_what_it_is_compared_with() {
    let of = |when: &str| {
        let steps = format!(
            "shell = 'true'\nid = 'a'\n[[phase.step]]\ntitle = 'T'\nshell = 'true'\nwhen = \"{when}\""
        );
        let problems = opened(&with_step(&steps)).problems;
        let wrong = problems.into_iter().find(|p| p.severity == Severity::Error);
        wrong.map(|problem| (problem.message, problem.hint.unwrap_or_default()))
    };
    for when in ["a.status == 'passed'", "a.passed"] {
        let (message, hint) = of(when).unwrap();
        assert_eq!(message, "no database and no probe is called `a`", "{when}");
        assert!(hint.contains("`step.a == passed`"), "{hint}");
    }
    assert!(of("main.size == 'big'").unwrap().0.contains("is a number"));
    assert_eq!(of("step.a == passed"), None);
}

#[test]
fn mistakes_are_told_by_the_names_that_their_author_gave() {
    let both = with_step("sql = 'select 1'").replace("url_env = 'U'", "url_env = 'U'\nurl = 'x'");
    let codes: Vec<_> = problems(&both).into_iter().map(|found| found.0).collect();
    assert!(codes.contains(&"url-in-plan"), "{codes:?}");
    assert!(!codes.contains(&"unknown-key") && !codes.contains(&"missing-key"));
    let var = format!("{}[vars]\nrelease = 3\n", with_step("shell = 'true'"));
    assert_eq!(
        told(&var, "wrong-type").0,
        "`release` must be a table, not a number"
    );
    let expect = with_step("shell = 'true'\nexpect = { outpt = 'x' }");
    assert_eq!(
        told(&expect, "unknown-key").0,
        "unknown key `outpt` in `expect`"
    );
    let retry = with_step("shell = 'true'\nretry = { time = 3 }");
    assert_eq!(
        told(&retry, "unknown-key").0,
        "unknown key `time` in `retry`"
    );
    let way = with_step("alternatives = [{ shell = 'true' }, { label = 'b', shell = 'true' }]");
    assert_eq!(
        told(&way, "missing-key").0,
        "one of `alternatives` has no `label`"
    );
}

#[test]
fn sql_without_a_database_is_pointed_at_where_the_sql_stands() {
    let text = with_step("sql = 'select 1'").replace("[databases.main]\nurl_env = 'U'\n", "");
    assert!(problems(&text).contains(&("no-database", "select 1".to_owned())));
}

#[test]
fn a_terminal_is_for_scripts_that_wait_for_a_keyboard() {
    let waits = |script: &str, more: &str| {
        let text = with_step(&format!("shell = '{script}'\n{more}"));
        let codes = problems(&text).into_iter().map(|problem| problem.0);
        codes.collect::<Vec<_>>()
    };
    for script in [
        "sudo -i",
        "docker exec -it db psql",
        "terraform apply",
        "read -r x",
    ] {
        let plain = waits(script, "");
        assert!(
            plain.contains(&"interactive-command"),
            "{script}: {plain:?}"
        );
        let typed = waits(script, "tty = true");
        assert!(
            !typed.contains(&"interactive-command"),
            "{script}: {typed:?}"
        );
    }
    for script in ["tail -f app.log", "ping db1", "watch ls"] {
        let typed = waits(script, "tty = true");
        assert!(
            typed.contains(&"interactive-command"),
            "{script}: {typed:?}"
        );
    }
    let plan = opened(&with_step("shell = 'read -r x'\ntty = true"))
        .plan
        .unwrap();
    assert!(matches!(&plan.steps[0].spec.work, Work::Shell(shell) if shell.tty));
    let sql = with_step("sql = 'select 1'\ntty = true");
    assert_eq!(problems(&sql)[0].0, "misplaced-key");
}

#[test]
fn json_is_expected_by_paths_and_what_is_none_is_told_where() {
    let json = |said: &str| {
        let text = with_step(&format!(
            "http = 'https://a.example'\nexpect = {{ json = {said} }}"
        ));
        let plan = opened(&text).plan;
        plan.map(|plan| plan.steps[0].spec.expect().lines())
    };
    let wanted = || Some(vec!["JSON .status = up".to_owned()]);
    assert_eq!(json("'.status == up'"), wanted());
    assert_eq!(json("['.status = up']"), wanted());
    assert_eq!(json("{ '.status' = 'up' }"), wanted());
    let several = json("{ '$.n' = '>= 3', '.ok' = true, '.a[0]' = 7 }");
    let several = several.unwrap_or_default();
    assert_eq!(
        several,
        ["JSON .n >= 3", "JSON .ok = true", "JSON .a[0] = 7"]
    );

    let found = |said: &str| {
        let text = with_step(&format!(
            "http = 'https://a.example'\nexpect = {{ json = {said} }}"
        ));
        problems(&text)
    };
    let one = |code, text: &str| vec![(code, text.to_owned())];
    assert_eq!(found("{ status = 'up' }"), one("bad-path", "status"));
    assert_eq!(found("'.a..b = 1'"), one("bad-path", "'.a..b = 1'"));
    assert_eq!(
        found("['.a', '.b > soon']"),
        one("bad-comparison", "'.b > soon'")
    );
    assert_eq!(found("{ '.a = 1' = 2 }"), one("bad-path", "'.a = 1'"));
    assert_eq!(found("{ '.a' = [1] }"), one("wrong-type", "[1]"));
    let check = with_step("check = 'Look'\nexpect = { json = '.a' }");
    assert_eq!(problems(&check)[0].0, "misplaced-key");
}

#[test]
fn numbers_and_times_that_nothing_has_are_refused_where_they_stand() {
    for (body, code, place) in [
        (
            "shell = 'a'\nexpect = { exit = 300 }",
            "out-of-range",
            "300",
        ),
        ("shell = 'a'\nexpect = { exit = -1 }", "out-of-range", "-1"),
        (
            "http = 'http://a'\nexpect = { status = 20 }",
            "out-of-range",
            "20",
        ),
        (
            "http = 'http://a'\nexpect = { within = '0s' }",
            "out-of-range",
            "'0s'",
        ),
    ] {
        let found = problems(&with_step(body));
        assert!(
            found.contains(&(code, place.to_owned())),
            "{body}: {found:?}"
        );
    }
}

#[test]
fn what_can_not_be_meant_is_refused_where_it_stands() {
    let of = |body: &str| problems(&with_step(body));
    for (body, code, place) in [
        (
            "shell = 'a'\nexpect = { status = 200 }",
            "misplaced-key",
            "200",
        ),
        ("sql = 'a'\nexpect = { exit = 1 }", "misplaced-key", "1"),
        ("shell = 'a'\nexpect = { rows = 1 }", "misplaced-key", "1"),
        (
            "sql = 'a'\nexpect = { rows = 'few' }",
            "bad-comparison",
            "'few'",
        ),
        (
            "check = 'a'\nexpect = { output = 'b' }",
            "misplaced-key",
            "'b'",
        ),
        (
            "wait = '1s'\nexpect = { value = '3' }",
            "misplaced-key",
            "'3'",
        ),
        (
            "http = 'http://a'\nexpect = { exit = 0 }",
            "misplaced-key",
            "0",
        ),
        (
            "snapshot = 'a'\nexpect = { regex = 'b' }",
            "misplaced-key",
            "'b'",
        ),
        (
            "wait = '1s'\nexpect = { json = '.a' }",
            "misplaced-key",
            "'.a'",
        ),
        (
            "shell = 'a'\nundo = { shell = 'b', expect = { status = 200 } }",
            "misplaced-key",
            "200",
        ),
        ("shell = 'a'\ntimeout = '0s'", "out-of-range", "'0s'"),
        ("shell = 'a'\nenv = { 'A B' = 'x' }", "bad-name", "'A B'"),
        (
            "shell = 'a'\nexpect = { value = '=> 3' }",
            "bad-comparison",
            "'=> 3'",
        ),
        ("alternatives = []", "no-choice", "[]"),
        (
            "alternatives = [{ label = 'a', shell = 'b' }]",
            "no-choice",
            "[{ label = 'a', shell = 'b' }]",
        ),
    ] {
        let found = of(body);
        let found: Vec<&str> = found
            .iter()
            .filter(|p| p.0 == code)
            .map(|p| p.1.as_str())
            .collect();
        assert_eq!(found, [place], "{body}");
    }
    for body in [
        "shell = 'a'\nexpect = { exit = [0, 1], output = 'b', value = '>= 3', shown = 'c' }",
        "sql = 'a'\nexpect = { value = '= 3', output = 'b' }",
        "sql = 'a'\nexpect = { rows = 0, says = 'b' }",
        "http = 'http://a'\nexpect = { status = 200, within = '1s', json = '.a', value = 'b' }",
        "check = 'a'\nexpect = { shown = 'b' }",
        "snapshot = 'a'\nexpect = { none = ['invalid indexes'] }",
        "shell = 'a'\ntimeout = '1s'\nenv = { A_B = 'x' }",
        "alternatives = [{ label = 'a', shell = 'b' }, { label = 'c', check = 'd' }]",
    ] {
        let opened = opened(&with_step(body));
        let errors = opened
            .problems
            .iter()
            .filter(|p| p.severity == Severity::Error);
        assert_eq!(
            errors.map(|p| &p.message).collect::<Vec<_>>(),
            [""; 0],
            "{body}"
        );
    }
}

#[test]
fn a_way_has_its_own_directory_expectation_and_captures() {
    let body = "cwd = '/usr'\nalternatives = [{ label = 'a', shell = 'b' }, { label = 'c', shell = 'd', cwd = '/var', \
                expect = { says = 'done' }, capture = '(?<tag>w.*)' }]";
    let plan = plan(&with_step(body));
    let spec = &plan.steps[0].spec;
    let [first, second] = [0, 1].map(|choice| spec.work_of(choice).unwrap());
    assert_eq!(
        (spec.cwd_of(first), spec.cwd_of(second)),
        (Some("/usr"), Some("/var"))
    );
    assert_eq!(spec.captures_of(first).count(), 0);
    assert_eq!(spec.captures_of(second).count(), 1);
    assert!(spec.expect_of(first).says.is_none() && spec.expect_of(second).says.is_some());
    assert!(plan.has_variable("tag"));
    let check =
        "alternatives = [{ label = 'a', shell = 'b' }, { label = 'c', check = 'd', cwd = '/var' }]";
    let opened = opened(&with_step(check));
    assert!(
        opened
            .problems
            .iter()
            .any(|problem| problem.code == "misplaced-key")
    );
}

#[test]
fn a_variable_is_not_used_before_it_is_captured() {
    let steps = |vars: &str, first: &str, second: &str| {
        let body = format!("{first}\n[[phase.step]]\ntitle = 'Second'\n{second}");
        problems(&format!("{}\n{vars}\n", with_step(&body)))
            .into_iter()
            .filter(|problem| problem.0 == "captured-later")
            .map(|problem| problem.1)
            .collect::<Vec<_>>()
    };
    let uses = "shell = 'echo {{a}}'";
    let captures = "shell = 'b'\ncapture = { a = 'b' }";
    assert_eq!(steps("", uses, captures), ["{{a"]);
    assert_eq!(steps("", captures, uses), [""; 0]);
    assert_eq!(
        steps("", "shell = 'b {{a}}'\ncapture = { a = 'b' }", uses),
        ["{{a"]
    );
    assert_eq!(
        steps("[vars]\na = { prompt = 'Which?' }", uses, captures),
        [""; 0]
    );
    assert_eq!(
        steps("[vars]\na = { pattern = 'b' }", uses, captures),
        [""; 0],
        "`--set` can give it"
    );
    // Its undo runs later, and what a person reads stops nothing.
    let undone = format!("{captures}\nundo = {{ shell = 'c {{{{a}}}}' }}");
    assert_eq!(steps("", &undone, uses), [""; 0]);
    assert_eq!(steps("", "check = 'See {{a}}'", captures), [""; 0]);
}

#[test]
fn a_condition_that_can_never_hold_is_refused() {
    let with = |choices: &str, when: &str| {
        let text = with_step(&format!("id = 'me'\nshell = 'a'\nwhen = \"{when}\""));
        opened(&format!(
            "{text}[vars]\nmode = {{ prompt = 'How?', choices = {choices} }}\n"
        ))
        .problems
        .into_iter()
        .filter(|p| p.severity == Severity::Error)
        .map(|p| (p.code, p.message))
        .collect::<Vec<_>>()
    };
    let both = "['full', 'fast']";
    let never = with(both, "mode == 'ful' or not mode != 'slow'");
    let message = |text: &str| ("bad-condition", format!("`mode` is never `{text}`"));
    assert_eq!(never, [message("ful"), message("slow")]);
    assert_eq!(with(both, "mode == 'full' or mode != 'fast'"), []);
    assert_eq!(with("[]", "mode == 'a'")[0].0, "no-choice");
    let own = with(both, "step.me == passed");
    assert_eq!(own[0].0, "condition-on-later-step");
    assert!(own[0].1.contains("this step itself"), "{own:?}");
}

#[test]
fn a_step_with_a_hole_in_it_asks_before_it_runs() {
    let read = |step: &str| {
        let text = format!(
            "title = \"T\"\n[databases.main]\nurl_env = \"U\"\n[vars]\nref = {{ prompt = \"Which?\" }}\n[[phase]]\nname = \"D\"\nkind = \"deploy\"\n[[phase.step]]\ntitle = \"One\"\n{step}\n"
        );
        let opened = crate::plan::open("p.toml", text.as_bytes());
        let told = opened.problems.iter().filter(|p| p.code == "placeholder");
        let told = told.map(|p| opened.source.slice(p.span).to_owned());
        let told: Vec<String> = told.collect();
        let plan = opened.plan.unwrap();
        (told, plan.steps[0].spec.confirm.is_some())
    };
    for (step, told) in [
        (
            "shell = \"psql < backup_TIMESTAMP.sql && git checkout <previous-commit>\"",
            vec!["backup_TIMESTAMP.sql", "<previous-commit>"],
        ),
        (
            "shell = \"true\"\nundo = { shell = \"git checkout <ref>\" }",
            vec!["<ref>"],
        ),
        (
            "sql = \"\"\"\nselect 1;\ndrop table orders_YYYYMMDD\"\"\"",
            vec!["orders_YYYYMMDD"],
        ),
    ] {
        let told = told.into_iter().map(str::to_owned).collect();
        assert_eq!(read(step), (told, true), "{step}");
    }
    let (told, asks) = read("shell = \"./go\"\nenv = { B = \"<other>\" }");
    assert_eq!((told.len(), asks), (1, true));
    for step in [
        "shell = \"git checkout {{ref}}\"",
        "shell = \"git checkout <ref>\"\nplaceholders = { \"<ref>\" = \"ref\" }",
        "shell = \"sort <in >out # <ref>\"",
        "shell = \"print('<ref>')\"\ninterpreter = \"python3\"",
        "check = \"Call [Name]\"",
        "shell = \"./go\"\nenv = { B = \"{{ref}}\" }",
        "shell = \"./go\"\nenv = { B = \"<ref>\" }\nplaceholders = { \"<ref>\" = \"ref\" }",
    ] {
        assert_eq!(read(step), (vec![], false), "{step}");
    }
    let accepted =
        "shell = \"echo <ref>\"\nallow = [{ code = \"placeholder\", reason = \"only printed\" }]";
    assert!(!read(accepted).1);
}
