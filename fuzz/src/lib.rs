//! What must hold of every file, whatever is in it: it opens without harm, every problem points
//! into it, what an import writes means the same, and a layout changes nothing but spaces.
//!
//! Run one of `toml`, `markdown`, `front_matter`, `attributes`, `sql`, from the project's folder:
//!
//! ```sh
//! cargo +nightly fuzz run markdown -- -max_total_time=600
//! ```

use gonogo::plan::{self, Opened, Severity};
use serde_json::Value;

/// A typed plan, as it stands in a file.
pub fn toml(data: &[u8]) {
    look_at(&plan::open("plan.toml", data));
    if let Ok(text) = std::str::from_utf8(data)
        && let Ok(laid) = plan::layout(text)
    {
        assert_eq!(plan::layout(&laid).as_deref(), Ok(laid.as_str()));
        let (before, after) = (plan::open("plan.toml", data), plan::open("plan.toml", laid.as_bytes()));
        assert_eq!(told(&before), told(&after));
    }
}

/// A runbook, and what an import makes of it.
pub fn markdown(data: &[u8]) {
    let opened = plan::open("runbook.md", data);
    look_at(&opened);
    if let Some(toml) = plan::import(&opened) {
        let again = plan::open("plan.toml", toml.as_bytes());
        assert!(again.plan.is_some(), "{:#?}\n{toml}", again.problems);
        assert_eq!(told(&opened), told(&again), "{toml}");
    }
}

/// What stands between the marks of a runbook's front matter.
pub fn front_matter(data: &[u8]) {
    let inside = String::from_utf8_lossy(data);
    for text in [
        format!("---\n{inside}\n---\n- [ ] a\n"),
        format!("+++\n{inside}\n+++\n- [ ] a\n"),
        format!("{{\n{inside}\n}}\n- [ ] a\n"),
    ] {
        markdown(text.as_bytes());
    }
}

/// What stands behind an opening fence.
pub fn attributes(data: &[u8]) {
    let info = String::from_utf8_lossy(data);
    markdown(format!("## Deployment\n```sh {info}\ntrue\n```\n").as_bytes());
}

/// SQL that a step runs: it is classified.
pub fn sql(data: &[u8]) {
    let sql = String::from_utf8_lossy(data);
    markdown(format!("## Deployment\n~~~~~sql\n{sql}\n~~~~~\n").as_bytes());
}

fn look_at(opened: &Opened) {
    let text = opened.source.text();
    for problem in &opened.problems {
        assert!(text.get(problem.span.start..problem.span.end).is_some(), "{problem:?}");
    }
    let errors = opened.problems.iter().any(|problem| problem.severity == Severity::Error);
    assert_eq!(opened.plan.is_none(), errors);
    drop(told(opened));
}

/// What `check --format json` tells, without what speaks of the file.
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
    let mut value = serde_json::to_value(plan::json::report(opened)).expect("a report is JSON");
    if let Some(map) = value.as_object_mut() {
        for key in ["file", "digest", "counts", "accounts", "problems", "allowed"] {
            map.remove(key);
        }
    }
    strip(&mut value);
    value
}
