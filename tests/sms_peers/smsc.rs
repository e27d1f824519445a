//! An SMSC that is not ours, as a child process: what it saw, what it answers, what it is told to do.

use std::collections::{HashMap, VecDeque};
use std::io::{BufRead, BufReader, Write};
use std::process::{ChildStdin, ChildStdout, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::board::Board;
use crate::support::Child;

/// A submit_sm as the other library read it.
#[derive(Debug, Clone, Deserialize)]
pub struct Submit {
    pub session: u64,
    pub seq: u64,
    pub source: String,
    pub source_ton: u8,
    pub dest: String,
    pub dest_ton: u8,
    pub esm_class: u8,
    pub data_coding: u8,
    pub registered: u8,
    /// user_message_reference
    pub reference: Option<u16>,
    /// The elements of its user data header, in hexadecimal.
    pub udh: String,
    pub text: String,
    pub payload: bool,
    pub sar_msg_ref_num: Option<u16>,
    pub sar_total_segments: Option<u8>,
    pub sar_segment_seqnum: Option<u8>,
    /// What the SMSC calls it.
    #[serde(skip)]
    pub number: u64,
    #[serde(skip)]
    pub answer: Option<Answer>,
}

/// What a submit_sm gets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    Accept,
    Refuse(u32),
    /// None, until the test says so.
    Hold,
}

/// How this SMSC writes its ids: in a response, and in a receipt.
#[derive(Debug, Clone, Copy)]
pub enum Ids {
    /// In the other case there, and without the padding.
    PaddedUpper,
    ResponseHex,
    ResponseDecimal,
}

impl Ids {
    pub fn of_response(self, number: u64) -> String {
        match self {
            Ids::PaddedUpper => format!("{number:010X}"),
            Ids::ResponseHex => format!("{number:X}"),
            Ids::ResponseDecimal => number.to_string(),
        }
    }

    pub fn of_receipt(self, number: u64) -> String {
        match self {
            Ids::PaddedUpper => format!("{number:x}"),
            Ids::ResponseHex => format!("{number:010}"),
            Ids::ResponseDecimal => format!("{number:08x}"),
        }
    }
}

#[derive(Default)]
pub struct Seen {
    pub port: Option<u16>,
    pub submits: Vec<Submit>,
    /// The statuses of deliver_sm_resp by tag.
    pub answered: HashMap<u64, u32>,
    /// How many submits had come before a deliver_sm_resp, by tag.
    pub answered_behind: HashMap<u64, usize>,
    pub bound: Vec<u64>,
    pub resumed: usize,
    pub closed: usize,
    pub malformed: Vec<String>,
    /// What the next submits to a phone get; then they are accepted.
    plan: HashMap<String, VecDeque<Answer>>,
    /// Whatever is submitted is held.
    holds: bool,
    tags: u64,
}

pub struct Smsc {
    pub seen: Arc<Board<Seen>>,
    pub ids: Ids,
    hand: Arc<Mutex<ChildStdin>>,
    _child: Child,
}

impl Smsc {
    pub async fn start(command: &mut Command, ids: Ids) -> Smsc {
        // slf4j says there that nobody listens to it; what the scripts have to say comes by the protocol.
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = Child::spawn(command);
        let hand = Arc::new(Mutex::new(child.take_stdin()));
        let seen = Arc::new(Board::new(Seen::default()));
        let (board, answering, said) = (Arc::clone(&seen), Arc::clone(&hand), child.take_stdout());
        thread::spawn(move || listen(said, &board, &answering, ids));
        seen.wait("an SMSC that listens", |seen| seen.port).await;
        Smsc { seen, ids, hand, _child: child }
    }

    pub fn port(&self) -> u16 {
        self.seen.lock().port.expect("it listens")
    }

    /// What the next submits to this phone get.
    pub fn plans(&self, phone: &str, answers: &[Answer]) {
        let key = phone.trim_start_matches('+').to_owned();
        self.seen.change(|seen| seen.plan.entry(key).or_default().extend(answers));
    }

    pub async fn session(&self) -> u64 {
        self.seen.wait("a bind", |seen| seen.bound.last().copied()).await
    }

    /// All submits to this phone, once there are so many.
    pub async fn submits(&self, phone: &str, len: usize) -> Vec<Submit> {
        let what = format!("{len} submits to a phone");
        self.seen.wait(&what, |seen| Some(to(seen, phone)).filter(|found| found.len() >= len)).await
    }

    pub async fn submit(&self, phone: &str) -> Submit {
        self.submits(phone, 1).await.remove(0)
    }

    /// Answers what was held.
    pub fn accept(&self, submit: &Submit) {
        self.seen.change(|seen| {
            let held = seen.submits.iter_mut().find(|held| held.number == submit.number);
            held.expect("it was submitted").answer = Some(Answer::Accept);
        });
        respond(&self.hand, submit, 0, self.ids);
    }

    /// Holds all that is submitted from now on.
    pub fn holds(&self) {
        self.seen.change(|seen| seen.holds = true);
    }

    /// Answers all that was held, and what is submitted from now on.
    pub fn releases(&self) {
        let held: Vec<_> = self.seen.change(|seen| {
            seen.holds = false;
            seen.submits.iter().filter(|submit| submit.answer == Some(Answer::Hold)).cloned().collect()
        });
        held.iter().for_each(|submit| self.accept(submit));
    }

    pub fn does(&self, deed: &str, session: u64, mut with: Value) {
        with["do"] = json!(deed);
        with["session"] = json!(session);
        write(&self.hand, &with);
    }

    /// Hands over a deliver_sm in the last session; gives a tag by which its answer is known.
    pub async fn hands(&self, source: &str, dest: &str, message: Message) -> u64 {
        let session = self.session().await;
        let tag = self.seen.change(|seen| {
            seen.tags += 1;
            seen.tags
        });
        let Message { esm_class, data_coding, octets, tlvs } = message;
        let mut deed = Value::Object(tlvs);
        deed["tag"] = json!(tag);
        deed["source"] = json!(source.trim_start_matches('+'));
        deed["dest"] = json!(dest);
        deed["esm_class"] = json!(esm_class);
        deed["data_coding"] = json!(data_coding);
        deed["octets"] = json!(hex(&octets));
        self.does("deliver", session, deed);
        tag
    }

    /// The same, and it is acknowledged: what it says is stored.
    pub async fn delivers(&self, source: &str, dest: &str, message: Message) {
        let tag = self.hands(source, dest, message).await;
        self.acknowledged(tag).await;
    }

    pub async fn acknowledged(&self, tag: u64) {
        let answered = self.seen.wait("a deliver_sm_resp", |seen| seen.answered.get(&tag).copied()).await;
        assert_eq!(answered, 0, "the deliver_sm is not taken");
    }
}

/// What stands in a deliver_sm.
#[derive(Debug, Clone, Default)]
pub struct Message {
    pub esm_class: u8,
    pub data_coding: u8,
    pub octets: Vec<u8>,
    pub tlvs: Map<String, Value>,
}

impl Message {
    pub fn tlv(mut self, name: &str, value: impl Into<Value>) -> Message {
        self.tlvs.insert(name.to_owned(), value.into());
        self
    }
}

pub fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02x}")).collect()
}

/// In the order in which they were written: a library may hand them out in another.
pub fn to(seen: &Seen, phone: &str) -> Vec<Submit> {
    let phone = phone.trim_start_matches('+');
    let mut found: Vec<Submit> = seen.submits.iter().filter(|submit| submit.dest == phone).cloned().collect();
    found.sort_by_key(|submit| (submit.session, submit.seq));
    found
}

fn listen(said: ChildStdout, board: &Board<Seen>, hand: &Mutex<ChildStdin>, ids: Ids) {
    for line in BufReader::new(said).lines().map_while(Result::ok) {
        let event: Value = serde_json::from_str(&line).unwrap_or_default();
        let number = |name: &str| event.get(name).and_then(Value::as_u64).unwrap_or_default();
        match event.get("event").and_then(Value::as_str).unwrap_or_default() {
            "listening" => board.change(|seen| seen.port = u16::try_from(number("port")).ok()),
            "bound" => board.change(|seen| seen.bound.push(number("session"))),
            "resumed" => board.change(|seen| seen.resumed += 1),
            "closed" => board.change(|seen| seen.closed += 1),
            "answered" => board.change(|seen| {
                let status = u32::try_from(number("status")).unwrap_or(u32::MAX);
                seen.answered.insert(number("tag"), status);
                seen.answered_behind.insert(number("tag"), seen.submits.len());
            }),
            "submit" => match serde_json::from_value(event.clone()) {
                Ok(submit) => submitted(submit, board, hand, ids),
                Err(error) => board.change(|seen| seen.malformed.push(format!("{error}: {line}"))),
            },
            _ => board.change(|seen| seen.malformed.push(line.clone())),
        }
    }
}

fn submitted(mut submit: Submit, board: &Board<Seen>, hand: &Mutex<ChildStdin>, ids: Ids) {
    // Hexadecimal digits in every id, and more than one kind of them.
    const FIRST: u64 = 0x00AB_C000;
    let answer = board.change(|seen| {
        let planned = seen.plan.get_mut(&submit.dest).and_then(VecDeque::pop_front);
        let answer = planned.unwrap_or(if seen.holds { Answer::Hold } else { Answer::Accept });
        submit.answer = Some(answer);
        submit.number = FIRST + seen.submits.len() as u64;
        seen.submits.push(submit.clone());
        answer
    });
    match answer {
        Answer::Accept => respond(hand, &submit, 0, ids),
        Answer::Refuse(status) => respond(hand, &submit, status, ids),
        Answer::Hold => {}
    }
}

fn respond(hand: &Mutex<ChildStdin>, submit: &Submit, status: u32, ids: Ids) {
    let id = if status == 0 { ids.of_response(submit.number) } else { String::new() };
    let (session, seq) = (submit.session, submit.seq);
    write(hand, &json!({"do": "respond", "session": session, "seq": seq, "status": status, "id": id}));
}

fn write(hand: &Mutex<ChildStdin>, deed: &Value) {
    let mut hand = hand.lock().unwrap_or_else(PoisonError::into_inner);
    let _its_end_is_noticed_by_who_waits = hand.write_all(format!("{deed}\n").as_bytes());
}
