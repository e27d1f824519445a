//! The bodies of messages: in the commit at hand, or fetched from the log where an earlier commit holds them.

use std::collections::{BTreeSet, HashMap};

use futures_util::{StreamExt, stream};
use tracing::warn;

use crate::log::Log;
use crate::rules::message::{Accepted, Routed};
use crate::rules::schedule::Content;
use crate::rules::{Channel, Commit, Fact};
use crate::wire::commit;
use crate::words::{EventSeq, Instant, MessageId};

/// Reads under way at once: they cost the server little, and a client that returns waits for its whole inbox.
const READS_MAX: usize = 64;

/// What a delivery needs of its message.
#[derive(Debug, Clone)]
pub(super) struct Body {
    pub(super) accepted: Accepted,
    pub(super) at: Instant,
}

/// The bodies that the deliveries of a batch of commits need, by message. What cannot be read is not among them.
pub(super) async fn of_batch(log: &Log, batch: &[(u64, Commit)]) -> HashMap<MessageId, Body> {
    let mut bodies: HashMap<MessageId, Body> = batch.iter().flat_map(|(_, commit)| own(commit)).collect();
    let elsewhere = batch.iter().flat_map(|(seq, commit)| needed(*seq, commit));
    let elsewhere: Vec<(MessageId, u64)> =
        elsewhere.filter(|(message, _)| !bodies.contains_key(message)).collect();
    for commit in commits(log, elsewhere.into_iter().map(|(_, at)| at)).await.values() {
        bodies.extend(own(commit));
    }
    // What a schedule sends has its text where the schedule was made.
    let of_schedules = bodies.values().filter_map(|body| body.accepted.body);
    let made = commits(log, of_schedules.map(|at| at.0)).await;
    bodies.retain(|_, body| body.accepted.body.is_none_or(|at| filled(body, made.get(&at.0))));
    bodies
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

fn own(commit: &Commit) -> impl Iterator<Item = (MessageId, Body)> {
    let accepted = commit.facts.iter().filter_map(Fact::get::<Accepted>);
    accepted.map(|accepted| (accepted.message, Body { accepted: accepted.clone(), at: commit.at }))
}

fn filled(body: &mut Body, made: Option<&Commit>) -> bool {
    let content: Option<&Content> = made.and_then(|commit| commit.facts.iter().find_map(Content::of));
    if let Some(content) = content {
        body.accepted.text.clone_from(&content.text);
        body.accepted.parts.clone_from(&content.parts);
    }
    content.is_some()
}

async fn commits(log: &Log, at: impl Iterator<Item = u64>) -> HashMap<u64, Commit> {
    let each_once: BTreeSet<u64> = at.collect();
    let reads = stream::iter(each_once).map(|at| async move { (at, log.record("EVENTS", at).await) });
    let mut reads = reads.buffer_unordered(READS_MAX);
    let mut commits = HashMap::new();
    while let Some((at, record)) = reads.next().await {
        match record {
            Ok(record) => {
                let commit = record.and_then(|record| commit::decode(&record.payload).ok());
                commits.extend(commit.map(|commit| (at, commit)));
            }
            Err(fault) => warn!(seq = at, %fault, "a body could not be read"),
        }
    }
    commits
}
