//! The last look before a live message leaves, where that is a while after it was decided.
//!
//! It may have been recalled since, or have expired, and somebody may have been blocked or suspended. The log tells it only behind
//! the commit at hand; the active decider knows it.

use std::collections::HashMap;
use std::time::Duration;

use async_nats::Request;

use crate::log::{Fault, Log, clock};
use crate::rules::message::Routed;
use crate::wire::look::{LOOKED_AT_LEN_MAX, LookAt, Looked};
use crate::wire::{from_msgpack, subjects, to_msgpack};
use crate::words::{Instant, MessageId, Party, Span};

/// What was decided, or looked at, within this time is sent at once: nothing expires sooner, and a recall that comes so soon
/// comes too late in any case where fan-out keeps up, which sends within milliseconds. By the server's clock and our own: where
/// they differ by more, all is asked about, or what is a little late is not.
const FRESH_FOR: Span = Span::from_secs(1);
/// The decider answers between two batches of commands; one that takes over, or reads a long log, does not.
const ANSWER_WITHIN: Duration = Duration::from_secs(2);

/// What was found at the last look, and when that was.
#[derive(Debug, Default)]
pub(super) struct Look {
    at: Option<Instant>,
    may_go: HashMap<(MessageId, Party), bool>,
    failed: bool,
}

impl Look {
    /// Whether a delivery that was decided at a time may be sent now. Where that is to be asked, those that are next are asked
    /// about with it.
    ///
    /// # Errors
    /// While nobody decides: then nobody knows.
    pub(super) async fn allows<'a>(
        &mut self,
        log: &Log,
        (routed, decided): (&'a Routed, Instant),
        next: impl Iterator<Item = &'a Routed>,
    ) -> Result<bool, Fault> {
        let now = clock::now();
        if now - decided <= FRESH_FOR {
            return Ok(true);
        }
        let key = (routed.message, routed.to.clone());
        let is_fresh = self.at.is_some_and(|at| now - at <= FRESH_FOR);
        match self.may_go.get(&key) {
            Some(may_go) if is_fresh => Ok(*may_go),
            Some(_) | None => {
                let behind = next.skip_while(|next| *next != routed).skip(1);
                let behind = behind.map(|next| (next.message, next.to.clone()));
                let asked: Vec<_> =
                    std::iter::once(key.clone()).chain(behind).take(LOOKED_AT_LEN_MAX).collect();
                self.ask(log, now, asked).await?;
                Ok(self.may_go.get(&key).copied().unwrap_or_default())
            }
        }
    }

    /// Whether the decider did not answer, so that it is of no use to ask again at once.
    pub(super) fn failed(&self) -> bool {
        self.failed
    }

    async fn ask(
        &mut self,
        log: &Log,
        now: Instant,
        deliveries: Vec<(MessageId, Party)>,
    ) -> Result<(), Fault> {
        let doing = || Fault::later("ask whether what was decided a while ago may still be sent");
        if self.failed {
            return Err(doing());
        }
        self.failed = true;
        let question = LookAt { at: now, deliveries };
        let request = Request::new().payload(to_msgpack(&question).into()).timeout(Some(ANSWER_WITHIN));
        let answer = log.client().send_request(subjects::LOOK, request).await;
        let answer = answer.map_err(|error| doing().because(error))?;
        let Looked { may_go } = from_msgpack(&answer.payload).map_err(|why| doing().because(why))?;
        (self.at, self.failed) = (Some(now), false);
        self.may_go = question.deliveries.into_iter().zip(may_go).collect();
        Ok(())
    }
}
