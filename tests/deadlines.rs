//! Deadlines: messages expire, unconfirmed ones go on by SMS, leases lapse; on a real server, waited for in the log.

mod support;

use std::future::Future;
use std::time::Duration;

use homing::log::Log;
use homing::rules::attempt::Adapter;
use homing::rules::message::{RouteReason, Send};
use homing::rules::presence::{DeviceClass, Online};
use homing::rules::{Channel, Command, Fact, message, presence};
use homing::wire::work::Work;
use homing::wire::{commit, from_msgpack};
use homing::words::{Instant, MessageId, Span};
use support::Homing;
use support::world::{registers, says};

/// Deadlines here are a second or two; the machine may be busy.
const WITHIN: Duration = Duration::from_secs(30);

struct World {
    log: Log,
    _homing: Homing,
}

fn story<F: Future<Output = ()>>(tell: impl FnOnce(World) -> F) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    runtime.block_on(async {
        let homing = Homing::start();
        let log = Log::connect(homing.url(), "test").await.expect("it is ready");
        tell(World { log, _homing: homing }).await;
    });
}

impl World {
    async fn online(&self, by: &str, lease: Span) {
        let device = "laptop".parse().expect("a device");
        says(&self.log, by, &Command::from(Online { device, class: DeviceClass::Pc, lease })).await;
    }

    async fn send(&self, send: Send) -> MessageId {
        let to = vec!["bob".parse().expect("an address")];
        let seq =
            says(&self.log, "alice", &Command::from(Send { to, text: Some("hello".into()), ..send })).await;
        MessageId::of(homing::words::CommandSeq(seq))
    }

    /// The first fact like this in the log, with its time.
    async fn fact(&self, like: impl Fn(&Fact) -> bool) -> (Fact, Instant) {
        let mut events = self.log.follow("EVENTS", None, 1);
        let find = async {
            loop {
                for record in events.next().await.expect("EVENTS is there") {
                    let commit = commit::decode(&record.payload).expect("a commit");
                    if let Some(fact) = commit.facts.iter().find(|fact| like(fact)) {
                        return (fact.clone(), record.at);
                    }
                }
            }
        };
        tokio::time::timeout(WITHIN, find).await.expect("the fact comes in time")
    }
}

impl World {
    /// By SMS for bob, and nothing before it.
    async fn lies_on_outbox(&self, message: MessageId) {
        let item = async {
            loop {
                if let Some(record) = self.log.record("OUTBOX", 1).await.expect("OUTBOX is there") {
                    return record;
                }
                tokio::task::yield_now().await;
            }
        };
        let item = tokio::time::timeout(WITHIN, item).await.expect("fan-out hands it over");
        assert_eq!(item.subject.as_str(), format!("homing.out.sms.bob.{message}"));
        let work: Work = from_msgpack(&item.payload).expect("an item");
        assert_eq!((work.message, work.text.as_deref()), (message, Some("hello")));
        assert!(!item.subject.as_str().contains("447700900001"), "no phone in a subject");
    }
}

fn second() -> Option<Span> {
    Some(Span::from_secs(1))
}

#[test]
fn a_message_that_waits_too_long_expires_and_not_before() {
    story(|world| async move {
        says(&world.log, "_admin", &registers("alice", None)).await;
        says(&world.log, "_admin", &registers("bob", None)).await;
        let message = world.send(Send { expires_in: second(), ..Send::default() }).await;
        let (fact, _) = world.fact(|fact| fact.get::<message::Accepted>().is_some()).await;
        let expires =
            fact.get::<message::Accepted>().and_then(|accepted| accepted.expires).expect("it has a deadline");
        let expired = |fact: &Fact| matches!(fact, Fact::Message(message::Fact::Expired(message::Expired { message: it, .. })) if *it == message);
        let (_, at) = world.fact(expired).await;
        assert!(at >= expires, "expired {at}, due {expires}");
    });
}

#[test]
fn what_is_not_confirmed_in_time_lies_on_outbox_for_sms() {
    story(|world| async move {
        says(&world.log, "_admin", &registers("alice", None)).await;
        says(&world.log, "_admin", &registers("bob", Some("+447700900001"))).await;
        world.online("bob", Span::from_secs(3_600)).await;
        let message = world.send(Send { escalate_after: second(), ..Send::default() }).await;
        let by_sms = |fact: &Fact| {
            fact.get::<message::Routed>().is_some_and(|routed| routed.channel == Channel::By(Adapter::Sms))
        };
        world.fact(by_sms).await;
        world.lies_on_outbox(message).await;
    });
}

#[test]
fn what_a_client_that_is_gone_did_not_confirm_lies_on_outbox_for_sms() {
    story(|world| async move {
        says(&world.log, "_admin", &registers("alice", None)).await;
        says(&world.log, "_admin", &registers("bob", Some("+447700900001"))).await;
        world.online("bob", Span::from_secs(1)).await;
        let message = world.send(Send::default()).await;
        let because = |reason| {
            move |fact: &Fact| fact.get::<message::Routed>().is_some_and(|routed| routed.because == reason)
        };
        world.fact(because(RouteReason::PcOnline)).await;
        world.fact(because(RouteReason::WentOffline)).await;
        world.lies_on_outbox(message).await;
    });
}

#[test]
fn a_lease_without_heartbeats_lapses() {
    story(|world| async move {
        says(&world.log, "_admin", &registers("bob", None)).await;
        world.online("bob", Span::from_secs(1)).await;
        let (_, online) =
            world.fact(|fact| matches!(fact, Fact::Presence(presence::Fact::CameOnline(_)))).await;
        let (_, offline) =
            world.fact(|fact| matches!(fact, Fact::Presence(presence::Fact::WentOffline(_)))).await;
        assert!(offline - online >= Span::from_secs(1), "online {online}, offline {offline}");
    });
}
