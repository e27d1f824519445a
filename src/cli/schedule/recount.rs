//! The ledger of schedules, counted from the log itself.

use crate::cli::output::Failure;
use crate::cli::recount;
use crate::log::Log;
use crate::rules::schedule::{Ledger, Sums};
use crate::words::ScheduleId;

/// Reads EVENTS from its beginning to its present end.
pub(super) async fn ledger(log: &Log) -> Result<Ledger, Failure> {
    let mut ledger = Ledger::default();
    let last = log.last_seq("EVENTS").await?;
    recount::pass(log, last, |commit| commit.facts.iter().for_each(|fact| ledger.take(fact))).await?;
    Ok(ledger)
}

/// Of all schedules, or of one.
pub(super) fn sums(ledger: &Ledger, only: Option<ScheduleId>) -> Sums {
    let one = |wanted| ledger.schedules().find(|(schedule, _)| *schedule == wanted).map(|(_, sums)| sums);
    only.map_or(ledger.total(), |schedule| one(schedule).unwrap_or_default())
}
