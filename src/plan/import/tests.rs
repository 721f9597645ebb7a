//! An imported plan is the runbook's plan.

use std::collections::BTreeSet;
use std::path::Path;

use proptest::prelude::*;
use regex::Regex;
use serde_json::Value;

use super::{import, import_from};
use crate::plan::codes::READING;
use crate::plan::include::nobody;
use crate::plan::markdown::tests::nothing_lost::runbook;
use crate::plan::{Load, Opened, Plan, Severity, json, open, open_from};

/// The runbooks among the tests.
fn fixtures() -> Vec<(String, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders = vec![
        root.join("tests/runbooks"),
        root.join("tests/shapes"),
        root.join("plans"),
    ];
    folders.extend(entries(&root.join("tests/traps")));
    let files = folders.iter().flat_map(|folder| entries(folder));
    let markdown = files.filter(|path| path.extension().is_some_and(|ending| ending == "md"));
    markdown
        .map(|path| {
            let name = path.to_string_lossy().into_owned();
            (name, std::fs::read(&path).unwrap())
        })
        .collect()
}

fn entries(folder: &Path) -> Vec<std::path::PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else {
        return Vec::new();
    };
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// What `check --format json` tells of a plan, without what speaks of the file it stands in.
fn told(opened: &Opened) -> Value {
    fn strip(value: &mut Value) {
        match value {
            Value::Object(map) => {
                map.remove("line");
                map.values_mut().for_each(strip);
            }
            Value::Array(items) => items.iter_mut().for_each(strip),
            _ => {}
        }
    }
    let mut value = serde_json::to_value(json::report(opened)).unwrap();
    let map = value.as_object_mut().unwrap();
    for key in [
        "file", "digest", "counts", "accounts", "problems", "allowed",
    ] {
        map.remove(key);
    }
    strip(&mut value);
    value
}

/// Everything that a run goes by, without places.
fn meant(plan: &Plan) -> String {
    let step = |step: &crate::plan::Step| {
        let mut spec = step.spec.clone();
        // What is accepted may stand beside a step or before it.
        spec.allows.clear();
        // A directory means nothing for what no shell does.
        spec.cwd = spec.cwd.filter(|_| spec.work.kind() == "shell");
        (step.id.clone(), step.number.clone(), spec)
    };
    let steps: Vec<_> = plan.steps.iter().map(step).collect();
    let phase = |phase: &crate::plan::Phase| {
        let mut spec = phase.spec.clone();
        spec.ungated = false;
        (phase.id.clone(), spec)
    };
    let phases: Vec<_> = plan.phases.iter().map(phase).collect();
    let people = (&plan.contacts, &plan.signoffs, &plan.notes);
    let measured = (&plan.vars, &plan.databases, &plan.probes, &plan.alerts);
    let rest = (
        &plan.tiers,
        &plan.shell,
        &plan.cwd,
        &plan.migrations,
        plan.approvals,
    );
    let all = format!("{steps:?}\n{phases:?}\n{people:?}\n{measured:?}\n{rest:?}");
    let places = r"Origin\((Stretches\(\[[^]]*\]\)|Quoted\(Span [^)]*\))\)|Span \{[^}]*\}";
    let places = Regex::new(places).unwrap();
    places.replace_all(&all, "_").into_owned()
}

/// Imports `text` and compares what becomes of both.
fn check_same(name: &str, text: &[u8]) -> Option<String> {
    check_same_with(name, text, &nobody)
}

/// The same of a text that includes what `load` brings.
fn check_same_with(name: &str, text: &[u8], load: Load<'_>) -> Option<String> {
    let open = |name, text| open_from(name, text, None, load);
    let before = open(name, text);
    let plan = before.plan.as_ref()?;
    let toml = import_from(&before, load).or_else(|| {
        assert!(plan.steps.is_empty(), "{name}");
        None
    })?;
    let after = open("plan.toml", toml.as_bytes());
    let Some(again) = &after.plan else {
        panic!("{name}: {:#?}\n{toml}", after.problems);
    };
    assert_eq!(told(&after), told(&before), "{name}:\n{toml}");
    assert_eq!(meant(again), meant(plan), "{name}:\n{toml}");
    let codes = |opened: &Opened| -> BTreeSet<_> {
        opened.problems.iter().map(|problem| problem.code).collect()
    };
    let new: Vec<_> = codes(&after).difference(&codes(&before)).copied().collect();
    assert!(new.is_empty(), "{name}: {new:?}\n{toml}");
    let read = |opened: &Opened| -> BTreeSet<_> {
        let accepted = opened.allowed.iter().map(|allowed| &allowed.problem);
        let all = opened.problems.iter().chain(accepted);
        let warnings = all.filter(|problem| problem.severity == Severity::Warning);
        let of_reading = warnings.filter(|problem| READING.contains(&problem.code));
        of_reading
            .map(|problem| (problem.code, problem.message.clone()))
            .collect()
    };
    assert_eq!(read(&after), read(&before), "{name}:\n{toml}");
    let warned = |opened: &Opened, code: &str| {
        let accepted = opened.allowed.iter().map(|allowed| &allowed.problem);
        let all = opened.problems.iter().chain(accepted);
        all.filter(|problem| problem.code == code).count()
    };
    for code in READING {
        let (before, after) = (warned(&before, code), warned(&after, code));
        assert!(after <= before, "{name}: `{code}` is said twice\n{toml}");
    }
    Some(toml)
}

#[test]
fn the_runbooks_mean_the_same_in_toml() {
    let runbooks = fixtures();
    assert!(runbooks.len() > 5);
    for (name, text) in runbooks {
        check_same(&name, &text);
    }
}

const RUNBOOK: &str = r#"---
environment: production
shell: {program: zsh, options: [-e]}
databases: {a: {url_env: A}, b: {url_env: B}}
vars: {tag: {prompt: Tag, choices: [a, b], secret: true}}
probe:
- {name: api, http: {url: 'https://a.example', method: POST, body: x}, expect: {status: 204}}
- {name: queue, command: 'jobs | wc -l', env: {TEAM: a}, expect: {value: '< 5'}}
- {name: errors, log: /var/log/app.log, pattern: 'ERROR|FATAL', every: 1s}
- {name: pods, follow: kubectl logs -f x, pattern: panic}
- {name: load, prometheus: 'http://p.example', query: 'sum(rate(x[1m]))', headers: {X-Org: '1'}}
alert:
- {name: slow, metric: api.latency, above: 2x baseline, for: 30s, then: hold}
allow:
- {code: no-way-back, reason: it is small}
---
# Go
## Pre-deployment (1 Day Before)
- [x] it's "done"
- [~] not now, {{later}}
## Deployment (30 minutes)
- [ ] Migrate

  Look at it.

  ```sql database=b
  select 1
  ```
  or
  ```sh {name=go cwd=/srv tty=true}
  # 'x' """
  echo <last-tag> {{tag}} {{.Name}} {{other}} '''
  ```
```bash capture=id=.data[0].id when="id != '7'" json=".data[0].id != 0"
ls
# Expected: "a"
```
<!-- gonogo: allow curl-hides-errors somebody looks -->
```sh
curl http://a.example
```
## Rollback (< 5 minutes)
- [ ] back
## Contacts
- DBA: Ada - 123
## Sign-off
- QA: ____
## Overview
Text.
"#;

#[test]
fn every_part_of_a_runbook_can_be_said() {
    insta::assert_snapshot!(check_same("go.md", RUNBOOK.as_bytes()).unwrap());
}

#[test]
fn what_is_told_and_left_out_is_not_imported() {
    let text = "---\ndatabases: {a: {b: c}}\n---\n- [ ] Look at {{that}}\n";
    let toml = check_same("a.md", text.as_bytes()).unwrap();
    assert!(!toml.contains("databases"), "{toml}");
    assert!(toml.contains("not_variables = [\"that\"]"), "{toml}");
}

#[test]
fn the_directory_that_steps_begin_in_is_said() {
    let text = "---\ncwd: ../app\n---\n## Deployment\n- [ ] Go\n  ```sh\n  ./go.sh\n  ```\n";
    let toml = check_same("a.md", text.as_bytes()).unwrap();
    assert!(toml.contains("\ncwd = \"../app\"\n"), "{toml}");
}

#[test]
fn what_is_included_is_named() {
    let backup = "---\nmigrations: db/old\ndatabases: {old: {url_env: OLD}}\nvars: {dir: {prompt: Where}, keep: {default: '7'}}\n---\n\
        ## Preparation\n- [ ] Dump to {{dir}}, <backup-name>\n  ```bash {name=dump capture=size=.size}\n  dump {{dir}} <backup-name> {{keep}}\n  ```\n\
        <!-- gonogo: allow no-way-back nothing to undo -->\n- [ ] If needed, move\n  ```sql\n  vacuum\n  ```\n## Rollback\n- [ ] back\n";
    let deploy = "title = 'x'\n[[phase]]\nname = 'Move'\nkind = 'deploy'\n[[phase.step]]\nid = 'dump'\ntitle = 'a'\nshell = 'true'\n";
    let load = |path: &str| match path {
        "common/backup.md" => Ok(backup.as_bytes().to_vec()),
        "deploy.toml" => Ok(deploy.as_bytes().to_vec()),
        _ => Err(path.to_owned()),
    };
    let own = "## Deployment\n- [ ] Go to {{place}}, {{size}}\n  ```bash {name=dump}\n  ./go {{place}} {{size}}\n  ```\n- [ ] If needed, wait\n  ```sh\n  sleep 1\n  ```\n## Preparation\n- [ ] Look\n";
    for (front, body, wanted) in [
        (
            "include: common/backup.md\nmigrations: db/new\nvars: {place: {prompt: Where}}",
            own,
            "include = \"common/backup.md\"\n",
        ),
        (
            "include: [{file: common/backup.md, vars: {dir: '{{place}}', keep: '9'}}, deploy.toml]\nvars: {place: {prompt: Where}, keep: {default: '1'}}",
            own,
            "include = [{ file = \"common/backup.md\", vars = { dir = \"{{place}}\", keep = \"9\" } }, \"deploy.toml\"]\n",
        ),
        ("include: common/backup.md", "Nothing else.\n", "include"),
        ("include: deploy.toml\ncwd: ..", own, "cwd"),
    ] {
        let text = format!("---\n{front}\n---\n# Title\n{body}");
        let toml = check_same_with("a.md", text.as_bytes(), &load).unwrap();
        assert!(toml.contains(wanted), "{toml}");
        assert!(!toml.contains("backup-name"), "{toml}");
    }
}

#[test]
fn what_is_expected_is_said() {
    let text = "## Verification\n- [ ] Must return no rows\n  ```sql\n  select * from t\n  ```\n- [ ] Go\n  ```sh\n  go\n  # Expected: `up`\n  ```\n";
    let toml = check_same("a.md", text.as_bytes()).unwrap();
    assert!(
        toml.contains("{ rows = \"= 0\", shown = \"Must return no rows\" }"),
        "{toml}"
    );
    assert!(
        toml.contains("{ says = \"up\", shown = \"`up`\" }"),
        "{toml}"
    );
}

#[test]
fn a_part_of_a_block_that_prints_nothing_captures_nothing() {
    let text = "## Deployment\n```sh capture=\"(?<tag>v[0-9])\"\n#note\n\nput v1\ntrue\n```\n";
    let toml = check_same("a.md", text.as_bytes()).unwrap();
    assert_eq!(toml.matches("capture =").count(), 1, "{toml}");
}

#[test]
fn what_the_reading_warned_of_stays_said() {
    let text = "# T\n## Deployment\n- [ ] Go\n  ```sh\n  ./go\n  ```\n<!-- gonogo: allow conditional-step we know -->\n- [ ] If it hangs\n  ```sh\n  ./kick\n  ```\n## Later (next release)\n```sh\n./later\n```\n## Rollback\n- [ ] x\n";
    let toml = check_same("a.md", text.as_bytes()).unwrap();
    let step = "remark = [{ code = \"conditional-step\", text = '\"If it hangs\": nobody knows by now whether this is needed' }]";
    assert!(toml.contains(step), "{toml}");
    let elsewhere = "[[remark]]  # 13\ncode = \"section-not-run\"\n";
    assert!(toml.contains(elsewhere), "{toml}");
    let again = open("a.toml", toml.as_bytes());
    let mut codes = again.problems.iter().map(|problem| problem.code);
    assert!(codes.all(|code| code == "section-not-run"));
    assert_eq!(again.allowed.len(), 1);
    // Once it is settled, it is taken out; what no reading says can't be said.
    let settled = toml.replace(step, "");
    assert_eq!(open("a.toml", settled.as_bytes()).allowed.len(), 0);
    let made_up = toml.replace("section-not-run", "section-not-ran");
    let problems = open("a.toml", made_up.as_bytes()).problems;
    let wrong = problems.iter().find(|p| p.severity == Severity::Error);
    let hint = wrong.and_then(|problem| problem.hint.as_deref());
    assert_eq!(hint, Some("did you mean `section-not-run`?"));
}

#[test]
fn what_the_typed_plan_shows_itself_needs_no_remark() {
    let back = |from: &str| format!("## Rollback {from}\n```sh\n./back.sh\n```\n");
    let (first, second) = (back("(until T+30m)"), back("by hand (until T+20m)"));
    let text = format!("# T\n## Deployment\n```sh\n./go.sh\n```\n{first}{second}");
    let toml = check_same("a.md", text.as_bytes()).unwrap();
    assert!(!toml.contains("remark"), "{toml}");
    // One without a window may be meant so in a typed plan: only the reading knows of it.
    let text = text
        .replace(" (until T+20m)", "")
        .replace(" (until T+30m)", "");
    let toml = check_same("a.md", text.as_bytes()).unwrap();
    assert!(toml.contains("never-offered"), "{toml}");
}

#[test]
fn what_has_errors_is_not_imported() {
    assert_eq!(import(&open("a.md", b"+++\ntitle = = 1\n+++\n# T\n")), None);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_runbook_means_the_same_in_toml(text in runbook()) {
        check_same("any.md", text.as_bytes());
    }
}
