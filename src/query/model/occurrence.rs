//! The occurrences that have ended, 34 bytes each and what they ended with: they are the ledger, and all of them are kept.
//!
//! `how` 1, `second` 1, `nominal` 8, `due` 8 (Unix ms), `late_ms` 8, `seq` 8; numbers most significant byte first. Behind
//! them, where it fired, the message (8), else the reason (text).

use super::keys;
use super::store::Model;
use crate::log::Fault;
use crate::rules::schedule::Occurrence;
use crate::words::{Civil, CommandSeq, EventSeq, Instant, MessageId, ScheduleId, Span};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::query) enum How {
    Fired(MessageId),
    /// Each with its reason.
    Skipped(String),
    Missed(String),
    Cancelled(String),
}

const FIRED: u8 = 1;
const SKIPPED: u8 = 2;
const MISSED: u8 = 3;
const CANCELLED: u8 = 4;

impl How {
    /// In the contract's words.
    pub(in crate::query) fn as_str(&self) -> &'static str {
        match self {
            How::Fired(_) => "fired",
            How::Skipped(_) => "skipped",
            How::Missed(_) => "missed",
            How::Cancelled(_) => "cancelled",
        }
    }

    pub(in crate::query) fn message(&self) -> Option<MessageId> {
        if let How::Fired(message) = self { Some(*message) } else { None }
    }

    pub(in crate::query) fn reason(&self) -> Option<&str> {
        match self {
            How::Fired(_) => None,
            How::Skipped(reason) | How::Missed(reason) | How::Cancelled(reason) => Some(reason),
        }
    }

    fn code(&self) -> u8 {
        match self {
            How::Fired(_) => FIRED,
            How::Skipped(_) => SKIPPED,
            How::Missed(_) => MISSED,
            How::Cancelled(_) => CANCELLED,
        }
    }

    fn read(code: u8, rest: &[u8]) -> Option<How> {
        let reason = || keys::text(rest).map(str::to_owned);
        match code {
            FIRED => {
                let command = u64::from_be_bytes(rest.try_into().ok()?);
                Some(How::Fired(MessageId::of(CommandSeq(command))))
            }
            SKIPPED => reason().map(How::Skipped),
            MISSED => reason().map(How::Missed),
            CANCELLED => reason().map(How::Cancelled),
            _ => None,
        }
    }
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::query) struct Ended {
    pub(in crate::query) how: How,
    pub(in crate::query) nominal: Civil,
    pub(in crate::query) second: bool,
    pub(in crate::query) due: Instant,
    /// From the due time to the decision.
    pub(in crate::query) late_ms: i64,
    /// The commit.
    pub(in crate::query) seq: EventSeq,
}

impl Ended {
    pub(super) fn new(occurrence: &Occurrence, how: How, late_ms: i64, seq: EventSeq) -> Ended {
        let Occurrence { nominal, second, due, number: _ } = *occurrence;
        Ended { how, nominal, second, due, late_ms, seq }
    }

    /// When it ended.
    pub(in crate::query) fn at(&self) -> Instant {
        self.due + Span::from_ms(self.late_ms)
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let Ended { how, nominal, second, due, late_ms, seq } = self;
        let mut bytes = Vec::with_capacity(48);
        bytes.extend_from_slice(&[how.code(), u8::from(*second)]);
        for number in [nominal.ms(), due.unix_ms(), *late_ms] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(&seq.0.to_be_bytes());
        match how {
            How::Fired(message) => bytes.extend_from_slice(&message.command().0.to_be_bytes()),
            How::Skipped(reason) | How::Missed(reason) | How::Cancelled(reason) => {
                bytes.extend_from_slice(reason.as_bytes());
            }
        }
        bytes
    }

    fn read(bytes: &[u8]) -> Option<Ended> {
        let ([code, second], rest) = bytes.split_first_chunk::<2>()?;
        let (nominal, rest) = rest.split_first_chunk::<8>()?;
        let (due, rest) = rest.split_first_chunk::<8>()?;
        let (late_ms, rest) = rest.split_first_chunk::<8>()?;
        let (seq, rest) = rest.split_first_chunk::<8>()?;
        Some(Ended {
            how: How::read(*code, rest)?,
            nominal: Civil::from_ms(i64::from_be_bytes(*nominal)),
            second: *second != 0,
            due: Instant::from_unix_ms(i64::from_be_bytes(*due)),
            late_ms: i64::from_be_bytes(*late_ms),
            seq: EventSeq(u64::from_be_bytes(*seq)),
        })
    }
}

impl Model {
    /// The ended occurrences of a schedule, the oldest first.
    pub(in crate::query) fn ended_of(
        &self,
        id: ScheduleId,
    ) -> impl DoubleEndedIterator<Item = Result<Ended, Fault>> + use<> {
        self.projection.prefix(keys::ended_of(id)).map(|row| {
            let (_, row) = row?;
            Ended::read(&row).ok_or_else(Fault::torn)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bytes_are_pinned() {
        let ended = |how| Ended {
            how,
            nominal: Civil::from_ms(256),
            second: true,
            due: Instant::from_unix_ms(257),
            late_ms: -1,
            seq: EventSeq(258),
        };
        let head = [1, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 1, 1];
        let tail = [255, 255, 255, 255, 255, 255, 255, 255, 0, 0, 0, 0, 0, 0, 1, 2];
        for (how, code, rest) in [
            (How::Fired("m9".parse().unwrap()), 1, [0, 0, 0, 0, 0, 0, 0, 9].as_slice()),
            (How::Skipped("paused".to_owned()), 2, b"paused"),
            (How::Missed("too_late".to_owned()), 3, b"too_late"),
            (How::Cancelled("replaced".to_owned()), 4, b"replaced"),
        ] {
            let bytes = ended(how.clone()).write();
            assert_eq!(bytes, [&[code], head.as_slice(), &tail, rest].concat());
            assert_eq!(Ended::read(&bytes), Some(ended(how)));
        }
        assert_eq!(ended(How::Skipped(String::new())).at(), Instant::from_unix_ms(256));
        assert_eq!((Ended::read(&[]), Ended::read(&[9; 42])), (None, None));
    }
}
