//! Fires the timers that are due: each as a command, all at the same time, none acknowledged before it is stored.

use std::collections::HashMap;

use futures_util::StreamExt;
use futures_util::future::BoxFuture;
use futures_util::stream::FuturesUnordered;

use crate::log::{Fault, Log, Taken};
use crate::rules::presence::Encoding;
use crate::rules::{Command, Part, timer};
use crate::wire::command;
use crate::wire::work::DueTimer;

/// As many as the server stores in some ten milliseconds. More on their way would only wait there.
const UNDER_WAY_LEN_MAX: usize = 1_000;

/// A timer with what settles it.
#[derive(Debug)]
pub(super) struct Held {
    pub(super) timer: DueTimer,
    pub(super) taken: Taken,
}

/// The firings that are under way.
pub(super) struct Firing {
    log: Log,
    publishing: FuturesUnordered<BoxFuture<'static, (u64, Result<u64, Fault>)>>,
    timers: HashMap<u64, Held>,
}

impl Firing {
    pub(super) fn new(log: Log) -> Firing {
        Firing { log, publishing: FuturesUnordered::new(), timers: HashMap::new() }
    }

    pub(super) fn has_room(&self) -> bool {
        self.timers.len() < UNDER_WAY_LEN_MAX
    }

    pub(super) fn is_empty(&self) -> bool {
        self.timers.is_empty()
    }

    /// Begins to publish. A firing that is stored twice is decided twice, and the second one changes nothing.
    pub(super) fn fire(&mut self, held: Held) {
        let (log, seq) = (self.log.clone(), held.taken.record.seq);
        let DueTimer { timer, due } = held.timer;
        let fired = command::outgoing(
            Part::Clock.as_str(),
            &Command::from(timer::Fired { timer, due }),
            Encoding::Msgpack,
        );
        self.timers.insert(seq, held);
        self.publishing.push(Box::pin(async move { (seq, log.command(fired).await) }));
    }

    /// Takes a copy that was delivered again in the place of one that is under way; gives it back where none is.
    pub(super) fn renew(&mut self, held: Held) -> Option<Held> {
        match self.timers.get_mut(&held.taken.record.seq) {
            Some(under_way) => {
                *under_way = held;
                None
            }
            None => Some(held),
        }
    }

    /// The next one that is stored, or could not be. Waits for ever where none is under way. Dropping the future loses
    /// nothing.
    pub(super) async fn next(&mut self) -> (Held, Result<u64, Fault>) {
        while let Some((seq, stored)) = self.publishing.next().await {
            if let Some(held) = self.timers.remove(&seq) {
                return (held, stored);
            }
        }
        std::future::pending().await
    }
}
