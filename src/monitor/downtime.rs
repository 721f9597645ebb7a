//! Downtime as it is measured: from the first request that was not answered well to the first one
//! that was again.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Moment;

/// How many outages are kept one by one; all of them are in the sums.
const KEPT: usize = 20;

/// When an address did not answer well.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Downtime {
    /// The last outages, the oldest first; the last may still last.
    pub outages: VecDeque<Outage>,
    /// How many there were, the present one included.
    pub times: u32,
    /// How long those lasted that are over.
    past: Duration,
    /// The longest of those.
    worst: Duration,
}

/// A time in which an address did not answer well.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outage {
    /// When the first request was made that was not answered well.
    pub since: Moment,
    /// When the first one was made that was again; none while it lasts.
    pub until: Option<Moment>,
    /// What was wrong with the first answer.
    pub why: String,
}

impl Downtime {
    /// Takes in whether a request made at `at` was answered well.
    pub(super) fn note(&mut self, at: Moment, well: bool, why: &str) {
        match (self.outages.back_mut().filter(|o| o.until.is_none()), well) {
            (None, false) => {
                self.times += 1;
                if self.outages.len() == KEPT {
                    self.outages.pop_front();
                }
                self.outages.push_back(Outage {
                    since: at,
                    until: None,
                    why: why.to_owned(),
                });
            }
            (Some(outage), true) => {
                let time = at.since(outage.since);
                outage.until = Some(at);
                self.past += time;
                self.worst = self.worst.max(time);
            }
            _ => {}
        }
    }

    /// The outage that lasts, if one does.
    pub fn present(&self) -> Option<&Outage> {
        self.outages.back().filter(|outage| outage.until.is_none())
    }

    /// How long it was down altogether, up to `now`.
    pub fn total(&self, now: Moment) -> Duration {
        self.past + self.lasting(now)
    }

    /// The longest time that it was down.
    pub fn longest(&self, now: Moment) -> Duration {
        self.worst.max(self.lasting(now))
    }

    fn lasting(&self, now: Moment) -> Duration {
        let present = self.present();
        present.map_or(Duration::ZERO, |outage| now.since(outage.since))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::testing::{ago, now};

    #[test]
    fn it_lasts_from_the_first_bad_answer_to_the_first_good_one() {
        let mut downtime = Downtime::default();
        for (secs, well) in [
            (60, true),
            (50, false),
            (45, false),
            (40, true),
            (30, false),
            (28, true),
            (27, true),
        ] {
            downtime.note(ago(secs), well, "status 503");
        }
        let seconds = Duration::from_secs;
        assert_eq!(downtime.times, 2);
        assert_eq!(downtime.total(now()), seconds(12));
        assert_eq!(downtime.longest(now()), seconds(10));
        assert_eq!(downtime.outages[0].until, Some(ago(40)));
        downtime.note(ago(20), false, "connection refused");
        assert_eq!(downtime.total(now()), seconds(32));
        assert_eq!(downtime.longest(now()), seconds(20));
        assert_eq!(downtime.present().unwrap().why, "connection refused");
    }

    #[test]
    fn the_sums_hold_what_is_not_kept() {
        let mut downtime = Downtime::default();
        for at in (0..100u64).rev() {
            downtime.note(ago(at * 2 + 2), false, "");
            downtime.note(ago(at * 2 + 1), true, "");
        }
        assert_eq!(downtime.outages.len(), KEPT);
        assert_eq!(downtime.total(now()), Duration::from_secs(100));
        assert_eq!(downtime.times, 100);
    }
}
