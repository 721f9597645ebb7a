//! What a server refuses is told before it runs, and what it takes is not, on the server that is there.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::support::{Bench, postgres};

#[derive(Deserialize)]
struct Runs {
    setup: String,
    scripts: Vec<String>,
    refused: Vec<String>,
}

#[derive(Deserialize)]
struct Versions {
    setup: String,
    form: Vec<Form>,
}

#[derive(Deserialize)]
struct Form {
    sql: String,
    #[serde(default)]
    since: u32,
    until: Option<u32>,
}

/// What is called sure to fail of each of `scripts`, which runs by itself on the database at `url`.
fn told<'s>(url: &str, scripts: impl Iterator<Item = &'s str>) -> BTreeMap<usize, String> {
    let bench = Bench::new();
    std::fs::create_dir_all(bench.path("plans")).unwrap();
    for (ix, sql) in scripts.enumerate() {
        let plan =
            format!("# P\n\n## Deployment\n\n```sql\n{sql};\n```\n\n## Rollback\n\n- [ ] x\n");
        bench.write(&format!("plans/{ix:03}.md"), &plan);
    }
    let output = bench.gonogo(&["check", "--format", "json", "--database", url, "plans"]);
    let mut found = BTreeMap::new();
    for line in String::from_utf8(output.stdout).unwrap().lines() {
        let report: Value = serde_json::from_str(line).unwrap();
        let name = report["file"].as_str().unwrap();
        let ix = name["plans/".len()..].trim_end_matches(".md").parse();
        for problem in report["problems"].as_array().unwrap() {
            if problem["code"] == "sure-to-fail" {
                let message = problem["message"].as_str().unwrap();
                found.insert(*ix.as_ref().unwrap(), message.to_owned());
            }
        }
    }
    found
}

#[test]
fn what_a_server_refuses_is_called_sure_to_fail_and_what_it_runs_is_not() {
    holds(include_str!("../ddl/runs.toml"));
}

#[test]
fn names_without_a_schema_are_those_of_the_one_that_is_looked_into_first() {
    holds(include_str!("../ddl/schemas.toml"));
}

/// That the scripts in `text` run and nobody doubts it, or are refused and told.
fn holds(text: &str) {
    let Runs {
        setup,
        scripts,
        refused,
    } = toml::from_str(text).unwrap();
    let url = postgres::database();
    postgres::execute(&url, &setup);
    let told = told(&url, scripts.iter().map(String::as_str));
    assert!(
        told.is_empty(),
        "{:#?}",
        told.iter()
            .map(|(ix, why)| (&scripts[*ix], why))
            .collect::<Vec<_>>()
    );
    for sql in scripts {
        let undone = format!("begin; {sql}; rollback");
        let result = postgres::attempt(&url, &undone);
        assert!(result.is_ok(), "{sql}: {result:?}");
    }
    let told = self::told(&url, refused.iter().map(String::as_str));
    for (ix, sql) in refused.iter().enumerate() {
        assert!(told.contains_key(&ix), "{sql} is not told");
        let undone = format!("begin; {sql}; rollback");
        let result = postgres::attempt(&url, &undone);
        assert!(result.is_err(), "{sql}: {result:?}");
    }
}

#[test]
fn a_server_refuses_what_its_version_does_not_know_and_only_that() {
    let text = include_str!("../ddl/versions.toml");
    let Versions { setup, form } = toml::from_str(text).unwrap();
    let prepared = || {
        let url = postgres::database();
        postgres::execute(&url, &setup);
        url
    };
    let url = prepared();
    let told = told(&url, form.iter().map(|form| form.sql.as_str()));
    let version = "current_setting('server_version_num')::int / 10000";
    let server: u32 = postgres::value(&url, version).parse().unwrap();
    for (ix, form) in form.iter().enumerate() {
        let sql = &form.sql;
        let taken = (form.since..form.until.unwrap_or(u32::MAX)).contains(&server);
        assert_eq!(told.contains_key(&ix), !taken, "{sql}: {:?}", told.get(&ix));
        let mut result = postgres::attempt(&url, &format!("begin; {sql}; rollback"));
        if code(&result).as_deref() == Some("25001") {
            result = postgres::attempt(&prepared(), sql);
        }
        // Of what is not there a server says so when it has read all of it.
        let known = result.is_ok() || code(&result).as_deref() == Some("3D000");
        assert_eq!(known, taken, "{server}: {sql}: {result:?}");
    }
}

fn code(result: &sqlx::Result<()>) -> Option<String> {
    let error = result.as_ref().err()?.as_database_error()?;
    error.code().map(Cow::into_owned)
}
