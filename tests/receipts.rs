//! Receipts of every kind and order: `delivery` and `sms state` tell the same, and the first end is the end.

mod support;

use async_nats::header::NATS_EXPECTED_LAST_SEQUENCE;
use async_nats::{HeaderMap, HeaderValue};
use homing::log::Record;
use homing::rules::attempt::{
    Ask, Asked, Attempt, DeferClass, DeferReason, FailReason, Granted, Receipt, ReceiptState, Report,
    Reports, UnknownReason,
};
use homing::rules::presence::Encoding;
use homing::rules::{Command, Fact, message};
use homing::sms::state::{Stage, State, Terms};
use homing::wire::{command, commit, subjects};
use homing::words::{Instant, MessageId, Party, Span};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use support::pure_decider::PureDecider;

/// Of the one message, in segments.
const SEGMENTS: u8 = 2;

fn report(message: MessageId) -> impl Strategy<Value = Report> {
    use ReceiptState::{Accepted, Deleted, Delivered, Enroute, Expired, Rejected, Undeliverable, Unknown};
    let to: Party = "bob".parse().expect("a user");
    let ids = vec(option::weighted(0.7, "[0-3]?"), usize::from(SEGMENTS));
    let attempt = {
        let to = to.clone();
        ids.prop_map(move |ids| Attempt {
            message,
            to: to.clone(),
            connector: "main".to_owned(),
            ids,
            grant: None,
        })
    };
    let state = select(
        &[Enroute, Delivered, Delivered, Expired, Deleted, Undeliverable, Accepted, Unknown, Rejected][..],
    );
    let (about, silent) = (to.clone(), to);
    prop_oneof![
        2 => (attempt.clone(), any::<bool>()).prop_map(|(attempt, receipts)| Report::Accepted { attempt, receipts }),
        1 => attempt.clone().prop_map(|attempt| Report::Failed { attempt, reason: FailReason::Smsc(11) }),
        1 => attempt.clone().prop_map(|attempt| Report::Deferred {
            attempt,
            class: DeferClass::Temporary,
            why: DeferReason::Smsc(8),
        }),
        1 => attempt.prop_map(|attempt| Report::Unknown { attempt, why: UnknownReason::NoResponse }),
        8 => (0..SEGMENTS, state).prop_map(move |(segment, state)| Report::Receipt(Receipt {
            message,
            to: about.clone(),
            segment,
            segments: SEGMENTS,
            state,
            error: None,
            id: None,
        })),
        1 => Just(Report::Silent { message, to: silent }),
    ]
}

/// What is asked and reported, a few things at a time.
fn story(message: MessageId) -> impl Strategy<Value = Vec<Command>> {
    let asked = Asked { message, to: "bob".parse().expect("a user"), again: true };
    let attempt = Command::from(Ask { deliveries: vec![asked], grant: None });
    let reports = vec(report(message), 1..5).prop_map(|reports| Command::from(Reports { reports, id: None }));
    vec(prop_oneof![1 => Just(attempt), 4 => reports], 1..24)
}

fn is_of_area(filter: &str, subject: &str) -> bool {
    filter.strip_suffix('*').is_some_and(|area| subject.starts_with(area))
}

/// What `delivery` tells: the first end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Told {
    Open,
    Delivered,
    Failed,
}

fn play(story: &[Command]) -> Result<(), TestCaseError> {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let terms = Terms { query_after: Span::from_secs(60), ids: Default::default() };
    let state = State::open(folder.path(), terms).expect("a folder can be opened");
    let (mut decider, mut at, to) =
        (PureDecider::default(), Instant::default(), "bob".parse().expect("a user"));
    let mut says = |by: &str, verb: &str, payload: &[u8]| {
        at = at + Span::from_secs(1);
        decider.take(at, &subjects::command(by, verb), payload);
        decider.log.clone()
    };
    says("_admin", "user.register", br#"{"name": "alice"}"#);
    says("_admin", "user.register", br#"{"name": "bob", "phone": "+447700900001"}"#);
    says("alice", "message.send", br#"{"to": ["bob"], "text": "x", "route": "sms"}"#);
    let message: MessageId = "m3".parse().expect("a message");
    let mut granted = false;
    let (mut told, mut seen, follows) = (Told::Open, 0, State::reads());
    for wish in story {
        let log = says("_sms", wish.verb(), &command::encode(wish, Encoding::Msgpack));
        for (seq, (subject, payload)) in (1..).zip(&log).skip(seen) {
            let record = Record {
                seq,
                subject: subject.as_str().into(),
                at: Instant::default(),
                payload: payload.clone().into(),
                headers: Some(HeaderMap::from_iter([(
                    NATS_EXPECTED_LAST_SEQUENCE,
                    HeaderValue::from(seq - 1),
                )])),
            };
            // The bridge follows these alone.
            if follows.iter().any(|filter| filter == subject || is_of_area(filter, subject)) {
                state.apply(&[record]).expect("the disk is there");
            }
            for fact in commit::decode(payload).expect("it can be read").facts {
                granted |= fact.get::<Granted>().is_some();
                if let Fact::Message(message::Fact::Delivered(_)) = fact {
                    prop_assert_eq!(std::mem::replace(&mut told, Told::Delivered), Told::Open);
                } else if let Fact::Message(message::Fact::Failed(_)) = fact {
                    prop_assert_eq!(std::mem::replace(&mut told, Told::Failed), Told::Open);
                }
            }
        }
        seen = log.len();
        let row = state.delivery(message, &to).expect("the disk is there");
        prop_assert!(row.is_some() || !granted, "the bridge has no row of what it has a grant for");
        let Some(row) = row else { continue };
        let shown = match row.stage {
            Stage::Delivered => Told::Delivered,
            Stage::Failed => Told::Failed,
            Stage::Attempted
            | Stage::Deferred
            | Stage::Unknown
            | Stage::Accepted
            | Stage::Silent
            | Stage::Expired
            | Stage::Recalled
            | Stage::Filtered => Told::Open,
        };
        prop_assert_eq!(shown, told, "{:?} after {:?}", row, wish);
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn delivery_and_sms_state_never_disagree(story in story("m3".parse().expect("a message"))) {
        play(&story)?;
    }
}
