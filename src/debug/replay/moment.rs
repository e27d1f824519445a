//! A moment of a log, as people say it: a time, a place, or what was decided then.

use std::str::FromStr;

use super::super::find::first_answering;
use crate::log::{Fault, History};
use crate::words::{CommandSeq, EventSeq, Instant, MessageId, ScheduleId};

/// After which record.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Moment {
    /// After all that had happened by then.
    Time(Instant),
    /// After the record with this sequence in EVENTS.
    Place(u64),
    /// After the decision about this command, be it the one that made a message or a schedule.
    Decision(CommandSeq),
    End,
}

impl FromStr for Moment {
    type Err = String;
    fn from_str(text: &str) -> Result<Moment, String> {
        let place = || text.trim_start_matches('#').parse().map(Moment::Place).ok();
        let time = || text.parse().map(Moment::Time).ok();
        let message = || text.parse::<MessageId>().map(|id| Moment::Decision(id.command())).ok();
        let schedule = || text.parse::<ScheduleId>().map(|id| Moment::Decision(id.command())).ok();
        let command = || text.strip_prefix('c')?.parse().ok().map(CommandSeq).map(Moment::Decision);
        let end = || (text == "end").then_some(Moment::End);
        let found = end().or_else(place).or_else(time).or_else(message).or_else(schedule).or_else(command);
        found.ok_or_else(|| {
            format!(
                "{text:?} is no time (2026-12-01T09:00:00Z), no sequence (1234), no message (m7), no schedule (s7), \
                 no command (c7), and not \"end\""
            )
        })
    }
}

impl Moment {
    /// The last record that belongs to it.
    ///
    /// # Errors
    /// When the history cannot be read, or does not go so far.
    pub async fn place(self, history: &History) -> Result<EventSeq, Fault> {
        let last = history.ends("EVENTS").await?.last;
        let place = match self {
            Moment::Place(seq) if seq > last => {
                return Err(
                    Fault::never(format!("go to #{seq}")).because(format!("the log ends with #{last}"))
                );
            }
            Moment::Place(seq) => seq,
            Moment::End => last,
            Moment::Decision(command) if first_answering(history, command).await? > last => {
                let number = command.0;
                return Err(Fault::never(format!("go to the decision of c{number}"))
                    .because("there is none: it was not said, not decided yet, or has changed nothing"));
            }
            Moment::Time(time) => {
                let behind = Instant::from_unix_ms(time.unix_ms() + 1);
                history.first_since("EVENTS", behind).await?.saturating_sub(1)
            }
            Moment::Decision(command) => {
                first_answering(history, CommandSeq(command.0 + 1)).await?.saturating_sub(1)
            }
        };
        Ok(EventSeq(place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_known_by_its_shape() {
        for (text, want) in [
            ("end", Moment::End),
            ("#12", Moment::Place(12)),
            ("12", Moment::Place(12)),
            ("m7", Moment::Decision(CommandSeq(7))),
            ("s7", Moment::Decision(CommandSeq(7))),
            ("c7", Moment::Decision(CommandSeq(7))),
            ("1970-01-01T00:00:01Z", Moment::Time(Instant::from_unix_ms(1_000))),
        ] {
            assert_eq!(text.parse(), Ok(want), "{text}");
        }
        assert!("yesterday".parse::<Moment>().is_err());
    }
}
