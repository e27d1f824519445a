//! The standing of the read models: whether they hold what the log held when they were opened, and when a question came.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::timeout;
use tracing::debug;

use super::model::Model;
use crate::log::{Fault, Log};
use crate::words::EventSeq;

/// Read-your-writes is waited for this long; then what is known is answered.
const FRESH_WITHIN: Duration = Duration::from_secs(1);
/// Commits: about what is projected in [`FRESH_WITHIN`]. Models that lack more when they are opened cannot hold it all within
/// that time, and those who ask are told so at once; their questions would hold the places of all others.
const WAITED_FOR_LEN_MAX: u64 = 10_000;

/// The read models, beside the log that they follow.
#[derive(Debug)]
pub(super) struct Reader {
    pub(super) log: Log,
    pub(super) model: Arc<Model>,
    /// The end of the log when the models were opened: short of it they may lack anything, also who is registered.
    opened_at: EventSeq,
}

/// Where the read models stand, for one question.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Standing {
    pub(super) as_of: EventSeq,
    /// The log's, when the question came, or as far as that is known.
    pub(super) log_end: EventSeq,
    opened_at: EventSeq,
}

impl Reader {
    /// # Errors
    /// Where the log does not answer.
    pub(super) async fn of(log: &Log, model: &Arc<Model>) -> Result<Reader, Fault> {
        let opened_at = EventSeq(log.last_seq("EVENTS").await?);
        Ok(Reader { log: log.clone(), model: Arc::clone(model), opened_at })
    }

    /// Waits until the read models hold what the log holds now, so that whoever saw an outcome sees its effect; not for
    /// longer than a second, and not where that would be in vain.
    pub(super) async fn standing(&self) -> Standing {
        let mut log_end = self.opened_at;
        let reached = async {
            match self.log.last_seq("EVENTS").await {
                Ok(last) => log_end = log_end.max(EventSeq(last)),
                Err(fault) => debug!(%fault, "answered without knowing how far the log goes"),
            }
            if self.opened_at.0.saturating_sub(self.model.position().0) <= WAITED_FOR_LEN_MAX {
                self.model.reached(log_end).await;
            }
        };
        // What was not reached in time is told by the standing.
        let _ = timeout(FRESH_WITHIN, reached).await;
        Standing { as_of: self.model.position(), log_end, opened_at: self.opened_at }
    }
}

impl Standing {
    /// Whether the rows lack what was in the log before they were opened: they are made anew, or were closed for long.
    pub(super) fn is_rebuilding(self) -> bool {
        self.as_of < self.opened_at
    }

    /// Whether the rows lack something that was in the log when the question came.
    pub(super) fn is_behind(self) -> bool {
        self.as_of < self.log_end
    }
}
