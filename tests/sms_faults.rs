//! Whatever is killed, deleted or torn under the SMS bridge: no SMS is submitted without leave, none twice in silence, none lost.
//!
//! `HOMING_KILLS=100 HOMING_MESSAGES=20000 cargo test --test sms_faults` is the long form.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "../src/cli/bench/smsc.rs"]
mod other;
mod support;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::Ordering;
use std::time::Duration;

use homing::log::{Log, Pipeline};
use homing::rules::command::{Encoding, Register, Send};
use homing::rules::{Command, Fact};
use homing::wire::{command, commit, subjects};
use homing::words::MessageId;
use other::Smsc;
use support::kill::{free_port, kill_9, nats_server_of};
use support::{Homing, say};
use tempfile::TempDir;
use tokio::sync::Mutex;
use tokio::task::block_in_place;

/// Also on a loaded machine, with items that come again ten seconds after their bridge was killed.
const ENDS_WITHIN: Duration = Duration::from_secs(240);

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
    homing: Option<Homing>,
    sent: usize,
}

impl World {
    async fn start() -> World {
        let smsc = Smsc::start().await;
        smsc.desk.sends_receipts.store(true, Ordering::Relaxed);
        *smsc.desk.kept.lock().unwrap() = Some(Vec::new());
        let folder = tempfile::tempdir().unwrap();
        let mut world = World { folder, port: free_port(), smsc, homing: None, sent: 0 };
        world.up();
        let register = Command::Register(Register {
            name: "alice".parse().unwrap(),
            phone: None,
            secret: None,
            zone: None,
            day: None,
            month: None,
        });
        let log = world.log().await;
        log.publish(command::outgoing("_admin", &register, Encoding::Json), "alice").await.unwrap();
        world
    }

    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    fn up(&mut self) {
        let smsc = format!("smpp://me:pw@127.0.0.1:{}?name=main&window=20", self.smsc.port);
        let flags = ["--sync", "off", "--smsc", &smsc];
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
        let url = format!("nats://127.0.0.1:{}", self.port);
        let connect = async {
            loop {
                if let Ok(log) = Log::connect(&url, "test").await
                    && log.last_seq("EVENTS").await.is_ok()
                {
                    return log;
                }
                tokio::task::yield_now().await;
            }
        };
        tokio::time::timeout(ENDS_WITHIN, connect).await.expect("the server is back")
    }

    /// Messages with their number as text, stored on COMMANDS.
    async fn send(&mut self, messages: usize) {
        let log = self.log().await;
        let mut pipeline = Pipeline::new(log.clone(), 1_000);
        for number in self.sent..self.sent + messages {
            let to = vec![format!("+44770{number:07}").parse().unwrap()];
            let send = Command::Send(Send { to, text: Some(number.to_string()), ..Send::default() });
            let payload = command::encode(&send, Encoding::Msgpack).into();
            pipeline.publish(subjects::command("alice", send.verb()), payload).await.unwrap();
        }
        pipeline.drain().await.unwrap();
        self.sent += messages;
    }

    /// Waits until the bridge had leave for `count` more submits than `from` on.
    async fn attempts(&self, from: u64, count: usize) {
        let log = self.log().await;
        let mut events = log.follow("EVENTS", Some(subjects::SMS_EVENTS), from);
        let mut seen = 0;
        let read = async {
            while seen < count {
                for record in events.next().await.unwrap() {
                    let facts = commit::decode(&record.payload).unwrap().facts;
                    seen += facts.iter().filter(|fact| matches!(fact, Fact::SmsAttempted(_))).count();
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
        assert!(done.is_ok(), "not at rest: {:?} of {}", audit.standing(), self.sent);
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
        if let Some(accepted) = fact.accepted() {
            self.texts.insert(accepted.message, accepted.text.clone().unwrap_or_default());
        } else if let Fact::SmsAttempted(granted) = &fact {
            *self.attempts.entry(granted.message).or_default() += 1;
        } else if let Fact::SmsAccepted { attempt, .. } = &fact {
            self.accepted.insert(attempt.message);
        } else if let Fact::SmsUnknown { attempt, .. } = &fact {
            self.unknown.insert(attempt.message);
        } else if let Fact::DeliveryDelivered { message, .. } | Fact::DeliveryFailed { message, .. } = &fact {
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

    fn agrees_with(&self, what: &str, smsc: &Smsc) {
        let kept = smsc.desk.kept.lock().unwrap().clone().unwrap();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for text in &kept {
            *seen.entry(String::from_utf8_lossy(text).into_owned()).or_default() += 1;
        }
        let attempts: usize = self.attempts.values().sum();
        let twice = seen.values().filter(|times| **times > 1).count();
        say(&format!(
            "{what}: {} messages, {attempts} attempts, {} submits at the SMSC, {twice} of them twice, {} unknown, {} delivered",
            self.texts.len(),
            kept.len(),
            self.unknown.len(),
            self.ended.len()
        ));
        assert!(kept.len() <= attempts, "more submits than attempts");
        for (message, text) in &self.texts {
            let seen = seen.get(text).copied().unwrap_or_default();
            let attempts = self.attempts.get(message).copied().unwrap_or_default();
            assert!(seen <= attempts, "{message}: {seen} submits, {attempts} attempts");
            assert!(
                seen <= 1 || self.unknown.contains(message),
                "{message} went out {seen} times in silence"
            );
            assert!(seen >= 1 || !self.accepted.contains(message), "{message} was accepted by nobody");
            assert!(seen >= 1 || self.unknown.contains(message), "{message} is lost");
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_of_homing_and_of_its_server_submits_nothing_twice_in_silence() {
    let _alone = ALONE.lock().await;
    let (kills, messages) = (number("HOMING_KILLS", 12), number("HOMING_MESSAGES", 3_000));
    let mut world = World::start().await;
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
    audit.agrees_with(&format!("{kills} kills"), &world.smsc);
    world.stop();
}
