//! Probes that read a log: how many of its new lines match a pattern.
//!
//! ```text
//!  file ───► Tail ─────┐
//!                      ├─ bytes ─► Matcher ─► matches ─► a rate
//!  script ─► Follower ─┘
//! ```

mod follow;
mod matcher;
mod tail;

use std::path::PathBuf;
use std::time::Duration;

use super::probe::{ProbeState, Reading};
use super::script::Script;
use crate::clock::{Clock, Moment};
use crate::plan::{LogSource, Pattern};
use follow::Follower;
use tail::Tail;

/// A log that is read as it is written.
pub(super) struct LogProbe {
    from: From,
    /// When it was last read, and how many lines had matched by then.
    last: Option<(Moment, u64)>,
}

enum From {
    File(Tail),
    Script(Follower),
}

impl LogProbe {
    /// Reads `source`, whose relative paths begin in `folder`. Only lines written from now on count.
    pub(super) fn new(source: &LogSource, pattern: &Pattern, folder: Option<PathBuf>) -> Self {
        let from = match source {
            LogSource::File(path) => {
                let path = folder.unwrap_or_default().join(path);
                From::File(Tail::new(path, pattern.clone()))
            }
            LogSource::Script(script) => {
                let script = Script::new(script, folder);
                From::Script(Follower::start(script, pattern.clone()))
            }
        };
        LogProbe { from, last: None }
    }

    /// Reads what was written since the last time.
    pub(super) async fn measure(&mut self, clock: &dyn Clock) -> Reading {
        let found = match &mut self.from {
            From::File(tail) => tail.read().await,
            From::Script(follower) => follower.matches(),
        };
        let matches = match found {
            Ok(matches) => matches,
            Err(why) => return Reading::error(why),
        };
        let now = clock.now();
        let before = self.last.replace((now, matches));
        let Some((since, known)) = before else {
            return Reading {
                state: ProbeState::NoData,
                ..Reading::error("nothing read yet")
            };
        };
        rate(matches - known, now.since(since))
    }
}

fn rate(matches: u64, time: Duration) -> Reading {
    let rate = matches as f64 / time.as_secs_f64().max(0.001);
    let mut reading = Reading::good(match matches {
        0 => "none".to_owned(),
        _ => format!("{rate:.1} a second"),
    });
    reading.value = Some(rate);
    reading
}
