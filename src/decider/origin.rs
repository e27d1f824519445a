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
            Wrong::Another => write!(f, "COMMANDS goes from {first} to {last}")?,
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
            Wrong::Another => write!(
                f,
                "COMMANDS was restored from an older backup and written on; its command {position} is another one"
            ),
        }
    }
}
