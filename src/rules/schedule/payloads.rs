//! What the commands of schedules ask for, and what their facts write down.

use std::collections::BTreeSet;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use super::{Occurrence, Plan, When};
use crate::rules::command::{MessagePart, Route, Send};
use crate::rules::message::Letter;
use crate::rules::quota::OverQuota;
use crate::words::{Civil, Instant, MessageId, Party, ScheduleId, Span, UserName, WordError, serde_by_text};

/// `schedule.create`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Create {
    pub message: Send,
    pub when: When,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// `schedule.replace`: what is absent stays as it was.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Replace {
    pub schedule: ScheduleId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Send>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

/// `schedule.pause`, `.resume`, `.cancel`, `.run-now`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneSchedule {
    pub schedule: ScheduleId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
}

impl From<ScheduleId> for OneSchedule {
    fn from(schedule: ScheduleId) -> OneSchedule {
        OneSchedule { schedule, id: None }
    }
}

/// `schedule.skip`, `.unskip`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct OneOccurrence {
    pub schedule: ScheduleId,
    pub occurrence: OccurrenceName,
}

/// What an occurrence is known by: its nominal local time, with `/2` behind it for the later one of two that the clocks
/// show alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OccurrenceName {
    pub nominal: Civil,
    pub second: bool,
}

const SECOND: &str = "/2";

impl FromStr for OccurrenceName {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        let (nominal, second) = text.strip_suffix(SECOND).map_or((text, false), |first| (first, true));
        Ok(OccurrenceName { nominal: nominal.parse()?, second })
    }
}

impl fmt::Display for OccurrenceName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.nominal, if self.second { SECOND } else { "" })
    }
}

serde_by_text!(OccurrenceName);

impl Occurrence {
    pub fn name(&self) -> OccurrenceName {
        OccurrenceName { nominal: self.nominal, second: self.second }
    }
}

/// The message of a schedule, with whom its addresses meant when it was asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Content {
    pub to: Vec<Party>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parts: Option<Vec<MessagePart>>,
    pub route: Route,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<Span>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub escalate_after: Option<Span>,
}

impl From<Letter> for Content {
    fn from(letter: Letter) -> Content {
        let Letter { to, text, parts, body: _, route, expires_in, escalate_after } = letter;
        Content { to, text, parts, route, expires_in, escalate_after }
    }
}

/// What was found out about a rule when it was taken. It is recorded, so that nobody who reads the record asks the zone database
/// again, which may say something else by then. A record of an earlier version lacks it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reckoned {
    /// Of hours, minutes and seconds: the moment that `from` means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub anchor: Option<Instant>,
    /// Of the same: the last moment that `until` means.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Instant>,
    /// If `from` was not named, `count` begins with what is due after this: when the rule was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counted_after: Option<Instant>,
}

impl Reckoned {
    fn is_empty(&self) -> bool {
        *self == Reckoned::default()
    }
}

/// `schedule.created`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Created {
    pub schedule: ScheduleId,
    pub from: UserName,
    pub message: Content,
    pub when: When,
    #[serde(default, skip_serializing_if = "Reckoned::is_empty")]
    pub reckoned: Reckoned,
    /// The version of the time-zone database that the occurrences were computed with.
    pub tzdata: String,
    /// Of the next firings, those that would exceed the quota.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub over_quota: Vec<OverQuota>,
}

/// `schedule.replaced`
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Replaced {
    pub schedule: ScheduleId,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<Content>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub when: Option<When>,
    #[serde(default, skip_serializing_if = "Reckoned::is_empty")]
    pub reckoned: Reckoned,
    /// Of the occurrences that were to be skipped, those that the new rule does not have; at most as many as can be skipped.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unskipped: Option<Vec<OccurrenceName>>,
    pub tzdata: String,
}

impl Replaced {
    /// The new rule, if there is one and this version can read it.
    pub fn plan(&self) -> Option<Plan> {
        Plan::read(self.when.as_ref()?, &self.reckoned).ok()
    }

    /// Takes out what is not to be skipped any more. A record of an earlier version does not say it: there the rule is asked.
    pub fn unskip(&self, skips: &mut BTreeSet<OccurrenceName>) {
        let old = || self.plan().map(|plan| plan.strangers(&*skips, None)).unwrap_or_default();
        for name in self.unskipped.clone().unwrap_or_else(old) {
            skips.remove(&name);
        }
    }
}

/// `occurrence.planned`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Occurring {
    pub schedule: ScheduleId,
    pub occurrence: Occurrence,
}

/// `occurrence.fired`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fired {
    pub schedule: ScheduleId,
    pub occurrence: Occurrence,
    /// From the due time to the decision.
    pub late_ms: i64,
    pub message: MessageId,
}

/// `occurrence.skipped`, `occurrence.missed`, `occurrence.cancelled`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotFired {
    pub schedule: ScheduleId,
    pub occurrence: Occurrence,
    /// From the due time to the decision; negative where it was decided before.
    pub late_ms: i64,
    /// `asked`, `paused`, `min_interval`; `never`, `too_late`, `superseded`; `cancelled`, `replaced`; or the code of the
    /// refusal of its message.
    pub reason: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_occurrence_has_one_name() {
        for text in ["2026-12-01T09:00:00", "2026-11-01T01:30:00/2"] {
            assert_eq!(text.parse::<OccurrenceName>().unwrap().to_string(), text);
        }
        for bad in ["", "/2", "2026-12-01T09:00:00/1", "2026-12-01T09:00:00/2/2"] {
            assert!(bad.parse::<OccurrenceName>().is_err(), "{bad:?} was taken");
        }
    }
}
