//! When a schedule fires: its rule as civil time, and its occurrences as a pure function of it.
//!
//! Invariant: occurrences are computed from the anchor, never from the last firing, so computing them again gives them again.
//! Invariant: an occurrence is known by its nominal local time (and, where a clock shows it twice, by which of the two).

use serde::{Deserialize, Serialize};

use super::when::{Missed, When};
use crate::rules::Rejection;
use crate::words::{Civil, Instant, Span, Zone};

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

/// A rule, parsed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    zone: Zone,
}

impl Plan {
    /// Reads a rule that is new at `now`; `home` is its zone where it names none. Gives it also as it is to be recorded.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn new(_when: &When, _home: Option<Zone>, _now: Instant) -> Result<(Plan, When), Rejection> {
        Err(Rejection::never_fires())
    }

    /// Reads a rule as it was recorded.
    ///
    /// # Errors
    /// Where it was recorded by a later version that allows more.
    pub fn read(_recorded: &When) -> Result<Plan, Rejection> {
        Err(Rejection::never_fires())
    }

    /// The first occurrence that is due after a moment, within ten years of it.
    pub fn first(&self, _after: Instant) -> Option<Occurrence> {
        None
    }

    /// The occurrence that follows one of this plan's, within ten years of it.
    pub fn next(&self, _after: &Occurrence) -> Option<Occurrence> {
        None
    }

    /// All steps after a moment, in the order they are due, for ten years.
    pub fn steps(&self, _after: Instant) -> impl Iterator<Item = Step> + '_ {
        std::iter::empty()
    }

    /// The occurrence with this nominal time, if the rule has it.
    pub fn at(&self, _nominal: Civil, _second: bool) -> Option<Occurrence> {
        None
    }

    pub fn zone(&self) -> Zone {
        self.zone
    }

    /// Whether it is computed from a period, unlike a list of times.
    pub fn recurs(&self) -> bool {
        false
    }

    pub fn missed(&self) -> Missed {
        Missed::Latest
    }

    pub fn late_by(&self) -> Option<Span> {
        None
    }

    pub fn min_interval(&self) -> Option<Span> {
        None
    }
}
