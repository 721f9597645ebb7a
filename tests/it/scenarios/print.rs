//! The lines of a transcript that say what came of it: events, effects, refusals.

use std::fmt::Write;

use gonogo::journal::event::Job;
use gonogo::journal::{Entry, Via};
use gonogo::run::Effect;
use serde_json::Value;

/// `step_started apply-1 work=shell   by ann`
pub fn event(entry: &Entry) -> String {
    let json = entry.to_json();
    let mut line = format!("    {}", json["kind"].as_str().unwrap());
    let mut data = json["data"].as_object().unwrap().clone();
    if let (Some(step), Some(attempt)) = (data.get("step").cloned(), data.remove("attempt")) {
        let undo = data.remove("undo").is_some_and(|undo| undo == true);
        data.remove("step");
        let undo = if undo { ".undo" } else { "" };
        write!(line, " {}-{attempt}{undo}", step.as_str().unwrap()).unwrap();
    }
    for name in [
        "version", "cwd", "path", "digest", "started", "since", "until", "sha256",
    ] {
        data.remove(name);
    }
    for (name, value) in &data {
        if is_something(name, value) {
            write!(line, " {name}={}", show(value)).unwrap();
        }
    }
    match entry.actor.via {
        Via::Engine => {}
        Via::Unattended => line.push_str(" by nobody"),
        Via::Screen | Via::Ctl => write!(line, " by {}", entry.actor).unwrap(),
    }
    line
}

/// What is not there, and what is as always, is not worth a word.
fn is_something(name: &str, value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(items) => !items.is_empty(),
        Value::Number(number) => name != "choice" || number.as_u64() != Some(0),
        Value::String(text) => name != "known_by" || text != "report",
        Value::Bool(true) | Value::Object(_) => true,
    }
}

fn show(value: &Value) -> String {
    match value {
        Value::String(text) if text.contains(' ') => format!("\"{text}\""),
        Value::String(text) => text.clone(),
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(show).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Object(fields) => match (fields.get("step"), fields.get("undo")) {
            (Some(step), Some(Value::Bool(true))) => format!("undo {}", show(step)),
            (Some(step), _) => show(step),
            _ => value.to_string(),
        },
        other => other.to_string(),
    }
}

/// `→ start apply-1`
pub fn effect(effect: &Effect) -> String {
    let words = match effect {
        Effect::Start { job, choice: 0 } => format!("start {}", name(job)),
        Effect::Start { job, choice } => format!("start {}, way {}", name(job), choice + 1),
        Effect::Adopt { job, .. } => format!("look for {}", name(job)),
        Effect::Ask {
            job, transaction, ..
        } => {
            let what = transaction
                .xid
                .map_or("its session".to_owned(), |xid| format!("transaction {xid}"));
            format!("ask {} about {what} of {}", transaction.database, name(job))
        }
        Effect::Proceed { job } => format!("let {} go on", name(job)),
        Effect::Type { job, .. } => format!("type into {}", name(job)),
        Effect::Stop { job, stage } => format!("stop {}: {stage:?}", name(job)).to_lowercase(),
        Effect::Signal {
            database,
            pid,
            action,
            ..
        } => format!("{action:?} {pid} on {database}").to_lowercase(),
        Effect::Weigh { facts, .. } => {
            let facts: Vec<String> = facts.iter().map(ToString::to_string).collect();
            format!("ask for {}", facts.join(", "))
        }
        Effect::Recognise { database } => format!("ask who answers at {database}"),
        Effect::KeepSecret { name, .. } => format!("keep the secret {name}"),
    };
    format!("    → {words}")
}

/// `apply-1`, `apply-1.undo`, as their output files are called.
pub fn name(job: &Job) -> String {
    let undo = if job.undo { ".undo" } else { "" };
    format!("{}-{}{undo}", job.step, job.attempt)
}
