//! Receipts: what is not final ends nothing, and one that cannot be about a message is not.

use homing::rules::{Fact, attempt};
use homing::smpp::pdu::{Body, QuerySmResp};
use serde_json::Value;

use crate::world::{ALICE, BOB, INTERMEDIATE, RECEIPT, World, receipt, receipt_tlvs};

/// As `+447911…`, as many.
fn phones(len: u32) -> Vec<String> {
    (0..len).map(|number| format!("4479110{number:05}")).collect()
}

fn receipts_of(facts: &[Fact]) -> usize {
    facts.iter().filter(|fact| matches!(fact, Fact::Attempt(attempt::Fact::Receipted(_)))).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_not_final_ends_nothing_and_the_first_final_receipt_wins() {
    let mut world = World::start("", &[]).await;
    let message = world.sends("bob", "patience").await;
    world.accepts("A1").await;
    for _ in 0..20 {
        for message in [
            receipt_tlvs(INTERMEDIATE, "A1", 5),
            receipt("id:A1 stat:ENROUTE err:000"),
            receipt("id:A1 stat:RETRY err:000"),
            receipt("id:A1 stat:WHAT err:000"),
            receipt("id:A1 stat:ACCEPTD err:000"),
            receipt_tlvs(RECEIPT, "A1", 0),
            receipt_tlvs(RECEIPT, "A1", 7),
        ] {
            assert_eq!(world.delivers(BOB, ALICE, message).await, 0);
        }
    }
    assert_eq!(world.delivers(BOB, ALICE, receipt("id:A1 stat:DELIVRD err:000")).await, 0);
    assert_eq!(world.end(message).await, "delivery.delivered");
    // En route, accepted, unknown, delivered: each once, however often it is said.
    assert_eq!(receipts_of(&world.facts), 4, "{:?}", world.facts);
    world.shown(message, "delivered").await;

    assert_eq!(world.delivers(BOB, ALICE, receipt("id:A1 stat:UNDELIV err:001")).await, 0);
    let like = |fact: &Fact| format!("{fact:?}").contains("state: Undeliverable");
    world.until("the contradiction is recorded", like).await;
    let (delivery, sms) = world.shown(message, "delivered").await;
    assert_eq!((&delivery["reason"], &sms["receipts"][0]), (&Value::Null, &Value::from("delivered")));
}

/// The same of what query_sm is answered.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_answer_to_query_sm_that_is_not_final_ends_nothing() {
    let mut world = World::start("", &["--query-after", "1s"]).await;
    let message = world.sends("bob", "what became of it?").await;
    world.accepts("B1").await;
    for state in [6, 7, 3] {
        let frame = world.request().await;
        let Body::QuerySm(query) = Body::of(&frame) else { panic!("no query_sm: {:?}", frame.header) };
        assert_eq!(query.message_id, "B1");
        let resp = QuerySmResp {
            message_id: query.message_id,
            message_state: Some(state),
            ..QuerySmResp::default()
        };
        world.peer.send(&Body::QuerySmResp(resp).to_vec(0, frame.header.sequence)).await;
    }
    assert_eq!(world.end(message).await, "delivery.failed");
    let (delivery, sms) = world.shown(message, "failed").await;
    assert_eq!((&delivery["reason"], &sms["reason"]), (&"receipt_expired".into(), &"receipt_expired".into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_without_an_id_fails_none_of_the_messages_that_follow() {
    let mut world = World::start("", &[]).await;
    let phones = phones(20);
    assert_eq!(world.delivers(&phones[0], ALICE, receipt("stat:UNDELIV err:001")).await, 0);
    let mut messages = Vec::new();
    for phone in &phones {
        messages.push(world.sends(&format!("+{phone}"), "no id for this").await);
        world.accepts("").await;
        world.is_accepted(messages[messages.len() - 1]).await;
    }
    // Their own receipts have none either, and say whose phone they are about.
    for phone in &phones {
        assert_eq!(world.delivers(phone, ALICE, receipt("stat:DELIVRD err:000")).await, 0);
    }
    for message in messages {
        assert_eq!(world.end(message).await, "delivery.delivered");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_old_receipt_delivers_no_new_message_of_the_same_id() {
    let mut world = World::start("", &[]).await;
    assert_eq!(world.delivers(BOB, ALICE, receipt("id:7 stat:DELIVRD err:000")).await, 0);
    world.until("it is kept", |fact| matches!(fact, Fact::Attempt(attempt::Fact::Unmatched(_)))).await;
    // The SMSC's counter begins anew.
    let message = world.sends("bob", "number seven").await;
    world.accepts("7").await;
    world.is_accepted(message).await;
    assert_eq!(world.delivers(BOB, ALICE, receipt("id:7 stat:UNDELIV err:001")).await, 0);
    assert_eq!(world.end(message).await, "delivery.failed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_receipt_of_somebody_elses_message_to_the_same_phone_ends_nothing() {
    let mut world = World::start("", &[]).await;
    let message = world.sends("bob", "did it arrive?").await;
    world.request().await;
    // Not answered: nobody knows whether it was taken.
    world.rebinds().await;
    let unknown = |fact: &Fact| matches!(fact, Fact::Attempt(attempt::Fact::Unknown(_)));
    world.until("it is unknown", unknown).await;
    assert_eq!(world.delivers(BOB, "4711", receipt("id:F1 stat:DELIVRD err:000")).await, 0);
    assert_eq!(world.delivers(BOB, ALICE, receipt("id:O1 stat:UNDELIV err:001")).await, 0);
    assert_eq!(world.end(message).await, "delivery.failed");
}

/// Two of which nobody knows: which of them a receipt is about cannot be told by the phone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_that_a_receipt_can_be_about_it_is_about_neither() {
    let mut world = World::start("&window=10", &[]).await;
    let mut messages = Vec::new();
    for text in ["one", "two"] {
        messages.push(world.sends("bob", text).await);
        world.request().await;
    }
    world.rebinds().await;
    for message in messages {
        let unknown = |fact: &Fact| matches!(fact, Fact::Attempt(attempt::Fact::Unknown(attempt::Unknown { attempt, .. })) if attempt.message == message);
        world.until("it is unknown", unknown).await;
    }
    assert_eq!(world.delivers(BOB, ALICE, receipt("id:C1 stat:DELIVRD err:000")).await, 0);
    let facts =
        world.until("it is kept", |fact| matches!(fact, Fact::Attempt(attempt::Fact::Unmatched(_)))).await;
    assert_eq!(receipts_of(facts), 0);
}
