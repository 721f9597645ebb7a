//! Probes: one thing measured again and again, each by a task of its own.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use tokio::time::MissedTickBehavior;

use super::board::Board;
use super::command::CommandProbe;
use super::downtime::Downtime;
use super::http::HttpProbe;
use super::log::LogProbe;
use super::postgres::SqlProbe;
use super::prometheus::PrometheusProbe;
use super::series::Series;
use crate::clock::{Clock, Moment};
use crate::plan::{Expect, Observed};

/// Of how many measurements a rate of errors is made, and of how many at least.
const RATED: usize = 60;
pub(super) const LEAST: usize = 20;

/// What stands for what must not be shown.
const HIDDEN: &str = "•••";

/// What a reading says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ProbeState {
    /// There is a good reading.
    Ok,
    /// There is a reading, and it says that something is wrong, such as a status of 503.
    Bad,
    /// What is measured does not answer, such as a refused connection.
    Down,
    /// It could not be measured, which says nothing of what is measured.
    Error,
    /// There is an answer, and it is no number where one is wanted.
    Unread,
    /// There is nothing to read: not yet, or the query found no row.
    NoData,
}

impl ProbeState {
    /// Whether what is measured is well; none where that is not known: what found nothing, nothing that
    /// can be read, or could not be measured, says nothing of it.
    pub(super) fn is_well(self) -> Option<bool> {
        match self {
            ProbeState::Ok => Some(true),
            ProbeState::Bad | ProbeState::Down => Some(false),
            ProbeState::Error | ProbeState::Unread | ProbeState::NoData => None,
        }
    }
}

/// One probe and its last reading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ProbeHealth {
    /// Its name in the plan.
    pub name: String,
    /// The time between two readings.
    pub every: Duration,
    /// When it was last read; none before the first reading.
    pub at: Option<Moment>,
    /// What the last reading says.
    pub state: ProbeState,
    /// How long the last answer took, in milliseconds.
    pub latency_ms: Option<f64>,
    /// The median of the last latencies, in milliseconds.
    pub median_ms: Option<f64>,
    /// The 95th percentile of the last latencies, in milliseconds.
    pub p95_ms: Option<f64>,
    /// How many of the last measurements have failed, in percent; none while there were too few.
    pub error_percent: Option<f64>,
    /// Of how many measurements that is made, or will be.
    #[serde(default)]
    pub rated: usize,
    /// The status of an HTTP answer.
    pub status: Option<u16>,
    /// The number that a query answered.
    pub value: Option<f64>,
    /// The last reading in words, such as `status 200` or `connection refused`.
    pub words: String,
    /// The last values of a query, or latencies of an address; none where there was no reading.
    pub history: Series,
    /// When it did not answer well; only of addresses.
    #[serde(default)]
    pub downtime: Option<Downtime>,
}

/// What one measurement brought.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Reading {
    pub(super) state: ProbeState,
    pub(super) latency: Option<Duration>,
    pub(super) status: Option<u16>,
    pub(super) value: Option<f64>,
    pub(super) words: String,
}

impl Reading {
    /// A good one.
    pub(super) fn good(words: impl Into<String>) -> Self {
        Reading {
            state: ProbeState::Ok,
            ..Reading::error(words)
        }
    }

    /// The reading once it was held against what is expected: it is bad if something is not so, and
    /// says what.
    pub(super) fn judged(mut self, expect: &Expect, seen: &Observed) -> Self {
        let unmet = expect.judge(seen).into_iter().find(|found| !found.met);
        if let Some(unmet) = unmet {
            self.state = ProbeState::Bad;
            let plain = unmet.got.starts_with("status ") || unmet.got.starts_with("exit code ");
            self.words = if plain {
                unmet.got
            } else {
                format!("expected {}, found {}", unmet.expected, unmet.got)
            };
        }
        self
    }

    /// An answer that is no number, although one is wanted: as little known as if there were none.
    pub(super) fn unread(words: impl Into<String>) -> Self {
        Reading {
            state: ProbeState::Unread,
            ..Reading::error(words)
        }
    }

    /// What is measured does not answer.
    pub(super) fn down(words: impl Into<String>) -> Self {
        Reading {
            state: ProbeState::Down,
            ..Reading::error(words)
        }
    }

    /// A measurement that could not be made.
    pub(super) fn error(words: impl Into<String>) -> Self {
        Reading {
            state: ProbeState::Error,
            latency: None,
            status: None,
            value: None,
            words: words.into(),
        }
    }
}

impl ProbeHealth {
    /// A probe that has not been read yet.
    pub(super) fn new(name: &str, every: Duration) -> Self {
        ProbeHealth {
            name: name.to_owned(),
            every,
            at: None,
            state: ProbeState::NoData,
            latency_ms: None,
            median_ms: None,
            p95_ms: None,
            error_percent: None,
            rated: 0,
            status: None,
            value: None,
            words: "not measured yet".to_owned(),
            history: Series::default(),
            downtime: None,
        }
    }

    /// Takes in what a measurement at `at` brought. `latencies` has its latency already.
    fn take(&mut self, at: Moment, reading: Reading, latencies: &Series) {
        let latency = reading.latency.map(millis);
        self.at = Some(at);
        self.state = reading.state;
        self.latency_ms = latency;
        self.median_ms = latencies.percentile(50);
        self.p95_ms = latencies.percentile(95);
        self.status = reading.status;
        self.value = reading.value;
        self.words = reading.words;
    }
}

/// What a probe measures with.
pub(super) enum Meter {
    /// An HTTP address.
    Http(Box<HttpProbe>),
    /// A query.
    Sql(SqlProbe),
    /// A command.
    Command(CommandProbe),
    /// A log.
    Log(LogProbe),
    /// A query of a Prometheus server.
    Prometheus(Box<PrometheusProbe>),
    /// Nothing: it can never be measured, for the reason given.
    Broken(String),
}

impl Meter {
    async fn measure(&mut self, clock: &dyn Clock) -> Reading {
        match self {
            Meter::Http(probe) => probe.measure(clock).await,
            Meter::Sql(probe) => probe.measure(clock).await,
            Meter::Command(probe) => probe.measure(clock).await,
            Meter::Log(probe) => probe.measure(clock).await,
            Meter::Prometheus(probe) => probe.measure(clock).await,
            Meter::Broken(reason) => Reading::error(reason.clone()),
        }
    }
}

/// A probe that is about to run.
pub(super) struct Runner {
    /// What is known of it.
    pub(super) health: ProbeHealth,
    /// Its place on the board.
    pub(super) place: usize,
    /// What it measures with.
    pub(super) meter: Meter,
    /// Values that must not be shown.
    pub(super) hidden: Vec<String>,
}

/// Measures for ever, and puts each reading on the board.
pub(super) async fn run(runner: Runner, board: Board, clock: Arc<dyn Clock>) {
    let Runner {
        mut health,
        place,
        mut meter,
        hidden,
    } = runner;
    let mut latencies = Series::default();
    let mut errors = Errors::default();
    // Zero is no interval that can be kept.
    let every = health.every.max(Duration::from_millis(10));
    let mut ticks = tokio::time::interval(every);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        let begun = clock.now();
        let mut reading = meter.measure(&*clock).await;
        for value in &hidden {
            reading.words = reading.words.replace(value, HIDDEN);
        }
        if let Meter::Http(_) = meter {
            let downtime = health.downtime.get_or_insert_default();
            if let Some(well) = reading.state.is_well() {
                downtime.note(begun, well, &reading.words);
            }
        }
        let latency = reading.latency.map(millis);
        latencies.push(latency);
        let shown = match meter {
            Meter::Http(_) | Meter::Broken(_) => latency,
            _ => reading.value,
        };
        health.history.push(shown);
        errors.push(&reading);
        (health.error_percent, health.rated) = (errors.percent(), errors.0.len());
        health.take(clock.now(), reading, &latencies);
        board.probe(place, health.clone());
    }
}

/// Which of the last measurements have failed.
#[derive(Default)]
struct Errors(VecDeque<bool>);

impl Errors {
    fn push(&mut self, reading: &Reading) {
        let Some(well) = reading.state.is_well() else {
            return;
        };
        if self.0.len() == RATED {
            self.0.pop_front();
        }
        self.0.push_back(!well);
    }

    fn percent(&self) -> Option<f64> {
        let failed = self.0.iter().filter(|failed| **failed).count();
        (self.0.len() >= LEAST).then(|| failed as f64 / self.0.len() as f64 * 100.0)
    }
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1000.0
}
