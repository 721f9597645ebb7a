//! What was not as expected in the record: every try that did not pass, also one before a try that
//! did, with what was found instead.

use super::line::{called, cell};
use crate::journal::event::{KnownBy, Outcome, StepFinished};
use crate::journal::{Entry, Event};
use crate::plan::Plan;

/// Several tries of one piece of work that came out alike.
struct Tries<'a> {
    step: &'a str,
    undo: bool,
    first: u32,
    last: u32,
    words: String,
}

/// A line for each try, or for several in a row that came out alike.
pub(super) fn lines(plan: &Plan, entries: &[Entry]) -> Vec<String> {
    let mut all: Vec<Tries<'_>> = Vec::new();
    for entry in entries {
        let Event::StepFinished(end) = &entry.event else {
            continue;
        };
        let Some(words) = words(end) else {
            continue;
        };
        let job = &end.job;
        match all.last_mut() {
            Some(before)
                if (before.step, before.undo) == (&job.step, job.undo) && before.words == words =>
            {
                before.last = job.attempt;
            }
            _ => all.push(Tries {
                step: &job.step,
                undo: job.undo,
                first: job.attempt,
                last: job.attempt,
                words,
            }),
        }
    }
    all.iter().map(|tries| tries.line(plan)).collect()
}

impl Tries<'_> {
    fn line(&self, plan: &Plan) -> String {
        let which = match (self.first, self.last) {
            (1, 1) => String::new(),
            (first, last) if first == last => format!(", try {last}"),
            (first, last) => format!(", tries {first} to {last}"),
        };
        let called = called(plan, self.step, self.undo);
        format!("- {called}{which}: {}", cell(&self.words))
    }
}

/// What there is to say of an end that was not as expected; nothing of another.
fn words(end: &StepFinished) -> Option<String> {
    let by_report = end.known_by == KnownBy::Report;
    let head = match end.outcome {
        // How it became known is told with what was looked for.
        Outcome::Passed if by_report && end.message.is_some() => "passed",
        Outcome::Passed => return None,
        Outcome::Failed => "failed",
        Outcome::Unknown => "unknown",
    };
    let unmet = end.findings.iter().filter(|finding| !finding.met);
    let unmet =
        unmet.map(|finding| format!("expected {}, found {}", finding.expected, finding.got));
    let known = match end.known_by {
        KnownBy::Record => Some("known by its record".to_owned()),
        KnownBy::Journal => Some("known by the journal".to_owned()),
        // The server's own words say so already.
        KnownBy::Report | KnownBy::Server | KnownBy::Nobody => None,
    };
    let parts: Vec<String> = unmet
        .chain(end.message.clone())
        .chain(end.left.iter().map(|left| format!("leaves {left}")))
        .chain(known)
        .collect();
    let parts = parts.join("; ");
    Some(if parts.is_empty() {
        head.to_owned()
    } else {
        format!("{head}: {parts}")
    })
}
