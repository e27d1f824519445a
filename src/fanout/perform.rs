//! One commit's deliveries, carried out: live messages published, work handed over to OUTBOX.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_nats::HeaderMap;
use futures_util::{StreamExt, stream};
use tokio::sync::{AcquireError, Semaphore, SemaphorePermit};
use tokio::task::unconstrained;
use tracing::{debug, warn};

use super::bodies::{self, Bodies, Found, Run, Way, goes_live};
use super::look::Look;
use crate::log::{Fault, Log, Verdict};
use crate::rules::Channel;
use crate::rules::Commit;
use crate::rules::message::{Accepted, Routed};
use crate::rules::presence::Encoding;
use crate::wire::app::ForApp;
use crate::wire::headers::SAID_BY_HOMING;
use crate::wire::work::Work;
use crate::wire::{Body, Outgoing, Shown, subjects, to_payload};
use crate::words::{EventSeq, Instant, MessageId, Party};

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

/// Of a body in hand, until it is dropped.
type Permit<'a> = Result<SemaphorePermit<'a>, AcquireError>;

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

    /// Performs one way of a commit, beside the way; it is kept with the time at which the log took it. What was too large for
    /// that is read once more.
    pub(super) async fn beside(&self, seq: u64, kept: Option<(Arc<Commit>, Instant)>, way: Way) -> Verdict {
        let decided = match kept {
            Some(kept) => Ok(Some(kept)),
            None => {
                let decided = self.log.decided(EventSeq(seq)).await;
                decided.map(|read| read.map(|(commit, at)| (Arc::new(commit), at)))
            }
        };
        match decided {
            Ok(Some((commit, decided))) => {
                let missing = self.stream((seq, &commit), decided, way).await;
                missing.map_or_else(|fault| again(seq, &fault), done_but_for)
            }
            Ok(None) => Verdict::Poison("it cannot be read any more".to_owned()),
            Err(fault) => again(seq, &fault),
        }
    }

    /// Performs run after run, with a few bodies in memory at a time. The messages whose body is nowhere.
    async fn stream(
        &self,
        (seq, commit): (u64, &Commit),
        decided: Instant,
        way: Way,
    ) -> Result<Vec<MessageId>, Fault> {
        let mut look = Look::default();
        let runs = bodies::runs(seq, commit, |channel| Way::of(channel) == Some(way));
        let mut ways = Way::ALL.into_iter().filter(|way| bodies::recipients(commit, *way).next().is_some());
        let is_first = ways.next() == Some(way);
        let found = runs.iter().map(|run| self.body_of(commit, run)).collect::<Vec<_>>();
        let (mut found, mut missing) = (stream::iter(found).buffered(BODIES_AHEAD_MAX), Vec::new());
        while let Some((run, found, _in_hand)) = found.next().await {
            let Some(found) = found? else {
                missing.push(run.message);
                continue;
            };
            if is_first {
                self.beside_its_plan(run, &found).await?;
            }
            match way {
                Way::Live => {
                    let ahead = || runs.iter().flat_map(|run| &run.routed).filter(|routed| goes_live(routed));
                    self.live((run, found.as_ref()), decided, &mut look, ahead).await?;
                }
                Way::Stored => self.store(works(run, &found, EventSeq(seq))).await?,
            }
        }
        if is_first {
            self.tell(commit).await?;
        }
        Ok(missing)
    }

    /// First come, first served: whoever's turn it is has one before it reads ahead, so nobody waits for ever.
    async fn body_of<'a>(
        &self,
        commit: &Commit,
        run: &'a Run,
    ) -> (&'a Run, Result<Option<Arc<Found>>, Fault>, Permit<'_>) {
        let in_hand = self.in_hand.acquire().await;
        let found = self.bodies.find(commit, run).await;
        (run, found, in_hand)
    }

    async fn store(&self, works: Vec<HandOver>) -> Result<(), Fault> {
        let works = works.into_iter().map(|work| self.hand_over(work));
        let mut stored = stream::iter(works).buffered(HAND_OVERS_MAX);
        // Unconstrained: tokio wakes those that it stops for fairness last come, first served, and they would be stored so.
        while let Some(stored) = unconstrained(stored.next()).await {
            stored?;
        }
        Ok(())
    }

    /// Sends what goes live and may, one after the other; `next` are those that go live from here on, be it those of the run.
    pub(super) async fn live<'a, N: Iterator<Item = &'a Routed>>(
        &self,
        (run, found): (&'a Run, &Found),
        decided: Instant,
        look: &mut Look,
        next: impl Fn() -> N,
    ) -> Result<(), Fault> {
        // Many are told the same but for their own name, where nobody is told something else.
        let alike = run.routed.len() > 1 && found.body.accepted.aside.is_none();
        let mut shown: Option<Shown> = None;
        for routed in run.routed.iter().filter(|routed| goes_live(routed)) {
            let Some(user) = routed.to.user() else { continue };
            if look.allows(&self.log, (routed, decided), next()).await? {
                let encoding = routed.encoding.unwrap_or_default();
                let again = shown.as_ref().and_then(|shown| shown.to_another(&routed.to, encoding));
                let payload = again.unwrap_or_else(|| {
                    let view = found.body.shown(routed.to.clone(), "sent");
                    let payload = to_payload(&view, encoding);
                    shown = if alike { Shown::of(&view, &payload, encoding) } else { None };
                    payload
                });
                self.publish(subjects::live(user, routed.message), payload).await?;
            } else {
                debug!(message = %routed.message, %user, "what was decided is not so any more, and not sent");
            }
        }
        Ok(())
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

    /// Where a message is accepted for a group, it goes to its sender's own devices too, or to the app that it is for: nobody
    /// plans it, and nobody waits for it to be confirmed.
    pub(super) async fn beside_its_plan(&self, run: &Run, found: &Found) -> Result<(), Fault> {
        let accepted = &found.body.accepted;
        if !run.accepts || accepted.in_name.is_some() {
            return Ok(());
        }
        match (for_app(&found.body), accepted.from.user()) {
            (Some(item), _) => self.hand_over(item).await,
            (None, Some(user)) => {
                let shown = found.body.shown(Party::User(user.clone()), "sent");
                self.publish(subjects::live(user, run.message), to_payload(&shown, Encoding::Json)).await
            }
            (None, None) => Ok(()),
        }
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
            code: accepted.code_for.is_some() && accepted.code_for.as_ref() == routed.to.user(),
            body: None,
            at: found.body.at,
            expires: accepted.expires,
            decided,
        };
        let work = work.small(found.held);
        works.push(HandOver { identity: work.identity(place), item: work.outgoing(place) });
    }
    works
}

/// What an app gets that a message is for.
fn for_app(Body { accepted, at }: &Body) -> Option<HandOver> {
    let (app, group) = accepted.app.zip(accepted.group)?;
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
