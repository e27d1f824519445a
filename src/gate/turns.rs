//! Whose password is checked next: few are checked at a time, few wait, and who has failed often waits longest.
//!
//! A check takes a core for some ten milliseconds. An address or a name with many failures waits longer between two, and behind
//! those with fewer.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use quick_cache::unsync::Cache;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep_until};
use tokio_util::sync::CancellationToken;

use super::passwords::Checked;
use crate::log::Fault;

/// A check keeps one core busy and 19 MiB: the others are left to those who are in.
const RUNNING_MAX: usize = 1;
const WAITING_MAX: usize = 1_024;
/// Of these from one address with failures.
const WAITING_EACH_MAX: usize = 16;
/// So many mistakes cost nobody any time.
const FREE_FAILURES: u32 = 5;
/// Behind them: two checks a second from one address, four of one name.
const ADDRESS_GAP: Duration = Duration::from_millis(500);
const NAME_GAP: Duration = Duration::from_millis(250);
/// One failure is forgotten.
const FORGIVEN_EVERY: Duration = Duration::from_secs(10);
const FAILURES_MAX: u32 = 1_000;
/// Addresses and names with failures that are remembered, some 100 bytes each; then the first are forgotten.
const MARKS_MAX: usize = 65_536;

/// Where somebody comes from: of IPv6 the smallest network that a site has, /64.
fn network(host: &str) -> String {
    match host.parse() {
        Ok(IpAddr::V6(address)) => match address.to_ipv4_mapped() {
            Some(address) => address.to_string(),
            None => format!("{:x?}", address.segments().first_chunk::<4>()),
        },
        Ok(IpAddr::V4(_)) | Err(_) => host.to_owned(),
    }
}

type Check = Box<dyn FnOnce() -> Checked + Send>;

struct Ask {
    /// An address, then a name.
    by: [Key; 2],
    check: Check,
    answer: oneshot::Sender<Option<Checked>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Key {
    Address(String),
    Name(String),
}

impl Key {
    fn gap(&self) -> Duration {
        match self {
            Key::Address(_) => ADDRESS_GAP,
            Key::Name(_) => NAME_GAP,
        }
    }
}

/// What somebody has failed at.
#[derive(Debug, Clone, Copy)]
struct Mark {
    failures: u32,
    /// Up to then they are counted.
    as_of: Instant,
    /// No check begins before.
    next: Instant,
}

impl Mark {
    fn at(self, now: Instant) -> Mark {
        let forgiven = (now - self.as_of).as_secs() / FORGIVEN_EVERY.as_secs();
        let forgiven = u32::try_from(forgiven).unwrap_or(u32::MAX);
        let as_of = self.as_of + FORGIVEN_EVERY.saturating_mul(forgiven.min(FAILURES_MAX + 1));
        Mark { failures: self.failures.saturating_sub(forgiven), as_of, ..self }
    }
}

/// Addresses and names with failures.
type Marks = Arc<Mutex<Cache<Key, Mark>>>;

/// The handle to ask with. Cheap to clone.
#[derive(Clone)]
pub(super) struct Turns {
    ask: mpsc::Sender<Ask>,
    marks: Marks,
}

impl Turns {
    pub(super) fn new() -> (Turns, Queue) {
        let (ask, asks) = mpsc::channel(WAITING_MAX);
        let marks = Arc::new(Mutex::new(Cache::new(MARKS_MAX)));
        let queue = Queue {
            asks,
            marks: Arc::clone(&marks),
            waiting: BTreeMap::new(),
            running: JoinSet::new(),
            arrivals: 0,
        };
        (Turns { ask, marks }, queue)
    }

    /// Waits for a turn and checks; none where too many wait.
    pub(super) async fn check(
        &self,
        (host, name): (&str, &str),
        check: impl FnOnce() -> Checked + Send + 'static,
    ) -> Option<Checked> {
        let (answer, answered) = oneshot::channel();
        let by = [Key::Address(network(host)), Key::Name(name.to_owned())];
        // A full channel: the queue itself has not come to look for a while.
        self.ask.try_send(Ask { by, check: Box::new(check), answer }).ok()?;
        answered.await.ok().flatten()
    }
}

impl Turns {
    /// Whether somebody from there may be told at once what needs no check: else wrong guesses would be free.
    pub(super) fn is_free(&self, host: &str) -> bool {
        let (key, now) = (Key::Address(network(host)), Instant::now());
        mark(&self.marks, &key, now).failures <= FREE_FAILURES
    }

    /// A failure that needed no check counts as soon as it is known.
    pub(super) fn failed(&self, (host, name): (&str, &str)) {
        for key in [Key::Address(network(host)), Key::Name(name.to_owned())] {
            fail(&self.marks, key, Instant::now());
        }
    }
}

fn locked(marks: &Marks) -> MutexGuard<'_, Cache<Key, Mark>> {
    marks.lock().unwrap_or_else(PoisonError::into_inner)
}

fn mark(marks: &Marks, key: &Key, now: Instant) -> Mark {
    locked(marks).peek(key).map_or(Mark { failures: 0, as_of: now, next: now }, |mark| mark.at(now))
}

fn fail(marks: &Marks, key: Key, now: Instant) {
    let mark = mark(marks, &key, now);
    let failures = (mark.failures + 1).min(FAILURES_MAX);
    let next = if failures > FREE_FAILURES { mark.next.max(now + key.gap()) } else { mark.next };
    locked(marks).insert(key, Mark { failures, next, ..mark });
}

/// Those who wait. One task has it.
pub(super) struct Queue {
    asks: mpsc::Receiver<Ask>,
    marks: Marks,
    /// In the order of their arrival.
    waiting: BTreeMap<u64, Ask>,
    running: JoinSet<([Key; 2], bool)>,
    arrivals: u64,
}

impl Queue {
    /// Until `stop`. It cannot fail.
    pub(super) async fn run(mut self, stop: &CancellationToken) -> Result<(), Fault> {
        loop {
            let next = self.begin(Instant::now());
            let later = async {
                match next {
                    Some(next) => sleep_until(next).await,
                    None => std::future::pending().await,
                }
            };
            tokio::select! {
                () = stop.cancelled() => return Ok(()),
                Some(ask) = self.asks.recv() => self.arrive(ask, Instant::now()),
                // One that panicked has answered nobody, and nothing is known of it.
                Some(done) = self.running.join_next() => if let Ok((by, true)) = done {
                    by.into_iter().for_each(|key| fail(&self.marks, key, Instant::now()));
                },
                () = later => {}
            }
        }
    }

    /// Begins what may begin; else when that will be.
    fn begin(&mut self, now: Instant) -> Option<Instant> {
        loop {
            if self.running.len() >= RUNNING_MAX {
                return None;
            }
            let all = self
                .waiting
                .iter()
                .map(|(arrival, ask)| (self.next(ask, now), self.failures(ask, now), *arrival));
            // Who may begin by now goes before who may not; of these who has failed least.
            let (next, _, arrival) =
                all.min_by_key(|(next, failures, arrival)| ((*next).max(now), *failures, *arrival))?;
            if next > now {
                return Some(next);
            }
            let Some(Ask { by, check, answer }) = self.waiting.remove(&arrival) else { continue };
            if answer.is_closed() {
                continue;
            }
            for key in &by {
                // The next one from there begins no sooner, whatever this one finds.
                let mark = mark(&self.marks, key, now);
                if mark.failures > FREE_FAILURES {
                    locked(&self.marks).insert(key.clone(), Mark { next: now + key.gap(), ..mark });
                }
            }
            self.running.spawn_blocking(move || {
                let checked = check();
                let failed =
                    !matches!(checked, Checked::Right | Checked::RightOf { .. } | Checked::RightCode);
                // Who asked may be gone.
                let _ = answer.send(Some(checked));
                (by, failed)
            });
        }
    }

    fn arrive(&mut self, ask: Ask, now: Instant) {
        self.arrivals += 1;
        let failures = self.failures(&ask, now);
        let [address, _] = &ask.by;
        let same = self.waiting.values().filter(|other| &other.by[0] == address).count();
        self.waiting.insert(self.arrivals, ask);
        let crowded = same >= WAITING_EACH_MAX && failures > FREE_FAILURES;
        if !crowded && self.waiting.len() <= WAITING_MAX {
            return;
        }
        // The one that would be the last goes: of those from there, or of all.
        let Some(address) = self.waiting.get(&self.arrivals).map(|ask| ask.by[0].clone()) else { return };
        let of = self.waiting.iter().filter(|(_, other)| !crowded || other.by[0] == address);
        let last = of.map(|(arrival, other)| (self.failures(other, now), *arrival)).max();
        if let Some(ask) = last.and_then(|(_, arrival)| self.waiting.remove(&arrival)) {
            // Who asked may be gone.
            let _ = ask.answer.send(None);
        }
    }

    fn failures(&self, ask: &Ask, now: Instant) -> u32 {
        ask.by.iter().map(|key| mark(&self.marks, key, now).failures).sum()
    }

    fn next(&self, ask: &Ask, now: Instant) -> Instant {
        ask.by.iter().map(|key| mark(&self.marks, key, now).next).max().unwrap_or(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_a_network_where_its_owner_has_many() {
        assert_eq!(network("127.0.0.1"), "127.0.0.1");
        assert_eq!(network("::ffff:10.0.0.7"), "10.0.0.7");
        assert_eq!(network("2001:db8:1:2::1"), network("2001:db8:1:2:ffff::9"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
    }

    /// Thousands of wrong passwords from one address keep nobody else out, and cost no more than their share.
    #[tokio::test(start_paused = true)]
    async fn who_fails_often_waits_behind_who_does_not() {
        let (turns, queue) = Turns::new();
        let stop = CancellationToken::new();
        let stops = stop.clone();
        let running = tokio::spawn(async move { queue.run(&stops).await });
        let began = Instant::now();
        for _ in 0..=FREE_FAILURES {
            assert_eq!(turns.check(("10.0.0.1", "alice"), || Checked::Wrong).await, Some(Checked::Wrong));
        }
        assert!(began.elapsed() < ADDRESS_GAP, "a few mistakes cost no time");
        let flood = (0..500).map(|_| turns.check(("10.0.0.1", "alice"), || Checked::Wrong));
        let flood = futures_util::future::join_all(flood);
        let timed = async |by: (&str, &str)| {
            assert_eq!(turns.check(by, || Checked::Right).await, Some(Checked::Right), "{by:?}");
            began.elapsed()
        };
        let (flooded, owner, neighbour) =
            tokio::join!(flood, timed(("10.0.0.2", "alice")), timed(("10.0.0.1", "bob")));
        assert!(owner <= 2 * NAME_GAP && neighbour <= 2 * ADDRESS_GAP, "{owner:?} {neighbour:?}");
        let checked = flooded.iter().filter(|checked| checked.is_some()).count();
        assert!((1..=WAITING_EACH_MAX + 1).contains(&checked), "{checked} of the flood were checked");
        stop.cancel();
        running.await.unwrap().unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_wrong_guess_that_needed_no_check_is_not_free() {
        let (turns, _queue) = Turns::new();
        for _ in 0..=FREE_FAILURES {
            assert!(turns.is_free("10.0.0.1"));
            turns.failed(("10.0.0.1", "alice"));
        }
        assert!(!turns.is_free("10.0.0.1") && turns.is_free("10.0.0.2"));
        tokio::time::advance(FORGIVEN_EVERY).await;
        assert!(turns.is_free("10.0.0.1"));
    }

    #[tokio::test(start_paused = true)]
    async fn failures_are_forgotten() {
        let (turns, queue) = Turns::new();
        let stop = CancellationToken::new();
        let stops = stop.clone();
        tokio::spawn(async move { queue.run(&stops).await });
        for _ in 0..20 {
            turns.check(("10.0.0.1", "alice"), || Checked::Wrong).await;
        }
        tokio::time::advance(FORGIVEN_EVERY * 20).await;
        let began = Instant::now();
        for _ in 0..FREE_FAILURES {
            turns.check(("10.0.0.1", "alice"), || Checked::Wrong).await;
        }
        assert!(began.elapsed() < NAME_GAP);
        stop.cancel();
    }
}
