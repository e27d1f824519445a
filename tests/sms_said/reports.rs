//! Reports of the bridge: none is lost for what an SMSC writes, and what is refused is seen.

use std::collections::BTreeSet;

use futures_util::StreamExt;
use homing::rules::{Fact, attempt, refusal};
use homing::smpp::pdu::status::RTHROTTLED;
use homing::smpp::pdu::{Body, command};
use homing::wire::sms_query::{SmsOf, SmsState};
use homing::wire::{from_msgpack, to_msgpack, to_value};

use crate::smsc::{pdu, soon};
use crate::world::{BOB, World};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ids_of_sixty_kilobytes_cost_no_report() {
    const MESSAGES: usize = 60;
    let mut world = World::start("&window=60", &[]).await;
    let mut messages = BTreeSet::new();
    for number in 0..MESSAGES {
        messages.insert(world.sends(&format!("+4479110{number:05}"), "a short one").await);
    }
    let mut frames = Vec::new();
    while frames.len() < MESSAGES {
        frames.push(world.request().await);
    }
    let id = vec![b'7'; 60_000];
    for frame in &frames {
        assert!(matches!(Body::of(frame), Body::SubmitSm(_)));
        world.peer.answer(frame, &[&id[..], b"\0"].concat()).await;
    }
    for message in messages {
        world.is_accepted(message).await;
    }
    assert!(!world.facts.iter().any(|fact| matches!(fact, Fact::Refusal(refusal::Fact::Rejection(_)))));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_command_of_the_bridges_own_that_is_refused_is_parked_where_a_person_sees_it() {
    let world = World::start("", &[]).await;
    let mut parked = world.log.client().subscribe("homing.out._parked.sms.>").await.unwrap();
    world.log.client().flush().await.unwrap();
    let outgoing = homing::wire::Outgoing {
        subject: "homing.cmd._sms.attempt.report".to_owned(),
        headers: Vec::new(),
        payload: br#"{"reports": "none"}"#.to_vec(),
    };
    let seq = world.log.command(outgoing).await.unwrap();
    let parked = soon("it is parked", parked.next()).await.unwrap();
    assert_eq!(parked.subject.as_str(), format!("homing.out._parked.sms.{seq}"));
    let shown = to_value(&parked.payload).unwrap();
    assert_eq!((&shown["stream"], &shown["seq"]), (&"COMMANDS".into(), &seq.into()));
    assert!(shown["why"].as_str().unwrap().starts_with("command.malformed"), "{shown}");
}

/// By default it is held: the item leaves OUTBOX, and no later submit is this one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_may_have_arrived_when_the_session_broke_is_not_submitted_again() {
    let mut world = World::start("", &[]).await;
    let message = world.sends(&format!("+{BOB}"), "is anybody there?").await;
    let submit = world.request().await;
    assert!(matches!(Body::of(&submit), Body::SubmitSm(_)));
    world.rebinds().await;
    let unknown = |fact: &Fact| {
        fact.get::<attempt::Unknown>().is_some_and(|unknown| unknown.attempt.message == message)
    };
    world.until("it is not known what became of it", unknown).await;
    // Redelivery would hold it there for seconds; meanwhile the session has to be answered for.
    let last = world.log.last_seq("OUTBOX").await.unwrap();
    let settled = async {
        while world.log.record("OUTBOX", last).await.unwrap().is_some() {
            let said = world.peer.is_alive().await;
            assert!(said.iter().all(|frame| !matches!(Body::of(frame), Body::SubmitSm(_))), "{said:?}");
        }
    };
    soon("the item is done with", settled).await;
    let next = world.sends(&format!("+{BOB}"), "hello?").await;
    world.accepts("7f").await;
    world.is_accepted(next).await;
    let attempts = world.facts.iter().filter_map(Fact::get::<attempt::Granted>).count();
    assert_eq!(attempts, 2, "one for each message");
}

/// Nobody knew, so it is sent again; then the SMSC says that it was too busy for the first one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_late_refusal_that_passes_does_not_end_what_is_about_to_be_sent_again() {
    let mut world = World::start("&response_timeout=500ms", &["--sms-unknown", "retry"]).await;
    let message = world.sends(&format!("+{BOB}"), "once more").await;
    let first = world.request().await;
    let unknown = |fact: &Fact| matches!(fact, Fact::Attempt(attempt::Fact::Unknown(_)));
    world.until("it is not known what became of it", unknown).await;
    world.peer.send(&pdu(command::SUBMIT_SM_RESP, RTHROTTLED, first.header.sequence, b"")).await;
    soon("it is sent again", world.accepts("7f")).await;
    world.is_accepted(message).await;
    let failed = world.facts.iter().filter_map(Fact::get::<attempt::Failed>).count();
    assert_eq!(failed, 0, "{:?}", world.facts);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_operator_is_answered_in_the_encoding_of_the_question() {
    let world = World::start("", &[]).await;
    let question = to_msgpack(&SmsOf { message: None });
    let answer = world.log.client().request("homing.query._admin.sms", question.into()).await.unwrap();
    let answer: SmsState = from_msgpack(&answer.payload).unwrap();
    assert_eq!(answer.connectors[0].name, "main");
}
