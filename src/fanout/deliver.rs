//! One commit's deliveries, carried out.

use std::time::Duration;

use futures_util::future::try_join_all;
use tracing::warn;

use super::bodies::{self, Body};
use crate::log::{Fault, Handler, Log, Record, Verdict};
use crate::rules::fact::Routed;
use crate::rules::{Channel, Commit, Fact};
use crate::wire::work::Work;
use crate::wire::{Shown, commit, subjects, to_payload};
use crate::words::{EventSeq, UserName};

/// The server was away, or OUTBOX is full.
const AGAIN_AFTER: Duration = Duration::from_secs(1);

pub(super) struct Deliver {
    log: Log,
}

impl Deliver {
    pub(super) fn new(log: Log) -> Deliver {
        Deliver { log }
    }

    async fn perform(&self, seq: u64, commit: &Commit) -> Result<(), Fault> {
        let routed: Vec<&Routed> = commit.facts.iter().filter_map(Fact::routed).collect();
        if routed.iter().all(|routed| matches!(routed.channel, Channel::None | Channel::Pull)) {
            return Ok(());
        }
        let bodies = bodies::of_commit(&self.log, seq, commit).await?;
        let mut handed_over = Vec::new();
        for routed in routed {
            let Some(body) = bodies.get(&routed.message) else {
                return Err(Fault::later(format!("find the body of {}", routed.message)));
            };
            match (routed.channel, routed.to.user()) {
                (Channel::Live, Some(user)) => self.send_live(routed, user, body).await?,
                (Channel::Sms | Channel::Mms, _) => {
                    handed_over.push(self.hand_over(routed, body, EventSeq(seq)))
                }
                (Channel::Live, None) | (Channel::Pull | Channel::None, _) => {}
            }
        }
        try_join_all(handed_over).await?;
        Ok(())
    }

    async fn send_live(&self, routed: &Routed, user: &UserName, body: &Body) -> Result<(), Fault> {
        let shown = Shown {
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

    async fn hand_over(&self, routed: &Routed, body: &Body, decided: EventSeq) -> Result<(), Fault> {
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
        self.log.publish(work.outgoing(place), &work.identity(place)).await?;
        Ok(())
    }
}

impl Handler for Deliver {
    async fn judge(&mut self, record: &Record) -> Verdict {
        let commit = match commit::decode(&record.payload) {
            Ok(commit) => commit,
            Err(why) => return Verdict::Poison(why),
        };
        match self.perform(record.seq, &commit).await {
            Ok(()) => Verdict::Done,
            Err(fault) => {
                warn!(seq = record.seq, %fault, "deliveries are tried again");
                Verdict::Again(AGAIN_AFTER)
            }
        }
    }
}
