//! Receipts: whatever form their ids have, and whenever they come.

use homing::rules::{Fact, attempt, message};
use serde_json::Value;

use crate::smsc::{Answer, Message};
use crate::world::{Form, World};

/// Planned, sent, delivered; ids in another form than the response's.
pub async fn reach_their_deliveries(world: &World) {
    for form in [Form::Text, Form::Tlvs, Form::Both] {
        let phone = world.phone();
        let message = world.sends(&phone, "when it arrives, say so").await;
        let submit = world.smsc.submit(&phone).await;
        assert_eq!(submit.source, format!("12520{}", world.im), "it can be answered");
        assert_eq!((submit.registered, submit.source_ton, submit.dest_ton), (1, 3, 1), "{submit:?}");
        assert_eq!(submit.text, "when it arrives, say so");
        world.accepted(message).await;
        let tag = world.receipt(&submit, form).await;
        world.smsc.acknowledged(tag).await;
        world.delivered(message).await;
        let (mut states, last) = world.shown(message, "delivered").await;
        states.dedup();
        assert_eq!(states, ["planned", "sent", "delivered"]);
        assert_eq!(last["channel"], Value::from("sms"), "{form:?}: {last}");
    }
}

/// "On its way", "taken", and then delivered: each is acknowledged, and the delivery ends once, as delivered.
pub async fn on_the_way(world: &World) {
    let phone = world.phone();
    let message = world.sends(&phone, "step by step").await;
    let submit = world.smsc.submit(&phone).await;
    world.accepted(message).await;
    let id = world.smsc.ids.of_receipt(submit.number);
    for state in ["ENROUTE", "ACCEPTD", "DELIVRD", "ENROUTE", "DELIVRD"] {
        let octets = format!("id:{id} sub:001 dlvrd:000 stat:{state} err:000 text:").into_bytes();
        let receipt = Message { esm_class: 0x04, octets, ..Message::default() };
        world.smsc.delivers(&submit.dest, &submit.source, receipt).await;
    }
    let (mut states, _) = world.shown(message, "delivered").await;
    states.dedup();
    assert_eq!(states, ["planned", "sent", "delivered"]);
    // What was acknowledged is stored; what was decided behind it shows that all of it was decided.
    let marker = world.sends(&world.phone(), "marker").await;
    world.accepted(marker).await;
    let facts = world.facts.lock();
    let ends = facts.iter().filter(|fact| {
        let ends = matches!(fact, Fact::Message(message::Fact::Delivered(_) | message::Fact::Failed(_)));
        ends && fact.message() == Some(message)
    });
    assert_eq!(ends.map(|fact| fact.name()).collect::<Vec<_>>(), ["delivery.delivered"]);
}

/// One that is there moments before, and one that is there for so long that it is stored as unknown meanwhile.
pub async fn before_their_responses(world: &World) {
    let phone = world.phone();
    world.smsc.plans(&phone, &[Answer::Hold]);
    let message = world.sends(&phone, "overtaken").await;
    let submit = world.smsc.submit(&phone).await;
    let tag = world.receipt(&submit, Form::Tlvs).await;
    world.smsc.accept(&submit);
    world.smsc.acknowledged(tag).await;
    world.delivered(message).await;

    let phone = world.phone();
    world.smsc.plans(&phone, &[Answer::Hold]);
    let message = world.sends(&phone, "overtaken by far").await;
    let submit = world.smsc.submit(&phone).await;
    let tag = world.receipt(&submit, Form::Text).await;
    let id = world.smsc.ids.of_receipt(submit.number);
    unmatched(world, &id).await;
    world.smsc.acknowledged(tag).await;
    world.smsc.accept(&submit);
    world.delivered(message).await;
}

/// It is kept, and acknowledged, so that it does not come again.
pub async fn that_nobody_knows(world: &World) {
    let octets = b"id:no-such-id sub:001 dlvrd:001 stat:UNDELIV err:005 text:".to_vec();
    let message = Message { esm_class: 0x04, octets, ..Message::default() };
    world.smsc.delivers(&world.phone(), "12520100001", message).await;
    unmatched(world, "no-such-id").await;
}

async fn unmatched(world: &World, id: &str) {
    let like = |fact: &Fact| matches!(fact, Fact::Attempt(attempt::Fact::Unmatched(unmatched)) if unmatched.receipt.id == id);
    world.decides("attempt.unmatched", like).await;
}
