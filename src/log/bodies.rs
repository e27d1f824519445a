//! Commits by their sequence, and the bodies of messages: stored once, in EVENTS, and looked up by whoever shows or sends them.

use super::{Fault, Log};
use crate::wire::Body;
use crate::wire::commit::Commit;
use crate::words::{EventSeq, Instant, MessageId};

impl Log {
    /// The commit at `seq`; none where the log has given it up, or it cannot be read.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn commit(&self, seq: EventSeq) -> Result<Option<Commit>, Fault> {
        Ok(self.decided(seq).await?.map(|(commit, _)| commit))
    }

    /// The same, with the time at which the log took it.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn decided(&self, seq: EventSeq) -> Result<Option<(Commit, Instant)>, Fault> {
        let mut record = self.record("EVENTS", seq.0).await?;
        if record.is_none() && seq.0 > 0 {
            // A copy that lags behind may have answered; its leader knows.
            let leader = self.wrapped_record("EVENTS", seq.0, None).await?;
            record = leader.filter(|record| record.seq == seq.0);
        }
        Ok(record.and_then(|record| Some((record.commit().ok()?, record.at))))
    }

    /// The body of a message that the commit at `seq` accepts; none where the log has given it up.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn body(&self, seq: EventSeq, message: MessageId) -> Result<Option<Body>, Fault> {
        match self.commit(seq).await?.and_then(|commit| Body::of(&commit, message)) {
            Some(body) => self.filled(body).await,
            None => Ok(None),
        }
    }

    /// A body with its text and parts, wherever they are; none where the log has given them up.
    ///
    /// # Errors
    /// When the server does not answer.
    pub async fn filled(&self, body: Body) -> Result<Option<Body>, Fault> {
        match body.elsewhere() {
            Some(made) => Ok(self.commit(made).await?.and_then(|made| body.filled(&made))),
            None => Ok(Some(body)),
        }
    }
}
