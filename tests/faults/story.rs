//! The story that every fault interrupts: Alice sends ten thousand messages to Bob, who is online.

use std::collections::BTreeSet;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use homing::words::MessageId;
use tokio::sync::{Mutex, MutexGuard, watch};
use tokio::task::JoinHandle;
use tokio::time::timeout;

use crate::audit::Audit;
use crate::client::Client;
use crate::people::{Got, Line, alice, bob};
pub use crate::support::kill::{free_port, kill_9, nats_server_of};
use crate::support::say;
pub use crate::support::server::server;

pub const MESSAGES: usize = 10_000;
/// Between two faults Homing is back within seconds; on a busy machine too within this.
const GOES_ON_WITHIN: Duration = Duration::from_secs(60);
/// A person who waits for a takeover should not give up.
pub const TAKEOVER_MAX: Duration = Duration::from_secs(10);
const ENDS_WITHIN: Duration = Duration::from_secs(120);

/// One fault test at a time: how long a takeover takes is measured.
static ALONE: Mutex<()> = Mutex::const_new(());

pub struct Story {
    name: &'static str,
    url: String,
    began: Instant,
    client: Client,
    alice: JoinHandle<BTreeSet<MessageId>>,
    bob: JoinHandle<Got>,
    people: [Client; 2],
    stored: watch::Receiver<usize>,
    all: watch::Sender<Option<usize>>,
    waits: Vec<Duration>,
    _alone: MutexGuard<'static, ()>,
}

pub async fn alone() -> MutexGuard<'static, ()> {
    ALONE.lock().await
}

impl Story {
    /// Registers both and lets them begin.
    pub async fn begin(name: &'static str, url: &str, line: Line, alone: MutexGuard<'static, ()>) -> Story {
        let client = Client::connect(url).await;
        client.register("alice").await;
        client.register("bob").await;
        let people = [Client::connect(url).await, Client::connect(url).await];
        let [a, b] = people.clone();
        let ((tell_seen, seen), (tell_stored, stored)) = (watch::channel(0), watch::channel(0));
        let (all, wanted) = watch::channel(None);
        let bob = tokio::spawn(bob(b, line, tell_seen, wanted));
        let alice = tokio::spawn(alice(a, MESSAGES, seen, tell_stored));
        let url = url.to_owned();
        let (began, waits) = (Instant::now(), Vec::new());
        Story { name, url, began, client, alice, bob, people, stored, all, waits, _alone: alone }
    }

    /// Waits until so many messages have their PubAck.
    pub async fn stored(&mut self, k: usize) {
        let stored = timeout(GOES_ON_WITHIN, self.stored.wait_for(|stored| *stored >= k)).await;
        stored.unwrap_or_else(|_| panic!("not {k} PubAcks")).expect("Alice goes on");
    }

    /// Waits until a command that is sent now has its outcome, which must not be long after the fault.
    pub async fn decides_again(&mut self, since: Instant) {
        timeout(GOES_ON_WITHIN, self.client.probe("alice")).await.expect("nobody decides");
        let waited = since.elapsed();
        assert!(waited < TAKEOVER_MAX, "it took {waited:.2?} until somebody decided again");
        self.waits.push(waited);
    }

    /// Waits until everything has arrived, and checks the log. Gives what Bob went through.
    pub async fn end(self) -> Got {
        let accepted = timeout(ENDS_WITHIN, self.alice).await.expect("Alice cannot send").unwrap();
        self.all.send_replace(Some(accepted.len()));
        let got = timeout(ENDS_WITHIN, self.bob).await.expect("Bob does not get everything").unwrap();
        assert_eq!(got.shown, accepted, "Bob saw what was stored, and nothing else");
        let decided = timeout(GOES_ON_WITHIN, self.client.probe("alice")).await.expect("nobody decides");
        let told = self.began.elapsed();
        let audit = Audit::read(&self.url, decided).await;
        audit.each_command_is_answered_once();
        audit.each_record_is_fenced();
        audit.each_message_is_delivered_once(&accepted);
        audit.deciding_again_gives_the_same_bytes();
        let [alice, bob] = self.people.map(|client| client.repeated.load(Ordering::Relaxed));
        let longest = self.waits.iter().max().copied().unwrap_or_default();
        say(&format!(
            "{}: {:.1?} for {} messages, {} commands, {} commits; {} faults, answered again after at most {longest:.2?} \
             ({:.2?}); published again for want of a PubAck: {alice} and {bob}; Bob came online {} times, got {} again \
             and {} after later ones",
            self.name,
            told,
            accepted.len(),
            audit.commands_len(),
            audit.commits_len(),
            self.waits.len(),
            self.waits,
            got.came_online,
            got.repeated,
            got.overtaken,
        ));
        got
    }
}
