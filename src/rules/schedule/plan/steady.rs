//! Every so many hours, minutes or seconds: absolute time from the anchor, whatever the clocks do.

use serde::{Deserialize, Serialize};

use super::calendar::midnight_after;
use super::cost::step;
use super::walk::{Entry, Place, View};
use super::{OmitReason, Plan};
use crate::words::Season;

/// In milliseconds of Unix time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Steady {
    pub(super) anchor: i64,
    /// At least a second.
    pub(super) period: i64,
    /// Nothing is due after this.
    pub(super) last: i64,
}

impl Steady {
    /// The first that is due in a season and after a moment.
    pub(super) fn within(
        &self,
        plan: &Plan,
        season: &Season,
        after: i64,
        view: View,
        limit: i64,
    ) -> Option<Entry> {
        let mut after = after.max(season.start.saturating_sub(1));
        loop {
            step();
            let due = self.due_after(after).filter(|due| *due < season.end && *due <= limit)?;
            let nominal = due + season.offset;
            let second = nominal < season.start.saturating_add(season.before);
            let place = Place { due, nominal, second };
            match (plan.excepts(nominal), view) {
                (false, View::Due | View::All) => return Some(Entry { place, omitted: None }),
                (true, View::All) => return Some(Entry { place, omitted: Some(OmitReason::Excepted) }),
                // On to the next date at once: there may be a day of seconds.
                (true, View::Due) => after = midnight_after(nominal) - season.offset - 1,
            }
        }
    }

    pub(super) fn has(&self, due: i64) -> bool {
        due >= self.anchor && due <= self.last && (due - self.anchor) % self.period == 0
    }

    pub(super) fn due_after(&self, after: i64) -> Option<i64> {
        let passed = after.saturating_sub(self.anchor);
        let due =
            if passed < 0 { self.anchor } else { self.anchor + (passed / self.period + 1) * self.period };
        (due <= self.last).then_some(due)
    }
}
