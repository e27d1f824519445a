//! One bound session: reads, writes, keeps the timers of SMPP 3.4, 2.7 and 7.2, and ends in order where it can.

mod receive;
mod send;

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, MissedTickBehavior};
use tokio_util::sync::CancellationToken;

use super::connector::Connector;
use super::dial::Bound;
use super::incoming::Inlet;
use super::outbox::{Outbox, Overdue};
use super::submit_queue::SubmitQueue;
use receive::{Heard, Receiving};
use send::Sending;

/// What is in flight when we stop has this long; most SMSCs answer within a second.
const DRAIN_WITHIN: Duration = Duration::from_secs(5);
/// For the answer to our unbind, and for the last octets of any session that ends in order.
const PART_WITHIN: Duration = Duration::from_secs(2);
/// What the SMSC had said before the connection broke may still be there to be read.
const LAST_WORDS_WITHIN: Duration = Duration::from_secs(1);
/// A timer is late by this part of itself at most, and by a second.
const TICKS: u32 = 20;
const TICK_MIN: Duration = Duration::from_millis(5);
const TICK_MAX: Duration = Duration::from_secs(1);

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ended {
    /// Because we stop.
    Stopped,
    /// The SMSC unbound.
    Unbound,
    Lost(String),
}

/// Whatever ends a session, nobody waits for it any longer.
struct Closing<'a>(&'a Outbox);

impl Drop for Closing<'_> {
    fn drop(&mut self) {
        self.0.close();
    }
}

pub(super) async fn run(
    bound: Bound,
    outbox: Arc<Outbox>,
    connector: &Connector,
    queue: &SubmitQueue,
    incoming: Inlet,
    stop: &CancellationToken,
) -> Ended {
    let _closing = Closing(&outbox);
    let heard = Heard::now();
    let mut sending = Sending::new(bound.writer, bound.write_is_exact, &outbox);
    let mut receiving = Receiving {
        reader: bound.reader,
        frames: bound.frames,
        outbox: &outbox,
        connector,
        queue,
        incoming,
        heard: &heard,
        parting: None,
    };
    let (ended, write_failed) = tokio::select! {
        ended = receiving.run() => (ended, false),
        ended = sending.run() => (ended, true),
        ended = tend(&outbox, &heard, connector, stop) => (ended, false),
    };
    if write_failed {
        let _nothing_more = tokio::time::timeout(LAST_WORDS_WITHIN, receiving.run()).await;
    } else if !matches!(ended, Ended::Lost(_)) {
        let _what_is_left_is_lost = tokio::time::timeout(PART_WITHIN, sending.finish()).await;
    }
    ended
}

/// Looks at the timers, until one ends the session or it has been stopped in order.
async fn tend(outbox: &Outbox, heard: &Heard, connector: &Connector, stop: &CancellationToken) -> Ended {
    let spans = [connector.enquire_link, connector.response_timeout, connector.inactivity];
    let least = spans.into_iter().filter(|span| !span.is_zero()).min().unwrap_or(TICK_MAX);
    let mut tick = tokio::time::interval((least / TICKS).clamp(TICK_MIN, TICK_MAX));
    tick.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut stopping = std::pin::pin!(part(outbox, stop));
    loop {
        let now = tokio::select! {
            now = tick.tick() => now,
            () = &mut stopping => return Ended::Stopped,
        };
        if let Some(why) = look(outbox, heard, connector, now) {
            return Ended::Lost(why.to_owned());
        }
    }
}

fn look(outbox: &Outbox, heard: &Heard, connector: &Connector, now: Instant) -> Option<&'static str> {
    match outbox.tick(now, connector.response_timeout) {
        Overdue::Nothing => (),
        Overdue::EnquireLink => return Some("the SMSC does not answer enquire_link"),
        Overdue::Writing => return Some("the SMSC does not read"),
    }
    let silence = heard.silence(now);
    let over = |span: Duration| !span.is_zero() && silence >= span;
    if over(connector.inactivity) {
        return Some("the SMSC is silent");
    }
    if over(connector.enquire_link) {
        outbox.enquire_link();
    }
    None
}

/// Once stopped: what is in flight is waited for, and the session unbound. The answer ends it elsewhere.
async fn part(outbox: &Outbox, stop: &CancellationToken) {
    stop.cancelled().await;
    outbox.drain();
    let _what_is_left_is_unknown = tokio::time::timeout(DRAIN_WITHIN, outbox.idle()).await;
    outbox.unbind();
    tokio::time::sleep(PART_WITHIN).await;
}
