//! Notes, alerts, holds, approvals and who took control, in the order in which they came.

use super::line::{because, cell};
use crate::journal::{Entry, Event};
use crate::plan::Plan;
use crate::run::{Hold, RunState};

/// A line for each of them.
pub(super) fn lines(plan: &Plan, entries: &[Entry]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut state = RunState::new(plan);
    for entry in entries {
        let before = state.holds.clone();
        if state.apply(plan, entry).is_err() {
            break;
        }
        let words = match &entry.event {
            Event::Released(_) => Some(released(entry, &before, &state.holds)),
            _ => words(entry),
        };
        let at = entry.at.to_local_time();
        lines.extend(words.map(|words| format!("- {at} {words}")));
    }
    lines
}

/// Which of the holds somebody released.
fn released(entry: &Entry, before: &[Hold], after: &[Hold]) -> String {
    let gone = before.iter().filter(|hold| !after.contains(hold));
    let gone: Vec<&str> = gone.map(|hold| hold.reason.as_str()).collect();
    let by = cell(&entry.actor.name);
    match gone.as_slice() {
        [] => format!("released by {by}"),
        gone => format!("released by {by}: {}", cell(&gone.join("; "))),
    }
}

fn words(entry: &Entry) -> Option<String> {
    let by = cell(&entry.actor.name);
    Some(match &entry.event {
        Event::NoteAdded(note) => {
            let about = note
                .step
                .as_ref()
                .map(|step| format!(" on {step}"))
                .unwrap_or_default();
            format!("{by}{about}: {}", cell(&note.text))
        }
        Event::Held(held) => format!("held by {by}: {}", cell(&held.reason)),
        Event::ServerSeen(seen) => {
            let words = seen.words.as_ref()?;
            format!("the server of {}: {}", cell(&seen.database), cell(words))
        }
        Event::AlertFired(alert) => {
            format!("alert {}: {}", cell(&alert.alert), cell(&alert.words))
        }
        Event::AlertBlind(alert) => {
            let (name, words) = (cell(&alert.alert), cell(&alert.words));
            format!("alert {name} is blind: {words}")
        }
        Event::AlertCleared(alert) => format!("alert {} is over", cell(&alert.alert)),
        Event::AlertAccepted(alert) => {
            let (name, reason) = (cell(&alert.alert), cell(&alert.reason));
            format!("{by} accepted the alert {name}: {reason}")
        }
        Event::ApprovalGiven(given) => {
            let why = because(given.reason.as_deref());
            format!("{} approved by {by}{why}", cell(&given.approval))
        }
        Event::DriverAttached(driver) => {
            format!("{by} took control: {}", cell(driver.taken.as_ref()?))
        }
        _ => return None,
    })
}
