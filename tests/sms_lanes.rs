//! Several bridges and SMSCs that answer late or are away: each SMS takes the lane that is open, and each answer is its own.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;
#[path = "support/smsc.rs"]
mod wire;

use std::collections::BTreeMap;
use std::time::Duration;

use async_nats::Subscriber;
use async_nats::jetstream::consumer::Consumer;
use async_nats::jetstream::consumer::pull::Config;
use futures_util::StreamExt;
use homing::log::{Follower, Log};
use homing::rules::identity::Register;
use homing::rules::message::Send;
use homing::rules::presence::Encoding;
use homing::rules::{Command, Fact, attempt, message, phone};
use homing::smpp::pdu::status::RMSGQFUL;
use homing::smpp::pdu::{Body, Frame, command as pdus};
use homing::wire::{command, commit};
use homing::words::{CommandSeq, MessageId, Party};
use support::kill::free_port;
use support::{Homing, say};
use tempfile::TempDir;
use tokio::task::block_in_place;
use tokio::time::timeout;
use wire::{Peer, RawSmsc, pdu, soon};

/// Everything but the bridges, which are processes of their own.
struct World {
    folder: TempDir,
    homing: Homing,
    log: Log,
    bridges: usize,
}

impl World {
    async fn start() -> World {
        let homing = block_in_place(Homing::start_unsynced);
        let log = Log::connect(homing.url(), "test").await.unwrap();
        let world = World { folder: tempfile::tempdir().unwrap(), homing, log, bridges: 0 };
        let register = Register::named("alice".parse().unwrap());
        world.say("_admin", &Command::from(register)).await;
        world
    }

    async fn say(&self, by: &str, said: &Command) -> u64 {
        let outgoing = command::outgoing(by, said, Encoding::Json);
        self.log.publish(outgoing, &self.log.fresh_identity()).await.unwrap()
    }

    /// Starts a bridge; it may take its time to bind.
    fn bridge(&mut self, port: u16, settings: &str) -> Homing {
        self.bridges += 1;
        let data = self.folder.path().join(format!("bridge-{}", self.bridges));
        let smsc = format!("smpp://me:pw@127.0.0.1:{port}?name=main&enquire_link=0s&bind_again=1s{settings}");
        block_in_place(|| Homing::serve_sms(&data, self.homing.url(), &smsc))
    }

    /// What the server says of each SMS that a bridge gives back.
    async fn given_back(&self) -> Subscriber {
        let client = self.log.client();
        let told = client.subscribe("$JS.EVENT.ADVISORY.CONSUMER.MSG_NAKED.OUTBOX.sms").await.unwrap();
        client.flush().await.unwrap();
        told
    }

    /// How often SMS were taken by bridges, whether they came once or again.
    async fn taken(&self) -> u64 {
        let jetstream = async_nats::jetstream::new(self.log.client().clone());
        let mut bridges: Consumer<Config> =
            jetstream.get_consumer_from_stream("sms", "OUTBOX").await.unwrap();
        bridges.info().await.unwrap().delivered.consumer_sequence
    }

    async fn sends(&self, to: &[String], text: &str) -> MessageId {
        let to = to.iter().map(|to| to.parse().unwrap()).collect();
        let send = Command::from(Send { to, text: Some(text.into()), ..Send::default() });
        MessageId::of(CommandSeq(self.say("alice", &send).await))
    }

    fn facts(&self) -> Facts {
        Facts(self.log.follow("EVENTS", None, 1), Vec::new())
    }
}

/// The facts in the order of the log.
struct Facts(Follower, Vec<Fact>);

impl Facts {
    /// The next that is like this.
    async fn next<R>(&mut self, what: &str, mut like: impl FnMut(&Fact) -> Option<R>) -> R {
        let look = async {
            loop {
                while !self.1.is_empty() {
                    if let Some(found) = like(&self.1.remove(0)) {
                        return found;
                    }
                }
                for record in self.0.next().await.unwrap() {
                    self.1.extend(commit::decode(&record.payload).unwrap().facts);
                }
            }
        };
        soon(what, look).await
    }
}

fn phones(len: usize) -> Vec<String> {
    (0..len).map(|number| format!("+4477009{number:05}")).collect()
}

fn dest(frame: &Frame) -> String {
    let Body::SubmitSm(message) = Body::of(frame) else { panic!("no submit_sm: {:?}", frame.header) };
    format!("+{}", message.dest.text)
}

fn text(frame: &Frame) -> String {
    let Body::SubmitSm(message) = Body::of(frame) else { panic!("no submit_sm: {:?}", frame.header) };
    String::from_utf8_lossy(&message.octets).into_owned()
}

/// A message to five, all five unanswered in time; then one answer comes.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_response_moves_the_one_recipient_that_it_is_about() {
    let (mut world, smsc) = (World::start().await, RawSmsc::listen().await);
    let _bridge = world.bridge(smsc.address().port(), "&response_timeout=500ms");
    let (mut peer, mut facts) = (smsc.bound().await, world.facts());
    for (late, status) in [(1, 0x00), (3, 0x0B)] {
        let message = world.sends(&phones(5), "to five").await;
        let mut requests = BTreeMap::new();
        for _ in 0..5 {
            let request = peer.next_but_enquiries().await.unwrap();
            requests.insert(dest(&request), request);
        }
        for _ in 0..5 {
            facts
                .next("nobody knows", |fact| {
                    matches!(fact, Fact::Attempt(attempt::Fact::Unknown(_))).then_some(())
                })
                .await;
        }
        let phone = phones(5)[late].clone();
        let sequence = requests[&phone].header.sequence;
        let body: &[u8] = if status == 0 { b"late-id\0" } else { b"" };
        peer.send(&pdu(pdus::SUBMIT_SM_RESP, status, sequence, body)).await;
        // Whatever it moves stands before the end of this one.
        let marker = world.sends(&phones(1), "marker").await;
        let request = peer.next_but_enquiries().await.unwrap();
        peer.answer(&request, b"marker\0").await;
        let mut moved = Vec::new();
        facts
            .next("the marker", |fact| {
                if let Some(attempt::Accepted { attempt, .. }) = fact.get() {
                    if attempt.message == marker {
                        return Some(());
                    }
                    moved.push((attempt.message, attempt.to.clone(), 0));
                } else if let Some(attempt::Failed { attempt, .. }) = fact.get() {
                    moved.push((attempt.message, attempt.to.clone(), 0x0B));
                }
                None
            })
            .await;
        say(&format!("status {status:#04x}: {} of 5 moved", moved.len()));
        assert_eq!(moved, [(message, Party::Phone(phone.parse().unwrap()), status)]);
    }
}

/// The queue of the SMSC is full, which the settings call an error of the message's own.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_that_the_settings_call_temporary_is_tried_as_often_as_they_say_and_no_more() {
    let (mut world, smsc) = (World::start().await, RawSmsc::listen().await);
    let _bridge = world.bridge(smsc.address().port(), "&status=0x14:temporary-2");
    let (mut peer, mut facts) = (smsc.bound().await, world.facts());
    let message = world.sends(&phones(1), "twice").await;
    for _ in 0..2 {
        let request = peer.next_but_enquiries().await.unwrap();
        peer.send(&pdu(pdus::SUBMIT_SM_RESP, RMSGQFUL, request.header.sequence, b"")).await;
    }
    let mut told = Vec::new();
    facts
        .next("what comes of it", |fact| {
            if let Some(attempt::Deferred { attempt, class, why, .. }) = fact.get() {
                told.push((attempt.message, format!("deferred {class} {why}")));
            } else if let Some(attempt::Failed { attempt, reason, .. }) = fact.get() {
                told.push((attempt.message, format!("failed {reason}")));
            }
            (told.len() == 2).then_some(())
        })
        .await;
    let want = ["deferred temporary smsc_0x00000014", "failed smsc_0x00000014"];
    assert_eq!(told, want.map(|text| (message, text.to_owned())));
}

/// How a bridge is that cannot send.
#[derive(Debug, Clone, Copy)]
enum Without {
    /// Nobody listens there.
    Smsc,
    /// It is bound as a receiver.
    Transmitter,
    /// It was bound, took its share, and its SMSC has gone.
    SmscAnyMore,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn all_leave_by_the_bridge_that_has_a_link() {
    const MESSAGES: usize = 200;
    /// That none had to wait is seen below.
    const ALL_WITHIN: Duration = Duration::from_secs(60);
    for without in [Without::Smsc, Without::Transmitter, Without::SmscAnyMore] {
        let mut world = World::start().await;
        let mut given_back = world.given_back().await;
        let (good, bad) = (RawSmsc::listen().await, RawSmsc::listen().await);
        let (_idle, held) = match without {
            Without::Smsc => (world.bridge(free_port(), ""), None),
            Without::Transmitter => {
                let idle = world.bridge(bad.address().port(), "&bind=receiver");
                (idle, Some(bad.bound().await))
            }
            Without::SmscAnyMore => {
                let idle = world.bridge(bad.address().port(), "&window=2");
                (idle, Some(bad.bound().await))
            }
        };
        let to: Vec<String> = phones(MESSAGES);
        let gone = if let (Without::SmscAnyMore, Some(mut peer)) = (without, held) {
            // It takes what its window takes, and asks for leave for some more.
            for to in to.chunks(50) {
                world.sends(to, "hello").await;
            }
            let first = [peer.next_but_enquiries().await.unwrap(), peer.next_but_enquiries().await.unwrap()];
            for request in &first {
                peer.send(&pdu(pdus::SUBMIT_SM_RESP, 0x04, request.header.sequence, b"")).await;
            }
            drop((peer, bad));
            true
        } else {
            false
        };
        let bridge = world.bridge(good.address().port(), "&window=20");
        let mut peer = good.bound().await;
        if !gone {
            for to in to.chunks(50) {
                world.sends(to, "hello").await;
            }
        }
        let since = std::time::Instant::now();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let all = async {
            while seen.len() < MESSAGES {
                let request = peer.next_but_enquiries().await.unwrap();
                *seen.entry(dest(&request)).or_default() += 1;
                peer.answer(&request, format!("{:x}\0", request.header.sequence).as_bytes()).await;
            }
        };
        timeout(ALL_WITHIN, all).await.unwrap_or_else(|_| panic!("{without:?}: not all leave"));
        say(&format!("{without:?}: {MESSAGES} by the other in {:.1?}", since.elapsed()));
        assert!(seen.values().all(|times| *times == 1), "{seen:?}");
        // None waited behind the other until OUTBOX missed it: what came again was given back.
        let again = world.taken().await - MESSAGES as u64;
        for nth in 0..again {
            soon(&format!("{nth} of {again} given back"), given_back.next()).await.unwrap();
        }
        assert!(gone || again == 0, "{without:?}: {again} were taken by the one without a link");
        drop(bridge);
    }
}

/// STOP is heard by one bridge while another has leave for that phone and waits for its window.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stop_that_one_bridge_heard_holds_back_what_another_was_granted() {
    const PHONE: &str = "+447700900123";
    let (mut world, mut facts) = (World::start().await, None);
    let (slow, other) = (RawSmsc::listen().await, RawSmsc::listen().await);
    let _slow = world.bridge(slow.address().port(), "&window=1");
    let mut at_slow = slow.bound().await;
    // It holds leave for more than its window takes.
    for number in 0..20 {
        world.sends(&[PHONE.to_owned()], &format!("number {number}")).await;
    }
    let (first, mut submitted) = (at_slow.next_but_enquiries().await.unwrap(), 1);
    let granted = facts.insert(world.facts());
    for _ in 0..2 {
        granted
            .next("leave", |fact| matches!(fact, Fact::Attempt(attempt::Fact::Granted(_))).then_some(()))
            .await;
    }
    let _other = world.bridge(other.address().port(), "&window=1");
    let mut at_other = other.bound().await;
    let mut unanswered = deliver(&mut at_other, PHONE, "12520100001", "STOP").await;
    granted
        .next("STOP is decided", |fact| {
            matches!(fact, Fact::Phone(phone::Fact::PhonePreferenceSet(_))).then_some(())
        })
        .await;
    // The other's window becomes free, so it sends the confirmation; the slow one's is full.
    let confirmation = async {
        loop {
            let frame = match unanswered.pop() {
                Some(frame) => frame,
                None => at_other.next_but_enquiries().await.unwrap(),
            };
            if !text(&frame).starts_with("number") {
                return frame;
            }
            at_other.answer(&frame, b"a\0").await;
            submitted += 1;
        }
    };
    let confirmation = soon("the confirmation", confirmation).await;
    assert!(text(&confirmation).starts_with("You will get no more SMS"), "{}", text(&confirmation));
    at_other.answer(&confirmation, b"b\0").await;
    // Now the slow one's window is free, and it has leave.
    at_slow.answer(&first, b"c\0").await;
    // All others come to an end without a submit.
    let filtered = async {
        for _ in submitted..20 {
            let ended = |fact: &Fact| matches!(fact, Fact::Message(message::Fact::Filtered(_))).then_some(());
            granted.next("the rest is filtered", ended).await;
        }
    };
    tokio::select! {
        frame = at_slow.next_but_enquiries() => panic!("after the confirmation: {:?}", frame.as_ref().map(text)),
        frame = at_other.next_but_enquiries() => panic!("after the confirmation: {:?}", frame.as_ref().map(text)),
        () = filtered => {}
    }
}

/// A person's SMS, and its acknowledgement. Gives the submits that came before it.
async fn deliver(peer: &mut Peer, from: &str, to: &str, text: &str) -> Vec<Frame> {
    let from = from.trim_start_matches('+');
    let body = [
        &b"\0\x01\x01"[..],
        from.as_bytes(),
        b"\0\x01\x01",
        to.as_bytes(),
        b"\0\0\0\0\0\0\0\0\0\0",
        &[u8::try_from(text.len()).unwrap()],
        text.as_bytes(),
    ];
    peer.send(&pdu(pdus::DELIVER_SM, 0, 4_711, &body.concat())).await;
    let mut before = Vec::new();
    loop {
        let frame = peer.next_but_enquiries().await.unwrap();
        if frame.header.command == pdus::DELIVER_SM_RESP {
            assert_eq!((frame.header.sequence, frame.header.status), (4_711, 0));
            return before;
        }
        before.push(frame);
    }
}
