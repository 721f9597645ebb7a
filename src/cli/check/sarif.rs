//! Problems as a SARIF 2.1.0 log, which code scanning services read.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::{Value, json};

use super::Unread;
use crate::plan::{Opened, Problem, Severity, Source};

/// The log of one run over `all` files, and those that it left `unread`.
pub(super) fn log(all: &[Opened], unread: &[Unread]) -> Value {
    let mut rules: BTreeMap<&str, &Problem> = BTreeMap::new();
    for problem in all.iter().flat_map(problems) {
        rules.entry(problem.code).or_insert(problem);
    }
    let names: Vec<&str> = rules.keys().copied().collect();
    let results: Vec<Value> = all
        .iter()
        .flat_map(|opened| {
            let names = &names;
            let open = opened
                .problems
                .iter()
                .map(move |problem| result(opened, problem, names));
            let allowed = opened.allowed.iter().map(move |allowed| {
                let mut result = result(opened, &allowed.problem, names);
                result["suppressions"] =
                    json!([{ "kind": "inSource", "justification": allowed.reason }]);
                result
            });
            open.chain(allowed)
        })
        .collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "gonogo",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": rules.values().map(|problem| rule(problem)).collect::<Vec<_>>(),
            }},
            "invocations": [{
                "executionSuccessful": unread.is_empty(),
                "toolExecutionNotifications": unread.iter().map(notification).collect::<Vec<_>>(),
            }],
            "columnKind": "unicodeCodePoints",
            "results": results,
        }],
    })
}

fn notification(unread: &Unread) -> Value {
    json!({
        "level": "error",
        "message": { "text": unread.why },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(&unread.name) },
        }}],
    })
}

fn problems(opened: &Opened) -> impl Iterator<Item = &Problem> {
    let allowed = opened.allowed.iter().map(|allowed| &allowed.problem);
    opened.problems.iter().chain(allowed)
}

fn rule(problem: &Problem) -> Value {
    json!({
        "id": problem.code,
        "shortDescription": { "text": problem.code.replace('-', " ") },
        "defaultConfiguration": { "level": level(problem.severity) },
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn result(opened: &Opened, problem: &Problem, rules: &[&str]) -> Value {
    let source = super::source_of(opened, problem);
    let text = match &problem.hint {
        Some(hint) => format!("{}. {hint}", problem.message),
        None => problem.message.clone(),
    };
    json!({
        "ruleId": problem.code,
        "ruleIndex": rules.binary_search(&problem.code).ok(),
        "level": level(problem.severity),
        "message": { "text": text },
        "locations": [{ "physicalLocation": {
            "artifactLocation": { "uri": uri(source.name_at(problem.span.start)) },
            "region": region(source, problem),
        }}],
    })
}

fn region(source: &Source, problem: &Problem) -> Value {
    let start = source.position(problem.span.start);
    let end = source.position(problem.span.end.max(problem.span.start));
    json!({
        "startLine": start.line,
        "startColumn": start.column,
        "endLine": end.line,
        "endColumn": end.column,
    })
}

/// A path as a relative reference, which is what services look for in a repository: what means
/// something in one is written as a number.
fn uri(path: &str) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let below = Path::new(path).strip_prefix(&here).ok();
    let path = below.and_then(Path::to_str).unwrap_or(path);
    let path = path.trim_start_matches("./");
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            other => uri.push_str(&format!("%{other:02X}")),
        }
    }
    if path.starts_with('/') {
        format!("file://{uri}")
    } else {
        uri
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_result_has_its_rule_and_its_place() {
        let plan = b"title = 'x'\n[[allow]]\ncode = 'npx-may-fetch'\nreason = 'there is no other'\n[[phase]]\nname = 'a'\nkind = 'deploy'\n[[phase.step]]\ntitle = 'b'\nshell = 'curl http://x; npx tsx a.ts'\n";
        let opened = crate::plan::open("my plan.toml", plan);
        let log = log(&[opened], &[]);
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        for result in results {
            let rule =
                &run["tool"]["driver"]["rules"][result["ruleIndex"].as_u64().unwrap() as usize];
            assert_eq!(rule["id"], result["ruleId"]);
            let place = &result["locations"][0]["physicalLocation"];
            assert_eq!(place["artifactLocation"]["uri"], "my%20plan.toml");
            assert!(place["region"]["startColumn"].as_u64().unwrap() >= 1);
        }
        let of = |code: &str| {
            results
                .iter()
                .find(|result| result["ruleId"] == code)
                .unwrap()
        };
        assert_eq!(
            of("curl-hides-errors")["locations"][0]["physicalLocation"]["region"]["startLine"],
            10
        );
        assert_eq!(
            of("npx-may-fetch")["suppressions"][0]["justification"],
            "there is no other"
        );
    }

    #[test]
    fn paths_are_references() {
        assert_eq!(uri("./docs/a b.md"), "docs/a%20b.md");
        assert_eq!(uri("a:b?#%.md"), "a%3Ab%3F%23%25.md");
        assert_eq!(uri("/srv/é.md"), "file:///srv/%C3%A9.md");
        let here = std::env::current_dir().unwrap().join("docs/a.md");
        assert_eq!(uri(here.to_str().unwrap()), "docs/a.md");
    }

    /// What the schema of version 2.1.0 asks for, and what its prose does.
    fn check_shape(log: &Value) {
        let text = |value: &Value| {
            let text = value.as_str().unwrap();
            assert!(!text.trim().is_empty());
            text.to_owned()
        };
        let levels = ["none", "note", "warning", "error"];
        assert_eq!(log["version"], "2.1.0");
        assert!(text(&log["$schema"]).ends_with("sarif-2.1.0.json"));
        for run in log["runs"].as_array().unwrap() {
            let driver = &run["tool"]["driver"];
            text(&driver["name"]);
            assert_eq!(text(&driver["semanticVersion"]).split('.').count(), 3);
            assert_eq!(run["columnKind"], "unicodeCodePoints");
            let rules = driver["rules"].as_array().unwrap();
            let ids: Vec<String> = rules.iter().map(|rule| text(&rule["id"])).collect();
            let different: std::collections::BTreeSet<&String> = ids.iter().collect();
            assert_eq!(different.len(), ids.len());
            for rule in rules {
                text(&rule["shortDescription"]["text"]);
                assert!(levels.contains(&&*text(&rule["defaultConfiguration"]["level"])));
            }
            for result in run["results"].as_array().unwrap() {
                let rule = result["ruleIndex"].as_u64().unwrap() as usize;
                assert_eq!(text(&result["ruleId"]), ids[rule]);
                assert!(levels.contains(&&*text(&result["level"])));
                text(&result["message"]["text"]);
                let places = result["locations"].as_array().unwrap();
                assert_eq!(places.len(), 1);
                let place = &places[0]["physicalLocation"];
                let uri = text(&place["artifactLocation"]["uri"]);
                let plain = |c: char| c.is_ascii_alphanumeric() || "-._~/%".contains(c);
                assert!(uri.chars().all(plain) && !uri.starts_with('/'), "{uri}");
                let at = |key: &str| place["region"][key].as_u64().unwrap();
                let (start, end) = (
                    (at("startLine"), at("startColumn")),
                    (at("endLine"), at("endColumn")),
                );
                assert!(start.0 >= 1 && start.1 >= 1 && start <= end, "{place}");
                for suppression in result["suppressions"].as_array().into_iter().flatten() {
                    assert_eq!(suppression["kind"], "inSource");
                    text(&suppression["justification"]);
                }
            }
        }
    }

    #[test]
    fn a_log_has_the_shape_that_the_standard_asks_for() {
        let runbook = "# Ü 🚀\n## Deploy\n<!-- gonogo: allow npx-may-fetch there is no other -->\n```sh\n🚀 é; curl http://x; npx tsx a.ts\n```\n- [ ] 🚀 <b\n```sh\ncat <<EOF\n";
        let plans = [
            ("./plän #1?.md", runbook),
            ("empty.md", ""),
            ("broken.toml", "title = = 1\n"),
            ("no-line-end.toml", "title = 'x'\nphase = 3"),
        ];
        let opened = plans.map(|(name, text)| crate::plan::open(name, text.as_bytes()));
        let all = log(&opened, &[]);
        check_shape(&all);
        let results = all["runs"][0]["results"].as_array().unwrap();
        assert!(results.len() > 5);
        let curl = results.iter().find(|r| r["ruleId"] == "curl-hides-errors");
        let region = &curl.unwrap()["locations"][0]["physicalLocation"]["region"];
        // Behind a rocket, which is one character here and two in other units.
        assert_eq!(
            (&region["startLine"], &region["startColumn"]),
            (&json!(5), &json!(6))
        );
        check_shape(&log(&[], &[]));
    }

    #[test]
    fn what_could_not_be_read_is_no_success() {
        let missing = Unread {
            name: "a b.md".to_owned(),
            why: "failed to read a b.md: no such file".to_owned(),
        };
        let log = log(&[], &[missing]);
        check_shape(&log);
        let run = &log["runs"][0]["invocations"][0];
        assert_eq!(run["executionSuccessful"], false);
        let told = &run["toolExecutionNotifications"][0];
        assert_eq!(
            told["message"]["text"],
            "failed to read a b.md: no such file"
        );
        let place = &told["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b.md");
    }
}
