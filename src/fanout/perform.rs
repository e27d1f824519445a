//! One commit's deliveries, carried out: live messages published, work handed over to OUTBOX.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_nats::HeaderMap;
use futures_util::{StreamExt, stream};
use tokio::sync::Semaphore;
use tokio::task::unconstrained;
use tracing::{debug, warn};

use super::bodies::{self, Bodies, Found, Run, goes_live};
use super::look::Look;
use crate::log::{Fault, Log, Verdict};
use crate::rules::Channel;
use crate::rules::Commit;
use crate::rules::message::{Accepted, Routed};
use crate::rules::presence::Encoding;
use crate::wire::app::ForApp;
use crate::wire::headers::SAID_BY_HOMING;
use crate::wire::work::Work;
use crate::wire::{Body, Outgoing, subjects, to_payload};
use crate::words::{EventSeq, Instant, MessageId, Party, UserName};

/// The server was away, or OUTBOX is full.
pub(super) const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// Items of one large commit on their way to OUTBOX: more would not be stored sooner, and what small commits hand over
/// meanwhile stands behind them.
const HAND_OVERS_MAX: usize = 16;
/// Bodies that a commit beside the way reads ahead of their turn.
const BODIES_AHEAD_MAX: usize = 4;
/// Bodies that all of these have in hand together. None is larger than what a server takes (1 MiB).
const BODIES_MAX: usize = 32;
/// Live messages in memory on their way to the socket: what is published behind them waits as long as they take.
const UNFLUSHED_BYTES_MAX: usize = 1_024 * 1_024;

pub(super) struct Performer {
    log: Log,
    bodies: Bodies,
    in_hand: Semaphore,
    unflushed: AtomicUsize,
    /// Of all that goes to clients.
    headers: HeaderMap,
}

/// An item for OUTBOX, and its identity there.
pub(super) struct HandOver {
    item: Outgoing,
    identity: String,
}

impl Performer {
    pub(super) fn new(log: Log) -> Performer {
        let (bodies, in_hand) = (Bodies::new(log.clone()), Semaphore::new(BODIES_MAX));
        let mut headers = HeaderMap::new();
        headers.insert(SAID_BY_HOMING.0, SAID_BY_HOMING.1);
        Performer { log, bodies, in_hand, unflushed: AtomicUsize::new(0), headers }
    }

    pub(super) fn log(&self) -> &Log {
        &self.log
    }

    pub(super) fn bodies(&self) -> &Bodies {
        &self.bodies
    }

    /// Performs a commit beside the way; it is kept with the time at which the log took it. What was too large for that is read
    /// once more.
    pub(super) async fn beside(&self, seq: u64, kept: Option<(Commit, Instant)>) -> Verdict {
        let decided = match kept {
            Some(kept) => Ok(Some(kept)),
            None => {
                let decided = self.log.decided(EventSeq(seq)).await;
                decided.map(|read| read.map(|(commit, at)| (commit.unfolded(), at)))
            }
        };
        match decided {
            Ok(Some((commit, decided))) => {
                let missing = self.stream(seq, &commit, decided).await;
                missing.map_or_else(|fault| again(seq, &fault), done_but_for)
            }
            Ok(None) => Verdict::Poison("it cannot be read any more".to_owned()),
            Err(fault) => again(seq, &fault),
        }
    }

    /// Performs run after run, with a few bodies in memory at a time. The messages whose body is nowhere.
    async fn stream(&self, seq: u64, commit: &Commit, decided: Instant) -> Result<Vec<MessageId>, Fault> {
        let mut look = Look::default();
        let found = bodies::runs(seq, commit).into_iter().map(|run| async move {
            // First come, first served: whoever's turn it is has one before it reads ahead, so nobody waits for ever.
            let in_hand = self.in_hand.acquire().await;
            let found = self.bodies.find(commit, &run).await;
            (run, found, in_hand)
        });
        let (mut found, mut missing) = (stream::iter(found).buffered(BODIES_AHEAD_MAX), Vec::new());
        while let Some((run, found, _in_hand)) = found.next().await {
            let Some(found) = found? else {
                missing.push(run.message);
                continue;
            };
            let ahead = || bodies::carried(commit).filter(|routed| goes_live(routed));
            self.live((&run, found.as_ref()), decided, &mut look, ahead).await?;
            let works = works(&run, &found, EventSeq(seq)).into_iter();
            let mut stored = stream::iter(works.map(|work| self.hand_over(work))).buffered(HAND_OVERS_MAX);
            // Unconstrained: tokio wakes those that it stops for fairness last come, first served, and they would be stored so.
            while let Some(stored) = unconstrained(stored.next()).await {
                stored?;
            }
        }
        self.tell(commit).await?;
        Ok(missing)
    }

    /// Sends what goes live and may, one after the other; `next` are those that go live from here on, be it those of the run.
    pub(super) async fn live<'a, N: Iterator<Item = &'a Routed>>(
        &self,
        (run, found): (&'a Run, &Found),
        decided: Instant,
        look: &mut Look,
        next: impl Fn() -> N,
    ) -> Result<(), Fault> {
        self.to_its_sender(run, found).await?;
        for routed in run.routed.iter().filter(|routed| goes_live(routed)) {
            let Some(user) = routed.to.user() else { continue };
            if look.allows(&self.log, (routed, decided), next()).await? {
                self.send(routed, user, found).await?;
            } else {
                debug!(message = %routed.message, %user, "what was decided is not so any more, and not sent");
            }
        }
        Ok(())
    }

    async fn send(&self, routed: &Routed, user: &UserName, found: &Found) -> Result<(), Fault> {
        let shown = found.body.shown(routed.to.clone(), "sent");
        let payload = to_payload(&shown, routed.encoding.unwrap_or_default());
        self.publish(subjects::live(user, routed.message), payload).await
    }

    /// Publishes to clients, with as much in memory as goes to the socket at once.
    pub(super) async fn publish(&self, subject: String, payload: Vec<u8>) -> Result<(), Fault> {
        let len = payload.len();
        let headers = self.headers.clone();
        let sent = self.log.client().publish_with_headers(subject, headers, payload.into()).await;
        sent.map_err(|error| Fault::later("send to a client").because(error))?;
        if self.unflushed.fetch_add(len, Ordering::Relaxed) + len > UNFLUSHED_BYTES_MAX {
            self.unflushed.store(0, Ordering::Relaxed);
            self.log.flush().await?;
        }
        Ok(())
    }

    pub(super) async fn hand_over(&self, HandOver { item, identity }: HandOver) -> Result<(), Fault> {
        self.log.publish(item, &identity).await?;
        Ok(())
    }

    /// A message to a group goes to its sender's own devices too: nobody plans it, and nobody waits for it to be confirmed.
    async fn to_its_sender(&self, run: &Run, found: &Found) -> Result<(), Fault> {
        let accepted = &found.body.accepted;
        let goes = run.accepts && accepted.app.is_none() && accepted.in_name.is_none();
        let Some(user) = accepted.from.user().filter(|_| goes) else { return Ok(()) };
        let shown = found.body.shown(Party::User(user.clone()), "sent");
        self.publish(subjects::live(user, run.message), to_payload(&shown, Encoding::Json)).await
    }
}

/// What a run hands over to OUTBOX.
pub(super) fn works(run: &Run, found: &Found, decided: EventSeq) -> Vec<HandOver> {
    let accepted = &found.body.accepted;
    let (mut works, mut next) = (Vec::with_capacity(run.routed.len()), 0);
    for routed in run.routed.iter().filter(|routed| matches!(routed.channel, Channel::By(_))) {
        let on_page = routed.place.map(|place| place as usize);
        let place = on_page.unwrap_or_else(|| place_of(&routed.to, &accepted.to, next));
        next = place + 1;
        let work = Work {
            message: routed.message,
            from: accepted.from.clone(),
            to: routed.to.clone(),
            channel: routed.channel,
            head: head(accepted),
            text: accepted.text_for(&routed.to),
            parts: accepted.parts.clone(),
            body: None,
            at: found.body.at,
            expires: accepted.expires,
            decided,
        };
        let work = work.small(found.held);
        works.push(HandOver { identity: work.identity(place), item: work.outgoing(place) });
    }
    works.extend(for_app(run, &found.body));
    works
}

/// What an app gets that a message is for.
fn for_app(run: &Run, Body { accepted, at }: &Body) -> Option<HandOver> {
    let (app, group) = accepted.app.zip(accepted.group).filter(|_| run.accepts)?;
    let Accepted { message, from, text, parts, .. } = accepted.clone();
    let item = ForApp { message, app, group, from, text, parts, at: at.to_string() };
    Some(HandOver { identity: item.identity(), item: item.outgoing() })
}

/// What stands before a text in an SMS: the group's name where it is in that, or of a message to a group who wrote it.
fn head(accepted: &Accepted) -> Option<String> {
    match &accepted.in_name {
        Some(in_name) => in_name.head.clone(),
        None => accepted.group.map(|_| accepted.from.to_string()),
    }
}

/// Mostly they are routed in the order in which they were named.
fn place_of(to: &Party, named: &[Party], next: usize) -> usize {
    let ahead = named.iter().enumerate().skip(next);
    let mut all = ahead.chain(named.iter().enumerate().take(next));
    all.find(|(_, party)| *party == to).map_or(0, |(place, _)| place)
}

/// A commit whose other deliveries are performed. It is parked where a person sees it, if any body is nowhere.
pub(super) fn done_but_for(missing: Vec<MessageId>) -> Verdict {
    match missing.as_slice() {
        [] => Verdict::Done,
        [first, more @ ..] => {
            let more = if more.is_empty() { String::new() } else { format!(" and of {} more", more.len()) };
            Verdict::Poison(format!("the body of {first}{more} is not in the log; the others are delivered"))
        }
    }
}

pub(super) fn again(seq: u64, fault: &Fault) -> Verdict {
    warn!(seq, %fault, "deliveries are tried again");
    Verdict::Again(AGAIN_AFTER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_recipient_is_found_at_their_place_wherever_the_search_begins() {
        let named: Vec<Party> = ["ann", "bob", "carol"].map(|name| name.parse().unwrap()).into();
        for (to, next, want) in [("ann", 0, 0), ("carol", 0, 2), ("ann", 2, 0), ("bob", 3, 1), ("dan", 1, 0)]
        {
            assert_eq!(place_of(&to.parse().unwrap(), &named, next), want, "{to} from {next}");
        }
    }
}
