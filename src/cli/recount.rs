//! The log read once more from its beginning, to count again what others have counted.

use super::output::Failure;
use crate::log::Log;
use crate::rules::Commit;

/// Gives each commit of EVENTS up to a sequence, in order.
///
/// # Errors
/// When the server does not answer, or cannot read what was stored there.
pub(crate) async fn pass(log: &Log, until: u64, mut take: impl FnMut(&Commit)) -> Result<(), Failure> {
    let (mut read, mut events) = (0, log.follow("EVENTS", None, 1));
    while read < until {
        let records = events.next_up_to(until).await?;
        let next = records.first().map_or(until + 1, |record| record.seq);
        for record in records.iter().filter(|record| record.seq <= until) {
            must_follow(read, record.seq)?;
            read = record.seq;
            // What is not ours counts nowhere; the read models pass it over too.
            if let Ok(commit) = record.commit() {
                take(&commit);
            }
        }
        if next > until {
            must_follow(read, next)?;
        }
    }
    Ok(())
}

fn must_follow(read: u64, next: u64) -> Result<(), Failure> {
    if next == read + 1 {
        return Ok(());
    }
    let (from, to) = (read + 1, next - 1);
    Err(Failure::failed(format!("EVENTS has a gap from {from} to {to}; `homing verify` says more")))
}
