//! A distribution of lateness.

use crate::lab::bench::report::percentile;

/// Milliseconds after the due time, sorted.
pub(super) struct Lateness(Vec<f64>);

impl Lateness {
    pub(super) fn of(mut ms: Vec<f64>) -> Lateness {
        ms.sort_by(f64::total_cmp);
        Lateness(ms)
    }

    /// p50, p90, p99, p99.9 and the largest.
    pub(super) fn five(&self) -> [f64; 5] {
        [0.5, 0.9, 0.99, 0.999, 1.0].map(|share| percentile(&self.0, share))
    }

    pub(super) fn max(&self) -> f64 {
        percentile(&self.0, 1.0)
    }
}
