//! From readings to alerts: what it takes until one fires, and until it is over.
//!
//! ```text
//!  Good, Breach, NoData, Error ─► Tracker ─► Fired, Cleared, Blind, Sighted
//! ```
//!
//! The four kinds of readings are never folded into one another. Three breaches among the last five
//! readings trip an alert, five good ones in a row clear it; what can't be seen makes it blind, which
//! keeps a run from going on and never rolls it back.

use std::collections::VecDeque;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::clock::Moment;
use crate::plan::{AlertAction, duration};

/// Of how many readings, how many must be breaches.
const WINDOW: usize = 5;
const BREACHES: usize = 3;
/// How many good readings in a row end an alert.
pub(super) const GOODS: u32 = 5;
/// How many readings in a row that say nothing make an alert blind.
const BLINDS: u32 = 5;

/// What a reading says about a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReadingKind {
    /// It is on the good side of the line.
    Good,
    /// It is on the bad side.
    Breach,
    /// There is nothing to read, or nothing to compare it with.
    NoData,
    /// It could not be measured.
    Error,
}

/// How a rule stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AlertStanding {
    /// Too little has been read to say.
    #[default]
    NotYet,
    /// All is well.
    Quiet,
    /// What it warns of is so.
    Firing,
    /// Nothing is known any more.
    Blind,
}

/// What it takes until it is known how a rule stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Awaited {
    /// How many readings were made.
    pub readings: u32,
    /// How many it takes.
    pub of: u32,
    /// How much time it takes about, if they go on coming as they came; none where nothing tells how they come.
    pub left: Option<Duration>,
    /// Whether these tell what is usual, behind which those that are held against it begin.
    #[serde(default)]
    pub usual: bool,
}

impl Awaited {
    /// That there are so many `readings` `of` those that it takes, and that the last comes in about `left`.
    pub(super) fn new(readings: usize, of: usize, left: Option<Duration>) -> Self {
        // In steps of some seconds: what is shown does not change with each look.
        const STEP: u64 = 5;
        let roughly = |left: Duration| left.as_secs().div_ceil(STEP).max(1) * STEP;
        Awaited {
            readings: u32::try_from(readings).unwrap_or(u32::MAX),
            of: u32::try_from(of).unwrap_or(u32::MAX),
            left: left.map(roughly).map(Duration::from_secs),
            usual: false,
        }
    }

    /// The same in words, such as `2 of 5 readings, about 45s more`.
    pub fn words(&self) -> String {
        let left = self
            .left
            .map(|left| format!(", about {} more", duration::show(left)));
        format!(
            "{} of {} readings{}{}",
            self.readings,
            self.of,
            if self.usual { " of what is usual" } else { "" },
            left.unwrap_or_default()
        )
    }
}

/// How long it takes until an alert fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Patience {
    /// Three breaches of five, and for at least so long.
    Several(Duration),
    /// One breach, of what is exact: one good reading is enough to know that all is well.
    Exact,
    /// One breach.
    None,
}

/// What a reading has changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Fired,
    Cleared,
    Blind,
    /// It was blind and can see again; whether all is well is not known yet.
    Sighted,
}

/// What happened to an alert, for the run.
#[derive(Clone, Debug, PartialEq)]
pub enum Alert {
    /// It fires.
    Fired {
        /// Its name.
        name: String,
        /// What is so, such as `api.latency_p95 is 212 ms, above 96 ms (2x the usual 48 ms)`.
        words: String,
        /// What it may do.
        then: AlertAction,
    },
    /// It is over.
    Cleared {
        /// Its name.
        name: String,
    },
    /// Nothing is known any more of what it watches.
    Blind {
        /// Its name.
        name: String,
        /// Why.
        words: String,
        /// What it may do when it fires.
        then: AlertAction,
    },
}

/// The readings of one rule.
#[derive(Clone, Debug)]
pub(super) struct Tracker {
    patience: Patience,
    standing: AlertStanding,
    recent: VecDeque<(Moment, ReadingKind)>,
    goods: u32,
    blinds: u32,
    /// Since when enough of the last readings have been breaches.
    bad_since: Option<Moment>,
}

impl Tracker {
    pub(super) fn new(patience: Patience) -> Self {
        Tracker {
            patience,
            standing: AlertStanding::NotYet,
            recent: VecDeque::new(),
            goods: 0,
            blinds: 0,
            bad_since: None,
        }
    }

    /// How it stands.
    pub(super) fn standing(&self) -> AlertStanding {
        self.standing
    }

    /// Takes a reading in.
    pub(super) fn take(&mut self, kind: ReadingKind, at: Moment) -> Option<Change> {
        if self.recent.len() == WINDOW {
            self.recent.pop_front();
        }
        self.recent.push_back((at, kind));
        self.goods = if kind == ReadingKind::Good {
            self.goods + 1
        } else {
            0
        };
        let says_nothing = matches!(kind, ReadingKind::NoData | ReadingKind::Error);
        self.blinds = if says_nothing { self.blinds + 1 } else { 0 };
        self.note_breaches();
        let next = self.next(kind, at);
        let before = std::mem::replace(&mut self.standing, next);
        change(before, next)
    }

    fn next(&self, kind: ReadingKind, at: Moment) -> AlertStanding {
        use AlertStanding as S;
        let firing = match self.patience {
            Patience::Exact | Patience::None => kind == ReadingKind::Breach,
            Patience::Several(lasting) => {
                let since = self.bad_since.filter(|_| kind == ReadingKind::Breach);
                since.is_some_and(|since| at.since(since) >= lasting)
            }
        };
        match self.standing {
            _ if firing => S::Firing,
            // What fires goes on firing while nobody can see: it has not been seen to end.
            S::Firing if self.goods >= GOODS => S::Quiet,
            S::Firing => S::Firing,
            _ if self.blinds >= BLINDS => S::Blind,
            S::Blind if self.blinds > 0 => S::Blind,
            S::Blind | S::NotYet if self.goods >= self.seen_after() => S::Quiet,
            S::Blind => S::NotYet,
            standing => standing,
        }
    }

    /// How many good readings in a row it takes to know that all is well, before anything is known.
    pub(super) fn seen_after(&self) -> u32 {
        if self.patience == Patience::Exact {
            1
        } else {
            GOODS
        }
    }

    /// What it takes until it is known that all is well; none where that is known, or the newest reading says
    /// something else. `every` is how often readings are meant to come, where that is known.
    pub(super) fn awaited(&self, every: Option<Duration>, now: Moment) -> Option<Awaited> {
        use AlertStanding as S;
        let unknown = matches!(self.standing, S::NotYet | S::Blind) && self.goods > 0;
        let missing = self
            .seen_after()
            .checked_sub(self.goods)
            .filter(|_| unknown)?;
        let before = self.recent.len().saturating_sub(self.goods as usize);
        let goods: VecDeque<_> = self.recent.iter().skip(before).copied().collect();
        let pace = pace(&goods).or(every);
        let last = self
            .recent
            .back()
            .map(|(at, _)| now.since(*at))
            .unwrap_or_default();
        let left = pace.map(|pace| (pace * missing).saturating_sub(last));
        Some(Awaited::new(
            self.goods as usize,
            self.seen_after() as usize,
            left,
        ))
    }

    fn note_breaches(&mut self) {
        let mut breaches = self
            .recent
            .iter()
            .filter(|(_, kind)| *kind == ReadingKind::Breach);
        let first = breaches.next().map(|(at, _)| *at);
        let enough = breaches.count() + 1 >= BREACHES;
        self.bad_since = match (first.filter(|_| enough), self.bad_since) {
            (Some(_), Some(since)) => Some(since),
            (first, _) => first,
        };
    }
}

/// The time from one reading to the next, as they came; none before there are two.
pub(super) fn pace<T>(readings: &VecDeque<(Moment, T)>) -> Option<Duration> {
    let ((first, _), (last, _)) = (readings.front()?, readings.back()?);
    let pauses = u32::try_from(readings.len() - 1).ok()?;
    last.since(*first).checked_div(pauses)
}

fn change(before: AlertStanding, now: AlertStanding) -> Option<Change> {
    use AlertStanding as S;
    match (before, now) {
        (before, now) if before == now => None,
        (_, S::Firing) => Some(Change::Fired),
        (_, S::Blind) => Some(Change::Blind),
        // Also when nothing is known of an alert before: an engine before may have left it firing.
        (_, S::Quiet) => Some(Change::Cleared),
        (_, S::NotYet) => Some(Change::Sighted),
    }
}

/// The words of a reason that are the same with every reading: no numbers, times and ids.
pub(super) fn lasting_words(why: &str) -> String {
    let words = why.split(|c: char| !c.is_alphanumeric() && c != '-' && c != '_');
    let lasting = words.filter(|word| {
        let hex = word.len() >= 6 && word.chars().all(|c| c.is_ascii_hexdigit());
        !hex && !word.is_empty() && !word.chars().any(char::is_numeric)
    });
    lasting.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::monitor::testing::now;

    fn kind(letter: char) -> ReadingKind {
        match letter {
            'g' => ReadingKind::Good,
            'b' => ReadingKind::Breach,
            'n' => ReadingKind::NoData,
            _ => ReadingKind::Error,
        }
    }

    /// Readings a second apart; what each has changed: `F`ired, `C`leared, `B`lind, `S`ighted.
    fn changes(patience: Patience, readings: &str) -> String {
        let mut tracker = Tracker::new(patience);
        let mut at = now();
        let mut text = String::new();
        for letter in readings.chars() {
            at = at.plus(Duration::from_secs(1));
            text.push(match tracker.take(kind(letter), at) {
                None => '.',
                Some(Change::Fired) => 'F',
                Some(Change::Cleared) => 'C',
                Some(Change::Blind) => 'B',
                Some(Change::Sighted) => 'S',
            });
        }
        text
    }

    #[track_caller]
    fn check(readings: &str, expected: &str) {
        assert_eq!(
            changes(Patience::Several(Duration::ZERO), readings),
            expected,
            "{readings}"
        );
    }

    #[test]
    fn three_breaches_of_five_fire_and_five_good_ones_in_a_row_clear() {
        check("gggggbbb", "....C..F");
        check("bgbgb", "....F");
        check("bggbggbgg", ".........");
        check("bbbgggggg", "..F....C.");
        check("bbbggggbggggg", "..F.........C");
    }

    #[test]
    fn what_fires_goes_on_firing_while_nobody_can_see() {
        check("bbbnnnnnnnn", "..F........");
        check("bbbggneggggg", "..F........C");
    }

    #[test]
    fn what_can_not_be_seen_makes_blind_and_never_fires() {
        check("gggggnenen", "....C....B");
        check("nnnnnnnnnn", "....B.....");
        check("gggggnnnnnggggg", "....C....BS...C");
        check("eeeeebbb", "....BS.F");
    }

    #[test]
    fn missing_readings_among_breaches_are_not_good_ones() {
        check("bnbnb", "....F");
        check("bbnnnnbb", "........");
    }

    #[test]
    fn a_rule_with_a_time_fires_only_after_it() {
        let patience = Patience::Several(Duration::from_secs(6));
        assert_eq!(changes(patience, "bbbbbbbb"), "......F.");
        // In between it was good again, so the time begins anew.
        assert_eq!(
            changes(patience, "bbbbggggggbbbbbbbb"),
            "........C.......F."
        );
    }

    #[test]
    fn some_things_need_no_patience() {
        assert_eq!(changes(Patience::None, "ggb"), "..F");
        assert_eq!(changes(Patience::None, "bngggggb"), "F.....CF");
    }

    proptest! {
        /// Whatever is read: nothing fires without a breach, and nothing clears without five good
        /// readings in a row right before.
        #[test]
        fn no_alert_comes_or_goes_without_a_reason(readings in "[gbne]{0,60}", lasting in 0_u64..8) {
            let text = changes(Patience::Several(Duration::from_secs(lasting)), &readings);
            for (at, change) in text.char_indices() {
                match change {
                    'F' => {
                        let window = &readings[at.saturating_sub(4)..=at];
                        prop_assert!(window.matches('b').count() >= 3, "{readings} {text}");
                        prop_assert!(window.ends_with('b'));
                    }
                    'C' => prop_assert!(readings[..=at].ends_with("ggggg")),
                    'B' => prop_assert!(!readings[at - 4..=at].contains(['g', 'b'])),
                    _ => {}
                }
            }
        }
    }
}
