//! Rounds of messages to the group, and of raw core NATS publishing of the same bytes to the same subjects.

use std::time::Duration;

use async_nats::{HeaderMap, Subject};
use bytes::Bytes;
use futures_util::StreamExt;
use tokio::time::{Instant, timeout};

use super::group::Group;
use super::listeners::Listeners;
use crate::cli::output::Failure;
use crate::lab::bench::ends::{Messages, hears};
use crate::lab::bench::load::{IN_FLIGHT_MAX, rate};
use crate::lab::bench::world::World;
use crate::log::{Log, Pipeline};
use crate::rules::Command;
use crate::rules::message::Send;
use crate::rules::presence::Encoding;
use crate::wire::outcome::OutcomeBody;
use crate::wire::{command, from_msgpack, subjects};
use crate::words::{Address, MessageId};

const TEXT_BYTES: usize = 200;
/// Nothing for this long means that something was lost.
const SILENCE_MAX: Duration = Duration::from_secs(20);

/// A live message as it was sent.
struct Sent {
    subject: Subject,
    headers: HeaderMap,
    payload: Bytes,
}

/// Who hears, and what the yardstick sends.
pub(super) struct Rounds<'a> {
    pub(super) group: &'a Group,
    pub(super) listeners: &'a Listeners,
    log: Log,
    raw: Log,
    sent: Vec<Sent>,
}

/// A round of messages to the group.
pub(super) struct Round {
    pub(super) messages: Vec<MessageId>,
    /// Live deliveries a second, from the first publish to the last member's last message.
    pub(super) per_s: f64,
    pub(super) to_last: Duration,
    /// From the first publish to the last outcome, which is told when all commits are stored.
    pub(super) to_outcome: Duration,
}

impl<'a> Rounds<'a> {
    /// Writes to the group once, and keeps what its members get.
    pub(super) async fn learn(
        world: &World,
        group: &'a Group,
        listeners: &'a Listeners,
    ) -> Result<Rounds<'a>, Failure> {
        let (log, raw) = (world.connect("group").await?, world.connect("raw").await?);
        let mut rounds = Rounds { group, listeners, log, raw, sent: Vec::new() };
        let mut live = hears(&world.connect("recipients").await?, "homing.to.>".to_owned()).await?;
        let round = rounds.homing(1).await?;
        while rounds.sent.len() < group.online.len() {
            let message = next(&mut live).await?;
            rounds.sent.push(Sent {
                subject: message.subject,
                headers: message.headers.unwrap_or_default(),
                payload: message.payload,
            });
        }
        group.confirm(&round.messages).await?;
        Ok(rounds)
    }

    /// Bytes of a live message, its headers beside them.
    pub(super) fn bytes(&self) -> f64 {
        self.sent.iter().map(|sent| sent.payload.len()).sum::<usize>() as f64 / self.sent.len() as f64
    }

    /// So many messages are written one behind the other; until the last member has heard the last one.
    pub(super) async fn homing(&self, messages: usize) -> Result<Round, Failure> {
        let sender = &self.group.sender;
        let mut outcomes = hears(&self.log, subjects::outcome_of(&sender.by)).await?;
        let said: Vec<(String, Bytes)> = (0..messages).map(|number| self.said(number)).collect();
        self.listeners.expect(messages);
        let mut pipeline = Pipeline::new(self.log.clone(), IN_FLIGHT_MAX);
        let started = Instant::now();
        for (subject, payload) in said {
            pipeline.publish(subject, payload).await?;
        }
        let (ended, told) = tokio::join!(self.listeners.complete(messages), told(&mut outcomes, messages));
        let ((accepted, outcome), to_last) = (told?, ended?.duration_since(started));
        pipeline.drain().await?;
        let per_s = rate(messages * self.group.online.len(), to_last);
        Ok(Round { messages: accepted, per_s, to_last, to_outcome: outcome.duration_since(started) })
    }

    /// Live messages a second, published as many times by one client that does nothing else.
    pub(super) async fn raw(&self, times: usize) -> Result<f64, Failure> {
        let failed = |why: &dyn std::fmt::Display| Failure::failed(format!("could not publish: {why}"));
        let again = |sent: &Sent| (sent.subject.clone(), sent.headers.clone(), sent.payload.clone());
        let prepared: Vec<_> = (0..times).flat_map(|_| self.sent.iter().map(again)).collect();
        self.listeners.expect(times);
        let (client, started) = (self.raw.client(), Instant::now());
        for (subject, headers, payload) in prepared {
            let published = client.publish_with_headers(subject, headers, payload).await;
            published.map_err(|error| failed(&error))?;
        }
        self.raw.flush().await?;
        let ended = self.listeners.complete(times).await?;
        Ok(rate(times * self.sent.len(), ended.duration_since(started)))
    }

    fn said(&self, number: usize) -> (String, Bytes) {
        let text = format!("{number:>TEXT_BYTES$}");
        let to = vec![Address::Group(self.group.number)];
        let send = Command::from(Send { to, text: Some(text.into()), ..Send::default() });
        let subject = subjects::command(&self.group.sender.by, send.verb());
        (subject, command::encode(&send, Encoding::Msgpack).into())
    }
}

/// The messages that were accepted, and when the last of so many outcomes came.
async fn told(outcomes: &mut Messages, count: usize) -> Result<(Vec<MessageId>, Instant), Failure> {
    let mut accepted = Vec::with_capacity(count);
    while accepted.len() < count {
        let outcome: OutcomeBody = from_msgpack(&next(outcomes).await?.payload).map_err(Failure::failed)?;
        let refused = || Failure::failed(format!("a message was refused: {:?}", outcome.code));
        accepted.push(outcome.message.ok_or_else(refused)?);
    }
    Ok((accepted, Instant::now()))
}

async fn next(messages: &mut Messages) -> Result<async_nats::Message, Failure> {
    let next = timeout(SILENCE_MAX, messages.next()).await.ok().flatten();
    next.ok_or_else(|| Failure::failed("nothing more came".to_owned()))
}
