//! A decision that was begun in the log is completed by the same decision only.

use homing::log::Log;
use homing::rules::Commit;
use homing::rules::message::Send;
use homing::rules::presence::Encoding;
use homing::wire::headers::Trace;
use homing::wire::{command, commit};
use homing::words::EventSeq;
use tokio::task::block_in_place;

use crate::support::Homing;
use crate::support::pure_decider::PureDecider;
use crate::support::world::{World, registers, story};
use crate::{outcome, outcomes, refused};

/// Three commands, the last of which is answered in two parts; all answers but the last part are in EVENTS.
async fn half_written(world: &World, bend: impl Fn(&mut Commit)) -> usize {
    let log: &Log = &world.log;
    log.provision(true, None).await.expect("the server is there");
    let send = Send {
        to: vec!["bob".parse().expect("the server is there")],
        text: Some("on my way".into()),
        expires_in: Some("1h".parse().expect("the server is there")),
        ..Send::default()
    };
    let commands =
        [("_admin", registers("alice", None)), ("_admin", registers("bob", None)), ("alice", send.into())];
    let mut pure = PureDecider::default();
    let mut parts = Vec::new();
    for (by, said) in commands {
        let seq =
            log.command(command::outgoing(by, &said, Encoding::Json)).await.expect("the server is there");
        let record =
            log.record("COMMANDS", seq).await.expect("the server is there").expect("the server is there");
        parts.extend(pure.take(record.at, record.subject.as_str(), &record.payload).0);
    }
    let left = parts.pop().expect("the message has a timer");
    assert_eq!((left.part, left.parts, parts.len()), (1, 2, 3));
    bend(parts.last_mut().expect("its first part"));
    let (mut appender, mut acks) = log.appender(EventSeq(0)).await.expect("the server is there");
    for part in &parts {
        let appending =
            appender.append(commit::outgoing(part, &Trace::default())).await.expect("the server is there");
        acks.stored(appending).await.expect("the server is there");
    }
    parts.len()
}

#[test]
fn a_decision_that_was_half_written_is_completed_by_what_is_decided_again() {
    story(|world| async move {
        let written = half_written(&world, |_| ()).await;
        let mut told = outcomes(&world.log).await;
        let data = world.folder.path().join("data");
        let homing = block_in_place(|| Homing::serve(&data, &world.server.url(), "decider"));
        assert!(outcome(&mut told, 3).await.accepted);
        assert_eq!(world.log.last_seq("EVENTS").await.unwrap(), written as u64 + 1);
        assert!(block_in_place(|| homing.stop()).success());
    });
}

#[test]
fn a_decision_that_was_half_written_otherwise_is_not_completed_and_the_start_says_so() {
    story(|world| async move {
        let written = half_written(&world, |part| part.facts.truncate(1)).await;
        let told = refused(&world.server.url(), &world.folder.path().join("data"));
        let places = format!("stand in EVENTS at {written} to {written}");
        assert!(told.contains("complete the decision of command 3") && told.contains(&places), "{told}");
        assert_eq!(world.log.last_seq("EVENTS").await.unwrap(), written as u64);
    });
}
