//! Texts that are too large for an item on OUTBOX: read from EVENTS when their item is granted, once for a message to many.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use tracing::{error, warn};

use crate::log::Log;
use crate::rules::Commit;
use crate::wire::work::Work;
use crate::words::EventSeq;

/// The server is away.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

/// The commit that was read last: the items of a message to many stand one behind the other.
#[derive(Debug, Default)]
pub(super) struct Texts(Option<(EventSeq, Commit)>);

impl Texts {
    /// The item with its text and parts. Where the log does not hold them it has none, which its adapter reports.
    pub(super) async fn filled(&mut self, log: &Log, work: Arc<Work>) -> Arc<Work> {
        let Some(held) = work.body else { return work };
        if self.0.as_ref().is_none_or(|(seq, _)| *seq != held) {
            self.0 = read(log, held).await.map(|commit| (held, commit));
        }
        match &self.0 {
            Some((_, commit)) => Arc::new(Arc::unwrap_or_clone(work).filled(commit)),
            None => work,
        }
    }
}

/// However long the server is away: what is granted is sent, or reported.
async fn read(log: &Log, held: EventSeq) -> Option<Commit> {
    loop {
        match log.commit(held).await {
            Ok(commit) => {
                if commit.is_none() {
                    error!(seq = held.0, "the text of an item is not in the log");
                }
                return commit;
            }
            Err(fault) => warn!(seq = held.0, %fault, "the text of an item is read again"),
        }
        sleep(AGAIN_AFTER).await;
    }
}
