//! The progress of long work, said every two seconds: what takes less passes without a word.

use std::cell::Cell;
use std::time::{Duration, Instant};

use super::output::Output;

const TOLD_EVERY: Duration = Duration::from_secs(2);

/// Begins with the work.
#[derive(Debug)]
pub(super) struct Meter {
    output: Output,
    what: &'static str,
    told: Cell<Instant>,
}

impl Meter {
    /// `what` is what is counted, and what is done with it: "records read".
    pub(super) fn of(what: &'static str, output: Output) -> Meter {
        Meter { output, what, told: Cell::new(Instant::now()) }
    }

    pub(super) fn at(&self, done: u64, all: u64) {
        if self.told.get().elapsed() >= TOLD_EVERY {
            self.told.set(Instant::now());
            self.output.progress(&format!("{done} of {all} {}", self.what));
        }
    }
}
