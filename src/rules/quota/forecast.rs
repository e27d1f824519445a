//! The forecast of a schedule: which of its next firings would find the quota used up.

use std::collections::BTreeMap;

use chrono::Datelike;
use serde::{Deserialize, Serialize};

use super::{Limits, Usage};
use crate::rules::schedule::Occurrence;
use crate::words::{Civil, Instant, Zone};

/// A firing that would be skipped, if nothing else is sent before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverQuota {
    pub nominal: Civil,
    pub due: Instant,
    /// `quota.day_exceeded` or `quota.month_exceeded`.
    pub code: String,
}

/// Counts the occurrences, in the order they are due and each as so many messages, on top of what is used now.
pub(in crate::rules) fn forecast(
    usage: &Usage,
    (limits, each): (Limits, u32),
    zone: Zone,
    now: Instant,
    occurrences: impl Iterator<Item = Occurrence>,
) -> Vec<OverQuota> {
    let month = |at: Instant| (zone.local(at).date().year(), zone.local(at).date().month());
    let (used_day, used_month) = usage.at(zone, now);
    let mut days = BTreeMap::from([(zone.local(now).date(), used_day)]);
    let mut months = BTreeMap::from([(month(now), used_month)]);
    let mut over = Vec::new();
    for Occurrence { nominal, due, .. } in occurrences {
        let day = days.entry(zone.local(due).date()).or_default();
        let month = months.entry(month(due)).or_default();
        let full = |used: u32, max: Option<u32>| max.is_some_and(|max| used.saturating_add(each) > max);
        let code = match (full(*day, limits.day), full(*month, limits.month)) {
            (true, _) => "quota.day_exceeded",
            (false, true) => "quota.month_exceeded",
            (false, false) => {
                (*day, *month) = (day.saturating_add(each), month.saturating_add(each));
                continue;
            }
        };
        over.push(OverQuota { nominal, due, code: code.to_owned() });
    }
    over
}
