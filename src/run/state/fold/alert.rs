//! Events about alerts.

use super::Fold;
use crate::journal::event::{AlertAccepted, AlertRaised, BaselineFrozen};
use crate::monitor::{Baseline, Normal};
use crate::run::state::types::{Acceptance, AlertState};

impl Fold<'_> {
    pub(super) fn alert_raised(&mut self, e: &AlertRaised, blind: bool) {
        // Blind for another reason, it is the same alert, and what it holds says so.
        let known = self.state.alerts.remove(&e.alert);
        let same = known.filter(|known| blind && known.blind);
        let holds = self.state.holds.iter_mut();
        for hold in holds.filter(|hold| same.is_some() && hold.alert.as_ref() == Some(&e.alert)) {
            hold.reason = format!("{}: {}", e.alert, e.words);
        }
        let state = AlertState {
            words: e.words.clone(),
            since: same.as_ref().map_or(self.at, |same| same.since),
            blind,
            then: e.then,
            accepted: same.and_then(|same| same.accepted),
        };
        self.state.alerts.insert(e.alert.clone(), state);
    }

    pub(super) fn alert_accepted(&mut self, e: &AlertAccepted) {
        if let Some(alert) = self.state.alerts.get_mut(&e.alert) {
            alert.accepted = Some(Acceptance {
                by: self.by.name.clone(),
                reason: e.reason.clone(),
                at: self.at,
            });
        }
    }

    pub(super) fn released(&mut self, alert: Option<&str>) {
        match alert {
            None => {
                self.others_are_told();
                self.state.holds.clear();
            }
            Some(alert) => {
                let holds = &mut self.state.holds;
                holds.retain(|hold| hold.alert.as_deref() != Some(alert));
            }
        }
    }

    pub(super) fn baseline_frozen(&mut self, e: &BaselineFrozen) {
        let normals = e.usual.iter().map(|(metric, usual)| {
            let normal = Normal {
                samples: usual.samples,
                median: usual.median,
                p95: usual.p95,
                last: usual.last,
            };
            (metric.clone(), normal)
        });
        self.state.baseline = Some(Baseline {
            normals: normals.collect(),
        });
    }
}
