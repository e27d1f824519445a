//! Refusals of the SMSC: for now, for this time, for good.

use homing::rules::{Fact, attempt, message};
use homing::words::MessageId;
use serde_json::Value;

use crate::smsc::{Answer, to};
use crate::world::World;

/// SMPP 3.4 section 5.1.3.
const THROTTLED: u32 = 0x58;
const SYSTEM_ERROR: u32 = 0x08;
const INVALID_DESTINATION: u32 = 0x0B;

/// Every second submit is refused, with a window full of them: everything arrives, once.
pub async fn throttled(world: &World) {
    let phones = every_second_is_throttled(world, 20).await;
    for (place, phone) in phones.iter().enumerate() {
        let submits = to(&world.smsc.seen.lock(), phone);
        let answers: Vec<_> = submits.iter().filter_map(|submit| submit.answer).collect();
        let wanted: &[_] =
            if place % 2 == 1 { &[Answer::Refuse(THROTTLED), Answer::Accept] } else { &[Answer::Accept] };
        assert_eq!(answers, wanted);
    }
    // Those that were refused are tried again in their order.
    let refused: Vec<_> = phones.iter().skip(1).step_by(2).collect();
    assert_eq!(accepted_order(world, &phones, |phone| refused.contains(&phone)), places(&refused, &phones));
}

/// With one submit at a time nothing overtakes what was refused.
pub async fn throttled_in_order(world: &World) {
    let phones = every_second_is_throttled(world, 8).await;
    let all: Vec<_> = phones.iter().collect();
    assert_eq!(accepted_order(world, &phones, |_| true), places(&all, &phones));
}

async fn every_second_is_throttled(world: &World, len: usize) -> Vec<String> {
    let phones = world.phones(len);
    for phone in phones.iter().skip(1).step_by(2) {
        world.smsc.plans(phone, &[Answer::Refuse(THROTTLED)]);
    }
    let mut messages = Vec::new();
    for (place, phone) in phones.iter().enumerate() {
        messages.push(world.sends(phone, &format!("number {place}")).await);
    }
    for message in messages {
        world.accepted(message).await;
    }
    phones
}

/// Places of the phones in the order in which the SMSC accepted their messages.
fn accepted_order(world: &World, phones: &[String], wanted: impl Fn(&String) -> bool) -> Vec<usize> {
    let seen = world.smsc.seen.lock();
    let mut order = Vec::new();
    for (place, phone) in phones.iter().enumerate().filter(|(_, phone)| wanted(phone)) {
        let accepted = to(&seen, phone).into_iter().filter(|submit| submit.answer == Some(Answer::Accept));
        order.extend(accepted.map(|submit| (submit.session, submit.seq, place)));
    }
    order.sort_unstable();
    order.into_iter().map(|(.., place)| place).collect()
}

fn places(some: &[&String], all: &[String]) -> Vec<usize> {
    some.iter().filter_map(|phone| all.iter().position(|it| it == *phone)).collect()
}

/// The one is tried again and arrives; the other fails, with the reason.
pub async fn passing_and_lasting(world: &World) {
    let phones = world.phones(2);
    world.smsc.plans(&phones[0], &[Answer::Refuse(SYSTEM_ERROR)]);
    world.smsc.plans(&phones[1], &[Answer::Refuse(INVALID_DESTINATION)]);
    let passes = world.sends(&phones[0], "in a moment").await;
    let lasts = world.sends(&phones[1], "never").await;
    deferred(world, passes).await;
    let like = |fact: &Fact| matches!(fact, Fact::Message(message::Fact::Failed(message::Failed { message, .. })) if *message == lasts);
    world.decides("it fails", like).await;
    let (_, last) = world.shown(lasts, "failed").await;
    assert_eq!(last["reason"], Value::from("smsc_0x0000000b"), "{last}");
    world.accepted(passes).await;
    let tries: Vec<_> = phones.iter().map(|phone| to(&world.smsc.seen.lock(), phone).len()).collect();
    assert_eq!(tries, [2, 1]);
}

async fn deferred(world: &World, message: MessageId) {
    let like = |fact: &Fact| matches!(fact, Fact::Attempt(attempt::Fact::Deferred(attempt::Deferred { attempt, why, .. })) if attempt.message == message && why.to_string() == "smsc_0x00000008");
    world.decides("it is tried again", like).await;
}
