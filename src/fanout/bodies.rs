//! The runs of a commit: deliveries of one message that stand one behind the other, and the body that all of them share.

use std::sync::Arc;

use super::lately::Lately;
use crate::log::{Fault, Log};
use crate::rules::message::{Accepted, Routed};
use crate::rules::{Channel, Commit, Fact};
use crate::wire::Body;
use crate::words::{EventSeq, MessageId};

/// Records of somebody else that may stand between two parts of a decision: each is a question to the server.
const STRAYS_MAX: usize = 64;

/// Deliveries of one message by a live connection or an adapter. A message to many is one run: its body is looked up once.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) message: MessageId,
    /// Who accepted it.
    at: EventSeq,
    pub(super) routed: Vec<Routed>,
    /// Whether this is the commit that accepts it, for a group: it goes out in other ways too.
    pub(super) accepts: bool,
}

/// A body, and the commit that holds its text and parts.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) body: Body,
    pub(super) held: EventSeq,
}

impl Found {
    /// What is accepted there.
    fn of(body: Body, at: EventSeq) -> Arc<Found> {
        Arc::new(Found { held: body.elsewhere().unwrap_or(at), body })
    }
}

/// What a commit delivers, in order.
pub(super) fn carried(commit: &Commit) -> impl Iterator<Item = &Routed> {
    let routed = commit.facts.iter().filter_map(Fact::get::<Routed>);
    routed.filter(|routed| !matches!(routed.channel, Channel::None | Channel::Pull))
}

pub(super) fn goes_live(routed: &Routed) -> bool {
    routed.channel == Channel::Live && routed.to.user().is_some()
}

/// Of how many messages the body is to be looked up elsewhere.
pub(super) fn elsewhere(commit: &Commit) -> usize {
    let (mut count, mut last) = (0, None);
    for routed in carried(commit).filter(|routed| !accepts(commit, routed.message)) {
        count += usize::from(last.replace(routed.message) != Some(routed.message));
    }
    // What a schedule sends is accepted here, and has its text where the schedule was made.
    let made = commit.facts.iter().filter_map(Fact::get::<Accepted>).filter(|made| made.body.is_some());
    count + made.count()
}

fn accepts(commit: &Commit, message: MessageId) -> bool {
    commit.facts.iter().filter_map(Fact::get::<Accepted>).any(|accepted| accepted.message == message)
}

fn first_part(seq: u64, commit: &Commit) -> EventSeq {
    EventSeq(seq - u64::from(commit.part))
}

pub(super) fn runs(seq: u64, commit: &Commit) -> Vec<Run> {
    // Without a `body` it is in the first part of this decision.
    let first = first_part(seq, commit);
    let for_groups =
        commit.facts.iter().filter_map(Fact::get::<Accepted>).filter(|made| made.group.is_some());
    let accepted =
        |made: &Accepted| Run { message: made.message, at: first, routed: Vec::new(), accepts: true };
    let mut runs: Vec<Run> = for_groups.map(accepted).collect();
    for routed in carried(commit) {
        match runs.last_mut() {
            Some(run) if run.message == routed.message => run.routed.push(routed.clone()),
            Some(_) | None => runs.push(Run {
                message: routed.message,
                at: routed.body.unwrap_or(first),
                routed: vec![routed.clone()],
                accepts: false,
            }),
        }
    }
    runs
}

/// The bodies of runs. Those that wait for somebody are kept for a while, and those that were read from the log: what was sent
/// to many waits for many, who come online one after the other.
pub(super) struct Bodies {
    log: Log,
    lately: Lately,
}

impl Bodies {
    pub(super) fn new(log: Log) -> Bodies {
        Bodies { log, lately: Lately::new() }
    }

    /// Keeps the bodies that a commit accepts and that wait for somebody, and the text of a schedule that fires soon.
    pub(super) fn keep(&self, seq: u64, commit: &Commit) {
        self.lately.keep_schedule(EventSeq(seq), commit);
        let at = first_part(seq, commit);
        let mut last = None;
        for routed in commit.facts.iter().filter_map(Fact::get::<Routed>) {
            let waits = matches!(routed.channel, Channel::None | Channel::Pull);
            if waits
                && last.replace(routed.message) != Some(routed.message)
                && let Some(body) = Body::of(commit, routed.message).filter(|body| body.elsewhere().is_none())
            {
                self.lately.bodies.insert((at, routed.message), Found::of(body, at));
            }
        }
    }

    /// The body of a run, from the commit at hand or from the log; none where the log does not hold it.
    pub(super) async fn find(&self, own: &Commit, run: &Run) -> Result<Option<Arc<Found>>, Fault> {
        if let Some(body) = Body::of(own, run.message) {
            return Ok(self.lately.filled(&self.log, body).await?.map(|body| Found::of(body, run.at)));
        }
        let key = (run.at, run.message);
        // Of several who want the same one, the first reads it.
        match self.lately.bodies.get_value_or_guard_async(&key).await {
            Ok(found) => Ok(Some(found)),
            Err(reads) => {
                let found = self.read(own, run).await?;
                if let Some(found) = &found {
                    // Where it was given up meanwhile it is not kept.
                    let _ = reads.insert(Arc::clone(found));
                }
                Ok(found)
            }
        }
    }

    /// Behind a part of a decision its first one stands a little earlier where somebody else's records stand between.
    async fn read(&self, own: &Commit, run: &Run) -> Result<Option<Arc<Found>>, Fault> {
        let tries = if own.part > 0 { 1 + STRAYS_MAX } else { 1 };
        for at in (1..=run.at.0).rev().take(tries).map(EventSeq) {
            let body = self.log.commit(at).await?.and_then(|commit| Body::of(&commit, run.message));
            if let Some(body) = body {
                return Ok(self.lately.filled(&self.log, body).await?.map(|body| Found::of(body, at)));
            }
        }
        Ok(None)
    }
}
