//! The facts of schedules and of their occurrences.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Occurrence, OccurrenceName, Plan, When};
use crate::rules::Outcome;
use crate::rules::message::Content;
use crate::rules::quota::OverQuota;
use crate::words::{Instant, MessageId, ScheduleId, UserName};

/// The message that a schedule sends from this fact on.
pub fn content_of(fact: &crate::rules::Fact) -> Option<&Content> {
    let created = fact.get::<Created>().map(|created| &created.message);
    created.or_else(|| fact.get::<Replaced>()?.message.as_ref())
}

/// What was found out about a rule when it was taken. It is recorded, so that nobody who reads the record asks the zone database
/// again, which may say something else by then. A record of an earlier version lacks it.
#[skip_serializing_none]
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reckoned {
    /// Of hours, minutes and seconds: the moment that `from` means.
    pub anchor: Option<Instant>,
    /// Of the same: the last moment that `until` means.
    pub last: Option<Instant>,
    /// If `from` was not named, `count` begins with what is due after this: when the rule was asked for.
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
    /// The version of the time-zone database that the rule was taken with.
    pub tzdata: String,
    /// Of the next firings, those that would exceed the quota.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub over_quota: Vec<OverQuota>,
}

impl Created {
    pub(in crate::rules) fn outcome(&self) -> Outcome {
        Outcome::Schedule(self.schedule, self.over_quota.clone())
    }
}

/// `schedule.replaced`: what is absent stays as it was.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Replaced {
    pub schedule: ScheduleId,
    pub message: Option<Content>,
    pub when: Option<When>,
    #[serde(default, skip_serializing_if = "Reckoned::is_empty")]
    pub reckoned: Reckoned,
    /// Of the occurrences that were to be skipped, those that the new rule does not have; at most as many as can be skipped.
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

/// `schedule.paused`: its occurrences are skipped until it is resumed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Paused {
    pub schedule: ScheduleId,
}

/// `schedule.resumed`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resumed {
    pub schedule: ScheduleId,
}

/// `schedule.cancelled`
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cancelled {
    pub schedule: ScheduleId,
}

/// `schedule.ended`: it has no occurrence any more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    pub schedule: ScheduleId,
}

/// `schedule.run`: sent at once, beside its occurrences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ran {
    pub schedule: ScheduleId,
    pub message: MessageId,
}

impl Ran {
    pub(in crate::rules) fn outcome(&self) -> Outcome {
        Outcome::Message(self.message)
    }
}

/// `schedule.skip_set`: one occurrence is not wished, or is wished again.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SkipSet {
    pub schedule: ScheduleId,
    pub occurrence: OccurrenceName,
    pub skip: bool,
}

/// `occurrence.planned`: the next one, watched by a timer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    pub schedule: ScheduleId,
    pub occurrence: Occurrence,
    /// The version of the time-zone database that it was computed with: its rule may have been taken under an earlier one. A
    /// record of an earlier version does not say it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub tzdata: String,
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

impl Fired {
    pub(in crate::rules) fn outcome(&self) -> Outcome {
        Outcome::Message(self.message)
    }
}

/// `occurrence.skipped`
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Skipped(pub NotFired);

/// `occurrence.missed`: nobody was there to fire it in time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Missed(pub NotFired);

/// `occurrence.cancelled`: with its schedule, or by another rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OccurrenceCancelled(pub NotFired);

/// An occurrence that did not fire, and why.
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
