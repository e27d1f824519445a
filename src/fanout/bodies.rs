//! The bodies of messages: in the commit at hand, or fetched from the log where an earlier commit holds them.

use std::collections::HashMap;

use futures_util::{StreamExt, TryStreamExt, stream};

use crate::log::{Fault, Log};
use crate::rules::fact::Accepted;
use crate::rules::{Commit, Fact};
use crate::wire::commit;
use crate::words::{Instant, MessageId};

/// Reads under way at once: they cost the server little, and a client that returns waits for its whole inbox.
const READS_MAX: usize = 64;

/// What a delivery needs of its message.
#[derive(Debug, Clone)]
pub(super) struct Body {
    pub(super) accepted: Accepted,
    pub(super) at: Instant,
}

/// The bodies that the deliveries of a commit need, by message.
pub(super) async fn of_commit(
    log: &Log,
    seq: u64,
    commit: &Commit,
) -> Result<HashMap<MessageId, Body>, Fault> {
    let mut bodies = own(commit);
    let mut elsewhere: Vec<u64> = Vec::new();
    for fact in &commit.facts {
        if let Fact::DeliveryRouted(routed) = fact
            && !bodies.contains_key(&routed.message)
        {
            // Without a `body` it is in the first part of this decision.
            elsewhere.push(routed.body.map_or(seq - u64::from(commit.part), |body| body.0));
        }
    }
    elsewhere.dedup();
    let reads = stream::iter(elsewhere).map(|at| async move { log.record("EVENTS", at).await });
    let records: Vec<_> = reads.buffered(READS_MAX).try_collect().await?;
    for record in records.into_iter().flatten() {
        if let Ok(commit) = commit::decode(&record.payload) {
            bodies.extend(own(&commit));
        }
    }
    Ok(bodies)
}

fn own(commit: &Commit) -> HashMap<MessageId, Body> {
    let accepted = commit.facts.iter().filter_map(Fact::accepted);
    accepted.map(|accepted| (accepted.message, Body { accepted: accepted.clone(), at: commit.at })).collect()
}
