//! The questions `_decider.awaited` and `_decider.unwanted`, in MessagePack: what the scheduler holds against what lies in DUE.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::work::DueTimer;
use crate::rules::{Awaited, Timer};
use crate::words::{EventSeq, Instant};

/// Timers that one question may name: their answer takes the decider less than a millisecond, for commands wait meanwhile.
pub const UNWANTED_LEN_MAX: usize = 1_000;

/// What is due before a time, a part of it at once.
#[skip_serializing_none]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct AwaitedOf {
    /// Unix milliseconds.
    pub before: Instant,
    /// The cursor of the last answer.
    pub after: Option<Timer>,
}

/// The answer.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AwaitedView {
    pub items: Vec<DueTimer>,
    pub next: Option<Timer>,
    /// With the first part: when the oldest message expires that no timer watches. Unix milliseconds.
    pub oldest_expires: Option<Instant>,
}

impl From<Awaited> for AwaitedView {
    fn from(awaited: Awaited) -> AwaitedView {
        let Awaited { timers, next, oldest_expires } = awaited;
        let items = timers.into_iter().map(|(timer, due)| DueTimer { timer, due }).collect();
        AwaitedView { items, next, oldest_expires }
    }
}

/// Which of these timers nobody awaits any more; those behind [`UNWANTED_LEN_MAX`] are not looked at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnwantedOf {
    pub timers: Vec<DueTimer>,
}

/// The answer. It names those that may go, so that what an answer lacks stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnwantedView {
    pub unwanted: Vec<DueTimer>,
    /// The end of the log as the decider knows it. One that has been passed over, and does not know it yet, stands behind.
    pub end: EventSeq,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{from_msgpack, to_msgpack};

    #[test]
    fn a_cursor_comes_back_as_it_was_given() {
        let (timer, due): (Timer, _) = ("occur-s7".parse().unwrap(), Instant::from_unix_ms(9));
        let items = vec![DueTimer { timer, due }];
        let shown = AwaitedView { items, next: Some(timer), oldest_expires: Some(due) };
        assert_eq!(from_msgpack::<AwaitedView>(&to_msgpack(&shown)).unwrap(), shown);
        for after in [None, shown.next] {
            let asked = AwaitedOf { before: due, after };
            assert_eq!(from_msgpack::<AwaitedOf>(&to_msgpack(&asked)).unwrap(), asked);
        }
    }
}
