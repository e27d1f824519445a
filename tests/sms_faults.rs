//! Kills, deletions and torn folders under the SMS bridge: no SMS is submitted without a grant, none twice, none lost.
//!
//! `HOMING_KILLS=100 HOMING_MESSAGES=20000 cargo test --test sms_faults` is the long form.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../src/lab/bench/smsc.rs"]
mod other;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::sync::atomic::Ordering;
use std::time::Duration;

use homing::log::{Log, Pipeline};
use homing::rules::identity::Register;
use homing::rules::message::Send;
use homing::rules::presence::Encoding;
use homing::rules::{Command, Fact, Happened, attempt, message, phone};
use homing::wire::{command, commit, subjects};
use homing::words::MessageId;
use other::Smsc;
use support::kill::{free_port, kill_9, nats_server_of};
use support::server::connected;
use support::{Homing, say};
use tempfile::TempDir;
use tokio::sync::Mutex;
use tokio::task::block_in_place;

/// Also on a loaded machine, with items that come again ten seconds after their bridge was killed.
const ENDS_WITHIN: Duration = Duration::from_secs(120);

/// Submits on the wire at any time, at most.
const WINDOW: usize = 20;

/// These tests use all of the machine: one at a time.
static ALONE: Mutex<()> = Mutex::const_new(());

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

/// A Homing that is killed and started again, an SMSC that stays, and messages to phones of nobody.
struct World {
    folder: TempDir,
    port: u16,
    smsc: Smsc,
    more: &'static str,
    homing: Option<Homing>,
    sent: usize,
}

impl World {
    /// `more` are settings of the account, as in `&rate=200`.
    async fn start(more: &'static str) -> World {
        let smsc = Smsc::start().await;
        smsc.probe.sends_receipts.store(true, Ordering::Relaxed);
        *smsc.probe.kept.lock().unwrap() = Some(Vec::new());
        let folder = tempfile::tempdir().unwrap();
        let mut world = World { folder, port: free_port(), smsc, more, homing: None, sent: 0 };
        world.up();
        let register = Command::from(Register::named("alice".parse().unwrap()));
        let log = world.log().await;
        log.publish(command::outgoing("_admin", &register, Encoding::Json), "alice").await.unwrap();
        world
    }

    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    fn account(&self) -> String {
        format!("smpp://me:pw@127.0.0.1:{}?name=main&window={WINDOW}{}", self.smsc.port, self.more)
    }

    fn up_without_smsc(&mut self) {
        let start = || Homing::start_at(&self.data(), self.port, &["--sync", "off", "--open"]);
        self.homing = Some(block_in_place(start));
    }

    fn up(&mut self) {
        let smsc = self.account();
        let flags = ["--sync", "off", "--open", "--query-after", "5s", "--smsc", &smsc];
        self.homing = Some(block_in_place(|| Homing::start_at(&self.data(), self.port, &flags)));
    }

    fn kill(&mut self) {
        self.homing.take().unwrap().kill();
    }

    fn stop(&mut self) {
        let homing = self.homing.take().unwrap();
        assert!(block_in_place(|| homing.stop()).success());
    }

    /// A connection, as soon as the server takes one.
    async fn log(&self) -> Log {
        connected(&format!("nats://127.0.0.1:{}", self.port)).await
    }

    /// Messages with their number as text, stored on COMMANDS.
    async fn send(&mut self, messages: usize) {
        let log = self.log().await;
        let mut pipeline = Pipeline::new(log.clone(), 1_000);
        for number in self.sent..self.sent + messages {
            let to = vec![format!("+44770{number:07}").parse().unwrap()];
            let send = Command::from(Send { to, text: Some(number.to_string().into()), ..Send::default() });
            let payload = command::encode(&send, Encoding::Msgpack).into();
            pipeline.publish(subjects::command("alice", send.verb()), payload).await.unwrap();
        }
        pipeline.drain().await.unwrap();
        self.sent += messages;
    }

    /// Waits until the bridge had leave for `count` more submits than `from` on.
    async fn attempts(&self, from: u64, count: usize) {
        let log = self.log().await;
        let mut events = log.follow_all("EVENTS", subjects::events_with(&[attempt::Granted::NAME]), from);
        let mut seen = 0;
        let read = async {
            while seen < count {
                for record in events.next().await.unwrap() {
                    let facts = commit::decode(&record.payload).unwrap().facts;
                    seen += facts
                        .iter()
                        .filter(|fact| matches!(fact, Fact::Attempt(attempt::Fact::Granted(_))))
                        .count();
                }
            }
        };
        tokio::time::timeout(ENDS_WITHIN, read).await.expect("the bridge goes on");
    }

    /// Follows EVENTS until every message has come to rest.
    async fn rests(&self) -> Audit {
        let log = self.log().await;
        let mut events = log.follow("EVENTS", None, 1);
        let mut audit = Audit::default();
        let read = async {
            while !audit.all_rest(self.sent) {
                for record in events.next().await.unwrap() {
                    for fact in commit::decode(&record.payload).unwrap().facts {
                        audit.take(fact);
                    }
                }
            }
        };
        let done = tokio::time::timeout(ENDS_WITHIN, read).await;
        if done.is_err() {
            let (accepted, ended) = (&audit.accepted, &audit.ended);
            let lost = audit.texts.keys().filter(|id| !accepted.contains(id) && !ended.contains(id));
            let lost = lost.filter(|id| !audit.unknown.contains(id));
            let (asked, waiting) =
                lost.partition::<Vec<&MessageId>, _>(|id| audit.attempts.contains_key(*id));
            panic!(
                "not at rest: {:?} of {}; asked {asked:?}, waiting {waiting:?}",
                audit.standing(),
                self.sent
            );
        }
        audit
    }
}

/// What the log says of each message.
#[derive(Debug, Default)]
struct Audit {
    texts: BTreeMap<MessageId, String>,
    attempts: BTreeMap<MessageId, usize>,
    accepted: BTreeSet<MessageId>,
    ended: BTreeSet<MessageId>,
    unknown: BTreeSet<MessageId>,
}

impl Audit {
    fn take(&mut self, fact: Fact) {
        if let Some(accepted) = fact.get::<message::Accepted>() {
            self.texts
                .insert(accepted.message, accepted.text.as_deref().map(str::to_owned).unwrap_or_default());
        } else if let Some(granted) = fact.get::<attempt::Granted>() {
            *self.attempts.entry(granted.message).or_default() += 1;
        } else if let Some(attempt::Accepted { attempt, .. }) = fact.get() {
            self.accepted.insert(attempt.message);
        } else if let Some(attempt::Unknown { attempt, .. }) = fact.get() {
            self.unknown.insert(attempt.message);
        } else if let Fact::Message(
            message::Fact::Delivered(message::Delivered { message, .. })
            | message::Fact::Failed(message::Failed { message, .. }),
        ) = &fact
        {
            self.ended.insert(*message);
        }
    }

    /// Delivered, failed, or declared unknown.
    fn all_rest(&self, messages: usize) -> bool {
        self.texts.len() == messages && self.ended.union(&self.unknown).count() == messages
    }

    fn standing(&self) -> (usize, usize, usize, usize) {
        (self.texts.len(), self.accepted.len(), self.ended.len(), self.unknown.len())
    }

    /// `unknown_max` is how many may be unknown: what could have been on the wire when something died.
    fn agrees_with(&self, what: &str, smsc: &Smsc, unknown_max: usize) {
        let kept = smsc.probe.kept.lock().unwrap().clone().unwrap();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for submit in &kept {
            *seen.entry(String::from_utf8_lossy(&submit.text).into_owned()).or_default() += 1;
        }
        let attempts: usize = self.attempts.values().sum();
        let twice = seen.values().filter(|times| **times > 1).count();
        let unseen = |id: &&MessageId| !self.texts.get(*id).is_some_and(|text| seen.contains_key(text));
        say(&format!(
            "{what}: {} messages, {attempts} attempts, {} submits at the SMSC, {twice} of them twice, {} unknown ({} of them never there), {} delivered",
            self.texts.len(),
            kept.len(),
            self.unknown.len(),
            self.unknown.iter().filter(unseen).count(),
            self.ended.len()
        ));
        assert!(self.unknown.len() <= unknown_max, "{what}: at most {unknown_max} may be unknown");
        assert_eq!(twice, 0, "no submit twice");
        assert!(kept.len() <= attempts, "more submits than attempts");
        for (message, text) in &self.texts {
            let seen = seen.get(text).copied().unwrap_or_default();
            let attempts = self.attempts.get(message).copied().unwrap_or_default();
            assert!(seen <= attempts, "{message}: {seen} submits, {attempts} attempts");
            assert!(seen >= 1 || !self.accepted.contains(message), "{message} was accepted by nobody");
            assert!(seen >= 1 || self.unknown.contains(message), "{message} is lost");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_of_homing_and_of_its_server_submits_nothing_twice() {
    let _alone = ALONE.lock().await;
    let (kills, messages) = (number("HOMING_KILLS", 12), number("HOMING_MESSAGES", 3_000));
    let mut world = World::start("").await;
    for kill in 0..kills {
        let share = messages / kills;
        let from = world.log().await.last_seq("EVENTS").await.unwrap();
        world.send(share).await;
        // In the middle of this share, at a place that differs each time.
        world.attempts(from + 1, share * (1 + kill * 7 % 5) / 10).await;
        if kill % 3 == 2 {
            // Homing starts it again.
            kill_9(nats_server_of(&world.data()));
        } else {
            world.kill();
            world.up();
        }
    }
    let audit = world.rests().await;
    // Leave that was not used yet is none of it.
    let on_the_wire = (kills - kills / 3) * WINDOW;
    audit.agrees_with(&format!("{kills} kills"), &world.smsc, on_the_wire);
    world.stop();
}

/// The folder goes while Homing is down, then one of its files is torn: both times it is rebuilt, and says so.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_bridges_folder_is_disposable() {
    let _alone = ALONE.lock().await;
    let mut world = World::start("").await;
    let folder = world.data().join("sms");
    for damage in ["deleted", "torn"] {
        let from = world.log().await.last_seq("EVENTS").await.unwrap();
        world.send(300).await;
        world.attempts(from + 1, 150).await;
        world.stop();
        match damage {
            "deleted" => std::fs::remove_dir_all(&folder).unwrap(),
            _ => tear(&folder),
        }
        world.up();
    }
    let audit = world.rests().await;
    // A clean stop leaves nothing unknown.
    audit.agrees_with("folder deleted and torn", &world.smsc, 0);
    let log = world.homing.as_ref().unwrap().log();
    assert!(log.contains("is rebuilt from the log"), "it says so");
    world.stop();
}

/// Its disk is full: it says so and waits; with room again it goes on, and nothing is lost or sent twice in silence.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_is_waited_for() {
    let _alone = ALONE.lock().await;
    let mut world = World::start("").await;
    world.stop();
    world.up_without_smsc();
    let (disk, smsc) = (world.folder.path().join("small"), world.account());
    let nats = format!("nats://127.0.0.1:{}", world.port);
    let flags = ["--query-after", "5s", "--smsc", &smsc];
    let started = || Homing::serve_on_a_small_disk(&disk, &nats, "sms", &flags);
    let Some(bridge) = block_in_place(started) else { return };
    world.send(2_000).await;
    let full = async {
        while !bridge.log().contains("No space left on device") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(ENDS_WITHIN, full).await.expect("it says that its disk is full");
    block_in_place(|| bridge.enlarge_disk(&disk));
    let audit = world.rests().await;
    // Nothing died.
    audit.agrees_with("disk full", &world.smsc, 0);
    assert!(block_in_place(|| bridge.stop()).success());
    world.stop();
}

/// Overwrites the largest file with bytes that mean nothing.
fn tear(folder: &Path) {
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.is_file());
    let largest = files.max_by_key(|path| path.metadata().unwrap().len()).unwrap();
    let len = usize::try_from(largest.metadata().unwrap().len()).unwrap();
    let noise: Vec<u8> = (0..len).map(|place| (place * 31 % 251) as u8).collect();
    std::fs::write(largest, noise).unwrap();
}

/// Whoever says STOP gets nothing more once it is decided, however much is queued; but for the answer.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn after_stop_is_decided_not_one_more_leaves() {
    const QUEUED: usize = 1_000;
    let _alone = ALONE.lock().await;
    let mut world = World::start("&rate=500").await;
    let log = world.log().await;
    let from = log.last_seq("EVENTS").await.unwrap();
    let mut pipeline = Pipeline::new(log.clone(), 1_000);
    for number in 0..QUEUED {
        let to = vec!["+447700900123".parse().unwrap()];
        let send = Command::from(Send { to, text: Some(number.to_string().into()), ..Send::default() });
        let payload = command::encode(&send, Encoding::Msgpack).into();
        pipeline.publish(subjects::command("alice", send.verb()), payload).await.unwrap();
    }
    pipeline.drain().await.unwrap();
    world.attempts(from + 1, 50).await;
    let (now, then) = (homing::log::clock::now(), std::time::Instant::now());
    let said = world.smsc.probe.says(("447700900123", "12520100001"), 0, "STOP").await;
    assert!(said.is_some_and(|answer| answer.is_ok()), "the bridge took it");
    let mut events = log.follow("EVENTS", None, from + 1);
    let (mut decided, mut ended) = (None, 0);
    let mut last: BTreeMap<MessageId, Vec<String>> = BTreeMap::new();
    let read = async {
        // All that was queued, and the answer.
        while ended < QUEUED + 1 {
            for record in events.next().await.unwrap() {
                for fact in commit::decode(&record.payload).unwrap().facts {
                    if let Some(message) = fact.message() {
                        last.entry(message).or_default().push(fact.name().to_owned());
                    }
                    if let Some(phone::PhonePreferenceSet { sms: false, .. }) = fact.get() {
                        decided = Some(record.at);
                    } else if let Fact::Message(message::Fact::Filtered(_) | message::Fact::Delivered(_)) =
                        fact
                    {
                        ended += 1;
                    }
                }
            }
        }
    };
    let all = tokio::time::timeout(ENDS_WITHIN, read).await.is_ok();
    last.retain(|_, facts| {
        !facts.iter().any(|fact| fact == "delivery.filtered" || fact == "delivery.delivered")
    });
    assert!(all, "of {QUEUED} and the answer {ended} came to an end, but not {last:?}");
    let decided_after = Duration::from_millis(u64::try_from((decided.unwrap() - now).ms()).unwrap());
    let kept = world.smsc.probe.kept.lock().unwrap().clone().unwrap();
    let late = kept.iter().filter(|submit| submit.at > then + decided_after + Duration::from_millis(1));
    let late: Vec<_> = late.map(|submit| String::from_utf8_lossy(&submit.text).into_owned()).collect();
    say(&format!("STOP: {} of {QUEUED} had left, decided after {decided_after:?}", kept.len() - 1));
    assert_eq!(late, ["You will get no more SMS from us. Send START to get them again."]);
    assert!(kept.len() < QUEUED, "it was to be in the middle");
    world.stop();
}
