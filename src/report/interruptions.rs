//! Interruptions in the record: when an engine went away and another took the run up, when the journal
//! could not be written, and how it became known how the steps ended that nobody watched meanwhile.

use super::line::{called, cell};
use crate::journal::event::{Job, KnownBy, Outcome, StepFinished};
use crate::journal::{Entry, Event};
use crate::plan::Plan;

/// A line for each interruption, and for each step that was looked for.
pub(super) fn lines(plan: &Plan, entries: &[Entry]) -> Vec<String> {
    let mut lines = Vec::new();
    for (n, entry) in entries.iter().enumerate() {
        let at = entry.at.to_local_time();
        lines.push(match &entry.event {
            Event::EngineStarted(engine) if engine.resumed => {
                let before = n.checked_sub(1).map(|n| entries[n].at.to_local_time());
                let last = before.unwrap_or_default();
                let before = match &engine.ended {
                    None => "the engine was gone, and".to_owned(),
                    Some(ended) => format!(
                        "the engine (process {}) was there, did not answer, and was ended by {};",
                        ended.pid,
                        cell(&ended.by)
                    ),
                };
                format!(
                    "- {at} {before} process {} took the run up; the last entry before is of {last}",
                    engine.pid
                )
            }
            Event::JournalRestored(restored) => format!(
                "- {at} the journal could be written again: {}",
                cell(&restored.why)
            ),
            Event::StepSought(sought) => format!(
                "- {at} {} was looked for, {}: {}",
                called(plan, &sought.job.step, sought.job.undo),
                cell(&sought.why),
                found(&sought.job, &entries[n + 1..])
            ),
            _ => continue,
        });
    }
    lines
}

/// What came out, by the entries after the search began.
fn found(job: &Job, later: &[Entry]) -> String {
    let found = later.iter().find_map(|entry| match &entry.event {
        Event::StepAdopted(e) if e.job == *job => {
            Some("it was still going on, and was watched again".to_owned())
        }
        Event::StepFinished(e) if e.job == *job => Some(ended(e)),
        Event::StepSought(e) if e.job == *job => Some("it had to be looked for again".to_owned()),
        Event::StepMarkedDone(e) | Event::StepMarkedFailed(e) | Event::StepSkipped(e)
            if e.step == job.step =>
        {
            Some(format!("{} decided about it", cell(&entry.actor.name)))
        }
        _ => None,
    });
    found.unwrap_or_else(|| "nothing is known yet".to_owned())
}

/// How it ended, and how that is known.
fn ended(end: &StepFinished) -> String {
    let outcome = match end.outcome {
        Outcome::Passed => "it had passed",
        Outcome::Failed => "it had failed",
        Outcome::Unknown => return "nobody knows how it ended".to_owned(),
    };
    let known = match end.known_by {
        KnownBy::Report => "as its watcher tells",
        KnownBy::Record => "as its record tells",
        KnownBy::Server => "as the server tells",
        KnownBy::Journal => "as the journal tells",
        KnownBy::Nobody => "as nobody can tell",
    };
    format!("{outcome}, {known}")
}
