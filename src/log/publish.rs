//! Publishing until it is stored: an acknowledgement that timed out does not mean "not stored".

use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::publish::PublishAck;
use bytes::Bytes;
use tracing::debug;

use super::{Fault, Log, unheard_below};
use crate::wire::Outgoing;

/// With five seconds for each acknowledgement this spans a server's restart, and ends inside the window in which
/// DUE and OUTBOX know the identity again (two minutes).
const TRIES_MAX: u32 = 12;
const AGAIN_AFTER: Duration = Duration::from_millis(250);

impl Log {
    /// Stores a message where Homing alone writes; repeats under `identity`, so that it is stored once. Gives its sequence.
    ///
    /// # Errors
    /// When the server refuses it, or stays away for 12 tries: a minute where it is silent, three seconds where JetStream is
    /// not there.
    pub async fn publish(&self, message: Outgoing, identity: &str) -> Result<u64, Fault> {
        self.store(message, Some(identity)).await
    }

    /// Stores a command; repeats until it is stored, and so it may stand there twice. It carries no identity: on COMMANDS
    /// that would be shared with everybody who may publish there. What comes twice is decided twice, the second time
    /// without facts: by the state it is judged against, or by its `id`. Gives the sequence of the last one.
    ///
    /// # Errors
    /// When the server refuses it, or stays away for 12 tries: a minute where it is silent, three seconds where JetStream is
    /// not there.
    pub async fn command(&self, command: Outgoing) -> Result<u64, Fault> {
        self.store(command, None).await
    }

    async fn store(&self, message: Outgoing, identity: Option<&str>) -> Result<u64, Fault> {
        let Outgoing { subject, headers, payload } = message;
        let payload = Bytes::from(payload);
        let mut map = HeaderMap::new();
        identity.into_iter().for_each(|identity| map.insert(async_nats::header::NATS_MESSAGE_ID, identity));
        headers.into_iter().for_each(|(name, value)| map.insert(name, value));
        let (mut tries, mut denials, mut unheard) = (0, self.denials(), self.denials());
        let inbox = self.inbox();
        let doing = || format!("publish on {subject}");
        loop {
            tries += 1;
            let tried = tokio::select! {
                biased;
                tried = self.try_once(&subject, &map, &payload) => tried,
                () = denials.of(&subject) => {
                    return Err(Fault::never(doing()).because("there is no permission for it"));
                }
                () = unheard.below(&inbox) => {
                    return Err(Fault::never(doing()).because(format!("{}, and it may be stored", unheard_below(&inbox))));
                }
            };
            let error = match tried {
                Ok(ack) => return Ok(ack.sequence),
                Err(error) => error,
            };
            if !may_be_stored_later(error.kind()) {
                return Err(Fault::never(doing()).because(error));
            }
            if tries >= TRIES_MAX {
                return Err(Fault::later(doing()).because(error));
            }
            debug!(%error, tries, "publishing again");
            tokio::time::sleep(AGAIN_AFTER).await;
        }
    }

    async fn try_once(
        &self,
        subject: &str,
        headers: &HeaderMap,
        payload: &Bytes,
    ) -> Result<PublishAck, PublishError> {
        let mut losses = self.losses();
        let sent = self.js().publish_with_headers(subject.to_owned(), headers.clone(), payload.clone());
        let acknowledged = sent.await?.into_future();
        tokio::select! {
            ack = acknowledged => ack,
            // Over a connection that is gone no acknowledgement comes.
            () = losses.next() => Err(PublishError::new(PublishErrorKind::BrokenPipe)),
        }
    }

    /// An identity that nobody else has chosen: the client's inbox names are random and unique. One subject token.
    pub fn fresh_identity(&self) -> String {
        let inbox = self.client().new_inbox();
        inbox.rsplit('.').next().unwrap_or(&inbox).to_owned()
    }
}

fn may_be_stored_later(error: PublishErrorKind) -> bool {
    match error {
        PublishErrorKind::TimedOut
        | PublishErrorKind::BrokenPipe
        | PublishErrorKind::MaxAckPending
        | PublishErrorKind::StreamNotFound
        | PublishErrorKind::Other => true,
        PublishErrorKind::WrongLastMessageId
        | PublishErrorKind::WrongLastSequence
        | PublishErrorKind::MaxPayloadExceeded => false,
    }
}
