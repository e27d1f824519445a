//! What became of the occurrences, counted from the facts alone: to hold against what others have counted.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{NotFired, Occurrence, Occurring};
use crate::rules::Fact;
use crate::words::{Instant, ScheduleId};

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
}

impl Sums {
    /// Those that have ended.
    pub fn ended(&self) -> u64 {
        self.fired + self.skipped + self.missed + self.cancelled
    }

    /// Whether each that was planned has ended, once, or is pending.
    pub fn is_balanced(&self) -> bool {
        self.planned == self.ended() + self.pending
    }
}

/// The sums of each schedule. A schedule takes about 150 bytes, however many occurrences it had.
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
}

impl Ledger {
    /// Counts a fact; those that are not about an occurrence change nothing.
    pub fn take(&mut self, fact: &Fact) {
        if let Fact::OccurrencePlanned(Occurring { schedule, occurrence }) = fact {
            let account = self.accounts.entry(*schedule).or_default();
            account.sums.planned += 1;
            account.pending = Some(*occurrence);
        } else if let Fact::OccurrenceFired(fired) = fact {
            self.end(fired.schedule, &fired.occurrence).fired += 1;
        } else if let Fact::OccurrenceSkipped(NotFired { schedule, occurrence, .. }) = fact {
            self.end(*schedule, occurrence).skipped += 1;
        } else if let Fact::OccurrenceMissed(NotFired { schedule, occurrence, .. }) = fact {
            self.end(*schedule, occurrence).missed += 1;
        } else if let Fact::OccurrenceCancelled(NotFired { schedule, occurrence, .. }) = fact {
            self.end(*schedule, occurrence).cancelled += 1;
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
    use crate::rules::schedule::Fired;
    use crate::words::{Civil, MessageId};

    /// `p1` plans the occurrence of 1 ms, `f1` fires, `s1` skips, `m1` misses, `c1` cancels it.
    fn fact(schedule: &str, what: &str) -> Fact {
        let schedule: ScheduleId = schedule.parse().unwrap();
        let (kind, ms) = what.split_at(1);
        let ms = ms.parse().unwrap();
        let (nominal, due) = (Civil::from_ms(ms), Instant::from_unix_ms(ms));
        let occurrence = Occurrence { nominal, second: false, due, number: 0 };
        let message: MessageId = "m9".parse().unwrap();
        let not = NotFired { schedule, occurrence, late_ms: 0, reason: "x".to_owned() };
        match kind {
            "p" => Fact::OccurrencePlanned(Occurring { schedule, occurrence }),
            "f" => Fact::OccurrenceFired(Fired { schedule, occurrence, late_ms: 0, message }),
            "s" => Fact::OccurrenceSkipped(not),
            "m" => Fact::OccurrenceMissed(not),
            _ => Fact::OccurrenceCancelled(not),
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
            ("p1 f1 f1", [1, 2, 0, 0, 0, 0], false),
            ("s1", [0, 0, 1, 0, 0, 0], false),
            ("p1 f2", [1, 1, 0, 0, 0, 1], false),
        ] {
            let mut ledger = Ledger::default();
            facts.split_whitespace().for_each(|what| ledger.take(&fact("s1", what)));
            let [planned, fired, skipped, missed, cancelled, pending] = sums;
            let want = Sums { planned, fired, skipped, missed, cancelled, pending };
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
    fn two_errors_do_not_hide_each_other() {
        let mut ledger = Ledger::default();
        ["p1", "p2"].iter().for_each(|what| ledger.take(&fact("s1", what)));
        ["p1", "f1", "f1"].iter().for_each(|what| ledger.take(&fact("s2", what)));
        assert!(ledger.total().is_balanced() && !ledger.is_balanced());
        assert_eq!(ledger.schedules().count(), 2);
    }
}
