//! Properties of every sequence of commands, whoever sends them: decided again, restored, and delivered at most once.

mod support;

use std::collections::BTreeSet;

use homing::decider::Snapshots;
use homing::log::Mark;
use homing::rules::message::{PARTS_BYTES_MAX, PARTS_LEN_MAX, TEXT_BYTES_MAX};
use homing::rules::{Commit, Fact, Outcome, Rejection, State, message, presence, schedule};
use homing::wire::{commit, to_msgpack, to_value};
use homing::words::{CommandSeq, EventSeq, Instant, MessageId};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};
use support::commands::{COMMANDS_LEN_MAX, START_MS, Wish};
use support::delivery_book::{Delivery, DeliveryBook};
use support::pure_decider::{PureDecider, judge};
use support::schedule_book::ScheduleBook;
use support::sequence::sequence;

/// A decider with a clock.
#[derive(Default)]
struct Office {
    decider: PureDecider,
    passed_ms: i64,
}

impl Office {
    fn take(&mut self, wish: &Wish) -> (Vec<Commit>, Outcome) {
        self.passed_ms += wish.after_ms;
        self.decider.take(self.now(), &wish.subject, &wish.payload)
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
    snapshots.store(Mark::default(), state).expect("a snapshot can be stored");
    snapshots.load().expect("it can be read").expect("it is whole").1
}

/// All of a state but its position, and the ids it remembers and what they cost.
fn substance(state: &State) -> Value {
    let mut shown = to_value(&to_msgpack(state)).expect("a state is a map");
    let fields = shown.as_object_mut().expect("a state is a map");
    for apart in ["command", "commit", "intents"] {
        fields.remove(apart).expect("a state has these fields");
    }
    let users = fields.get_mut("users").and_then(Value::as_array_mut).expect("a state has users");
    users.iter_mut().filter_map(Value::as_object_mut).for_each(|user| drop(user.remove("ids")));
    shown
}

/// `PROPTEST_CASES=100000 cargo test --test properties` searches for longer.
fn cases() -> u32 {
    std::env::var("PROPTEST_CASES").ok().and_then(|cases| cases.parse().ok()).unwrap_or(512)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_same_commands_give_the_same_commits(wishes in sequence()) {
        let (once, again) = (Office::after(&wishes), Office::after(&wishes));
        prop_assert_eq!(once.decider.log, again.decider.log);
        prop_assert_eq!(once.decider.state, again.decider.state);
    }

    #[test]
    fn a_restored_state_goes_on_as_if_nothing_had_been(wishes in sequence(), cut in 0..COMMANDS_LEN_MAX) {
        let (before, after) = wishes.split_at(cut.min(wishes.len()));
        let mut office = Office::after(before);
        let restored = through_a_snapshot(&office.decider.state);
        prop_assert_eq!(&restored, &office.decider.state);
        prop_assert_eq!(&restored, &told_by(&office.decider.log));
        office.decider.state = restored;
        after.iter().for_each(|wish| drop(office.take(wish)));
        let whole = Office::after(&wishes);
        prop_assert_eq!(&office.decider.log, &whole.decider.log);
        prop_assert_eq!(&office.decider.state, &whole.decider.state);
        prop_assert_eq!(told_by(&whole.decider.log), whole.decider.state);
    }

    #[test]
    fn to_decide_changes_nothing_and_a_refusal_next_to_nothing(wishes in sequence()) {
        let mut office = Office::default();
        for wish in &wishes {
            let (before, seq) = (office.decider.state.clone(), CommandSeq(office.decider.seq + 1));
            let now = Instant::from_unix_ms(office.now().unix_ms() + wish.after_ms);
            let judged = judge(&office.decider.state, seq, now, &wish.subject, &wish.payload);
            prop_assert_eq!(&office.decider.state, &before);
            let taken = office.take(wish);
            prop_assert_eq!(&judged, &taken);
            if let (parts, Outcome::Refused(rejection)) = taken {
                prop_assert!(Rejection::CODES.contains(&rejection.code.as_str()), "{}", rejection.code);
                let facts: Vec<&Fact> = parts.iter().flat_map(|part| &part.facts).collect();
                // The refusal itself, or nothing where this is said again under an id that was refused before.
                prop_assert!(facts.is_empty() || facts == [&Fact::from(*rejection)], "{:?}", facts);
                prop_assert_eq!(substance(&office.decider.state), substance(&before));
            }
            if judged.0.is_empty() {
                prop_assert_eq!(&office.decider.state, &before);
            }
        }
    }

    #[test]
    fn a_delivery_begins_once_ends_once_and_keeps_to_its_route(wishes in sequence()) {
        let mut office = Office::default();
        let mut book = DeliveryBook::default();
        for wish in &wishes {
            let (parts, _) = office.take(wish);
            let facts: Vec<Fact> = parts.into_iter().flat_map(|part| part.unfolded().facts).collect();
            prop_assert_eq!(book.write(&facts), Ok(()));
        }
        let open = book.deliveries.values().filter(|delivery| **delivery != Delivery::Ended);
        prop_assert!(office.decider.state.open_messages_len() <= open.count());
        prop_assert_eq!(office.decider.state.open_messages_len(), book.open_messages_len());
    }

    #[test]
    fn an_occurrence_that_was_planned_ends_once_and_nobody_exceeds_a_quota(wishes in sequence()) {
        let mut office = Office::default();
        let mut book = ScheduleBook::default();
        for wish in &wishes {
            let (parts, _) = office.take(wish);
            prop_assert_eq!(book.write(&parts), Ok(()));
            prop_assert_eq!(book.schedules_len(), office.decider.state.schedules_len());
        }
    }
}

const REASONS: &str = "Said Lapsed opted_out suspended blocked asked paused min_interval never too_late superseded \
    cancelled replaced auth.suspended quota.day_exceeded quota.month_exceeded mailbox_full message.mailbox_full";
const ROUTES: [&str; 15] = [
    "live pc_online",
    "live came_online",
    "pull pull_online",
    "pull came_online",
    "sms no_device_online",
    "sms not_registered",
    "sms asked_for",
    "sms answer",
    "sms not_confirmed",
    "sms went_offline",
    "pull went_offline",
    "mms asked_for",
    "none no_device_online",
    "none no_phone",
    "none sms_off",
];

/// The properties say nothing about what never happens in them.
#[test]
fn the_sequences_come_by_every_fact_and_reason() {
    let wanted: Vec<&str> =
        REASONS.split_whitespace().chain(ROUTES).chain(Fact::ROWS.iter().map(|row| row.name)).collect();
    let mut runner = TestRunner::deterministic();
    let mut seen = BTreeSet::new();
    for _ in 0..8_000 {
        if wanted.iter().all(|want| seen.contains(*want)) {
            return;
        }
        let wishes = sequence().new_tree(&mut runner).expect("nothing is filtered out").current();
        for (_, bytes) in Office::after(&wishes).decider.log {
            for fact in commit::decode(&bytes).expect("what was written can be read").facts {
                seen.insert(fact.name().to_owned());
                if let Some(routed) = fact.get::<message::Routed>() {
                    seen.insert(format!("{} {}", routed.channel.as_str(), routed.because.as_str()));
                } else if let Some(message::Filtered { reason, .. }) = fact.get() {
                    seen.insert(reason.as_str().to_owned());
                } else if let Some(presence::WentOffline { because, .. }) = fact.get() {
                    seen.insert(format!("{because:?}"));
                } else if let Fact::Schedule(schedule::Fact::Skipped(schedule::Skipped(not)))
                | Fact::Schedule(schedule::Fact::Missed(schedule::Missed(not)))
                | Fact::Schedule(schedule::Fact::OccurrenceCancelled(
                    schedule::OccurrenceCancelled(not),
                )) = &fact
                {
                    seen.insert(not.reason.clone());
                }
            }
        }
    }
    let missing: Vec<_> = wanted.iter().filter(|want| !seen.contains(**want)).collect();
    panic!("{missing:?} are not among {seen:?}");
}

/// The contract: "live, oldest first, up to 1,000 messages; `inbox` pages the rest".
#[test]
fn whoever_comes_online_gets_the_thousand_oldest() {
    let mut decider = PureDecider::default();
    let mut says = |by_verb: &str, payload: &str| {
        decider.take(Instant::from_unix_ms(START_MS), &format!("homing.cmd.{by_verb}"), payload.as_bytes()).0
    };
    says("_admin.user.register", r#"{"name":"alice"}"#);
    says("_admin.user.register", r#"{"name":"bob"}"#);
    (0..1_100).for_each(|_| drop(says("alice.message.send", r#"{"to":["bob"],"text":"x"}"#)));
    let parts = says("bob.presence.online", r#"{"device":"pc","class":"pc"}"#);
    let live = parts.iter().flat_map(|part| &part.facts).filter_map(Fact::get::<message::Routed>);
    let oldest = (3..).map(|seq| MessageId::of(CommandSeq(seq))).take(1_000);
    assert!(live.map(|routed| routed.message).eq(oldest));
}

/// With its headers a commit is to pass a server that takes 1 MiB, or the decider stands still before it.
#[test]
fn no_command_makes_a_commit_that_a_server_does_not_take() {
    const HEADERS_BYTES: usize = 2_048;
    const COMMAND_BYTES: usize = 1_024 * 1_024;
    let names: Vec<String> = (0..1_000).map(|n| format!("+4477009{n:08}")).collect();
    let send = |more: Value| {
        let mut send = json!({ "to": names, "text": "x" });
        let fields = send.as_object_mut().expect("an object");
        fields.extend(more.as_object().expect("an object").clone());
        fields.retain(|_, value| !value.is_null());
        send.to_string().into_bytes()
    };
    let filled = |field: &str| {
        let frame = json!({ "to": ["alice"], "text": "x", field: "" }).to_string();
        json!({ "to": ["alice"], "text": "x", field: "x".repeat(COMMAND_BYTES - frame.len()) })
            .to_string()
            .into_bytes()
    };
    // MessagePack lets a part leave out the names of its fields: 5 bytes, and 14 in a commit.
    let empty = |len: usize| b"\x93\xa0\xc0\xc4\x00".repeat(len);
    let head = b"\x82\xa2to\x91\xa5alice\xa5parts";
    let data = "A".repeat(PARTS_BYTES_MAX / 3 * 4 - 400);
    let parts = vec![json!({ "type": "", "data": "" }); PARTS_LEN_MAX - 1];
    let parts = [parts, vec![json!({ "type": "image/png", "data": data })]].concat();
    for (what, payload, accepted) in [
        (
            "a long text",
            send(json!({ "text": "\u{1}".repeat(TEXT_BYTES_MAX), "escalate_after": "1h" })),
            true,
        ),
        ("large parts", send(json!({ "text": null, "parts": parts, "expires_in": "1h" })), true),
        ("a long id", filled("id"), false),
        ("a long group", filled("as_group"), false),
        ("a long duration", filled("expires_in"), false),
        ("parts of no size", [&head[..], &[0xdd, 0, 3, 0, 0], &empty(0x3_0000)].concat(), false),
    ] {
        assert!(payload.len() <= COMMAND_BYTES, "{what}: the command itself is too large");
        let mut decider = PureDecider::default();
        decider.take(Instant::default(), "homing.cmd._admin.user.register", br#"{"name": "alice"}"#);
        let (_, outcome) = decider.take(Instant::default(), "homing.cmd.alice.message.send", &payload);
        assert_eq!(!matches!(outcome, Outcome::Refused(_)), accepted, "{what}: {outcome:?}");
        for (subject, bytes) in decider.log {
            assert!(bytes.len() + HEADERS_BYTES <= COMMAND_BYTES, "{what}: {subject} has {}", bytes.len());
        }
    }
}
