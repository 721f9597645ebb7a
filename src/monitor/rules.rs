//! The task that watches over the rules: each new reading of what they are about is judged, and the
//! run is told what has changed.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, watch};

use super::alarm::Alarm;
use super::alert::{Alert, AlertStanding, Change, Patience, ReadingKind, Tracker, lasting_words};
use super::alert_health::AlertHealth;
use super::baseline::{Baseline, Readings, unsettled};
use super::board::Board;
use super::health::{Health, Link};
use super::metric::{Measure, Measured, measure};
use super::ours::OursBook;
use super::threshold::{Line, shown as with_unit};
use crate::clock::{Clock, Moment};
use crate::plan::metric::{self, counted_table};
use crate::plan::{AlertRule, Limit};

/// How often is looked whether something has not come that should have.
const LOOK: Duration = Duration::from_secs(1);
/// How often what is normal is computed anew until it is frozen.
const SETTLE: Duration = Duration::from_secs(5);
/// How long after it was told why nothing is known another reason is told: the least, and the most where
/// the reasons change again and again.
const TELL_AGAIN: (Duration, Duration) = (Duration::from_secs(10), Duration::from_mins(10));

/// What is watched over.
enum Matter {
    /// A rule of the plan.
    Rule { metric: String, limit: Limit },
    /// Something that is wrong whatever the plan says, on the database of that name.
    Alarm(Alarm, String),
}

struct Watched {
    matter: Matter,
    tracker: Tracker,
    /// When the reading was made that was last taken in.
    taken: Option<Moment>,
    /// Why nothing is known, as it was last told.
    told: Option<Told>,
    shown: AlertHealth,
}

/// Why nothing is known.
struct Told {
    words: String,
    at: Moment,
    /// How long nothing else is told.
    pause: Duration,
}

/// The task's state.
pub(super) struct Rules {
    watched: Vec<Watched>,
    /// What is remembered until the deployment begins, of the metrics that are compared with it.
    readings: Readings,
    baseline: Option<Baseline>,
    settled: Option<Moment>,
    was_up: HashSet<String>,
    book: OursBook,
    tell: mpsc::Sender<Alert>,
}

impl Rules {
    /// Watches over `rules` and over the alarms of `databases`, and remembers what is usual of
    /// `probes`; what changes is told to `tell`.
    pub(super) fn new(
        rules: &[AlertRule],
        databases: &[String],
        probes: &[String],
        book: OursBook,
        tell: mpsc::Sender<Alert>,
    ) -> Self {
        let alarms = databases
            .iter()
            .flat_map(|database| Alarm::ALL.map(|alarm| Watched::alarm(alarm, database)));
        let of_rules = rules.iter().filter_map(|rule| rule.metric.clone());
        // What a probe takes is compared with what is usual, whether there is a rule or not.
        let of_probes = probes.iter().map(|probe| format!("{probe}.latency"));
        let metrics: HashSet<String> = of_rules.chain(of_probes).collect();
        Rules {
            watched: rules
                .iter()
                .filter_map(Watched::rule)
                .chain(alarms)
                .collect(),
            readings: Readings::of(metrics),
            baseline: None,
            settled: None,
            was_up: HashSet::new(),
            book,
            tell,
        }
    }

    /// The same for a deployment, which records what else was normal before it began.
    pub(super) fn recording(mut self, databases: &[String], probes: &[String]) -> Self {
        let errors = probes.iter().map(|probe| format!("{probe}.error_rate"));
        let usual = |database: &String| ["connections", "tps"].map(|it| format!("{database}.{it}"));
        let beside = databases.iter().flat_map(usual).chain(errors);
        self.readings = self.readings.beside(beside);
        self
    }

    /// What is remembered, for whoever begins the deployment.
    pub(super) fn readings(&self) -> Readings {
        self.readings.clone()
    }

    /// Watches for ever.
    pub(super) async fn run(
        mut self,
        mut health: watch::Receiver<Arc<Health>>,
        board: Board,
        clock: Arc<dyn Clock>,
    ) {
        let mut ticks = tokio::time::interval(LOOK);
        loop {
            tokio::select! {
                changed = health.changed() => if changed.is_err() { return },
                _ = ticks.tick() => {}
            }
            let newest = Arc::clone(&health.borrow_and_update());
            let alerts = self.look(&newest, clock.now());
            let shown: Vec<AlertHealth> = self.watched.iter().map(|w| w.shown.clone()).collect();
            if newest.alerts != shown {
                board.alerts(shown);
            }
            for alert in alerts {
                if self.tell.send(alert).await.is_err() {
                    // Nobody drives a run with it; the screen shows it all the same.
                    break;
                }
            }
        }
    }

    /// Takes in what is new, and tells what has changed.
    fn look(&mut self, health: &Health, now: Moment) -> Vec<Alert> {
        let mut alerts = Vec::new();
        for database in &health.databases {
            if matches!(database.link, Link::Up { .. }) {
                self.was_up.insert(database.name.clone());
            }
        }
        self.settle(health, now);
        let begun = self.book.t_zero().is_some();
        for watched in &mut self.watched {
            let change = match &watched.matter {
                Matter::Rule { metric, limit } => {
                    let measured = measure(health, metric, now);
                    let line = Line::of(limit, metric, self.baseline.as_ref());
                    let settles = line.is_err() && !begun;
                    let line = line.map_err(|why| if settles { unsettled(metric) } else { why });
                    // What was read last is judged as soon as it is known what is usual.
                    let more = watched.tracker.seen_after() - 1;
                    let usual = settles.then(|| self.readings.awaited(metric, more, now));
                    let mut probes = health.probes.iter();
                    let of_probe = probes.any(|probe| probe.name == metric::parts(metric).0);
                    let every = of_probe.then_some(measured.every);
                    let change = watched.take(&measured, line, now);
                    let awaited = usual.unwrap_or_else(|| watched.tracker.awaited(every, now));
                    watched.shown.awaited = awaited;
                    change
                }
                Matter::Alarm(alarm, name) => {
                    let found = health.databases.iter().find(|db| db.name == *name);
                    let look = found.map(|db| alarm.look(db, self.was_up.contains(name), now));
                    watched.shown.then = alarm.then(begun);
                    look.and_then(|(kind, words)| watched.take_alarm(kind, words, now))
                }
            };
            if change == Some(Change::Blind) {
                watched.remember_told(now);
            }
            alerts.extend(change.and_then(|change| watched.told(change)));
        }
        alerts
    }

    /// Settles what is normal: as it was recorded when the deployment began, until then ever anew.
    fn settle(&mut self, health: &Health, now: Moment) {
        if let Some(t_zero) = self.book.t_zero() {
            if self.settled != Some(t_zero) {
                self.settled = Some(t_zero);
                self.baseline = Some(self.book.baseline().unwrap_or_default());
                self.readings.forget();
            }
            return;
        }
        self.readings.take(|metric| {
            let measured = measure(health, metric, now);
            match measured.measure {
                Measure::Value(value) => Some((measured.at?, value)),
                Measure::Between(..) | Measure::NoData(_) | Measure::Error(_) => None,
            }
        });
        if self.settled.is_none_or(|at| now.since(at) >= SETTLE) {
            self.settled = Some(now);
            self.baseline = self.readings.freeze(now);
        }
    }
}

impl Watched {
    fn rule(rule: &AlertRule) -> Option<Watched> {
        let (metric, limit) = (rule.metric.clone()?, rule.limit.clone()?);
        // A count of rows is exact: one reading on the wrong side is enough.
        let patience = if counted_table(&metric).is_some() {
            Patience::Exact
        } else {
            Patience::Several(rule.lasting.unwrap_or_default())
        };
        Some(Watched {
            tracker: Tracker::new(patience),
            taken: None,
            told: None,
            shown: AlertHealth::new(rule.name.clone(), Some(metric.clone()), rule.then),
            matter: Matter::Rule { metric, limit },
        })
    }

    fn alarm(alarm: Alarm, database: &str) -> Watched {
        Watched {
            tracker: Tracker::new(Patience::None),
            taken: None,
            told: None,
            shown: AlertHealth::new(alarm.name(database), None, alarm.then(false)),
            matter: Matter::Alarm(alarm, database.to_owned()),
        }
    }

    /// Takes a reading of a rule's metric in, if it is a new one.
    fn take(
        &mut self,
        measured: &Measured,
        line: Result<Line, String>,
        now: Moment,
    ) -> Option<Change> {
        let fresh = measured.at.is_some() && measured.at != self.taken;
        // Where it is on the same side however much it is, that is all that has to be known.
        let value = match (&measured.measure, &line) {
            (Measure::Value(value), _) => Some(*value),
            (Measure::Between(least, most, _), Ok(line))
                if line.is_crossed_by(*least) == line.is_crossed_by(*most) =>
            {
                Some(*least)
            }
            _ => None,
        };
        // What does not come is a reading, too: as often as it should have come.
        let pause = measured.every.max(LOOK);
        let missing = value.is_none() && self.taken.is_none_or(|taken| now.since(taken) >= pause);
        // Once it is known what is usual, what was read already says something: the next may be far off.
        let unjudged = self.shown.kind == ReadingKind::NoData && value.is_some() && line.is_ok();
        if !fresh && !missing && !unjudged {
            return None;
        }
        self.taken = if missing && !fresh {
            Some(now)
        } else {
            measured.at
        };
        let shown = &mut self.shown;
        let metric = shown.metric.clone().unwrap_or_default();
        let number = |value| {
            let to = match measured.measure {
                Measure::Between(_, most, _) => format!(" to {}", with_unit(&metric, most)),
                _ => String::new(),
            };
            with_unit(&metric, value) + &to + &measured.over_words()
        };
        shown.value = value;
        (shown.kind, shown.words) = match (&measured.measure, &line, &value) {
            (Measure::Error(why), ..) => (ReadingKind::Error, why.clone()),
            (Measure::Between(..), Ok(line), Some(value))
            | (Measure::Value(value), Ok(line), _) => {
                let crossed = line.is_crossed_by(*value);
                let kind = if crossed {
                    ReadingKind::Breach
                } else {
                    ReadingKind::Good
                };
                (kind, number(*value))
            }
            (Measure::NoData(why) | Measure::Between(.., why), ..)
            | (Measure::Value(_), Err(why), _) => (ReadingKind::NoData, why.clone()),
        };
        if shown.kind == ReadingKind::Breach {
            shown.breach = Some(shown.words.clone());
        }
        shown.line = match line {
            Ok(line) => line.words,
            Err(why) => why,
        };
        let change = self.tracker.take(self.shown.kind, now);
        self.shown.standing = self.tracker.standing();
        if self.shown.standing != AlertStanding::Blind {
            self.told = None;
        }
        change.or_else(|| self.blind_otherwise(now))
    }

    /// Whether nothing is known for another reason than was told: who mends what the first words say would
    /// otherwise look for what is mended already.
    fn blind_otherwise(&self, now: Moment) -> Option<Change> {
        let unknown = matches!(self.shown.kind, ReadingKind::NoData | ReadingKind::Error);
        let told = self.told.as_ref()?;
        let other = told.words != lasting_words(&self.shown.words);
        (unknown && other && now.since(told.at) >= told.pause).then_some(Change::Blind)
    }

    /// Remembers why nothing is known, as it is told now.
    fn remember_told(&mut self, now: Moment) {
        let (least, most) = TELL_AGAIN;
        let before = self.told.take();
        self.told = Some(Told {
            words: lasting_words(&self.shown.words),
            at: now,
            pause: before.map_or(least, |told| (told.pause * 2).min(most)),
        });
    }

    /// Takes in what is seen of an alarm. What can't be seen of it is no reading: it watches for
    /// things that come, and most databases never show them.
    fn take_alarm(&mut self, kind: ReadingKind, words: String, now: Moment) -> Option<Change> {
        let pause = self.taken.is_some_and(|taken| now.since(taken) < LOOK);
        if kind == ReadingKind::NoData || pause && kind == self.shown.kind {
            return None;
        }
        self.taken = Some(now);
        (self.shown.kind, self.shown.words) = (kind, words);
        let change = self.tracker.take(kind, now);
        self.shown.standing = self.tracker.standing();
        change
    }

    fn told(&self, change: Change) -> Option<Alert> {
        let shown = &self.shown;
        let name = shown.name.clone();
        Some(match change {
            Change::Fired => Alert::Fired {
                name,
                words: shown.sentence(),
                then: shown.then,
            },
            Change::Cleared => Alert::Cleared { name },
            Change::Blind => Alert::Blind {
                name,
                words: shown.sentence(),
                then: shown.then,
            },
            Change::Sighted => return None,
        })
    }
}

#[cfg(test)]
mod tests;
