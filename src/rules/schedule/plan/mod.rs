//! When a schedule fires: its rule as civil time, and its occurrences as a pure function of it.
//!
//! Invariant: occurrences are computed from the anchor, never from the last firing, so computing them again gives them again.
//! Invariant: an occurrence is known by its nominal local time (and, where a clock shows it twice, by which of the two).

mod calendar;
mod create;
mod cron;
mod form;
mod months;
mod nominal;
mod order;
mod read;
mod steady;
#[cfg(test)]
mod tests;
mod texts;

use serde::{Deserialize, Serialize};

use self::nominal::{Nominal, day_of};
use self::order::{Entry, Place, View};
use self::steady::Steady;
use super::when::{Fold, Gap, Missed, When};
use crate::rules::Rejection;
use crate::words::{Civil, Instant, Resolved, Span, Zone};

/// How far ahead an occurrence is looked for. Ten years are at most 3,653 days; the rest is for intervals that are as long, and
/// end a few days later by the calendar.
const AHEAD_MS: i64 = 10 * 366 * nominal::DAY_MS;

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
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    zone: Zone,
    gap: Gap,
    fold: Fold,
    missed: Missed,
    rule: Rule,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    bounds: Option<Box<Bounds>>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
enum Rule {
    Nominal(Nominal),
    Steady(Box<Steady>),
}

/// What most rules do without.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
struct Bounds {
    /// The last local time, in milliseconds.
    until: Option<i64>,
    /// How many occurrences from the anchor on; 0 is any number.
    count: u32,
    /// Dates in days since 1970-01-01; sorted, each once.
    except: Box<[i32]>,
    late_by: Option<Span>,
    min_interval: Option<Span>,
}

impl Plan {
    /// Reads a rule that is new at `now`; `home` is its zone where it names none. Gives it also as it is to be recorded.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(when: &When, home: Option<Zone>, now: Instant) -> Result<(Plan, When), Rejection> {
        create::plan(when, home, now)
    }

    /// Reads a rule as it was recorded.
    ///
    /// # Errors
    /// Where it was recorded by a later version that allows more.
    pub fn read(recorded: &When) -> Result<Plan, Rejection> {
        read::plan(recorded)
    }

    /// The first occurrence that is due after a moment, within ten years of it.
    pub fn first(&self, after: Instant) -> Option<Occurrence> {
        let place = Place::end_of(within_years(after));
        self.numbered(place, self.passed(place))
    }

    /// The occurrence that follows one of this plan's, within ten years of it.
    pub fn next(&self, after: &Occurrence) -> Option<Occurrence> {
        let place = Place { due: within_years(after.due), nominal: after.nominal.ms(), second: after.second };
        // A plan that replaced one without a count.
        let unnumbered = after.number == 0 && self.count().is_some();
        let number = if unnumbered { self.passed(Place::end_of(place.due)) } else { after.number };
        self.numbered(place, number)
    }

    /// All steps after a moment, in the order they are due, for ten years.
    pub fn steps(&self, after: Instant) -> impl Iterator<Item = Step> + '_ {
        let mut place = Place::end_of(within_years(after));
        let (limit, mut passed) = (limit(place), self.passed(place));
        std::iter::from_fn(move || {
            if self.count().is_some_and(|count| passed >= count) {
                return None;
            }
            let Entry { place: next, omitted } = self.follow(place, View::All, limit)?;
            place = next;
            if let Some(omitted) = omitted {
                return Some(Step::Omitted(Omitted { nominal: Civil::from_ms(next.nominal), omitted }));
            }
            passed += 1;
            Some(Step::Due(self.occurrence(next, passed)))
        })
    }

    /// The occurrence with this nominal time, if the rule has it.
    pub fn at(&self, nominal: Civil, second: bool) -> Option<Occurrence> {
        if self.excepts(nominal.ms()) {
            return None;
        }
        let due = match (self.zone.resolve(nominal), second) {
            (Resolved::Once(due), false) => due,
            (Resolved::Twice { first, .. }, false) if self.has_both() || self.fold == Fold::First => first,
            (Resolved::Twice { second, .. }, true) if self.has_both() || self.fold == Fold::Second => second,
            (Resolved::Gap { shifted }, false) if self.gap == Gap::Shift => shifted,
            (Resolved::Once(_) | Resolved::Twice { .. } | Resolved::Gap { .. } | Resolved::NoSuchDate, _) => {
                return None;
            }
        };
        let place = Place { due: due.unix_ms(), nominal: nominal.ms(), second };
        let named = match &self.rule {
            Rule::Steady(steady) => self.zone.local(due) == nominal && steady.has(place.due),
            Rule::Nominal(times) => {
                self.until().is_none_or(|until| place.nominal <= until)
                    && times.first_within(place.nominal, place.nominal).is_some()
            }
        };
        let number = self.passed(place).saturating_add(1);
        let counted = self.count().is_none_or(|count| number <= count);
        (named && counted).then(|| self.occurrence(place, number))
    }

    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// Whether it is computed from a period, unlike a list of times.
    pub fn recurs(&self) -> bool {
        !matches!(self.rule, Rule::Nominal(Nominal::At(_)))
    }

    pub fn missed(&self) -> Missed {
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

    /// The occurrence after a place that so many come before.
    fn numbered(&self, place: Place, passed: u32) -> Option<Occurrence> {
        if self.count().is_some_and(|count| passed >= count) {
            return None;
        }
        let entry = self.follow(place, View::Due, limit(place))?;
        Some(self.occurrence(entry.place, passed.saturating_add(1)))
    }

    fn occurrence(&self, place: Place, number: u32) -> Occurrence {
        Occurrence {
            nominal: Civil::from_ms(place.nominal),
            second: place.second,
            due: Instant::from_unix_ms(place.due),
            number: if self.count().is_some() { number } else { 0 },
        }
    }

    /// How many occurrences come before a place, where they are counted; only then is the rule walked.
    fn passed(&self, place: Place) -> u32 {
        let mut at = self.beginning();
        for passed in 0..self.count().unwrap_or(0) {
            match self.follow(at, View::Due, limit(at)) {
                Some(entry) if entry.place < place => at = entry.place,
                Some(_) | None => return passed,
            }
        }
        self.count().unwrap_or(0)
    }
}

fn within_years(at: Instant) -> i64 {
    at.unix_ms().clamp(*MOMENTS.start(), *MOMENTS.end())
}

fn limit(place: Place) -> i64 {
    place.due.saturating_add(AHEAD_MS).min(*MOMENTS.end())
}
