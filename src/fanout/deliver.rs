//! One commit's deliveries, carried out.

use std::collections::HashMap;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use tokio::task::unconstrained;
use tracing::warn;

use super::bodies;
use crate::log::{Fault, Handler, Log, Record, Verdict};
use crate::rules::message::Routed;
use crate::rules::{Channel, Commit, Fact};
use crate::wire::work::Work;
use crate::wire::{Body, MessageView, commit, subjects, to_payload};
use crate::words::{EventSeq, MessageId, UserName};

type Bodies = HashMap<MessageId, Body>;

/// The server was away, or OUTBOX is full.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// Items on their way to OUTBOX at once: a disk that syncs each write serves many that wait together.
const HAND_OVERS_MAX: usize = 256;

pub(super) struct Deliver {
    log: Log,
}

impl Deliver {
    pub(super) fn new(log: Log) -> Deliver {
        Deliver { log }
    }

    /// Sends what goes live, and gives what goes to OUTBOX.
    async fn perform(&self, seq: u64, commit: &Commit, bodies: &Bodies) -> Result<Vec<HandOver>, Fault> {
        let mut to_outbox = Vec::new();
        for routed in commit.facts.iter().filter_map(Fact::get::<Routed>) {
            let body = bodies.get(&routed.message);
            let body = body.ok_or_else(|| Fault::later(format!("find the body of {}", routed.message)));
            match (routed.channel, routed.to.user()) {
                (Channel::Live, Some(user)) => self.send_live(routed, user, body?).await?,
                (Channel::By(_), _) => to_outbox.push(work(routed, body?, EventSeq(seq))),
                (Channel::Live, None) | (Channel::Pull | Channel::None, _) => {}
            }
        }
        Ok(to_outbox)
    }

    async fn send_live(&self, routed: &Routed, user: &UserName, body: &Body) -> Result<(), Fault> {
        let shown = MessageView {
            message: routed.message,
            from: body.accepted.from.clone(),
            to: routed.to.clone(),
            text: body.accepted.text.clone(),
            parts: body.accepted.parts.clone(),
            at: body.at.to_string(),
            state: "sent".to_owned(),
        };
        let payload = to_payload(&shown, routed.encoding.unwrap_or_default());
        let sent = self.log.client().publish(subjects::live(user, routed.message), payload.into()).await;
        sent.map_err(|error| Fault::later("send a live message").because(error))
    }

    async fn hand_over(&self, HandOver { work, place }: HandOver) -> Result<(), Fault> {
        self.log.publish(work.outgoing(place), &work.identity(place)).await?;
        Ok(())
    }

    /// Verdicts of a batch: live messages leave one after the other, in the order of the log; what goes to OUTBOX is
    /// stored in that order too, but not waited for one by one.
    async fn batch(&self, records: &[&Record]) -> Vec<Verdict> {
        let (mut verdicts, mut commits) =
            (Vec::with_capacity(records.len()), Vec::with_capacity(records.len()));
        for record in records {
            let decoded = commit::decode(&record.payload);
            verdicts
                .push(decoded.as_ref().map_or_else(|why| Verdict::Poison(why.clone()), |_| Verdict::Done));
            commits.extend(decoded.map(|commit| (record.seq, commit)));
        }
        let bodies = bodies::of_batch(&self.log, &commits).await;
        let sound = verdicts.iter_mut().enumerate().filter(|(_, verdict)| **verdict == Verdict::Done);
        let mut to_outbox = Vec::new();
        for ((place, verdict), (seq, commit)) in sound.zip(&commits) {
            match self.perform(*seq, commit, &bodies).await {
                Ok(works) => to_outbox.extend(works.into_iter().map(|hand_over| (place, hand_over))),
                Err(fault) => *verdict = again(*seq, &fault),
            }
        }
        let stored =
            to_outbox.into_iter().map(|(place, work)| async move { (place, self.hand_over(work).await) });
        let mut stored = stream::iter(stored).buffered(HAND_OVERS_MAX);
        // Unconstrained: tokio wakes those that it stops for fairness last come, first served, and they would be stored so.
        while let Some((place, stored)) = unconstrained(stored.next()).await {
            if let (Err(fault), Some(late)) = (stored, verdicts.get_mut(place)) {
                *late = again(records.get(place).map_or(0, |record| record.seq), &fault);
            }
        }
        verdicts
    }
}

/// An item for OUTBOX; `place` is the recipient's among the message's.
struct HandOver {
    work: Work,
    place: usize,
}

fn work(routed: &Routed, body: &Body, decided: EventSeq) -> HandOver {
    let accepted = &body.accepted;
    let place = accepted.to.iter().position(|to| *to == routed.to).unwrap_or_default();
    let work = Work {
        message: routed.message,
        from: accepted.from.clone(),
        to: routed.to.clone(),
        channel: routed.channel,
        text: accepted.text.clone(),
        parts: accepted.parts.clone(),
        at: body.at,
        expires: accepted.expires,
        decided,
    };
    HandOver { work, place }
}

fn again(seq: u64, fault: &Fault) -> Verdict {
    warn!(seq, %fault, "deliveries are tried again");
    Verdict::Again(AGAIN_AFTER)
}

impl Handler for Deliver {
    async fn judge(&mut self, records: &[&Record]) -> Vec<Verdict> {
        self.batch(records).await
    }
}
