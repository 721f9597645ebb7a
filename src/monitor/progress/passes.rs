//! An `ANALYZE` of a table that others inherit from: it reads the table by itself first, then together with them.

use super::phases::{Raw, View};

/// How many blocks a pass reads at most, at the usual statistics target.
const SAMPLED: f64 = 30_000.0;

impl Raw {
    /// Where the pass that it is in begins in the whole, and which part of the whole the pass is.
    pub(super) fn pass(&self) -> (f64, f64) {
        if !self.has_heirs() {
            return (0.0, 1.0);
        }
        let own = self.extent.pages.clamp(1.0, SAMPLED);
        let all = (self.extent.pages + self.more_total).clamp(1.0, SAMPLED);
        let first = own / (own + all);
        // Tables are counted in the second pass only.
        if self.parts_total > 0.0 {
            (first, 1.0 - first)
        } else {
            (0.0, first)
        }
    }

    /// Whether it is such an `ANALYZE`.
    pub(super) fn has_heirs(&self) -> bool {
        self.view == View::Analyze && self.more_total > 0.0
    }
}
