//! The decider's memory: what a registered user and an open delivery cost, by the process's resident set.

use super::report::Report;
use crate::log::Mark;
use crate::rules::Command;
use crate::rules::contacts::Add;
use crate::rules::identity::Register;
use crate::rules::message::{Confirm, Received, Route, Send};
use crate::rules::presence::Encoding;
use crate::rules::{Commit, Order, Part, Sender, State, decide};
use crate::wire::commit;
use crate::words::{Address, CommandSeq, EventSeq, Instant, MessageId, UserName};

/// Bytes of what is kept in the decider's memory.
pub(super) struct Bytes {
    per_user: f64,
    per_open_delivery: f64,
    per_contact: f64,
    per_id: f64,
}

impl Bytes {
    pub(super) fn tell(&self, report: &mut Report) {
        report.figure("bytes_per_user", self.per_user);
        report.figure("bytes_per_open_delivery", self.per_open_delivery);
        report.figure("bytes_per_contact", self.per_contact);
        report.figure("bytes_per_id", self.per_id);
    }
}

/// Builds a state by the rules themselves: `users` with phone and zone, a delivery that waits for each of them, a contact of
/// each, and a refused command of each with an id.
pub(super) fn measure(users: usize) -> Bytes {
    let mut decider = PureDecider::default();
    let before = resident();
    decider.register(users);
    let registered = resident();
    decider.filled = fill_holes();
    let closed = resident();
    decider.open(users);
    let open = resident();
    assert_eq!(decider.state.open_messages_len(), users, "each of them waits");
    let by = |number: usize| Sender::User(PureDecider::name(number));
    let per_contact = decider.cost(users, |number| {
        let who = Address::User(PureDecider::name((number + 7) % users));
        (by(number), Command::from(Add { who, alias: None }))
    });
    let per_id = decider.cost(users, |number| {
        let nobody = vec![Address::User(PureDecider::name(users))];
        let (text, id) = (Some("waits".into()), Some(format!("order-{number}")));
        (by(number), Command::from(Send { to: nobody, text, id, ..Send::default() }))
    });
    let (per_user, per_open_delivery) = (registered - before, open - closed);
    let [per_user, per_open_delivery] = [per_user, per_open_delivery].map(|bytes| bytes / users as f64);
    Bytes { per_user, per_open_delivery, per_contact, per_id }
}

/// Growing tables gave room back that the allocator keeps. It is filled first, for each size that is asked for, until what is
/// allocated shows as resident: else what comes next would seem to cost less than it does. It stays filled: room that is given
/// back leaves the resident set later, at any time.
fn fill_holes() -> Vec<Vec<u8>> {
    const CHUNK_BYTES: usize = 1_024 * 1_024;
    const CHUNKS_MAX: usize = 1_000;
    let mut filled = Vec::new();
    for bytes in [16, 32, 48, 64, 96, 128, 192, 256, 512, 1_024, 4_096] {
        let mut shown = 0;
        for _ in 0..CHUNKS_MAX {
            let before = resident();
            filled.extend((0..CHUNK_BYTES / bytes).map(|_| vec![1; bytes]));
            shown = if resident() - before >= CHUNK_BYTES as f64 { shown + 1 } else { 0 };
            if shown == 4 {
                break;
            }
        }
    }
    filled
}

fn register(number: usize) -> Register {
    let phone = format!("+8613{number:09}").parse().ok();
    let zone = Some("Europe/London".to_owned());
    Register { phone, zone, day: Some(100), month: Some(1_000), ..Register::named(PureDecider::name(number)) }
}

/// It knows one moment only.
const NOW: Instant = Instant::from_unix_ms(1_800_000_000_000);

/// A decider without a log.
#[derive(Default)]
pub(super) struct PureDecider {
    state: State,
    seq: u64,
    at: EventSeq,
    filled: Vec<Vec<u8>>,
}

impl PureDecider {
    pub(super) fn name(number: usize) -> UserName {
        format!("person-{number}").parse().expect("it has the shape of a name")
    }

    pub(super) fn register(&mut self, users: usize) {
        for number in 0..users {
            self.register_one(number);
        }
    }

    pub(super) fn register_one(&mut self, number: usize) -> Vec<Commit> {
        self.decide(Sender::Part(Part::Admin), Command::from(register(number)))
    }

    pub(super) fn state(&self) -> &State {
        &self.state
    }

    /// Where it stands, in a log that was created then.
    pub(super) fn mark(&self, log: Option<Instant>) -> Mark {
        let (command, seq) = self.state.position();
        Mark { seq, command, at: NOW, log }
    }

    /// Bytes of the resident set that each of so many commands leaves behind.
    pub(super) fn cost(&mut self, commands: usize, command: impl Fn(usize) -> (Sender, Command)) -> f64 {
        self.filled.append(&mut fill_holes());
        let before = resident();
        for number in 0..commands {
            let (by, command) = command(number);
            self.decide(by, command);
        }
        let after = resident();
        (after - before) / commands.max(1) as f64
    }

    fn open(&mut self, users: usize) {
        for number in 0..users {
            self.send((number + 1) % users, number);
        }
    }

    /// A message that waits.
    pub(super) fn send(&mut self, from: usize, to: usize) -> Vec<Commit> {
        let from = Sender::User(PureDecider::name(from));
        let (to, text) = (vec![Address::User(PureDecider::name(to))], Some("waits".into()));
        self.decide(from, Command::from(Send { to, text, route: Route::Im, ..Send::default() }))
    }

    /// The last message is confirmed.
    pub(super) fn receive(&mut self, to: usize) -> Vec<Commit> {
        let message = Some(MessageId::of(CommandSeq(self.seq)));
        let received = Received(Confirm { message, messages: None });
        self.decide(Sender::User(PureDecider::name(to)), Command::from(received))
    }

    fn decide(&mut self, by: Sender, command: Command) -> Vec<Commit> {
        self.seq += 1;
        let order = Order {
            seq: CommandSeq(self.seq),
            at: NOW,
            by,
            encoding: Encoding::Msgpack,
            command,
            content: None,
            kept: None,
        };
        let parts = commit::of_order(&order, decide(&self.state, &order));
        self.state.evolve(&parts, self.at.next());
        self.at = EventSeq(self.at.0 + parts.len() as u64);
        parts
    }
}

/// The resident set of this process in bytes (Linux; zero elsewhere).
pub(super) fn resident() -> f64 {
    resident_of(std::process::id())
}

/// The resident set of a process in bytes (Linux; zero elsewhere).
pub(super) fn resident_of(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.split_whitespace().next()).and_then(|kib| kib.parse::<f64>().ok());
    kib.unwrap_or_default() * 1_024.0
}
