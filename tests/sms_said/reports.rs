//! Reports of the bridge: none is lost for what an SMSC writes, and what is refused is seen.

use std::collections::BTreeSet;

use futures_util::StreamExt;
use homing::rules::{Fact, refusal};
use homing::smpp::pdu::Body;
use homing::wire::to_value;

use crate::smsc::soon;
use crate::world::World;

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
        subject: "homing.cmd._sms.sms.report".to_owned(),
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
