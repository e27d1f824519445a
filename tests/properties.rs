//! What holds for every sequence of commands, whoever sends them: decided again, restored, and delivered at most once.

mod support;

use std::collections::{HashMap, HashSet};

use homing::decider::Snapshots;
use homing::rules::command::Route;
use homing::rules::{Channel, Commit, Fact, Outcome, Rejection, State};
use homing::wire::{commit, to_msgpack, to_value};
use homing::words::{CommandSeq, EventSeq, Instant, MessageId, Party};
use proptest::prelude::*;
use serde_json::Value;
use support::commands::{COMMANDS_LEN_MAX, START_MS, Wish, sequence};
use support::desk::{Desk, judge};

/// A desk with a clock.
#[derive(Default)]
struct Office {
    desk: Desk,
    passed_ms: i64,
}

impl Office {
    fn take(&mut self, wish: &Wish) -> (Vec<Commit>, Outcome) {
        self.passed_ms += wish.after_ms;
        self.desk.take(self.now(), &wish.subject, &wish.payload)
    }

    fn now(&self) -> Instant {
        Instant::from_unix_ms(START_MS + self.passed_ms)
    }

    fn after(wishes: &[Wish]) -> Office {
        let mut office = Office::default();
        wishes.iter().for_each(|wish| drop(office.take(wish)));
        office
    }
}

/// The state as its log tells it, through the bytes.
fn told_by(log: &[(String, Vec<u8>)]) -> State {
    let mut state = State::default();
    let mut parts: Vec<Commit> = Vec::new();
    for (seq, (_, bytes)) in (1..).zip(log) {
        parts.push(commit::decode(bytes).expect("what was written can be read"));
        if parts.last().is_some_and(Commit::is_last_part) {
            let parts = std::mem::take(&mut parts);
            state.evolve(&parts, EventSeq(seq + 1 - parts.len() as u64));
        }
    }
    assert!(parts.is_empty(), "every decision is whole");
    state
}

fn through_a_snapshot(state: &State) -> State {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let snapshots = Snapshots::at(folder.path()).expect("a folder can be made in it");
    snapshots.store(&Snapshots::encode(state)).expect("a snapshot can be stored");
    snapshots.load().expect("it can be read").expect("it is whole")
}

/// All of a state but its position and the ids it remembers.
fn substance(state: &State) -> Value {
    let mut shown = to_value(&to_msgpack(state)).expect("a state is a map");
    let fields = shown.as_object_mut().expect("a state is a map");
    for apart in ["command", "commit", "intents"] {
        fields.remove(apart).expect("a state has these fields");
    }
    shown
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_commands_give_the_same_commits(wishes in sequence()) {
        let (once, again) = (Office::after(&wishes), Office::after(&wishes));
        prop_assert_eq!(once.desk.log, again.desk.log);
        prop_assert_eq!(once.desk.state, again.desk.state);
    }

    #[test]
    fn a_restored_state_goes_on_as_if_nothing_had_been(wishes in sequence(), cut in 0..COMMANDS_LEN_MAX) {
        let (before, after) = wishes.split_at(cut.min(wishes.len()));
        let mut office = Office::after(before);
        let restored = through_a_snapshot(&office.desk.state);
        prop_assert_eq!(&restored, &office.desk.state);
        prop_assert_eq!(&restored, &told_by(&office.desk.log));
        office.desk.state = restored;
        after.iter().for_each(|wish| drop(office.take(wish)));
        let whole = Office::after(&wishes);
        prop_assert_eq!(&office.desk.log, &whole.desk.log);
        prop_assert_eq!(&office.desk.state, &whole.desk.state);
        prop_assert_eq!(told_by(&whole.desk.log), whole.desk.state);
    }

    #[test]
    fn to_decide_changes_nothing_and_a_refusal_next_to_nothing(wishes in sequence()) {
        let mut office = Office::default();
        for wish in &wishes {
            let (before, seq) = (office.desk.state.clone(), CommandSeq(office.desk.seq + 1));
            let now = Instant::from_unix_ms(office.now().unix_ms() + wish.after_ms);
            let judged = judge(&office.desk.state, seq, now, &wish.subject, &wish.payload);
            prop_assert_eq!(&office.desk.state, &before);
            let taken = office.take(wish);
            prop_assert_eq!(&judged, &taken);
            if let (parts, Outcome::Refused(rejection)) = taken {
                prop_assert!(Rejection::CODES.contains(&rejection.code.as_str()), "{}", rejection.code);
                let facts: Vec<&Fact> = parts.iter().flat_map(|part| &part.facts).collect();
                // The refusal itself, or nothing where this is said again under an id that was refused before.
                prop_assert!(facts.is_empty() || facts == [&Fact::Refused(*rejection)], "{:?}", facts);
                prop_assert_eq!(substance(&office.desk.state), substance(&before));
            }
            if judged.0.is_empty() {
                prop_assert_eq!(&office.desk.state, &before);
            }
        }
    }

    #[test]
    fn a_delivery_begins_once_ends_once_and_keeps_to_its_route(wishes in sequence()) {
        let mut office = Office::default();
        let mut book = Book::default();
        for wish in &wishes {
            let (parts, _) = office.take(wish);
            let facts: Vec<&Fact> = parts.iter().flat_map(|part| &part.facts).collect();
            prop_assert_eq!(book.write(&facts), Ok(()));
        }
        let open = book.deliveries.values().filter(|delivery| **delivery == Delivery::Open);
        prop_assert!(office.desk.state.open_messages_len() <= open.count());
        prop_assert_eq!(office.desk.state.open_messages_len(), book.open_messages_len());
    }
}

/// What became of every delivery, by the facts alone.
#[derive(Default)]
struct Book {
    routes: HashMap<MessageId, Route>,
    deliveries: HashMap<(MessageId, Party), Delivery>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Delivery {
    /// Accepted, and not routed or filtered yet: only within a decision.
    Begun,
    Open,
    Ended,
}

impl Book {
    fn write(&mut self, facts: &[&Fact]) -> Result<(), String> {
        for fact in facts {
            self.take(fact)?;
        }
        match self.deliveries.iter().find(|(_, delivery)| **delivery == Delivery::Begun) {
            Some((begun, _)) => Err(format!("{begun:?} has no first channel and was not filtered")),
            None => Ok(()),
        }
    }

    fn take(&mut self, fact: &Fact) -> Result<(), String> {
        if let Fact::MessageAccepted(accepted) = fact {
            if self.routes.insert(accepted.message, accepted.route).is_some() || accepted.to.is_empty() {
                return Err(format!("{} was accepted twice, or for nobody", accepted.message));
            }
            for to in &accepted.to {
                if self.deliveries.insert((accepted.message, to.clone()), Delivery::Begun).is_some() {
                    return Err(format!("{} goes to {to} twice", accepted.message));
                }
            }
        } else if let Fact::DeliveryRouted(routed) = fact {
            if !self.allows(routed.message, routed.channel) {
                return Err(format!("{} takes {:?} against its route", routed.message, routed.channel));
            }
            self.moves(routed.message, &routed.to, Delivery::Open, fact)?;
        } else if let Fact::DeliveryDelivered { message, to }
        | Fact::DeliveryFiltered { message, to, .. }
        | Fact::DeliveryRecalled { message, to }
        | Fact::DeliveryExpired { message, to } = fact
        {
            self.moves(*message, to, Delivery::Ended, fact)?;
        }
        Ok(())
    }

    fn moves(&mut self, message: MessageId, to: &Party, now: Delivery, fact: &Fact) -> Result<(), String> {
        match self.deliveries.get_mut(&(message, to.clone())) {
            Some(delivery) if *delivery != Delivery::Ended => {
                *delivery = now;
                Ok(())
            }
            Some(_) => Err(format!("it had ended before {fact:?}")),
            None => Err(format!("it was never accepted, and now {fact:?}")),
        }
    }

    /// Which channels the sender's route leaves open; waiting is always one.
    fn allows(&self, message: MessageId, channel: Channel) -> bool {
        match self.routes.get(&message) {
            Some(Route::Auto) => channel != Channel::Mms,
            Some(Route::Im) => matches!(channel, Channel::Live | Channel::Pull | Channel::None),
            Some(Route::Sms) => matches!(channel, Channel::Sms | Channel::None),
            Some(Route::Mms) => matches!(channel, Channel::Mms | Channel::None),
            None => false,
        }
    }

    fn open_messages_len(&self) -> usize {
        let open = self.deliveries.iter().filter(|(_, delivery)| **delivery == Delivery::Open);
        open.map(|((message, _), _)| message).collect::<HashSet<_>>().len()
    }
}
