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

/// Whether a state is one of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// Its last commit stands there.
    Ours,
    /// The log was made at another moment, or another commit stands there.
    OtherLog,
    /// The log is the same one, and has lost that commit: nothing can be read there, or it ends before it.
    Lost,
}

impl Mark {
    /// Whether it is of this log: created at the same moment, and that commit stands there. What holds nothing yet belongs
    /// to any log.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn belongs_to(self, log: &Log) -> Result<bool, Fault> {
        Ok(self.place_in(log).await? == Place::Ours)
    }

    /// As [`Mark::belongs_to`], and where it is not, whether the log was it once.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn place_in(self, log: &Log) -> Result<Place, Fault> {
        if self.seq == EventSeq::default() {
            return Ok(Place::Ours);
        }
        if let Some(created) = self.log
            && created != log.ends("EVENTS").await?.created
        {
            return Ok(Place::OtherLog);
        }
        Ok(match log.commit(self.seq).await? {
            Some(found) if found.command == self.command && found.at == self.at => Place::Ours,
            None if self.log.is_some() => Place::Lost,
            Some(_) | None => Place::OtherLog,
        })
    }
}
