//! One minute's life: its timers are taken, sent back until shortly before their time, held, and fired.

use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::mpsc;
use tokio::time::{sleep, timeout};
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::{debug, warn};

use super::delayed_nak::{DelayedNaks, returns_at};
use super::fire::{Firing, Held};
use super::hold::Hold;
use crate::log::{Fault, Log, Pull, TIMERS, Taken, Verdict, clock};
use crate::wire::from_msgpack;
use crate::wire::work::DueTimer;
use crate::words::Span;

/// Timers that are due within this are held. Longer than a timer returns before it is due, and shorter than the server
/// waits for an acknowledgement.
const HOLD: Span = Span::from_ms(2_000);
/// The last moment of 20,000 timers a second, twice over; some 500 bytes each.
const HELD_LEN_MAX: usize = 100_000;
/// What cannot be held or fired now returns after this.
const AGAIN_AFTER: Span = Span::from_ms(1_000);
/// Taken in and not yet sent back: what comes between two bursts at the server's full speed.
const DELAYED_NAKS_LEN_MAX: usize = 20_000;
/// Batches that are ahead of the bucket.
const BATCHES_LEN_MAX: usize = 4;
/// A step of the wall clock is noticed within this.
const NAP_MAX: Duration = Duration::from_millis(100);
/// Of the four seconds that a part has to stop.
const FIRED_WITHIN: Duration = Duration::from_secs(2);

pub(super) struct Bucket {
    log: Log,
    hold: Hold<Held>,
    delayed_naks: DelayedNaks<Taken>,
    firing: Firing,
}

impl Bucket {
    /// Fires the minute's timers until `stop`; gives back what it holds then, for another scheduler to take.
    ///
    /// # Errors
    /// None that trying again could mend.
    pub(super) async fn run(log: Log, minute: i64, stop: CancellationToken) -> Result<(), Fault> {
        let firing = Firing::new(log.clone());
        let mut bucket = Bucket {
            log: log.clone(),
            hold: Hold::new(HELD_LEN_MAX),
            delayed_naks: DelayedNaks::new(),
            firing,
        };
        let (sender, mut batches) = mpsc::channel(BATCHES_LEN_MAX);
        let taking = take(log.pull_minute(minute), sender, stop.clone());
        let taking = AbortOnDropHandle::new(tokio::spawn(taking));
        let ended = bucket.work(&mut batches, &stop).await;
        // Until the reader has ended: what it took and had not handed over is given back too.
        while let Some(batch) = batches.recv().await {
            let now = clock::now();
            batch.into_iter().flatten().for_each(|taken| bucket.delayed_naks.push(taken, now, now));
        }
        // Nobody makes the minute's consumer again once this has ended.
        let _stopped_or_failed = taking.await;
        bucket.give_back().await;
        ended
    }

    async fn work(&mut self, batches: &mut Batches, stop: &CancellationToken) -> Result<(), Fault> {
        while !stop.is_cancelled() {
            self.fire();
            self.burst().await;
            let nap = self.nap();
            tokio::select! {
                () = stop.cancelled() => {}
                fired = self.firing.next() => {
                    self.settle(fired).await;
                    while let Some(fired) = self.firing.next().now_or_never() {
                        self.settle(fired).await;
                    }
                }
                batch = batches.recv(), if self.delayed_naks.len() < DELAYED_NAKS_LEN_MAX => {
                    let Some(batch) = batch else { break };
                    for taken in batch? {
                        self.take_in(taken).await;
                    }
                }
                () = sleep(nap) => {}
            }
        }
        Ok(())
    }

    async fn take_in(&mut self, taken: Taken) {
        let timer: DueTimer = match from_msgpack(&taken.record.payload) {
            Ok(timer) => timer,
            Err(why) => return answer(&self.log, &taken, Verdict::Poison(why)).await,
        };
        let (now, due, seq) = (clock::now(), timer.due, taken.record.seq);
        if due - now > HOLD {
            return self.delayed_naks.push(taken, returns_at(due), now);
        }
        let Some(held) = self.firing.renew(Held { timer, taken }) else { return };
        if let Some(too_much) = self.hold.insert(due, seq, held) {
            self.delayed_naks.push(too_much.taken, now + AGAIN_AFTER, now);
        }
    }

    fn fire(&mut self) {
        let now = clock::now();
        while self.firing.has_room()
            && let Some(held) = self.hold.pop_due(now)
        {
            self.firing.fire(held);
        }
    }

    /// A firing that was stored is acknowledged; any other one comes again.
    async fn settle(&mut self, (held, stored): (Held, Result<u64, Fault>)) {
        match stored {
            Ok(_) => answer(&self.log, &held.taken, Verdict::Done).await,
            Err(fault) => {
                warn!(seq = held.taken.record.seq, %fault, "a timer is fired again");
                let now = clock::now();
                self.delayed_naks.push(held.taken, now + AGAIN_AFTER, now);
            }
        }
    }

    async fn burst(&mut self) {
        let now = clock::now();
        if self.delayed_naks.left(now) != Some(Duration::ZERO) {
            return;
        }
        for (taken, returns) in self.delayed_naks.take_all() {
            answer(&self.log, &taken, Verdict::Again((returns - now).duration())).await;
        }
        self.delayed_naks.left_at(clock::now());
    }

    fn nap(&self) -> Duration {
        let now = clock::now();
        let due = self.hold.next_due().filter(|_| self.firing.has_room()).map(|due| (due - now).duration());
        [due, self.delayed_naks.left(now)].into_iter().flatten().fold(NAP_MAX, Duration::min)
    }

    /// Finishes what is being fired. What is held is sent back at once, for nobody waits for it here any more.
    async fn give_back(&mut self) {
        let finish = async {
            while !self.firing.is_empty() {
                let fired = self.firing.next().await;
                self.settle(fired).await;
            }
            let held = self.hold.take_all().map(|held| held.taken);
            let waiting = self.delayed_naks.take_all().into_iter().map(|(taken, _)| taken);
            for taken in held.chain(waiting).collect::<Vec<_>>() {
                answer(&self.log, &taken, Verdict::Again(Duration::ZERO)).await;
            }
            self.log.flush().await
        };
        // What is not settled comes again.
        if !timeout(FIRED_WITHIN, finish).await.is_ok_and(|flushed| flushed.is_ok()) {
            debug!("some timers come again");
        }
    }
}

async fn answer(log: &Log, taken: &Taken, verdict: Verdict) {
    if let Err(fault) = log.settle(TIMERS, taken, verdict).await {
        debug!(seq = taken.record.seq, %fault, "a timer that is not settled comes again");
    }
}

type Batches = mpsc::Receiver<Result<Vec<Taken>, Fault>>;

/// A task of its own, so that nothing interrupts the opening of a consumer.
async fn take(mut pull: Pull, batches: mpsc::Sender<Result<Vec<Taken>, Fault>>, stop: CancellationToken) {
    while let Some(batch) = stop.run_until_cancelled(pull.next()).await {
        let failed = batch.is_err();
        if batches.send(batch).await.is_err() || failed {
            break;
        }
    }
    pull.give_back().await;
}
