//! Notes: the clients of a sender learn what became of a delivery, those of a recipient that it was recalled.
//!
//! Nobody waits for them and none is sent twice on purpose: whoever missed one asks `delivery`.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use async_nats::Request;
use tokio::sync::mpsc::{self, Sender};
use tokio_util::task::AbortOnDropHandle;
use tracing::debug;

use super::perform::Performer;
use crate::log::{Fault, Log};
use crate::rules::message::WasRead;
use crate::rules::{Commit, Part};
use crate::wire::note::{self, Note};
use crate::wire::query::{Answer, DeliveryId, Items, LIMIT_MAX, SenderView, SendersOf};
use crate::wire::{from_msgpack, subjects, to_msgpack, to_payload};
use crate::words::Instant;

/// What was read and waits until the read models are asked whose it was: a second or two of peak traffic, about a megabyte.
/// What comes to more than that is not told.
const READ_LEN_MAX: usize = 10_000;
/// The read models wait a second at most for what they lack.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);

impl Performer {
    /// Tells what a commit is news of.
    pub(super) async fn tell(&self, commit: &Commit) -> Result<(), Fault> {
        for note in note::of_commit(commit) {
            self.publish_note(&note).await?;
        }
        Ok(())
    }

    async fn publish_note(&self, Note { user, encoding, view }: &Note) -> Result<(), Fault> {
        self.publish(subjects::note(user, view.message), to_payload(view, *encoding)).await
    }
}

/// What was read after it had been confirmed: the read models are asked whose it was, beside the way.
pub(super) struct ReadLater {
    queue: Sender<(WasRead, Instant)>,
    _asking: AbortOnDropHandle<()>,
}

impl ReadLater {
    pub(super) fn new(performer: Arc<Performer>) -> ReadLater {
        let (queue, mut read) = mpsc::channel(READ_LEN_MAX);
        let asking = tokio::spawn(async move {
            let mut some = Vec::with_capacity(LIMIT_MAX);
            while read.recv_many(&mut some, LIMIT_MAX).await > 0 {
                if let Err(fault) = performer.tell_read(&some).await {
                    debug!(messages = some.len(), %fault, "senders are not told that their messages were read");
                }
                some.clear();
            }
        });
        ReadLater { queue, _asking: AbortOnDropHandle::new(asking) }
    }

    /// Has the senders told, soon.
    pub(super) fn tell(&self, commit: &Commit) {
        for read in note::read_later(commit) {
            if self.queue.try_send((read.clone(), commit.at)).is_err() {
                debug!(message = %read.message, "its sender is not told that it was read: too many are read at once");
            }
        }
    }
}

impl Performer {
    async fn tell_read(&self, read: &[(WasRead, Instant)]) -> Result<(), Fault> {
        let found = senders(self.log(), read).await?;
        let mut found: HashMap<_, _> =
            found.into_iter().map(|view| ((view.message, view.to), (view.from, view.encoding))).collect();
        for (read, at) in read {
            if let Some((user, encoding)) = found.remove(&(read.message, read.to.clone())) {
                self.publish_note(&note::of_read(read, user, encoding, *at)).await?;
            }
        }
        Ok(())
    }
}

async fn senders(log: &Log, read: &[(WasRead, Instant)]) -> Result<Vec<SenderView>, Fault> {
    let doing = || Fault::later("ask whose messages were read");
    let deliveries =
        read.iter().map(|(read, _)| DeliveryId { message: read.message, to: read.to.clone() }).collect();
    let question = to_msgpack(&SendersOf { deliveries });
    let request = Request::new().payload(question.into()).timeout(Some(ANSWER_WITHIN));
    let asked = subjects::query(Part::Admin.as_str(), "senders");
    let answer = log.client().send_request(asked, request).await;
    let answer = answer.map_err(|error| doing().because(error))?;
    let answer: Answer<Items<SenderView>> =
        from_msgpack(&answer.payload).map_err(|why| doing().because(why))?;
    Ok(answer.answer.items)
}
