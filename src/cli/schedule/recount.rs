//! The ledger, counted from the log itself.

use crate::cli::output::Failure;
use crate::log::Log;
use crate::rules::schedule::{Ledger, Sums};
use crate::words::ScheduleId;

/// Reads EVENTS from its beginning to its present end.
pub(super) async fn ledger(log: &Log) -> Result<Ledger, Failure> {
    let last = log.last_seq("EVENTS").await?;
    let mut ledger = Ledger::default();
    let mut read = 0;
    let mut events = log.follow("EVENTS", None, 1);
    while read < last {
        for record in events.next().await? {
            read = record.seq;
            // What is not ours counts nowhere; the read models pass it over too.
            let Ok(commit) = record.commit() else { continue };
            commit.facts.iter().for_each(|fact| ledger.take(fact));
        }
    }
    Ok(ledger)
}

/// Of all schedules, or of one.
pub(super) fn sums(ledger: &Ledger, only: Option<ScheduleId>) -> Sums {
    let one = |wanted| ledger.schedules().find(|(schedule, _)| *schedule == wanted).map(|(_, sums)| sums);
    only.map_or(ledger.total(), |schedule| one(schedule).unwrap_or_default())
}
