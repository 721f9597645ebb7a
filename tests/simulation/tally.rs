//! What a campaign has seen: whoever claims that something was tried has to be able to show it.

use std::collections::BTreeMap;
use std::fmt;

/// Counts of everything.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    pub runs: u64,
    pub entries: u64,
    pub effects: u64,
    pub counts: BTreeMap<String, u64>,
}

impl Tally {
    pub fn count(&mut self, what: &str) {
        match self.counts.get_mut(what) {
            Some(count) => *count += 1,
            None => drop(self.counts.insert(what.to_owned(), 1)),
        }
    }

    pub fn add(&mut self, other: &Tally) {
        self.runs += other.runs;
        self.entries += other.entries;
        self.effects += other.effects;
        for (what, count) in &other.counts {
            *self.counts.entry(what.clone()).or_default() += count;
        }
    }

    pub fn of(&self, what: &str) -> u64 {
        self.counts.get(what).copied().unwrap_or(0)
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Tally {
            runs,
            entries,
            effects,
            ..
        } = self;
        writeln!(f, "{runs} runs, {entries} entries, {effects} effects")?;
        for (what, count) in &self.counts {
            writeln!(f, "{count:>12}  {what}")?;
        }
        Ok(())
    }
}
