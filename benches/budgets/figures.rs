//! What was measured, and how it is told.

use std::fmt;
use std::time::{Duration, Instant};

/// Many measurements of one thing.
pub struct Figures {
    sorted: Vec<Duration>,
}

impl Figures {
    /// What `times` tell. There is at least one.
    pub fn new(mut times: Vec<Duration>) -> Self {
        times.sort_unstable();
        Figures { sorted: times }
    }

    /// How long `act` takes, measured `count` times.
    pub fn of(count: usize, mut act: impl FnMut()) -> Self {
        let times = (0..count).map(|_| {
            let since = Instant::now();
            act();
            since.elapsed()
        });
        Figures::new(times.collect())
    }

    /// The time that `share` of all measurements (0.5: half of them) do not exceed.
    pub fn quantile(&self, share: f64) -> Duration {
        let last = self.sorted.len() - 1;
        self.sorted[(last as f64 * share).ceil() as usize]
    }

    /// Prints them beside the budget that the slowest in a hundred has to keep.
    pub fn tell(&self, what: &str, budget: Duration) {
        let p99 = self.quantile(0.99);
        let verdict = if p99 <= budget { "kept" } else { "MISSED" };
        println!(
            "  {what:<56} p50 {:>9}  p99 {:>9}  budget {:>9}  {verdict}",
            Millis(self.quantile(0.5)),
            Millis(p99),
            Millis(budget),
        );
    }
}

/// Prints one figure beside its budget.
pub fn told(what: &str, found: Duration, budget: Duration) {
    let verdict = if found <= budget { "kept" } else { "MISSED" };
    println!(
        "  {what:<56} {:>32}  budget {:>9}  {verdict}",
        Millis(found),
        Millis(budget),
    );
}

/// A time in milliseconds.
struct Millis(Duration);

impl fmt::Display for Millis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:.2} ms", self.0.as_secs_f64() * 1e3))
    }
}
