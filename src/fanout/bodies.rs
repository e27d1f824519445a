//! The runs of a commit: deliveries of one message that stand one behind the other, and the body that all of them share.

use crate::log::{Fault, Log};
use crate::rules::message::{Accepted, Routed};
use crate::rules::{Channel, Commit, Fact};
use crate::wire::Body;
use crate::words::{EventSeq, MessageId};

/// Deliveries of one message by a live connection or an adapter. A message to many is one run: its body is looked up once.
#[derive(Debug)]
pub(super) struct Run {
    pub(super) message: MessageId,
    /// Who accepted it.
    at: EventSeq,
    pub(super) routed: Vec<Routed>,
}

/// A body, and the commit that holds its text and parts.
#[derive(Debug)]
pub(super) struct Found {
    pub(super) body: Body,
    pub(super) held: EventSeq,
}

/// What a commit delivers, in order.
pub(super) fn carried(commit: &Commit) -> impl Iterator<Item = &Routed> {
    let routed = commit.facts.iter().filter_map(Fact::get::<Routed>);
    routed.filter(|routed| !matches!(routed.channel, Channel::None | Channel::Pull))
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

pub(super) fn runs(seq: u64, commit: &Commit) -> Vec<Run> {
    // Without a `body` it is in the first part of this decision.
    let first = EventSeq(seq - u64::from(commit.part));
    let mut runs: Vec<Run> = Vec::new();
    for routed in carried(commit) {
        match runs.last_mut() {
            Some(run) if run.message == routed.message => run.routed.push(routed.clone()),
            Some(_) | None => runs.push(Run {
                message: routed.message,
                at: routed.body.unwrap_or(first),
                routed: vec![routed.clone()],
            }),
        }
    }
    runs
}

/// The body of a run, from the commit at hand or from the log; none where the log does not hold it.
pub(super) async fn find(log: &Log, own: &Commit, run: &Run) -> Result<Option<Found>, Fault> {
    let body = match Body::of(own, run.message) {
        Some(body) => log.filled(body).await?,
        None => log.body(run.at, run.message).await?,
    };
    Ok(body.map(|body| Found { held: body.elsewhere().unwrap_or(run.at), body }))
}
