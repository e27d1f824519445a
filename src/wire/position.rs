//! The position of a durable consumer, as POSITIONS keeps it: by it the consumer is made again where the server has lost it.

use serde::{Deserialize, Serialize};

use super::{Outgoing, headers, subjects, to_msgpack};
use crate::rules::presence::Encoding;
use crate::words::Instant;

/// How far a consumer has come: `homing.pos.<stream>.<consumer>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// All that it reads up to here is done.
    pub seq: u64,
    /// When the stream stored that record. By both the stream is known again.
    pub at: Instant,
}

impl Position {
    pub fn outgoing(&self, stream: &str, consumer: &str) -> Outgoing {
        Outgoing {
            subject: subjects::position(stream, consumer),
            headers: vec![headers::content_type(Encoding::Msgpack)],
            payload: to_msgpack(self),
        }
    }
}
