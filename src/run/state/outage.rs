//! Downtime: the times in which a watched address did not answer well.

use std::time::Duration;

use super::types::RunState;
use crate::clock::Moment;

/// A time in which an address did not answer well.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outage {
    /// The probe's name.
    pub probe: String,
    /// When the first request was made that was not answered well.
    pub since: Moment,
    /// When the first one was made that was again; none while it lasts.
    pub until: Option<Moment>,
    /// What was wrong with the first answer.
    pub why: String,
}

/// All the downtime of one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Downtime<'a> {
    /// The probe's name.
    pub probe: &'a str,
    /// The times, in their order, and how long each was.
    pub outages: Vec<(&'a Outage, Duration)>,
    /// How long they were altogether.
    pub total: Duration,
    /// The longest.
    pub longest: Duration,
}

impl RunState {
    /// Whether the address of `probe` is known to be down.
    pub fn is_down(&self, probe: &str) -> bool {
        let mut last = self.outages.iter().rev();
        last.find(|outage| outage.probe == probe)
            .is_some_and(|outage| outage.until.is_none())
    }

    /// The downtime of each address that was down, by the name of its probe. What has not ended lasts
    /// until the run's end, or until its last entry.
    pub fn downtimes(&self) -> Vec<Downtime<'_>> {
        let known = self.end.as_ref().map(|end| end.at);
        let known = known.or_else(|| self.boots.last().map(|boot| boot.last));
        let mut probes: Vec<&str> = self.outages.iter().map(|o| o.probe.as_str()).collect();
        probes.sort_unstable();
        probes.dedup();
        let one = |probe| {
            let mine = self.outages.iter().filter(|outage| outage.probe == probe);
            let outages: Vec<(&Outage, Duration)> = mine
                .map(|outage| {
                    let until = outage.until.or(known).unwrap_or(outage.since);
                    (outage, self.elapsed(outage.since, until).time)
                })
                .collect();
            let times = outages.iter().map(|(_, time)| *time);
            Downtime {
                probe,
                total: times.clone().sum(),
                longest: times.max().unwrap_or_default(),
                outages,
            }
        };
        probes.into_iter().map(one).collect()
    }
}
