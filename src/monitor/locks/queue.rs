//! The sessions that wait behind one of ours.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Waits;
use super::place::{Steps, reach, turned};
use super::tree::count;
use crate::monitor::session::Session;

/// Sessions that wait.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Queue {
    /// How many there are.
    pub sessions: u32,
    /// How many of them wait behind what is only guessed to be ours.
    #[serde(default)]
    pub guessed: u32,
    /// How long the one has waited that has waited longest, as far as anything tells.
    pub oldest: Option<Duration>,
    /// Whether that is only since it was first seen, because the server hides since when it waits.
    #[serde(default)]
    pub at_least: bool,
    /// The applications of those that are listed, with how many sessions each has, the largest first.
    pub applications: Vec<(String, u32)>,
}

impl Queue {
    /// How many wait behind what is ours for certain.
    pub fn certain(&self) -> u32 {
        self.sessions.saturating_sub(self.guessed)
    }

    /// The queue in a few words: `7 sessions, the oldest for 12s: web 5, cron 2`.
    pub fn words(&self) -> String {
        let mut words = crate::plan::count(self.sessions as usize, "session");
        match (self.guessed, self.certain()) {
            (0, _) => {}
            (_, 0) => words.insert_str(0, "perhaps "),
            (guessed, _) => words.push_str(&format!(", {guessed} of them perhaps")),
        }
        if let Some(oldest) = self.oldest {
            let least = if self.at_least { "at least " } else { "" };
            words.push_str(&format!(", the oldest for {least}{}s", oldest.as_secs()));
        }
        let applications: Vec<String> = self
            .applications
            .iter()
            .map(|(name, sessions)| match name.as_str() {
                "" => format!("unnamed {sessions}"),
                name => format!("{name} {sessions}"),
            })
            .collect();
        if !applications.is_empty() {
            words.push_str(&format!(": {}", applications.join(", ")));
        }
        words
    }
}

impl Waits {
    /// The sessions of others that wait, at whatever distance, for one of ours.
    pub(super) fn behind_ours(&self, blockers: &Steps) -> Queue {
        let waiters = turned(blockers);
        let certain = self.behind(Session::is_ours, &waiters).len();
        let behind = self.behind(|session| session.ours.is_some(), &waiters);
        let mut applications: BTreeMap<&str, u32> = BTreeMap::new();
        for session in behind.iter().filter_map(|pid| self.sessions.get(pid)) {
            *applications.entry(&session.application).or_default() += 1;
        }
        let mut applications: Vec<(String, u32)> = applications
            .into_iter()
            .map(|(name, sessions)| (name.to_owned(), sessions))
            .collect();
        applications.sort_by_key(|(_, sessions)| Reverse(*sessions));
        let certain = count(certain).max(self.behind_ours);
        let sessions = count(behind.len()).max(self.behind_perhaps).max(certain);
        let age = |&pid: &i32| Some((self.waited(pid)?, self.told(pid).is_none()));
        let oldest = behind.iter().filter_map(age).max();
        Queue {
            sessions,
            guessed: sessions - certain,
            oldest: oldest.map(|(age, _)| age),
            at_least: oldest.is_some_and(|(_, at_least)| at_least),
            applications,
        }
    }

    /// Those that wait behind the sessions of which `is_ours` says so, and are none of ours.
    fn behind(&self, is_ours: impl Fn(&Session) -> bool, waiters: &Steps) -> BTreeSet<i32> {
        let sessions = self.sessions.values();
        let ours = sessions.filter(|session| is_ours(session));
        let direct = ours.filter_map(|session| waiters.get(&session.pid));
        let known = self.edges.iter().filter(|edge| edge.behind_ours);
        let direct = direct.flatten().copied();
        let mut behind = BTreeSet::new();
        reach(
            direct.chain(known.map(|edge| edge.waiter)),
            waiters,
            &mut behind,
        );
        behind.retain(|pid| !self.sessions.get(pid).is_some_and(Session::is_ours));
        behind
    }
}
