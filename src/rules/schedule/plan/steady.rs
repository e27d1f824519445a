//! Every so many hours, minutes or seconds: absolute time from the anchor, whatever the clocks do.

use serde::{Deserialize, Serialize};

use super::nominal::midnight_after;
use super::order::{Entry, Place, View};
use super::{OmitReason, Plan};
use crate::words::{Civil, Instant, Resolved, Zone};

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
    pub(super) fn follow(&self, plan: &Plan, place: Place, view: View, limit: i64) -> Option<Entry> {
        let mut after = place.due;
        loop {
            let due = self.due_after(after);
            if due > self.last.min(limit) {
                return None;
            }
            let place = self.place(plan.zone, due);
            match (plan.excepts(place.nominal), view) {
                (false, View::Due | View::All) => return Some(Entry { place, omitted: None }),
                (true, View::All) => return Some(Entry { place, omitted: Some(OmitReason::Excepted) }),
                // On to the next date at once: there may be a day of seconds.
                (true, View::Due) => after = due.max(date_after(plan.zone, place) - 1),
            }
        }
    }

    pub(super) fn has(&self, due: i64) -> bool {
        due >= self.anchor && due <= self.last && (due - self.anchor) % self.period == 0
    }

    fn due_after(&self, after: i64) -> i64 {
        let passed = after.saturating_sub(self.anchor);
        if passed < 0 { self.anchor } else { self.anchor + (passed / self.period + 1) * self.period }
    }

    fn place(&self, zone: Zone, due: i64) -> Place {
        let due = Instant::from_unix_ms(due);
        let nominal = zone.local(due);
        let second = match zone.resolve(nominal) {
            Resolved::Twice { second, .. } => second == due,
            Resolved::Once(_) | Resolved::Gap { .. } | Resolved::NoSuchDate => false,
        };
        Place { due: due.unix_ms(), nominal: nominal.ms(), second }
    }
}

/// When the clocks show the next date after what they show at a place.
fn date_after(zone: Zone, place: Place) -> i64 {
    let (now, midnight) = (Instant::from_unix_ms(place.due), midnight_after(place.nominal));
    let due = match zone.resolve(Civil::from_ms(midnight)) {
        Resolved::Once(at) => at,
        Resolved::Twice { first, .. } if first > now => first,
        Resolved::Twice { second, .. } => second,
        Resolved::Gap { .. } | Resolved::NoSuchDate => {
            let unchanged = now.unix_ms() + midnight - place.nominal;
            let change = zone.change_between(now, Instant::from_unix_ms(unchanged));
            change.map_or(now, |change| change.at)
        }
    };
    due.unix_ms()
}
