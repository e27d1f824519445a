//! The place of a command's answer in the log: commits stand in the order of the commands.

use crate::log::{Ends, Fault, History, Record};
use crate::words::CommandSeq;

/// Where the first commit stands that answers this command or a later one; where there is none, one more than the last.
///
/// # Errors
/// When the server does not answer.
pub async fn first_answering(log: &History, command: CommandSeq) -> Result<u64, Fault> {
    let Ends { first: mut low, last, .. } = log.ends("EVENTS").await?;
    let mut high = last + 1;
    // By halves: thirty small reads, however long the log is.
    while low < high {
        let middle = low + (high - low) / 2;
        match first_commit(log, middle, high).await? {
            Some((seq, answered)) if answered < command => low = seq + 1,
            Some(_) | None => high = middle,
        }
    }
    Ok(low)
}

/// The first commit from here on, and what it answers; what others have stored is passed over.
async fn first_commit(log: &History, from: u64, until: u64) -> Result<Option<(u64, CommandSeq)>, Fault> {
    let mut next = from;
    while next < until {
        let Some(record) = log.first_from("EVENTS", next).await? else { return Ok(None) };
        if let Some(answered) = answered(&record) {
            return Ok(Some((record.seq, answered)).filter(|(seq, _)| *seq < until));
        }
        next = record.seq + 1;
    }
    Ok(None)
}

fn answered(record: &Record) -> Option<CommandSeq> {
    record.commit().ok().map(|commit| commit.command)
}
