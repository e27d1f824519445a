//! The commit that a state made from the log stands at, by which that log is known again and another one is told apart.

use serde::{Deserialize, Serialize};

use super::{Fault, Log};
use crate::words::{CommandSeq, EventSeq, Instant};

/// The last commit taken in. The default is that of a state that holds nothing yet.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    pub seq: EventSeq,
    pub command: CommandSeq,
    pub at: Instant,
}

impl Mark {
    /// Whether the log holds that commit. What holds nothing yet belongs to any log.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn belongs_to(self, log: &Log) -> Result<bool, Fault> {
        if self == Mark::default() {
            return Ok(true);
        }
        let found = log.commit(self.seq).await?;
        Ok(found.is_some_and(|found| found.command == self.command && found.at == self.at))
    }
}
