//! The bodies that a batch of commits delivers: in the commits at hand, or looked up where an earlier one holds them.

use std::collections::HashMap;

use futures_util::{StreamExt, stream};
use tracing::warn;

use crate::log::{Fault, Log};
use crate::rules::message::{Accepted, Routed};
use crate::rules::{Channel, Commit, Fact};
use crate::wire::Body;
use crate::words::{EventSeq, MessageId};

/// Reads under way at once: they cost the server little, and a client that returns waits for its whole inbox.
const READS_MAX: usize = 64;

/// The bodies that the deliveries of a batch of commits need, by message. What cannot be read is not among them.
pub(super) async fn of_batch(log: &Log, batch: &[(u64, Commit)]) -> HashMap<MessageId, Body> {
    let at_hand: HashMap<MessageId, &Commit> = batch.iter().flat_map(|(_, commit)| accepts(commit)).collect();
    let needed: HashMap<MessageId, u64> =
        batch.iter().flat_map(|(seq, commit)| needed(*seq, commit)).collect();
    let reads = needed.into_iter().map(|(message, at)| {
        let own = at_hand.get(&message).and_then(|commit| Body::of(commit, message));
        async move { (message, at, read(log, own, EventSeq(at), message).await) }
    });
    let mut reads = stream::iter(reads).buffer_unordered(READS_MAX);
    let mut bodies = HashMap::new();
    while let Some((message, at, body)) = reads.next().await {
        match body {
            Ok(body) => bodies.extend(body.map(|body| (message, body))),
            Err(fault) => warn!(seq = at, %fault, "a body could not be read"),
        }
    }
    bodies
}

async fn read(log: &Log, own: Option<Body>, at: EventSeq, message: MessageId) -> Result<Option<Body>, Fault> {
    match own {
        Some(body) => log.filled(body).await,
        None => log.body(at, message).await,
    }
}

/// The messages that a commit delivers by a channel, with where their bodies are.
fn needed(seq: u64, commit: &Commit) -> impl Iterator<Item = (MessageId, u64)> {
    let carried = |channel| !matches!(channel, Channel::None | Channel::Pull);
    let routed =
        commit.facts.iter().filter_map(Fact::get::<Routed>).filter(move |routed| carried(routed.channel));
    // Without a `body` it is in the first part of this decision.
    let first = seq - u64::from(commit.part);
    routed.map(move |routed| (routed.message, routed.body.map_or(first, |EventSeq(body)| body)))
}

fn accepts(commit: &Commit) -> impl Iterator<Item = (MessageId, &Commit)> {
    let accepted = commit.facts.iter().filter_map(Fact::get::<Accepted>);
    accepted.map(move |accepted| (accepted.message, commit))
}
