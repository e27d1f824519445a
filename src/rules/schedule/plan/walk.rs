//! The entries of a rule in the order they are due: season by season, and within a season track by track.
//!
//! Between two changes of the clocks a rule's local times are due in the order of the calendar. Beside them a season has times that
//! the change before it skipped, and times that it shows again. Each track is in order, so the next entry is the least of theirs.
//! A season's entries are due within it, and a walk goes forward only: it cannot give what it has given.

use super::super::when::{Fold, Gap};
use super::calendar::{DAY_MS, midnight_after};
use super::cost::step;
use super::nominal::Nominal;
use super::{OmitReason, Plan, Rule};
use crate::words::{Change, Civil, Instant, Season};

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

/// The entries after a place, up to a moment.
pub(super) struct Walk<'a> {
    plan: &'a Plan,
    place: Place,
    view: View,
    /// Nothing that is due later is looked for.
    limit: i64,
    season: Season,
}

impl Plan {
    pub(super) fn walk(&self, after: Place, view: View, limit: i64) -> Walk<'_> {
        let season = self.season(after.due);
        Walk { plan: self, place: after, view, limit, season }
    }

    /// What comes before all entries.
    pub(super) fn beginning(&self) -> Place {
        Place::end_of(match &self.rule {
            Rule::Steady(steady) => steady.anchor - 1,
            // An offset is less than a day, and so is what a gap moves by.
            Rule::Nominal(nominal) => nominal.anchor() - 2 * DAY_MS,
        })
    }

    fn season(&self, at: i64) -> Season {
        step();
        self.zone.season(Instant::from_unix_ms(at))
    }
}

impl Iterator for Walk<'_> {
    type Item = Entry;

    fn next(&mut self) -> Option<Entry> {
        loop {
            step();
            let entry = match &self.plan.rule {
                Rule::Steady(steady) => {
                    steady.within(self.plan, &self.season, self.place.due, self.view, self.limit)
                }
                Rule::Nominal(nominal) => self.tracks(nominal).next_entry(),
            };
            if let Some(entry) = entry {
                self.place = entry.place;
                return (entry.place.due <= self.limit).then_some(entry);
            }
            self.season = self.plan.season(self.later()?);
        }
    }
}

impl Walk<'_> {
    /// A moment of a later season, before which nothing more is due: of a rule that is silent for years, no season is looked at.
    fn later(&self) -> Option<i64> {
        let Season { end, offset, after, .. } = self.season;
        if end > self.limit {
            return None;
        }
        match &self.plan.rule {
            Rule::Steady(steady) => steady.due_after(end - 1),
            Rule::Nominal(nominal) => {
                let next = self.tracks(nominal).first_within(end + offset.min(after), self.limit + DAY_MS)?;
                // An offset is less than a day.
                Some(end.max(next - DAY_MS))
            }
        }
    }

    fn tracks<'a>(&'a self, nominal: &'a Nominal) -> Tracks<'a> {
        Tracks { plan: self.plan, nominal, season: self.season, place: self.place, view: self.view }
    }
}

/// What is due in a season and after a place.
struct Tracks<'a> {
    plan: &'a Plan,
    nominal: &'a Nominal,
    season: Season,
    place: Place,
    view: View,
}

impl Tracks<'_> {
    fn next_entry(&self) -> Option<Entry> {
        [self.moved(), self.again(), self.shown()].into_iter().flatten().min_by_key(|entry| entry.place)
    }

    /// What the clocks show in this season and did not in the one before.
    fn shown(&self) -> Option<Entry> {
        let Season { start, end, offset, before, after } = self.season;
        let to = if self.plan.fold == Fold::Second { offset.min(after) } else { offset };
        let from = start.saturating_add(offset.max(before));
        let nominal = self.after_place(offset, false).max(from);
        let nominal = self.first_within(nominal, end.saturating_add(to) - 1)?;
        Some(self.entry(Place { due: nominal - offset, nominal, second: false }, None))
    }

    /// What they show again.
    fn again(&self) -> Option<Entry> {
        let Season { start, end, offset, before, .. } = self.season;
        if before <= offset || self.plan.fold == Fold::First {
            return None;
        }
        let mut from = self.after_place(offset, true).max(start + offset);
        loop {
            let nominal = self.first_within(from, (start + before).min(end.saturating_add(offset)) - 1)?;
            if self.plan.fold == Fold::Second || !self.plan.excepts(nominal) {
                return Some(self.entry(Place { due: nominal - offset, nominal, second: true }, None));
            }
            // It was omitted when they showed it first.
            from = midnight_after(nominal);
        }
    }

    /// What they skipped when it began: moved, or omitted.
    fn moved(&self) -> Option<Entry> {
        let Season { start, end, offset, before, .. } = self.season;
        if before >= offset {
            return None;
        }
        let skipped = Change { at: Instant::from_unix_ms(start), before_ms: before, after_ms: offset };
        let mut from = self.after_place(before, false).max(start + before);
        loop {
            let nominal = self.first_within(from, (start + offset).min(end.saturating_add(before)) - 1)?;
            let omitted = if skipped.skips_date_of(Civil::from_ms(nominal)) {
                Some(OmitReason::NoSuchDate)
            } else {
                (self.plan.gap == Gap::Skip).then_some(OmitReason::Gap)
            };
            match (omitted, self.view) {
                (None, View::Due | View::All) | (Some(_), View::All) => {
                    let place = Place { due: nominal - before, nominal, second: false };
                    return Some(self.entry(place, omitted));
                }
                (Some(OmitReason::NoSuchDate), View::Due) => from = midnight_after(nominal),
                (Some(OmitReason::Gap | OmitReason::Excepted), View::Due) => return None,
            }
        }
    }

    fn after_place(&self, offset: i64, second: bool) -> i64 {
        self.place.nominal_after(offset, second)
    }

    fn entry(&self, place: Place, omitted: Option<OmitReason>) -> Entry {
        let excepted = self.plan.excepts(place.nominal).then_some(OmitReason::Excepted);
        Entry { place, omitted: omitted.or(excepted) }
    }

    /// The first nominal time within two, both inclusive, that is in view.
    fn first_within(&self, mut start: i64, end: i64) -> Option<i64> {
        let end = end.min(self.plan.until().unwrap_or(i64::MAX));
        loop {
            step();
            let nominal = self.nominal.first_within(start, end)?;
            if self.view == View::All || !self.plan.excepts(nominal) {
                return Some(nominal);
            }
            start = midnight_after(nominal);
        }
    }
}
