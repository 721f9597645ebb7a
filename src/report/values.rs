//! Values in the record: what was deployed, and who said so. Of secrets it is told that they were given,
//! and nothing else.

use super::line::{called, cell};
use crate::journal::{Entry, Event, Via};
use crate::plan::Plan;

/// A line for each value that a variable was given, and for each that was lost.
pub(super) fn lines(plan: &Plan, entries: &[Entry]) -> Vec<String> {
    let lines = entries.iter().filter_map(|entry| {
        let at = entry.at.to_local_time();
        Some(match &entry.event {
            Event::VariableSet(set) => {
                let from = match plan.find(&set.origin) {
                    Some(_) => format!("from {}", called(plan, &set.origin, false)),
                    None if entry.actor.via == Via::Engine => {
                        format!("from the {}", cell(&set.origin))
                    }
                    None => format!("by {}", cell(&entry.actor.name)),
                };
                let value = set.value.as_deref().map(cell);
                let value = value.map_or(", a secret,".to_owned(), |value| format!(" = {value},"));
                format!("- {at} {}{value} {from}", cell(&set.name))
            }
            Event::VariableForgotten(lost) => {
                format!("- {at} {} has no value any more", cell(&lost.name))
            }
            _ => return None,
        })
    });
    lines.collect()
}
