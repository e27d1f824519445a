//! The runs of a commit: deliveries of one message that stand one behind the other, and the body that all of them share.

use std::sync::Arc;

use super::lately::Lately;
use crate::log::{Fault, Log};
use crate::rules::message::{Accepted, Page, Routed};
use crate::rules::{Channel, Commit, Fact};
use crate::wire::Body;
use crate::words::{EventSeq, MessageId, Party};

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

/// The two ways out: live to clients, and stored for adapters. What goes by one does not wait for what goes by the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    Live,
    Stored,
}

impl Way {
    pub(super) const ALL: [Way; 2] = [Way::Live, Way::Stored];

    /// Of a channel; none where nothing is carried.
    pub(super) fn of(channel: Channel) -> Option<Way> {
        match channel {
            Channel::Live => Some(Way::Live),
            Channel::By(_) => Some(Way::Stored),
            Channel::None | Channel::Pull => None,
        }
    }
}

/// To whom a commit delivers one way, in order; those on a page too.
pub(super) fn recipients(commit: &Commit, way: Way) -> impl Iterator<Item = &Party> {
    let goes = move |channel: Channel| Way::of(channel) == Some(way);
    commit.facts.iter().flat_map(move |fact| {
        let one = fact.get::<Routed>().filter(|routed| goes(routed.channel)).map(|routed| &routed.to);
        let runs = fact.get::<Page>().into_iter().flat_map(|page| &page.routed);
        one.into_iter().chain(runs.filter(move |run| goes(run.channel)).flat_map(|run| &run.to))
    })
}

/// What an unfolded commit delivers, in order.
pub(super) fn carried(commit: &Commit) -> impl Iterator<Item = &Routed> {
    let routed = commit.facts.iter().filter_map(Fact::get::<Routed>);
    routed.filter(|routed| Way::of(routed.channel).is_some())
}

pub(super) fn goes_live(routed: &Routed) -> bool {
    routed.channel == Channel::Live && routed.to.user().is_some()
}

/// Of how many messages the body is to be looked up elsewhere.
pub(super) fn elsewhere(commit: &Commit) -> usize {
    let (mut count, mut last) = (0, None);
    let paged = commit.facts.iter().filter_map(Fact::get::<Page>).map(|page| page.message);
    let messages = carried(commit).map(|routed| routed.message).chain(paged);
    for message in messages.filter(|message| !accepts(commit, *message)) {
        count += usize::from(last.replace(message) != Some(message));
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

/// What a commit delivers by some channels, those on a page too.
pub(super) fn runs(seq: u64, commit: &Commit, is_one: impl Fn(Channel) -> bool) -> Vec<Run> {
    // Without a `body` it is in the first part of this decision.
    let first = first_part(seq, commit);
    let for_groups =
        commit.facts.iter().filter_map(Fact::get::<Accepted>).filter(|made| made.group.is_some());
    let accepted =
        |made: &Accepted| Run { message: made.message, at: first, routed: Vec::new(), accepts: true };
    let mut runs: Vec<Run> = for_groups.map(accepted).collect();
    let mut add = |routed: Routed| match runs.last_mut() {
        Some(run) if run.message == routed.message => run.routed.push(routed),
        Some(_) | None => {
            runs.push(Run {
                message: routed.message,
                at: routed.body.unwrap_or(first),
                routed: vec![routed],
                accepts: false,
            });
        }
    };
    for fact in &commit.facts {
        if let Some(page) = fact.get::<Page>() {
            page.routed_by(&is_one).for_each(&mut add);
        } else if let Some(routed) = fact.get::<Routed>().filter(|routed| is_one(routed.channel)) {
            add(routed.clone());
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

    /// Keeps the bodies that a commit accepts and that wait for somebody, or for the pages behind it, and the text of a schedule
    /// that fires soon.
    pub(super) fn keep(&self, seq: u64, commit: &Commit) {
        self.lately.keep_schedule(EventSeq(seq), commit);
        let (at, goes_on) = (first_part(seq, commit), !commit.is_last_part());
        let waits = |channel: Channel| Way::of(channel).is_none();
        let mut last = None;
        for fact in &commit.facts {
            let one = fact.get::<Routed>().filter(|routed| waits(routed.channel)).map(|one| one.message);
            let page = fact.get::<Page>();
            let page = page.filter(|page| goes_on || page.routed.iter().any(|run| waits(run.channel)));
            let Some(message) = one.or(page.map(|page| page.message)) else { continue };
            if last.replace(message) != Some(message)
                && let Some(body) = Body::of(commit, message).filter(|body| body.elsewhere().is_none())
            {
                self.lately.bodies.insert((at, message), Found::of(body, at));
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
