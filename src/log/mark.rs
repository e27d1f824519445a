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
    /// When that log was created. What an earlier version kept does not say it.
    #[serde(default)]
    pub log: Option<Instant>,
}

impl Mark {
    /// Whether it is of this log: created at the same moment, and that commit stands there. What holds nothing yet belongs
    /// to any log.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn belongs_to(self, log: &Log) -> Result<bool, Fault> {
        if self.seq == EventSeq::default() {
            return Ok(true);
        }
        if let Some(created) = self.log
            && created != log.ends("EVENTS").await?.created
        {
            return Ok(false);
        }
        let found = log.commit(self.seq).await?;
        Ok(found.is_some_and(|found| found.command == self.command && found.at == self.at))
    }
}
