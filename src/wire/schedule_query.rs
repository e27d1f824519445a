//! Questions about what is sent later and how much may be sent: `schedules`, `preview`, `lateness`, `ledger`, `quota`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::query::Items;
use crate::rules::days::DaySums;
use crate::rules::message::{MessagePart, Route};
use crate::rules::schedule::{OccurrenceName, Sums, When};
use crate::words::{Address, Civil, Day, EventSeq, MessageId, ScheduleId, UserName, Zone, named};

/// `preview` gives this many, unless it is asked for another number of them.
pub const COUNT_DEFAULT: usize = 5;
pub const COUNT_MAX: usize = 1_000;

/// `schedules`: which page, or which one; and (operators) whose, where not everybody's.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SchedulesOf {
    pub limit: Option<usize>,
    /// The cursor of the last answer.
    pub after: Option<String>,
    pub user: Option<UserName>,
    /// This one only, with its latest occurrences.
    pub schedule: Option<ScheduleId>,
    /// Those in this state only.
    pub state: Option<ScheduleState>,
}

named! {
    /// How a schedule goes.
    #[derive(Default)]
    "state of a schedule" ScheduleState {
        #[default]
        Active = "active",
        Paused = "paused",
        /// It had its last occurrence.
        Ended = "ended",
        Cancelled = "cancelled",
    }
}

/// One entry of `schedules`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScheduleView {
    pub schedule: ScheduleId,
    pub from: UserName,
    /// As `message.send` names them: people, or a group, or an app in one.
    pub to: Vec<Address>,
    /// Whether it is a group SMS.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub as_group: bool,
    pub text: Option<Arc<str>>,
    pub parts: Option<Arc<[MessagePart]>>,
    pub route: Route,
    /// As it was recorded, with zone and anchor.
    pub when: When,
    pub state: ScheduleState,
    pub next: Option<NextView>,
    /// Occurrences that ended so.
    pub fired: u64,
    pub skipped: u64,
    pub missed: u64,
    pub cancelled: u64,
    /// Occurrences whose end is ahead: 1, or 0 where there is none.
    pub pending: u64,
    /// How often it was sent beside its occurrences.
    pub run_now: u64,
    pub last: Option<LastView>,
    /// Occurrences ahead that are not wished.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub skips: Vec<OccurrenceName>,
    /// The latest that have ended, newest first, where one schedule was asked for.
    pub occurrences: Option<Vec<OccurrenceView>>,
}

/// The occurrence that is planned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NextView {
    pub nominal: Civil,
    /// The later one of two that the clocks show alike.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub second: bool,
    /// RFC 3339.
    pub due: String,
}

/// The occurrence that ended last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LastView {
    pub nominal: Civil,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub second: bool,
    /// `fired`, `skipped`, `missed` or `cancelled`.
    pub state: String,
    pub late_ms: i64,
    /// When it ended, RFC 3339.
    pub at: String,
}

/// An occurrence that has ended.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OccurrenceView {
    pub nominal: Civil,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub second: bool,
    /// RFC 3339.
    pub due: String,
    /// `fired`, `skipped`, `missed` or `cancelled`.
    pub state: String,
    /// Why it did not fire.
    pub reason: Option<String>,
    /// From the due time to the decision; negative where it was decided before.
    pub late_ms: i64,
    /// What was sent.
    pub message: Option<MessageId>,
    /// The commit in EVENTS.
    pub seq: EventSeq,
}

/// `preview`: of a rule or of a schedule.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PreviewOf {
    pub when: Option<When>,
    pub schedule: Option<ScheduleId>,
    /// How many, omitted ones included; at most [`COUNT_MAX`].
    pub count: Option<usize>,
    /// RFC 3339; the present unless given.
    pub after: Option<String>,
}

/// The answer to `preview`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Preview {
    pub occurrences: Vec<PreviewView>,
    /// The schedule is paused: they are skipped, unless it is resumed before.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub paused: bool,
}

/// `{"nominal", "due"}` or `{"nominal", "omitted"}`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PreviewView {
    pub nominal: Civil,
    /// The later one of two that the clocks show alike.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub second: bool,
    /// RFC 3339.
    pub due: Option<String>,
    /// `gap`, `no_such_date`, `excepted` or `skipped`.
    pub omitted: Option<String>,
}

/// `lateness` (operators only): of all schedules, or of one.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LatenessOf {
    pub schedule: Option<ScheduleId>,
}

/// How late occurrences fired, from their due time to the decision, in milliseconds. Percentiles are exact up to 20 ms, and
/// above it at most 5 % too high; `max_ms` is exact. Where none has fired, there are none.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LatenessView {
    pub fired: u64,
    pub p50_ms: Option<i64>,
    pub p90_ms: Option<i64>,
    pub p99_ms: Option<i64>,
    pub p999_ms: Option<i64>,
    /// Negative where all fired before their time.
    pub max_ms: Option<i64>,
    /// Those that hold something, ascending.
    pub buckets: Vec<BucketView>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BucketView {
    /// No later than this, and later than the bucket before. What fired early is no later than 0.
    pub le_ms: i64,
    pub count: u64,
}

/// `ledger` (operators only): which page, or which schedule.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LedgerOf {
    pub limit: Option<usize>,
    /// The cursor of the last answer.
    pub after: Option<String>,
    pub schedule: Option<ScheduleId>,
    /// With the days (UTC) from this one on, [`DAYS_LEN_MAX`] at most.
    pub days_from: Option<Day>,
}

/// Days in one answer: a year. Whoever wants more asks again from behind the last one.
pub const DAYS_LEN_MAX: usize = 366;

/// One day of the ledger: the deliveries of messages that were accepted on it, and the occurrences whose time is on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct DayView {
    pub day: Day,
    #[serde(flatten)]
    pub sums: DaySums,
    pub balanced: bool,
}

impl DayView {
    pub fn of((day, sums): (Day, DaySums)) -> DayView {
        DayView { day, sums, balanced: sums.is_balanced() }
    }
}

/// The answer to `ledger`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LedgerView {
    /// Of all schedules. It balances where each of them does.
    pub total: SumsView,
    #[serde(flatten)]
    pub page: Items<AccountView>,
    /// Where they were asked for.
    pub days: Option<Vec<DayView>>,
}

/// The sums of one schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AccountView {
    pub schedule: ScheduleId,
    #[serde(flatten)]
    pub sums: SumsView,
}

/// Occurrences by what became of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SumsView {
    #[serde(flatten)]
    pub sums: Sums,
    /// Whether those that were planned are as many as all others together.
    pub balanced: bool,
}

/// `quota`: (operators) whose.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct QuotaOf {
    pub user: Option<UserName>,
}

/// The answer to `quota`: messages sent on the present day and in the present month.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct QuotaView {
    pub user: UserName,
    /// Where the days begin and end; none: by UTC, for none is known.
    pub zone: Option<Zone>,
    pub day: LimitView,
    pub month: LimitView,
}

/// Messages, each counted once however many it is sent to.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LimitView {
    /// None: as many as one likes.
    pub max: Option<u32>,
    pub used: u32,
    pub left: Option<u32>,
    /// When the count begins anew, RFC 3339.
    pub resets: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{from_msgpack, to_json, to_msgpack};

    #[test]
    fn a_ledger_is_one_flat_object_in_either_encoding() {
        let sums = SumsView { sums: Sums { planned: 1, pending: 1, ..Sums::default() }, balanced: true };
        let schedule = "s7".parse().unwrap();
        let page = Items { items: vec![AccountView { schedule, sums }], next: Some("s7".to_owned()) };
        let ledger = LedgerView { total: sums, page, days: None };
        let zeros =
            r#""fired":0,"skipped":0,"missed":0,"cancelled":0,"pending":1,"repeated":0,"balanced":true"#;
        let want = format!(
            r#"{{"total":{{"planned":1,{zeros}}},"items":[{{"schedule":"s7","planned":1,{zeros}}}],"next":"s7"}}"#
        );
        assert_eq!(String::from_utf8(to_json(&ledger)).unwrap(), want);
        assert_eq!(serde_json::from_str::<LedgerView>(&want).unwrap(), ledger);
        assert_eq!(from_msgpack::<LedgerView>(&to_msgpack(&ledger)).unwrap(), ledger);
    }
}
