//! What the engine hears of addresses that are watched: when one does not answer well, and when it
//! does again.

use std::collections::HashMap;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};

use crate::monitor::{Health, ProbeHealth, ProbeState};
use crate::run::Notice;

/// Reports every outage, and every end of one.
pub(super) async fn watch(mut health: watch::Receiver<Arc<Health>>, notices: mpsc::Sender<Notice>) {
    let mut told = HashMap::new();
    loop {
        let now = Arc::clone(&health.borrow_and_update());
        for probe in &now.probes {
            for notice in news(&mut told, probe) {
                if notices.send(notice).await.is_err() {
                    return;
                }
            }
        }
        if health.changed().await.is_err() {
            return;
        }
    }
}

/// How much of a probe was told: how many outages have begun, and how many have ended.
#[derive(Clone, Copy)]
struct Told {
    begun: u32,
    ended: u32,
}

/// What is new of `probe`. Much may have happened since somebody looked.
fn news(told: &mut HashMap<String, Told>, probe: &ProbeHealth) -> Vec<Notice> {
    let Some(downtime) = &probe.downtime else {
        return Vec::new();
    };
    let mut news = Vec::new();
    let name = || probe.name.clone();
    if !told.contains_key(&probe.name) {
        told.insert(name(), Told { begun: 0, ended: 0 });
        // An engine before this one may have seen it go down.
        if let (ProbeState::Ok, Some(until), 0) = (probe.state, probe.at, downtime.times) {
            news.push(Notice::OutageEnded {
                probe: name(),
                until,
            });
        }
    }
    let known = told.entry(name()).or_insert(Told { begun: 0, ended: 0 });
    let kept = u32::try_from(downtime.outages.len()).unwrap_or(u32::MAX);
    let first = downtime.times.saturating_sub(kept);
    for (number, outage) in (first + 1..).zip(&downtime.outages) {
        if number > known.begun {
            known.begun = number;
            news.push(Notice::OutageBegan {
                probe: name(),
                since: outage.since,
                why: outage.why.clone(),
            });
        }
        if let Some(until) = outage.until.filter(|_| number > known.ended) {
            known.ended = number;
            news.push(Notice::OutageEnded {
                probe: name(),
                until,
            });
        }
    }
    news
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::monitor::testing::{ago, probe};
    use crate::monitor::{Downtime, Outage};

    #[test]
    fn every_outage_is_told_once_whenever_somebody_looks() {
        let mut api = probe("api", ProbeState::Ok, "status 200");
        let mut told = HashMap::new();
        let mut look = |api: &ProbeHealth| {
            let words = news(&mut told, api).into_iter().map(|notice| match notice {
                Notice::OutageBegan { since, .. } => format!("down {}", since.wall),
                Notice::OutageEnded { until, .. } => format!("up {}", until.wall),
                other => panic!("{other:?}"),
            });
            words.collect::<Vec<_>>()
        };
        let outage = |since, until: Option<u64>| Outage {
            since: ago(since),
            until: until.map(ago),
            why: String::new(),
        };
        let down = |secs| format!("down {}", ago(secs).wall);
        let up = |secs| format!("up {}", ago(secs).wall);
        assert!(look(&api).is_empty());
        let mut downtime = Downtime::default();
        api.downtime = Some(downtime.clone());
        assert_eq!(look(&api), [format!("up {}", api.at.unwrap().wall)]);
        downtime.outages.push_back(outage(50, None));
        downtime.times = 1;
        api.downtime = Some(downtime.clone());
        assert_eq!(look(&api), [down(50)]);
        assert!(look(&api).is_empty());
        downtime.outages = [outage(50, Some(40)), outage(30, Some(20)), outage(10, None)].into();
        downtime.times = 3;
        api.downtime = Some(downtime);
        assert_eq!(look(&api), [up(40), down(30), up(20), down(10)]);
        assert!(look(&api).is_empty());
    }
}
