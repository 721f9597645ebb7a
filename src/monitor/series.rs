//! The last readings of something, and what is usual among them.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

/// How many readings are kept: what a wide screen can show.
const KEPT: usize = 120;

/// The last readings, the oldest first; none where there was no reading.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Series(VecDeque<Option<f64>>);

impl Series {
    /// Adds the newest reading.
    pub(super) fn push(&mut self, reading: Option<f64>) {
        if self.0.len() == KEPT {
            self.0.pop_front();
        }
        self.0.push_back(reading);
    }

    /// The readings, the oldest first.
    pub fn readings(&self) -> impl DoubleEndedIterator<Item = Option<f64>> + '_ {
        self.0.iter().copied()
    }

    /// The reading below which `percent` of them lie; none without any.
    pub fn percentile(&self, percent: u32) -> Option<f64> {
        let mut sorted: Vec<f64> = self.readings().flatten().collect();
        sorted.sort_by(f64::total_cmp);
        let rank = (sorted.len() * percent as usize).div_ceil(100).max(1);
        sorted.get(rank - 1).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_readings_that_were_made() {
        let mut series = Series::default();
        assert_eq!(series.percentile(95), None);
        series.push(Some(7.0));
        assert_eq!(series.percentile(50), Some(7.0));
        for reading in 1..=20 {
            series.push(Some(f64::from(reading)));
            series.push(None);
        }
        assert_eq!(series.percentile(50), Some(10.0));
        assert_eq!(series.percentile(95), Some(19.0));
    }

    #[test]
    fn only_the_last_readings_are_kept() {
        let mut series = Series::default();
        for reading in 0..1000 {
            series.push(Some(f64::from(reading)));
        }
        assert_eq!(series.readings().count(), KEPT);
        assert_eq!(series.readings().next_back(), Some(Some(999.0)));
    }
}
