//! The compare before anything is decided: COMMANDS is the stream that EVENTS has answered, and nothing of it is missing.
//!
//! Why: numbers are given by the stream. Where it begins anew, or was put back, its next commands have numbers that were
//! answered already, and whoever goes on from the position never decides them.

use std::fmt;

use crate::log::{Ends, Fault, Log, Mark, Retry};

/// What is wrong with COMMANDS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wrong {
    /// It ends before the last command that was decided.
    EndsEarly,
    /// It begins behind the next command that is to be decided.
    BeginsLate,
    /// Where the last decided command stood, another one stands.
    Another,
    /// Commands that are to be decided were stored, and cannot be read any more; the first of them.
    Lacks { from: u64, to: u64 },
}

/// COMMANDS as it was found beside EVENTS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) wrong: Wrong,
    pub(super) commands: Ends,
    /// The last commit.
    pub(super) mark: Mark,
}

/// Looks at both ends of COMMANDS, and at the command that the last commit answers.
///
/// # Errors
/// When the server does not answer.
pub(super) async fn look(log: &Log, mark: Mark) -> Result<Option<Found>, Fault> {
    let commands = log.ends("COMMANDS").await?;
    let position = mark.command.0;
    let wrong = if commands.last < position {
        Some(Wrong::EndsEarly)
    } else if commands.first > position + 1 {
        Some(Wrong::BeginsLate)
    } else {
        // One that is not there any more was removed by hand, or has aged.
        let last = log.wrapped_record("COMMANDS", position.max(1), None).await?;
        let other = last.is_some_and(|last| last.seq == position && last.at != mark.at);
        other.then_some(Wrong::Another)
    };
    Ok(wrong.map(|wrong| Found { wrong, commands, mark }))
}

/// Looks whether all that stands behind the last decided command can be read: a record whose checksum does not fit is passed over
/// by the server in silence. It takes as long as there are undecided commands.
///
/// # Errors
/// When the server does not answer.
pub(super) async fn look_behind(log: &Log, mark: Mark) -> Result<Option<Found>, Fault> {
    let commands = log.ends("COMMANDS").await?;
    let mut at = mark.command.0.max(commands.first.saturating_sub(1));
    let mut follower = log.follow("COMMANDS", None, at + 1);
    let lacks = |from, to| Ok(Some(Found { wrong: Wrong::Lacks { from, to }, commands, mark }));
    while at < commands.last {
        let records = follower.next_up_to(commands.last).await?;
        if records.is_empty() {
            return lacks(at + 1, commands.last);
        }
        for record in records {
            if record.seq > at + 1 {
                return lacks(at + 1, record.seq - 1);
            }
            at = record.seq;
        }
    }
    Ok(None)
}

/// Whether what stands behind the last command that was heard can be read.
///
/// # Errors
/// With `Retry::Never` where it cannot.
pub(super) async fn must_go_on(log: &Log, heard: u64) -> Result<(), Fault> {
    // In this order: what comes meanwhile is no loss.
    let last = log.ends("COMMANDS").await?.last;
    if last <= heard {
        return Ok(());
    }
    match log.wrapped_record("COMMANDS", heard + 1, None).await? {
        Some(next) if next.seq == heard + 1 => Ok(()),
        Some(next) => Err(lacks(heard + 1, next.seq - 1)),
        None => Err(lacks(heard + 1, last)),
    }
}

/// Commands that were acknowledged are not there: whoever went on behind them would skip them in silence.
pub(super) fn lacks(from: u64, to: u64) -> Fault {
    Fault::never("take commands").because(format!(
        "nothing can be read of COMMANDS from {from} to {to}, which was acknowledged and not decided: its file is torn, or the \
         commands were removed. Restore it from a backup; or `homing streams repair` gives these numbers up, with --yes, and \
         what stands behind them is decided"
    ))
}

/// # Errors
/// With `Retry::Never` where COMMANDS is not as EVENTS has answered it.
pub(super) async fn compare(log: &Log, mark: Mark) -> Result<(), Fault> {
    match look(log, mark).await.map_err(missing)? {
        None => Ok(()),
        Some(found) => Err(Fault::never("take commands").because(format!(
            "{found}. What is stored there now would be acknowledged and never decided, so nothing is decided. \
             `homing streams repair` says what can be done, and does it with --yes"
        ))),
    }
}

/// Where trying again cannot help, COMMANDS is not there; whoever reads that is told what helps.
pub(super) fn missing(fault: Fault) -> Fault {
    match fault.retry {
        Retry::Later | Retry::Reload => fault,
        Retry::Never => Fault::never("take commands").because(format!(
            "{fault}. Where COMMANDS was deleted, `homing streams apply` makes it, and then `homing streams repair` says how to \
             go on behind what was decided"
        )),
    }
}

impl fmt::Display for Found {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Found { wrong, commands: Ends { created, first, last }, mark } = self;
        let position = mark.command.0;
        match wrong {
            Wrong::EndsEarly => write!(f, "COMMANDS ends at {last}")?,
            Wrong::BeginsLate => write!(f, "COMMANDS begins at {first}")?,
            Wrong::Another | Wrong::Lacks { .. } => write!(f, "COMMANDS goes from {first} to {last}")?,
        }
        write!(f, ", and EVENTS ends with the answer to command {position}, at {}: ", mark.seq.0)?;
        match wrong {
            Wrong::EndsEarly | Wrong::Another if *created > mark.at => {
                write!(f, "COMMANDS was made anew at {}", created.brief())
            }
            Wrong::EndsEarly => {
                f.write_str("COMMANDS was restored from an older backup, or a power loss has cut it")
            }
            Wrong::BeginsLate => {
                write!(f, "commands {} to {} were removed before they were decided", position + 1, first - 1)
            }
            Wrong::Lacks { from, to } => {
                write!(f, "nothing can be read from {from} to {to}, which was acknowledged and not decided")
            }
            Wrong::Another => write!(
                f,
                "COMMANDS was restored from an older backup and written on; its command {position} is another one"
            ),
        }
    }
}
