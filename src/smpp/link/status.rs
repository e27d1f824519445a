//! The status of a connector, for those who route messages and for those who are paged.

use tokio::time::Instant;

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Status {
    Connecting,
    /// Of a pair: both sessions.
    Bound {
        since: Instant,
    },
    /// The SMSC does not let us in (a command_status); it is asked again at `until`.
    Refused {
        status: u32,
        until: Instant,
    },
    /// The connection could not be made, or was lost; it is tried again at `until`.
    Down {
        why: String,
        until: Instant,
    },
}

impl Status {
    pub fn is_bound(&self) -> bool {
        matches!(self, Status::Bound { .. })
    }
}
