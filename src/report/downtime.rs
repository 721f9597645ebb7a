//! Downtime in the record.

use std::time::Duration;

use serde_json::{Value, json};

use crate::clock::Moment;
use crate::plan::duration;
use crate::run::{Downtime, RunState};

/// The downtime of each address, for programs.
pub(super) fn json(state: &RunState) -> Vec<Value> {
    let one = |downtime: Downtime<'_>| {
        let outages = downtime.outages.iter().map(|(outage, time)| {
            json!({
                "since": outage.since.to_rfc3339(),
                "until": outage.until.map(Moment::to_rfc3339),
                "seconds": time.as_secs_f64(),
                "why": outage.why,
            })
        });
        json!({
            "probe": downtime.probe,
            "outages": outages.collect::<Vec<_>>(),
            "total_seconds": downtime.total.as_secs_f64(),
            "longest_seconds": downtime.longest.as_secs_f64(),
        })
    };
    state.downtimes().into_iter().map(one).collect()
}

/// A time in whole seconds, the nearest; what is shorter than one is told in milliseconds.
fn shown(time: Duration) -> String {
    let half = Duration::from_millis(if time.as_secs() > 0 { 500 } else { 0 });
    duration::show(time.saturating_add(half))
}

/// How long an address was down, in words: `12s in 2 times, the longest 8s`.
pub fn downtime_words(downtime: &Downtime<'_>) -> String {
    let total = shown(downtime.total);
    let lasts = downtime
        .outages
        .last()
        .is_some_and(|(outage, _)| outage.until.is_none());
    // What is recorded tells how long at least.
    let (least, lasts) = if lasts {
        ("at least ", ", and it lasts")
    } else {
        ("", "")
    };
    match downtime.outages.len() {
        1 => format!("{least}{total}, once{lasts}"),
        times => format!(
            "{least}{total} in {times} times, the longest {}{lasts}",
            shown(downtime.longest)
        ),
    }
}

/// A line for each address, and one for each time that it was down.
pub(super) fn lines(state: &RunState, cell: fn(&str) -> String) -> Vec<String> {
    let mut lines = Vec::new();
    for downtime in state.downtimes() {
        let words = downtime_words(&downtime);
        lines.push(format!("- **{}**: {words}", cell(downtime.probe)));
        for (outage, time) in &downtime.outages {
            let until = outage.until.map_or("…".to_owned(), Moment::to_local_time);
            lines.push(format!(
                "  - {} to {until}, {}: {}",
                outage.since.to_local_time(),
                shown(*time),
                cell(&outage.why)
            ));
        }
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_by_its_nearest_second() {
        for (millis, words) in [(6_999, "7s"), (6_499, "6s"), (59_600, "1m"), (999, "999ms")] {
            assert_eq!(shown(Duration::from_millis(millis)), words);
        }
    }
}
