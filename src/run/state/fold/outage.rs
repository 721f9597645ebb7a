//! Events about addresses that are watched.

use super::Fold;
use crate::journal::event::{OutageBegan, OutageEnded};
use crate::run::state::outage::Outage;

impl Fold<'_> {
    pub(super) fn outage_began(&mut self, e: &OutageBegan) {
        self.state.outages.push(Outage {
            probe: e.probe.clone(),
            since: e.since,
            until: None,
            why: e.why.clone(),
        });
    }

    pub(super) fn outage_ended(&mut self, e: &OutageEnded) {
        let mut last = self.state.outages.iter_mut().rev();
        let open = last.find(|outage| outage.probe == e.probe && outage.until.is_none());
        if let Some(outage) = open {
            outage.until = Some(e.until);
        }
    }
}
