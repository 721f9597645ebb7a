//! Variables for real: captured from scripts, queries and answers, and used by what comes after; and
//! what is said when there is nothing to capture.

use serde_json::Value;

use crate::support::bench::Run;
use crate::support::{Bench, Web, postgres};

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
            "JSON with .b[0], for b: nothing is there",
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
