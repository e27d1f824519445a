//! News of messages to groups: their senders are told in sums, of each message at most once a second.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use async_nats::Request;
use tokio::sync::mpsc::{self, Sender};
use tokio_util::task::AbortOnDropHandle;
use tracing::debug;

use super::perform::Performer;
use crate::log::{Fault, Log};
use crate::rules::{Commit, Part};
use crate::wire::note::{self, Summed, SumsNote};
use crate::wire::query::{Answer, Deliveries, DeliveryOf};
use crate::wire::{from_msgpack, subjects, to_msgpack, to_payload};
use crate::words::MessageId;

/// What came of one message within this time is told at once.
const TOLD_EVERY: Duration = Duration::from_secs(1);
/// Messages of which there is news within that time. Of more than that nothing is told; `delivery` tells it.
const MESSAGES_LEN_MAX: usize = 10_000;
/// The read models wait a second at most for what they lack.
const ANSWER_WITHIN: Duration = Duration::from_secs(3);

/// Messages of which there is news to tell.
pub(super) struct SumsLater {
    queue: Sender<Summed>,
    _telling: AbortOnDropHandle<()>,
}

impl SumsLater {
    pub(super) fn new(performer: Arc<Performer>) -> SumsLater {
        let (queue, mut news) = mpsc::channel::<Summed>(MESSAGES_LEN_MAX);
        let telling = tokio::spawn(async move {
            let mut pending: BTreeMap<MessageId, Summed> = BTreeMap::new();
            while let Some(first) = news.recv().await {
                pending.insert(first.message, first);
                let until = tokio::time::Instant::now() + TOLD_EVERY;
                while let Ok(Some(next)) = tokio::time::timeout_at(until, news.recv()).await {
                    if pending.len() < MESSAGES_LEN_MAX || pending.contains_key(&next.message) {
                        pending.insert(next.message, next);
                    }
                }
                for (message, summed) in std::mem::take(&mut pending) {
                    if let Err(fault) = performer.tell_sums(summed).await {
                        debug!(%message, %fault, "its sender is not told what became of it");
                    }
                }
            }
        });
        SumsLater { queue, _telling: AbortOnDropHandle::new(telling) }
    }

    /// Has the senders told, soon.
    pub(super) fn tell(&self, commit: &Commit) {
        let mut last = None;
        for summed in note::summed(commit) {
            // A commit is mostly about one message.
            if last != Some(summed.message) {
                last = Some(summed.message);
                if self.queue.try_send(summed).is_err() {
                    debug!(message = ?last, "its sender is not told what became of it: too much happens at once");
                }
            }
        }
    }
}

impl Performer {
    async fn tell_sums(&self, Summed { message, group, user, encoding, at }: Summed) -> Result<(), Fault> {
        let Some(sums) = sums(self.log(), message).await? else { return Ok(()) };
        let note = SumsNote { message, group, sums, at: at.to_string() };
        self.publish(subjects::note(&user, message), to_payload(&note, encoding)).await
    }
}

async fn sums(log: &Log, message: MessageId) -> Result<Option<BTreeMap<String, u32>>, Fault> {
    let doing = || Fault::later("ask what became of a message");
    let question = to_msgpack(&DeliveryOf { message, limit: Some(1), after: None });
    let request = Request::new().payload(question.into()).timeout(Some(ANSWER_WITHIN));
    let asked = subjects::query(Part::Admin.as_str(), "delivery");
    let answer = log.client().send_request(asked, request).await;
    let answer = answer.map_err(|error| doing().because(error))?;
    let answer: Answer<Deliveries> = from_msgpack(&answer.payload).map_err(|why| doing().because(why))?;
    Ok(answer.answer.sums)
}
