//! Alice, who has no phone, bob, who has one, Homing, and an SMSC on a raw socket that says what its test says.

use std::collections::{HashMap, VecDeque};
use std::path::PathBuf;

use homing::log::{Follower, Log};
use homing::rules::attempt::Adapter;
use homing::rules::identity::Register;
use homing::rules::message::{Route, Send};
use homing::rules::presence::Encoding;
use homing::rules::{Command, Fact, attempt, message};
use homing::smpp::pdu::{Address, Body, Frame, ShortMessage, Tlvs, command as id};
use homing::wire::{command, commit};
use homing::words::{CommandSeq, MessageId};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::io::AsyncWriteExt;
use tokio::task::block_in_place;

use crate::smsc::{Peer, RawSmsc, soon};
use crate::support::Homing;
use crate::support::kill::{Frozen, free_port, nats_server_of};

/// Bob's.
pub const BOB: &str = "447700900001";
/// Alice's, behind the service number.
pub const ALICE: &str = "12520100001";
/// SMPP 3.4 section 5.2.12: a receipt, and an intermediate notification.
pub const RECEIPT: u8 = 0x04;
pub const INTERMEDIATE: u8 = 0x20;

pub struct World {
    pub smsc: RawSmsc,
    pub peer: Peer,
    pub log: Log,
    homing: Option<Homing>,
    port: u16,
    more: &'static str,
    flags: &'static [&'static str],
    events: Follower,
    /// All of them, in order.
    pub facts: Vec<Fact>,
    /// Submits that came while something else was waited for.
    submits: VecDeque<Frame>,
    /// Of what was delivered, the statuses that it was answered with, by sequence number.
    answers: HashMap<u32, u32>,
    sequence: u32,
    folder: TempDir,
}

impl World {
    /// `more` are settings of the account, as in `&window=10`.
    pub async fn start(more: &'static str, flags: &'static [&'static str]) -> World {
        let (smsc, folder, port) = (RawSmsc::listen().await, tempfile::tempdir().unwrap(), free_port());
        let homing = up(&smsc, &folder, port, more, flags);
        let (peer, log) = (smsc.bound().await, Log::connect(homing.url(), "test").await.unwrap());
        let events = log.follow("EVENTS", None, 1);
        let world = World {
            smsc,
            peer,
            log,
            homing: Some(homing),
            port,
            more,
            flags,
            events,
            facts: Vec::new(),
            submits: VecDeque::new(),
            answers: HashMap::new(),
            sequence: 0,
            folder,
        };
        for (name, phone) in [("alice", None), ("bob", Some(format!("+{BOB}")))] {
            let phone = phone.map(|phone| phone.parse().unwrap());
            let register = Register { phone, ..Register::named(name.parse().unwrap()) };
            world.says("_admin", &Command::from(register)).await;
        }
        world
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub async fn says(&self, by: &str, said: &Command) -> u64 {
        let outgoing = command::outgoing(by, said, Encoding::Json);
        self.log.command(outgoing).await.unwrap()
    }

    /// By SMS, from alice.
    pub async fn sends(&self, to: &str, text: &str) -> MessageId {
        let to = vec![to.parse().unwrap()];
        let send = Send { to, text: Some(text.into()), route: Route::By(Adapter::Sms), ..Send::default() };
        MessageId::of(CommandSeq(self.says("alice", &Command::from(send)).await))
    }

    /// The next request that Homing makes of the SMSC, but for enquire_link.
    pub async fn request(&mut self) -> Frame {
        match self.submits.pop_front() {
            Some(frame) => frame,
            None => self.peer.next_but_enquiries().await.expect("the session goes on"),
        }
    }

    /// The next submit, which is answered with this id.
    pub async fn accepts(&mut self, id: &str) -> ShortMessage {
        let frame = self.request().await;
        let Body::SubmitSm(submit) = Body::of(&frame) else { panic!("no submit_sm: {:?}", frame.header) };
        self.peer.answer(&frame, &[id.as_bytes(), b"\0"].concat()).await;
        submit
    }

    /// From a phone; the status that it is answered with.
    pub async fn delivers(&mut self, from: &str, to: &str, message: ShortMessage) -> u32 {
        let sequence = self.hands(from, to, message).await;
        self.answer(sequence).await
    }

    /// The same, not waiting for the answer.
    pub async fn hands(&mut self, from: &str, to: &str, message: ShortMessage) -> u32 {
        self.sequence += 1;
        let (source, dest) = (Address::new(1, 1, from), Address::new(3, 0, to));
        let deliver = Body::DeliverSm(ShortMessage { source, dest, ..message });
        self.peer.send(&deliver.to_vec(0, self.sequence)).await;
        self.sequence
    }

    pub async fn answer(&mut self, sequence: u32) -> u32 {
        while !self.answers.contains_key(&sequence) {
            let frame = self.peer.next_but_enquiries().await.expect("the session goes on");
            if frame.header.command == id::DELIVER_SM_RESP {
                self.answers.insert(frame.header.sequence, frame.header.status);
            } else {
                self.submits.push_back(frame);
            }
        }
        self.answers[&sequence]
    }

    /// The facts, when it holds for one of them.
    pub async fn until(&mut self, what: &str, like: impl Fn(&Fact) -> bool) -> &[Fact] {
        while !self.facts.iter().any(&like) {
            let records = soon(what, self.events.next()).await.unwrap();
            for record in records {
                self.facts.extend(commit::decode(&record.payload).unwrap().facts);
            }
        }
        &self.facts
    }

    pub async fn is_accepted(&mut self, message: MessageId) {
        let like = |fact: &Fact| matches!(fact, Fact::Attempt(attempt::Fact::Accepted(attempt::Accepted { attempt, .. })) if attempt.message == message);
        self.until("the result of the submit", like).await;
    }

    /// How a delivery ended, when it has.
    pub async fn end(&mut self, message: MessageId) -> String {
        let ended = |fact: &Fact| {
            let ends = matches!(fact, Fact::Message(message::Fact::Delivered(_) | message::Fact::Failed(_)));
            ends && fact.message() == Some(message)
        };
        let facts = self.until("the end of the delivery", ended).await;
        let ends: Vec<_> = facts.iter().filter(|fact| ended(fact)).collect();
        assert_eq!(ends.len(), 1, "it ends once: {ends:?}");
        ends[0].name().to_owned()
    }

    /// What `delivery` and `sms state` say of a message with one recipient, once both know of `last`.
    pub async fn shown(&self, message: MessageId, last: &str) -> (Value, Value) {
        let ask = async {
            loop {
                let (delivery, sms) = (self.asks("delivery", message).await, self.asks("sms", message).await);
                let (delivery, sms) = (delivery["recipients"][0].clone(), sms["deliveries"][0].clone());
                if delivery["state"] == last && sms["stage"] == last {
                    return (delivery, sms);
                }
                tokio::task::yield_now().await;
            }
        };
        soon(last, ask).await
    }

    pub async fn asks(&self, name: &str, message: MessageId) -> Value {
        let question = json!({ "message": message }).to_string();
        let answer = self.log.client().request(format!("homing.query._admin.{name}"), question.into()).await;
        serde_json::from_slice(&answer.unwrap().payload).unwrap()
    }

    /// The texts that alice has got from bob, when `last` is among them.
    pub async fn texts(&mut self, last: &str) -> Vec<String> {
        let text = |fact: &Fact| fact.get::<message::Accepted>().and_then(|accepted| accepted.text.clone());
        let facts = self.until(last, |fact| text(fact).as_deref() == Some(last)).await;
        facts.iter().filter_map(text).map(|text| text.to_string()).collect()
    }

    /// The session breaks, and Homing binds again.
    pub async fn rebinds(&mut self) {
        self.peer.stream.shutdown().await.expect("it was open");
        self.peer = self.smsc.bound().await;
    }

    /// Nothing is stored while it is kept.
    pub fn freeze(&self) -> Frozen {
        Frozen::freeze(nats_server_of(&self.data()))
    }

    pub async fn restarts(&mut self, kill: bool) {
        let homing = self.homing.take().unwrap();
        if kill {
            homing.kill();
        } else {
            let stopping = tokio::task::spawn_blocking(|| homing.stop());
            // Its unbind is answered by the end of the connection.
            while let Some(frame) = self.peer.next().await {
                self.peer.answer(&frame, b"").await;
            }
            assert!(stopping.await.unwrap().success());
        }
        self.homing = Some(up(&self.smsc, &self.folder, self.port, self.more, self.flags));
        self.peer = self.smsc.bound().await;
    }
}

fn up(smsc: &RawSmsc, folder: &TempDir, port: u16, more: &str, flags: &[&str]) -> Homing {
    let url = format!("smpp://esme:secret@{}?name=main&bind_again=1s{more}", smsc.address());
    let flags = [&["--sync", "off", "--smsc", &url], flags].concat();
    block_in_place(|| Homing::start_at(&folder.path().join("data"), port, &flags))
}

/// A receipt as text.
pub fn receipt(text: &str) -> ShortMessage {
    ShortMessage { esm_class: RECEIPT, octets: text.as_bytes().to_vec(), ..ShortMessage::default() }
}

/// A receipt as parameters.
pub fn receipt_tlvs(esm_class: u8, id: &str, state: u8) -> ShortMessage {
    use homing::smpp::pdu::tlv;
    let tlvs = Tlvs::default().with(tlv::RECEIPTED_MESSAGE_ID, format!("{id}\0"));
    ShortMessage { esm_class, tlvs: tlvs.with(tlv::MESSAGE_STATE, [state]), ..ShortMessage::default() }
}

pub fn text(text: &str) -> ShortMessage {
    ShortMessage { octets: text.as_bytes().to_vec(), ..ShortMessage::default() }
}
