//! The question `_decider.look` and its answer, in MessagePack: whether what was decided to be sent live may still be sent.

use serde::{Deserialize, Serialize};

use crate::words::{Instant, MessageId, Party};

/// Deliveries that are asked about at once: well under a millisecond for the decider, whose commands wait meanwhile. Those
/// behind them are not looked at.
pub const LOOKED_AT_LEN_MAX: usize = 1_000;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LookAt {
    /// When they are to be sent: Unix milliseconds.
    pub at: Instant,
    pub deliveries: Vec<(MessageId, Party)>,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Looked {
    /// Of each, in their order, whether it may.
    pub may_go: Vec<bool>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{from_msgpack, to_msgpack};

    #[test]
    fn a_question_is_read_as_it_was_asked() {
        let deliveries = vec![("m7".parse().unwrap(), "bob".parse().unwrap())];
        let asked = LookAt { at: Instant::from_unix_ms(9), deliveries };
        assert_eq!(from_msgpack::<LookAt>(&to_msgpack(&asked)).unwrap(), asked);
        let looked = Looked { may_go: vec![true, false] };
        assert_eq!(from_msgpack::<Looked>(&to_msgpack(&looked)).unwrap(), looked);
    }
}
