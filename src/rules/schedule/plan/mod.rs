//! The plan of a schedule: its rule as civil time, and its occurrences as a pure function of it.
//!
//! Invariant: occurrences are computed from the anchor, never from the last firing, so computing them again gives them again.
//! Invariant: an occurrence is known by its nominal local time (and, where a clock shows it twice, by which of the two).
//! Invariant: what is foretold and what fires is one walk, seen through two views.

mod calendar;
mod cost;
mod create;
mod cron;
mod form;
mod months;
mod nominal;
mod read;
mod steady;
#[cfg(test)]
mod tests;
mod texts;
mod walk;

#[cfg(test)]
pub(in crate::rules) use cost::steps_of;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use self::calendar::{DAY_MS, day_of};
use self::nominal::Nominal;
use self::steady::Steady;
use self::walk::{Entry, Place, View};
use super::when::{Fold, Gap, When, WhenMissed};
use super::{OccurrenceName, Reckoned};
use crate::rules::Rejection;
use crate::words::{Civil, Instant, Resolved, Span, Zone};

/// How far ahead an occurrence is looked for. Ten years are at most 3,653 days; the rest is for intervals that are as long, and
/// end a few days later by the calendar.
const AHEAD_MS: i64 = 10 * 366 * DAY_MS;

/// Two days within the years that a local time can have: an offset is less than a day, and so is what a gap moves by.
const MOMENTS: std::ops::RangeInclusive<i64> = -62_135_424_000_000..=253_402_127_999_999;

/// One planned firing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurrence {
    /// The local time that the rule names.
    pub nominal: Civil,
    /// The later one of two that the clocks show alike.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub second: bool,
    pub due: Instant,
    /// Its place among the rule's occurrences, from 1; 0 where the rule has no `count`.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub number: u32,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

/// One step along a rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    Due(Occurrence),
    Omitted(Omitted),
}

/// A nominal time of the rule that is no occurrence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Omitted {
    pub nominal: Civil,
    pub omitted: OmitReason,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OmitReason {
    /// The clocks never show this time, and the rule says to skip it then.
    Gap,
    /// The calendar there has no such date.
    NoSuchDate,
    /// The rule excepts this date.
    Excepted,
}

/// A rule, parsed. A million of them are held in memory.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    zone: Zone,
    gap: Gap,
    fold: Fold,
    missed: WhenMissed,
    rule: Rule,
    bounds: Option<Box<Bounds>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Rule {
    Nominal(Nominal),
    Steady(Box<Steady>),
}

/// What most rules do without.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Bounds {
    /// The last local time, in milliseconds.
    #[serialize_always]
    until: Option<i64>,
    /// How many occurrences; 0 is any number.
    count: u32,
    /// Only what is due after this is counted.
    counted_after: Option<Instant>,
    /// Dates in days since 1970-01-01; sorted, each once.
    except: Box<[i32]>,
    #[serialize_always]
    late_by: Option<Span>,
    #[serialize_always]
    min_interval: Option<Span>,
}

/// A rule that is new: as a plan, as it is to be recorded, and when it fires first.
#[derive(Debug, Clone, PartialEq)]
pub struct New {
    pub plan: Plan,
    pub when: When,
    pub reckoned: Reckoned,
    pub first: Occurrence,
}

impl New {
    /// Reads a rule that is new at `now`; `home` is its zone where it names none.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn of(when: &When, home: Option<Zone>, now: Instant) -> Result<New, Rejection> {
        create::new(when, home, now)
    }
}

impl Plan {
    /// Reads a rule as it was recorded.
    ///
    /// # Errors
    /// Where it was recorded by a later version that allows more.
    pub fn read(when: &When, reckoned: &Reckoned) -> Result<Plan, Rejection> {
        read::plan(when, reckoned)
    }

    /// The first occurrence that is due after a moment, within ten years of it.
    pub fn first(&self, after: Instant) -> Option<Occurrence> {
        let due = |step| if let Step::Due(occurrence) = step { Some(occurrence) } else { None };
        self.after(after, View::Due).find_map(due)
    }

    /// The occurrence that follows one of this plan's, within ten years of it.
    pub fn next(&self, after: &Occurrence) -> Option<Occurrence> {
        self.following(*after).next()
    }

    /// The occurrences that follow one of this plan's, for ten years; none of them bears its name.
    pub fn following(&self, after: Occurrence) -> impl Iterator<Item = Occurrence> + '_ {
        let place = self.present(&after);
        // A plan that replaced one without a count.
        let unnumbered = after.number == 0 && self.count().is_some();
        let passed = if unnumbered { self.passed(Place::end_of(place.due)) } else { after.number };
        let due = move |step| match step {
            Step::Due(occurrence) => Some(occurrence).filter(|following| following.name() != after.name()),
            Step::Omitted(_) => None,
        };
        self.along(place, limit(place), View::Due, passed).filter_map(due)
    }

    /// The occurrence that would follow the last one if the rule went on: its period is as long as those before it.
    pub fn beyond(&self, last: &Occurrence) -> Option<Occurrence> {
        let mut endless = self.clone();
        if let Some(bounds) = &mut endless.bounds {
            (bounds.until, bounds.count) = (None, 0);
        }
        if let Rule::Steady(steady) = &mut endless.rule {
            steady.last = i64::MAX;
        }
        endless.next(last)
    }

    /// All steps after a moment, in the order they are due, for ten years.
    pub fn steps(&self, after: Instant) -> impl Iterator<Item = Step> + '_ {
        self.after(after, View::All)
    }

    /// The occurrence with this nominal time, if the rule has it.
    pub fn at(&self, nominal: Civil, second: bool) -> Option<Occurrence> {
        let place = self.named(OccurrenceName { nominal, second })?;
        let number = self.passed(place).saturating_add(1);
        let counted = self.counted_from().is_none_or(|from| place > from)
            && self.count().is_none_or(|count| number <= count);
        counted.then(|| self.occurrence(place, number))
    }

    /// Those of some names that are not of this rule's occurrences; `first` is one that is known, so that only what follows it is
    /// counted.
    pub fn strangers<'a>(
        &self,
        names: impl IntoIterator<Item = &'a OccurrenceName>,
        first: Option<Occurrence>,
    ) -> Vec<OccurrenceName> {
        let named: Vec<_> = names.into_iter().map(|name| (*name, self.named(*name))).collect();
        let until = named.iter().filter_map(|(_, place)| Some(place.as_ref()?.due)).max();
        let last = until.and_then(|until| self.last(first, until));
        let from = self.counted_from();
        let counted =
            |place: &Place| from.is_none_or(|from| *place > from) && last.is_none_or(|last| *place <= last);
        named
            .into_iter()
            .filter(|(_, place)| !place.as_ref().is_some_and(counted))
            .map(|(name, _)| name)
            .collect()
    }

    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// Whether it is computed from a period, unlike a list of times.
    pub fn recurs(&self) -> bool {
        !matches!(self.rule, Rule::Nominal(Nominal::At(_)))
    }

    pub fn missed(&self) -> WhenMissed {
        self.missed
    }

    pub fn late_by(&self) -> Option<Span> {
        self.bounds.as_ref()?.late_by
    }

    pub fn min_interval(&self) -> Option<Span> {
        self.bounds.as_ref()?.min_interval
    }

    fn count(&self) -> Option<u32> {
        self.bounds.as_ref().map(|bounds| bounds.count).filter(|count| *count > 0)
    }

    fn until(&self) -> Option<i64> {
        self.bounds.as_ref()?.until
    }

    fn excepts(&self, nominal: i64) -> bool {
        let on = |bounds: &Bounds| {
            i32::try_from(day_of(nominal)).is_ok_and(|day| bounds.except.binary_search(&day).is_ok())
        };
        self.bounds.as_deref().is_some_and(on)
    }

    /// Steady rules go on while the clocks show a time again.
    fn has_both(&self) -> bool {
        self.fold == Fold::Both || matches!(self.rule, Rule::Steady(_))
    }

    fn after(&self, after: Instant, view: View) -> impl Iterator<Item = Step> + '_ {
        let now = Place::end_of(within_years(after));
        let place = self.counted_from().map_or(now, |from| now.max(from));
        self.along(place, limit(now), view, self.passed(place))
    }

    /// Everything that is told of a rule, and everything that is planned, is this: the steps after a place, so many occurrences
    /// having passed.
    fn along(
        &self,
        place: Place,
        limit: i64,
        view: View,
        mut passed: u32,
    ) -> impl Iterator<Item = Step> + '_ {
        let mut walk = self.walk(place, view, limit);
        std::iter::from_fn(move || {
            if self.count().is_some_and(|count| passed >= count) {
                return None;
            }
            let Entry { place, omitted } = walk.next()?;
            if let Some(omitted) = omitted {
                return Some(Step::Omitted(Omitted { nominal: Civil::from_ms(place.nominal), omitted }));
            }
            passed += 1;
            Some(Step::Due(self.occurrence(place, passed)))
        })
    }

    fn occurrence(&self, place: Place, number: u32) -> Occurrence {
        Occurrence {
            nominal: Civil::from_ms(place.nominal),
            second: place.second,
            due: Instant::from_unix_ms(place.due),
            number: if self.count().is_some() { number } else { 0 },
        }
    }

    /// Where the rule has what bears a name, if it does and it is not counted.
    fn named(&self, name: OccurrenceName) -> Option<Place> {
        let place = self.place_of(name).filter(|place| !self.excepts(place.nominal))?;
        let has = match &self.rule {
            Rule::Steady(steady) => {
                steady.has(place.due) && self.zone.local(Instant::from_unix_ms(place.due)) == name.nominal
            }
            Rule::Nominal(times) => {
                self.until().is_none_or(|until| place.nominal <= until)
                    && times.first_within(place.nominal, place.nominal).is_some()
            }
        };
        has.then_some(place)
    }

    /// Where something of this name would be due.
    fn place_of(&self, OccurrenceName { nominal, second }: OccurrenceName) -> Option<Place> {
        cost::step();
        let due = match (self.zone.resolve(nominal), second) {
            (Resolved::Once(due), false) => due,
            (Resolved::Twice { first, .. }, false) if self.has_both() || self.fold == Fold::First => first,
            (Resolved::Twice { second, .. }, true) if self.has_both() || self.fold == Fold::Second => second,
            (Resolved::Gap { shifted }, false) if self.gap == Gap::Shift => shifted,
            (Resolved::Once(_) | Resolved::Twice { .. } | Resolved::Gap { .. } | Resolved::NoSuchDate, _) => {
                return None;
            }
        };
        Some(Place { due: due.unix_ms(), nominal: nominal.ms(), second })
    }

    /// Where an occurrence stands now: the zone's clocks may be set otherwise by law than when it was planned, and what bears a
    /// name is not given twice for that.
    fn present(&self, occurrence: &Occurrence) -> Place {
        let Occurrence { nominal, second, due, number: _ } = *occurrence;
        let planned = Place { due: within_years(due), nominal: nominal.ms(), second };
        match &self.rule {
            Rule::Nominal(_) => self.place_of(occurrence.name()).unwrap_or(planned),
            // The moment is what it is counted by.
            Rule::Steady(_) => planned,
        }
    }

    /// What comes before the first occurrence that is counted, where not all are.
    fn counted_from(&self) -> Option<Place> {
        let after = self.bounds.as_ref()?.counted_after?;
        Some(Place::end_of(within_years(after)))
    }

    /// The occurrences that are counted, up to a moment.
    fn counted(&self, until: i64) -> impl Iterator<Item = Place> + '_ {
        let from = self.counted_from().unwrap_or_else(|| self.beginning());
        let len = self.count().map_or(0, |count| usize::try_from(count).unwrap_or(usize::MAX));
        self.walk(from, View::Due, until).map(|entry| entry.place).take(len)
    }

    /// How many occurrences come before a place, where they are counted; only then is the rule walked.
    fn passed(&self, place: Place) -> u32 {
        if self.count().is_none() {
            return 0;
        }
        let passed = self.counted(place.due).take_while(|passed| *passed < place).count();
        u32::try_from(passed).unwrap_or(u32::MAX)
    }

    /// The last occurrence that is counted, if it is due until then.
    fn last(&self, first: Option<Occurrence>, until: i64) -> Option<Place> {
        let count = self.count()?;
        let Some(first) = first else {
            return self.counted(until).nth(usize::try_from(count.saturating_sub(1)).ok()?);
        };
        let place = self.present(&first);
        let left = usize::try_from(count.saturating_sub(first.number)).ok()?;
        let following = self.walk(place, View::Due, until).map(|entry| entry.place);
        std::iter::once(place).chain(following).nth(left)
    }
}

fn within_years(at: Instant) -> i64 {
    at.unix_ms().clamp(*MOMENTS.start(), *MOMENTS.end())
}

fn limit(place: Place) -> i64 {
    place.due.saturating_add(AHEAD_MS).min(*MOMENTS.end())
}
