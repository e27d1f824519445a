//! The ledger of occurrences, counted from the facts alone: to hold against what others have counted.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Fact, Missed, Occurrence, OccurrenceCancelled, OccurrenceName, Planned, Skipped, When};
use crate::words::{Civil, Instant, ScheduleId};

/// No zone sets its clocks back by more than a day, and no gap moves a time by more: what fires later is named later, but for that.
const BACK_MS_MAX: i64 = 86_400_000;

/// Occurrences by what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    pub planned: u64,
    pub fired: u64,
    pub skipped: u64,
    pub missed: u64,
    pub cancelled: u64,
    /// Planned, and their end is ahead. Seen, never computed from the others.
    pub pending: u64,
    /// Of those fired: what bears the name of one that had fired.
    #[serde(default)]
    pub repeated: u64,
}

impl Sums {
    /// Those that have ended.
    pub fn ended(&self) -> u64 {
        self.fired + self.skipped + self.missed + self.cancelled
    }

    /// Whether each that was planned has ended, once, or is pending, and none came again.
    pub fn is_balanced(&self) -> bool {
        self.planned == self.ended() + self.pending && self.repeated == 0
    }
}

/// The sums of each schedule. A schedule takes about 200 bytes, and 16 for each occurrence that fired within a day of its last one.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ledger {
    accounts: BTreeMap<ScheduleId, Account>,
}

#[derive(Debug, Clone, Default, PartialEq)]
struct Account {
    /// Without what is pending.
    sums: Sums,
    /// A schedule plans one at a time.
    pending: Option<Occurrence>,
    /// Another zone's names are other names.
    zone: Option<String>,
    fired: Names,
}

/// The names of what has fired: those within a day of the latest, for none is named earlier.
#[derive(Debug, Clone, Default, PartialEq)]
struct Names(BTreeSet<OccurrenceName>);

impl Names {
    /// False where there was one of this name.
    fn take(&mut self, name: OccurrenceName) -> bool {
        let latest = self.0.last().map_or(name.nominal, |last| last.nominal.max(name.nominal));
        let nominal = Civil::from_ms(latest.ms().saturating_sub(BACK_MS_MAX));
        self.0 = self.0.split_off(&OccurrenceName { nominal, second: false });
        name.nominal >= nominal && self.0.insert(name)
    }
}

impl Ledger {
    /// Counts a fact; those that are not about an occurrence or a rule change nothing.
    pub fn take(&mut self, fact: &crate::rules::Fact) {
        if let crate::rules::Fact::Schedule(fact) = fact {
            self.count(fact);
        }
    }

    fn count(&mut self, fact: &Fact) {
        match fact {
            Fact::Planned(Planned { schedule, occurrence, tzdata: _ }) => {
                let account = self.accounts.entry(*schedule).or_default();
                account.sums.planned += 1;
                account.pending = Some(*occurrence);
            }
            Fact::Fired(fired) => {
                self.end(fired.schedule, &fired.occurrence).fired += 1;
                let account = self.accounts.entry(fired.schedule).or_default();
                account.sums.repeated += u64::from(!account.fired.take(fired.occurrence.name()));
            }
            Fact::Skipped(Skipped(not)) => self.end(not.schedule, &not.occurrence).skipped += 1,
            Fact::Missed(Missed(not)) => self.end(not.schedule, &not.occurrence).missed += 1,
            Fact::OccurrenceCancelled(OccurrenceCancelled(not)) => {
                self.end(not.schedule, &not.occurrence).cancelled += 1;
            }
            Fact::Created(created) => self.rule(created.schedule, &created.when),
            Fact::Replaced(replaced) => {
                replaced.when.iter().for_each(|when| self.rule(replaced.schedule, when));
            }
            Fact::Paused(_)
            | Fact::Resumed(_)
            | Fact::Cancelled(_)
            | Fact::Ended(_)
            | Fact::Ran(_)
            | Fact::SkipSet(_) => {}
        }
    }

    fn rule(&mut self, schedule: ScheduleId, When { zone, .. }: &When) {
        let account = self.accounts.entry(schedule).or_default();
        if account.zone != *zone {
            (account.zone, account.fired) = (zone.clone(), Names::default());
        }
    }

    /// The sums of all schedules that had an occurrence, by age.
    pub fn schedules(&self) -> impl Iterator<Item = (ScheduleId, Sums)> + '_ {
        self.accounts.iter().map(|(schedule, account)| (*schedule, account.sums()))
    }

    /// The occurrences that were due before a time and have not ended, by the age of their schedules.
    pub fn overdue(&self, before: Instant) -> impl Iterator<Item = (ScheduleId, Occurrence)> + '_ {
        let pending = self.accounts.iter().filter_map(|(id, account)| Some((*id, account.pending?)));
        pending.filter(move |(_, pending)| pending.due < before)
    }

    pub fn total(&self) -> Sums {
        self.schedules().fold(Sums::default(), |total, (_, sums)| Sums {
            planned: total.planned + sums.planned,
            fired: total.fired + sums.fired,
            skipped: total.skipped + sums.skipped,
            missed: total.missed + sums.missed,
            cancelled: total.cancelled + sums.cancelled,
            pending: total.pending + sums.pending,
            repeated: total.repeated + sums.repeated,
        })
    }

    /// Whether every schedule balances: in the total alone, two errors could hide each other.
    pub fn is_balanced(&self) -> bool {
        self.schedules().all(|(_, sums)| sums.is_balanced())
    }

    fn end(&mut self, schedule: ScheduleId, occurrence: &Occurrence) -> &mut Sums {
        let account = self.accounts.entry(schedule).or_default();
        account.pending = account.pending.filter(|pending| pending != occurrence);
        &mut account.sums
    }
}

impl Account {
    fn sums(&self) -> Sums {
        Sums { pending: u64::from(self.pending.is_some()), ..self.sums }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::schedule::{Fired, NotFired};
    use crate::words::{Civil, MessageId};

    /// `p1` plans the occurrence of 1 ms, `f1` fires, `s1` skips, `m1` misses, `c1` cancels it.
    fn fact(schedule: &str, what: &str) -> crate::rules::Fact {
        let schedule: ScheduleId = schedule.parse().unwrap();
        let (kind, ms) = what.split_at(1);
        let ms = ms.parse().unwrap();
        let (nominal, due) = (Civil::from_ms(ms), Instant::from_unix_ms(ms));
        let occurrence = Occurrence { nominal, second: false, due, number: 0 };
        let message: MessageId = "m9".parse().unwrap();
        let not = NotFired { schedule, occurrence, late_ms: 0, reason: "x".to_owned() };
        match kind {
            "p" => Planned { schedule, occurrence, tzdata: String::new() }.into(),
            "f" => Fired { schedule, occurrence, late_ms: 0, message }.into(),
            "s" => Skipped(not).into(),
            "m" => Missed(not).into(),
            _ => OccurrenceCancelled(not).into(),
        }
    }

    #[test]
    fn every_occurrence_ends_once_or_the_ledger_says_so() {
        for (facts, sums, balanced) in [
            ("", [0, 0, 0, 0, 0, 0], true),
            ("p1", [1, 0, 0, 0, 0, 1], true),
            ("p1 f1 p2 s2 p3 m3 p4 c4", [4, 1, 1, 1, 1, 0], true),
            ("p1 f1 p2", [2, 1, 0, 0, 0, 1], true),
            // Planned over one that is pending; ended twice; ended without a plan; another one ended.
            ("p1 p2", [2, 0, 0, 0, 0, 1], false),
            ("p1 f1 s1", [1, 1, 1, 0, 0, 0], false),
            ("s1", [0, 0, 1, 0, 0, 0], false),
            ("p1 f2", [1, 1, 0, 0, 0, 1], false),
        ] {
            let mut ledger = Ledger::default();
            facts.split_whitespace().for_each(|what| ledger.take(&fact("s1", what)));
            let [planned, fired, skipped, missed, cancelled, pending] = sums;
            let want = Sums { planned, fired, skipped, missed, cancelled, pending, repeated: 0 };
            assert_eq!((ledger.total(), ledger.is_balanced()), (want, balanced), "{facts}");
        }
    }

    #[test]
    fn what_is_pending_after_its_time_is_overdue() {
        let mut ledger = Ledger::default();
        [("s1", "p5"), ("s2", "p5"), ("s2", "f5"), ("s2", "p9"), ("s3", "p7")]
            .iter()
            .for_each(|(schedule, what)| ledger.take(&fact(schedule, what)));
        for (before, want) in [(5, ""), (6, "s1"), (8, "s1 s3"), (10, "s1 s2 s3")] {
            let overdue =
                ledger.overdue(Instant::from_unix_ms(before)).map(|(schedule, _)| schedule.to_string());
            assert_eq!(overdue.collect::<Vec<_>>().join(" "), want, "before {before}");
        }
    }

    #[test]
    fn a_name_that_fired_twice_is_out_of_balance() {
        let named = |nominal: &str, due: &str| {
            let name: OccurrenceName = nominal.parse().unwrap();
            let (nominal, due) = (name.nominal, due.parse().unwrap());
            let occurrence = Occurrence { nominal, second: name.second, due, number: 0 };
            let (schedule, message) = ("s1".parse().unwrap(), "m9".parse().unwrap());
            [
                Planned { schedule, occurrence, tzdata: String::new() }.into(),
                crate::rules::Fact::from(Fired { schedule, occurrence, late_ms: 0, message }),
            ]
        };
        let first = ("2026-11-22T01:26:52", "2026-11-21T14:26:52Z");
        for (fired, repeated) in [
            (vec![first, ("2026-11-22T01:26:52", "2026-11-21T14:56:52Z")], 1),
            // Shown again by the clocks; moved behind another one by a gap.
            (vec![first, ("2026-11-22T01:26:52/2", "2026-11-21T14:56:52Z")], 0),
            (
                vec![
                    ("2026-03-08T03:15:00", "2026-03-08T07:15:00Z"),
                    ("2026-03-08T02:45:00", "2026-03-08T07:45:00Z"),
                ],
                0,
            ),
            // Long after, and with others between.
            (vec![first, ("2026-12-22T01:26:52", "2026-12-21T14:26:52Z"), first], 1),
        ] {
            let mut ledger = Ledger::default();
            fired.iter().flat_map(|(nominal, due)| named(nominal, due)).for_each(|fact| ledger.take(&fact));
            let total = ledger.total();
            assert_eq!((total.repeated, ledger.is_balanced()), (repeated, repeated == 0), "{fired:?}");
            assert_eq!(total.planned, total.ended(), "{fired:?}");
        }
    }

    #[test]
    fn another_zones_names_are_other_names() {
        use crate::rules::schedule::Replaced;
        for (zones, repeated) in [(["UTC", "Asia/Tokyo"], 0), (["UTC", "UTC"], 1)] {
            let mut ledger = Ledger::default();
            for zone in zones {
                let when = Some(When { zone: Some(zone.to_owned()), ..When::default() });
                let (schedule, tzdata) = ("s1".parse().unwrap(), String::new());
                let (message, reckoned, unskipped) = (None, Default::default(), None);
                ledger.take(&Replaced { schedule, message, when, reckoned, unskipped, tzdata }.into());
                ledger.take(&fact("s1", "p1"));
                ledger.take(&fact("s1", "f1"));
            }
            assert_eq!(ledger.total().repeated, repeated, "{zones:?}");
        }
    }

    #[test]
    fn two_errors_do_not_hide_each_other() {
        let mut ledger = Ledger::default();
        ["p1", "p2"].iter().for_each(|what| ledger.take(&fact("s1", what)));
        ["p1", "f1", "s1"].iter().for_each(|what| ledger.take(&fact("s2", what)));
        assert!(ledger.total().is_balanced() && !ledger.is_balanced());
        assert_eq!(ledger.schedules().count(), 2);
    }
}
