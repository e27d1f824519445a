//! The entries of a rule in the order they are due: the order of the calendar, but where clocks are set forward or back.
//!
//! Around such a change a rule's entries come from up to three tracks, each in the order of the calendar: times read on the old
//! offset, times that the gap moves, times read on the new offset. The next entry is the least of theirs, so that nothing is
//! walked.

use super::super::when::{Fold, Gap};
use super::nominal::{DAY_MS, Nominal, midnight_after};
use super::{OmitReason, Plan, Rule};
use crate::words::{Change, Civil, Instant, Resolved};

/// No zone sets its clocks by more than a day, or twice within three days (since 1970; in fact seven).
const CHANGE_MS_MAX: i64 = DAY_MS;

/// What orders entries, in milliseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) due: i64,
    pub(super) nominal: i64,
    pub(super) second: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) place: Place,
    pub(super) omitted: Option<OmitReason>,
}

/// Whether entries that are omitted are seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum View {
    Due,
    All,
}

impl Place {
    /// After everything that is due at a moment.
    pub(super) fn end_of(due: i64) -> Place {
        Place { due, nominal: i64::MAX, second: true }
    }

    /// The least nominal time that comes after this place on an offset.
    fn nominal_after(&self, offset: i64, second: bool) -> i64 {
        let same = self.due + offset;
        if (same, second) > (self.nominal, self.second) { same } else { same + 1 }
    }
}

impl Plan {
    /// The entry that follows a place and is due at the limit or before.
    pub(super) fn follow(&self, place: Place, view: View, limit: i64) -> Option<Entry> {
        let entry = match &self.rule {
            Rule::Steady(steady) => steady.follow(self, place, view, limit),
            Rule::Nominal(nominal) => Order { plan: self, nominal, view }.follow(place, limit),
        };
        entry.filter(|entry| entry.place.due <= limit)
    }

    /// What comes before all entries.
    pub(super) fn beginning(&self) -> Place {
        Place::end_of(match &self.rule {
            Rule::Steady(steady) => steady.anchor - 1,
            // An offset is less than a day, and so is what a gap moves by.
            Rule::Nominal(nominal) => nominal.anchor() - 2 * DAY_MS,
        })
    }
}

struct Order<'a> {
    plan: &'a Plan,
    nominal: &'a Nominal,
    view: View,
}

impl Order<'_> {
    fn follow(&self, place: Place, limit: i64) -> Option<Entry> {
        let zone = self.plan.zone;
        // An offset is less than a day.
        let end = limit + DAY_MS;
        let mut start = place.due + zone.offset_ms(Instant::from_unix_ms(place.due)) + 1;
        let mut change = self.change_around(place.due);
        loop {
            if let Some(change) = change {
                if let Some(entry) = self.around(&change, place) {
                    return Some(entry);
                }
                // All that was within its reach.
                start = start.max(reach(&change));
            }
            let nominal = self.first_within(start, end)?;
            // Whatever a zone's clocks did long ago, this goes on.
            start = nominal + 1;
            change = match zone.resolve(Civil::from_ms(nominal)) {
                Resolved::Once(due) => {
                    let next = Place { due: due.unix_ms(), nominal, second: false };
                    if next > place {
                        return Some(self.entry(next, None));
                    }
                    None
                }
                Resolved::Twice { .. } | Resolved::Gap { .. } | Resolved::NoSuchDate => {
                    zone.change_at(Civil::from_ms(nominal))
                }
            };
        }
    }

    /// A change so near to a moment that the order by due is not the order of the calendar there.
    fn change_around(&self, due: i64) -> Option<Change> {
        let [before, now, after] = [due - CHANGE_MS_MAX, due, due + CHANGE_MS_MAX].map(Instant::from_unix_ms);
        let change = self.plan.zone.change_between(before, now);
        let change = change.or_else(|| self.plan.zone.change_between(now, after))?;
        let (at, size) = (change.at.unix_ms(), (change.after_ms - change.before_ms).abs());
        (at - size..at + size).contains(&due).then_some(change)
    }

    /// The entry that follows a place, where it is due within the size of a change before or after it.
    fn around(&self, change: &Change, place: Place) -> Option<Entry> {
        let tracks =
            [self.old_offset(change, place), self.moved(change, place), self.new_offset(change, place)];
        tracks.into_iter().flatten().min_by_key(|entry| entry.place)
    }

    fn old_offset(&self, change: &Change, place: Place) -> Option<Entry> {
        let end = match self.plan.fold {
            Fold::First | Fold::Both => change.from().ms(),
            Fold::Second => change.from().ms().min(change.to().ms()),
        };
        let nominal = self.first_within(place.nominal_after(change.before_ms, false), end - 1)?;
        Some(self.entry(Place { due: nominal - change.before_ms, nominal, second: false }, None))
    }

    /// What the clocks skip: moved, or omitted.
    fn moved(&self, change: &Change, place: Place) -> Option<Entry> {
        let mut start = place.nominal_after(change.before_ms, false).max(change.from().ms());
        loop {
            let nominal = self.first_within(start, change.to().ms() - 1)?;
            let omitted = if change.skips_date_of(Civil::from_ms(nominal)) {
                Some(OmitReason::NoSuchDate)
            } else {
                (self.plan.gap == Gap::Skip).then_some(OmitReason::Gap)
            };
            match (omitted, self.view) {
                (None, View::Due | View::All) | (Some(_), View::All) => {
                    let place = Place { due: nominal - change.before_ms, nominal, second: false };
                    return Some(self.entry(place, omitted));
                }
                (Some(OmitReason::NoSuchDate), View::Due) => start = midnight_after(nominal),
                (Some(OmitReason::Gap | OmitReason::Excepted), View::Due) => return None,
            }
        }
    }

    /// After a gap as long as it moves times into; after the clocks were set back what they show again.
    fn new_offset(&self, change: &Change, place: Place) -> Option<Entry> {
        let second = change.to() < change.from();
        if second && self.plan.fold == Fold::First {
            return None;
        }
        let end = reach(change);
        let mut start = place.nominal_after(change.after_ms, second).max(change.to().ms());
        loop {
            let nominal = self.first_within(start, end - 1)?;
            let told = second && self.plan.fold == Fold::Both && self.plan.excepts(nominal);
            if !told {
                return Some(self.entry(Place { due: nominal - change.after_ms, nominal, second }, None));
            }
            // It was omitted when the clocks showed it first.
            start = midnight_after(nominal);
        }
    }

    fn entry(&self, place: Place, omitted: Option<OmitReason>) -> Entry {
        let excepted = self.plan.excepts(place.nominal).then_some(OmitReason::Excepted);
        Entry { place, omitted: omitted.or(excepted) }
    }

    /// The first nominal time within two, both inclusive, that is in view.
    fn first_within(&self, mut start: i64, end: i64) -> Option<i64> {
        let end = end.min(self.plan.until().unwrap_or(i64::MAX));
        loop {
            let nominal = self.nominal.first_within(start, end)?;
            if self.view == View::All || !self.plan.excepts(nominal) {
                return Some(nominal);
            }
            start = midnight_after(nominal);
        }
    }
}

/// The local time from which the order by due is that of the calendar again.
fn reach(change: &Change) -> i64 {
    let forward = (change.after_ms - change.before_ms).max(0);
    change.from().ms().max(change.to().ms() + forward)
}
