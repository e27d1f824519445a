//! The usage of a sender on the present day and in the present month.

use chrono::{Datelike, Months, NaiveDate, NaiveTime};
use serde::{Deserialize, Serialize};

use crate::rules::Rejection;
use crate::words::{Civil, Instant, Zone};

/// At most this many messages; none is no limit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::rules) struct Limits {
    pub(in crate::rules) day: Option<u32>,
    pub(in crate::rules) month: Option<u32>,
}

/// Messages sent on one day and in its month, as the sender's clocks show them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Usage {
    /// Days since 1970-01-01.
    on: i32,
    day: u32,
    month: u32,
}

impl Usage {
    /// Nothing was sent yet.
    pub(in crate::rules) fn is_none(&self) -> bool {
        *self == Usage::default()
    }

    /// What is used of the day and of the month at a moment.
    pub fn at(&self, zone: Zone, now: Instant) -> (u32, u32) {
        self.of(self.counted(today(zone, now)))
    }

    fn of(&self, today: NaiveDate) -> (u32, u32) {
        let then = date(self.on);
        let this_month = (then.year(), then.month()) == (today.year(), today.month());
        (if then == today { self.day } else { 0 }, if this_month { self.month } else { 0 })
    }

    /// The date that is counted. A firing that came a little early has begun the next one, and it is not left again: neither
    /// day gets more than its limit.
    fn counted(&self, today: i32) -> NaiveDate {
        date(if today.checked_add(1) == Some(self.on) { self.on } else { today })
    }

    /// So many more were sent on a date, in days since 1970-01-01.
    pub fn count(&mut self, today: i32, more: u32) {
        let today = self.counted(today);
        let (day, month) = self.of(today);
        let on = days(today);
        *self = Usage { on, day: day.saturating_add(more), month: month.saturating_add(more) };
    }

    /// Whether so many more may be sent.
    ///
    /// # Errors
    /// Which limit is reached, and when the count begins anew.
    pub(in crate::rules) fn check(
        &self,
        limits: Limits,
        more: u32,
        zone: Zone,
        now: Instant,
    ) -> Result<(), Rejection> {
        let (day, month) = self.at(zone, now);
        let resets = |at: Civil| format!("{at} ({zone})");
        let over = |used: u32, max: u32| used.saturating_add(more) > max;
        let counts = || if more == 1 { String::new() } else { format!(", and this counts as {more}") };
        if let Some(max) = limits.day.filter(|max| over(day, *max)) {
            return Err(Rejection::day_exceeded(day, max, &counts(), &resets(next_day(zone, now))));
        }
        if let Some(max) = limits.month.filter(|max| over(month, *max)) {
            return Err(Rejection::month_exceeded(month, max, &counts(), &resets(next_month(zone, now))));
        }
        Ok(())
    }
}

/// The date that the sender's clocks show, in days since 1970-01-01.
pub fn today(zone: Zone, now: Instant) -> i32 {
    days(zone.local(now).date())
}

/// The same of who has no zone: no database is asked.
pub(super) fn today_utc(now: Instant) -> i32 {
    days(Civil::from_ms(now.unix_ms()).date())
}

/// When the count of the day begins anew, by the sender's clocks.
pub fn next_day(zone: Zone, now: Instant) -> Civil {
    let today = zone.local(now).date();
    Civil::of(today.succ_opt().unwrap_or(today), NaiveTime::MIN)
}

/// When the count of the month begins anew, by the sender's clocks.
pub fn next_month(zone: Zone, now: Instant) -> Civil {
    let today = zone.local(now).date();
    let first = today.with_day(1).unwrap_or(today);
    Civil::of(first.checked_add_months(Months::new(1)).unwrap_or(first), NaiveTime::MIN)
}

fn days(date: NaiveDate) -> i32 {
    i32::try_from(date.signed_duration_since(NaiveDate::default()).num_days()).unwrap_or(i32::MAX)
}

fn date(days: i32) -> NaiveDate {
    let since = chrono::TimeDelta::days(i64::from(days));
    NaiveDate::default().checked_add_signed(since).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_calendar_is_the_senders() {
        let zone: Zone = "Asia/Shanghai".parse().unwrap();
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let mut usage = Usage::default();
        assert_eq!(usage.at(zone, at("2026-11-30T15:59:59Z")), (0, 0));
        usage.count(today(zone, at("2026-11-30T15:59:59Z")), 1);
        usage.count(today(zone, at("2026-11-30T15:59:59Z")), 1);
        assert_eq!(usage.at(zone, at("2026-11-30T15:59:59Z")), (2, 2));
        // Midnight in Shanghai is a new day and a new month.
        assert_eq!(usage.at(zone, at("2026-11-30T16:00:00Z")), (0, 0));
        assert_eq!(usage.at(zone, at("2026-11-29T16:00:00Z")), (2, 2));
        let limits = Limits { day: Some(2), month: None };
        let refused = usage.check(limits, 1, zone, at("2026-11-30T15:59:59Z")).unwrap_err();
        assert_eq!(refused.code, "quota.day_exceeded");
        assert!(refused.text.contains("2026-12-01T00:00:00 (Asia/Shanghai)"), "{}", refused.text);
        assert!(usage.check(limits, 1, zone, at("2026-11-30T16:00:00Z")).is_ok());
    }

    #[test]
    fn a_day_that_was_begun_early_is_not_left_again() {
        let at = |text: &str| text.parse::<Instant>().unwrap();
        let mut usage = Usage::default();
        usage.count(today(Zone::UTC, at("2026-11-30T23:59:50Z")), 1);
        usage.count(today(Zone::UTC, at("2026-12-01T00:00:00Z")), 1);
        usage.count(today(Zone::UTC, at("2026-11-30T23:59:59Z")), 1);
        assert_eq!(usage.at(Zone::UTC, at("2026-11-30T23:59:59Z")), (2, 2));
        assert_eq!(usage.at(Zone::UTC, at("2026-12-01T00:00:01Z")), (2, 2));
        // A clock that was wrong by more is not believed.
        assert_eq!(usage.at(Zone::UTC, at("2026-11-29T23:59:59Z")), (0, 0));
    }
}
