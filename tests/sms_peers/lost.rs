//! Connections that break with submits in flight, and SMSCs that do not read.

use std::collections::BTreeSet;

use homing::rules::{Fact, attempt};
use serde_json::json;

use crate::smsc::{Answer, to};
use crate::world::{Form, World};

/// A window full of them is in flight, and reported unknown, and never submitted again; all others arrive.
pub async fn disconnected(world: &World, window: usize) {
    let (phones, session) = (world.phones(window * 2 + 5), world.smsc.session().await);
    phones.iter().take(window).for_each(|phone| world.smsc.plans(phone, &[Answer::Hold]));
    let mut messages = Vec::new();
    for phone in &phones {
        messages.push(world.sends(phone, "is anybody there?").await);
    }
    for phone in phones.iter().take(window) {
        world.smsc.submit(phone).await;
    }
    world.smsc.does("drop", session, json!({}));
    for (place, message) in messages.iter().enumerate() {
        let accepted = world.fact("what becomes of it", |fact| match_end(fact, *message)).await;
        assert!(accepted == (place >= window), "number {place}");
    }
    let again = world.smsc.session().await;
    assert!(again > session, "it is bound again");
    let submits = phones.iter().map(|phone| to(&world.smsc.seen.lock(), phone).len());
    assert!(submits.clone().all(|len| len <= 1), "submitted again: {:?}", submits.collect::<Vec<_>>());

    // It had arrived after all. The SMSC's id was never heard; the phone tells.
    let submit = world.smsc.submit(&phones[2]).await;
    let tag = world.receipt(&submit, Form::Tlvs).await;
    world.smsc.acknowledged(tag).await;
    world.delivered(messages[2]).await;
}

/// Whether it was accepted, once that is known or known to be unknown.
fn match_end(fact: &Fact, message: homing::words::MessageId) -> Option<bool> {
    if let Some(attempt::Accepted { attempt, .. }) = fact.get()
        && attempt.message == message
    {
        return Some(true);
    }
    let unknown = matches!(fact, Fact::Attempt(attempt::Fact::Unknown(attempt::Unknown { attempt, .. })) if attempt.message == message);
    unknown.then_some(false)
}

/// Nothing is lost, and nothing said twice, when the SMSC does not read for two seconds.
pub async fn slow_reader(world: &World) {
    let (phones, session) = (world.phones(60), world.smsc.session().await);
    let resumed = world.smsc.seen.lock().resumed;
    world.smsc.does("pause", session, json!({"ms": 2_000}));
    let mut messages = Vec::new();
    for (place, phone) in phones.iter().enumerate() {
        messages.push(world.sends(phone, &format!("{place} {}", "patience ".repeat(16))).await);
    }
    world.smsc.seen.wait("it reads again", |seen| (seen.resumed > resumed).then_some(())).await;
    for message in messages {
        world.accepted(message).await;
    }
    let seen = world.smsc.seen.lock();
    let texts: BTreeSet<_> =
        phones.iter().flat_map(|phone| to(&seen, phone)).map(|submit| submit.text).collect();
    let submits: usize = phones.iter().map(|phone| to(&seen, phone).len()).sum();
    assert_eq!((texts.len(), submits), (phones.len(), phones.len()));
}
