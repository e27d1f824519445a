//! STOP while a group's SMS are queued: what has not left for who says it does not leave any more.

use std::collections::{BTreeMap, BTreeSet};

use homing::rules::attempt::Granted;
use homing::words::MessageId;
use serde_json::json;
use tokio::time::Instant;

use crate::groups::SERVICE;
use crate::smsc::{Message, Submit};
use crate::support::say;
use crate::support::talk::{WITHIN, asks, outcome, says};
use crate::world::World;

const MEMBERS: usize = 1_000;
const WINDOW: usize = 10;
const OF_GROUP: &str = "12520013001";
const TEXT: &str = "Class 3b: no school tomorrow";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn who_stops_sms_while_a_thousand_are_queued_gets_none_of_them() {
    let Some(world) = crate::with_npm(&format!("window={WINDOW}")).await else { return };
    let began = Instant::now();
    let phones = a_group_of_many(&world).await;
    say(&format!("a group of {MEMBERS} in {:.1?}", began.elapsed()));
    world.smsc.holds();
    let sent = json!({ "to": ["#3001"], "text": "no school tomorrow", "as_group": true });
    let sent = outcome(&world.log, "alice", "message.send", sent).await;
    let message: MessageId = serde_json::from_value(sent["message"].clone()).unwrap();
    let left = a_full_window(&world).await;
    let granted = granted_and_not_left(&world, message, &left).await;
    let queued = phones.iter().rev().filter(|phone| !left.contains(*phone) && !granted.contains(*phone));
    let queued: Vec<_> = queued.collect();
    let mut stops = Vec::new();
    for phones in [granted.iter().collect(), queued.clone()] {
        for (phone, kind) in phones.into_iter().zip(&KINDS) {
            stops.push(Stop::said(&world, phone, kind).await);
        }
    }
    world.smsc.releases();
    // And while they leave.
    world
        .smsc
        .seen
        .wait("some have left", |seen| (of_group(&seen.submits).count() > MEMBERS / 4).then_some(()))
        .await;
    for (phone, kind) in queued.iter().skip(KINDS.len()).step_by(40).zip(KINDS.iter().cycle()) {
        stops.push(Stop::said(&world, phone, kind).await);
    }
    let shown = all_is_over(&world, message).await;
    let mut left_out = 0;
    for (place, stop) in stops.iter().enumerate() {
        let heard = stop.was_heard_in_time(&world).await;
        assert!(heard || place >= 2 * KINDS.len(), "it had not left");
        let want = if heard { format!("filtered {}", stop.kind.reason) } else { "sent -".to_owned() };
        let name = phones.iter().position(|phone| *phone == stop.phone).map(name_of).unwrap();
        assert_eq!(shown[&name], want, "{}", stop.kind.said);
        left_out += usize::from(heard);
    }
    assert_eq!(shown.values().filter(|state| state.starts_with("filtered")).count(), left_out);
    assert_eq!(of_group(&world.smsc.seen.lock().submits).count(), MEMBERS - left_out);
    crate::audit::balanced(&world).await;
    say(&format!("{left_out} of {} STOPs came in time; {:.1?} in all", stops.len(), began.elapsed()));
    world.stops().await;
}

/// A way to say it, what is answered, and why the delivery ends.
struct Kind {
    dest: &'static str,
    said: &'static str,
    answer: &'static str,
    reason: &'static str,
}

const KINDS: [Kind; 3] = [
    Kind {
        dest: SERVICE,
        said: "STOP",
        answer: "You will get no more SMS from us. Send START to get them again.",
        reason: "opted_out",
    },
    Kind {
        dest: SERVICE,
        said: "STOP 3001",
        answer: "You get no SMS of the group 3001. G SMS ON 3001 brings them back.",
        reason: "opted_out_of_group",
    },
    Kind {
        dest: OF_GROUP,
        said: "stop",
        answer: "You will get no more SMS from us. Send START to get them again.",
        reason: "opted_out",
    },
];

/// A STOP that the SMSC knows to be taken.
struct Stop {
    phone: String,
    kind: &'static Kind,
    tag: u64,
}

impl Stop {
    async fn said(world: &World, phone: &str, kind: &'static Kind) -> Stop {
        let octets = kind.said.as_bytes().to_vec();
        let tag = world.smsc.hands(phone, kind.dest, Message { octets, ..Message::default() }).await;
        world.smsc.acknowledged(tag).await;
        Stop { phone: phone.to_owned(), kind, tag }
    }

    /// Whether it came before the group's SMS had left: then that never leaves. Behind a STOP that the SMSC knows to be
    /// taken, or of the group alone behind its answer, nothing comes; it is answered once.
    async fn was_heard_in_time(&self, world: &World) -> bool {
        let phone = self.phone.trim_start_matches('+');
        let of_mine = |submit: &&Submit| submit.dest == phone;
        world
            .smsc
            .seen
            .wait("the answer to a STOP", |seen| {
                seen.submits
                    .iter()
                    .filter(of_mine)
                    .any(|submit| submit.text == self.kind.answer)
                    .then_some(())
            })
            .await;
        let seen = world.smsc.seen.lock();
        let texts = |from| seen.submits.iter().skip(from).filter(of_mine).map(|submit| submit.text.as_str());
        let all: Vec<_> = texts(0).skip(1).collect();
        let in_time = all == [self.kind.answer];
        assert!(in_time || all == [TEXT, self.kind.answer], "{}: {all:?}", self.kind.said);
        let behind: Vec<_> = texts(seen.answered_behind[&self.tag]).collect();
        assert_eq!(behind, [self.kind.answer], "behind {}", self.kind.said);
        in_time
    }
}

/// Alice's, of users with phones; each was told of it by SMS.
async fn a_group_of_many(world: &World) -> Vec<String> {
    let phones = world.phones(MEMBERS);
    let people: Vec<_> = (0..MEMBERS).map(name_of).collect();
    for (name, phone) in people.iter().zip(&phones) {
        says(&world.log, "_admin", "user.register", json!({ "name": name, "phone": phone })).await;
    }
    let group = json!({ "name": "Class 3b", "cap": MEMBERS + 1, "members": people, "confirm": false });
    let made = outcome(&world.log, "alice", "group.create", group).await;
    assert_eq!(made["group"], "3001", "{made}");
    world.smsc.seen.wait("all are told", |seen| (seen.submits.len() == MEMBERS).then_some(())).await;
    phones
}

fn name_of(place: usize) -> String {
    format!("p{place}")
}

fn of_group(submits: &[Submit]) -> impl Iterator<Item = &Submit> {
    submits.iter().filter(|submit| submit.source == OF_GROUP)
}

/// The phones whose SMS the SMSC has, and answers none of.
async fn a_full_window(world: &World) -> BTreeSet<String> {
    world
        .smsc
        .seen
        .wait("a full window", |seen| {
            let left: BTreeSet<_> =
                of_group(&seen.submits).map(|submit| format!("+{}", submit.dest)).collect();
            (left.len() == WINDOW).then_some(left)
        })
        .await
}

/// The phones whose SMS may be submitted, and wait for the window.
async fn granted_and_not_left(
    world: &World,
    message: MessageId,
    left: &BTreeSet<String>,
) -> BTreeSet<String> {
    world
        .facts
        .wait("as many are granted", |facts| {
            let granted = facts.iter().filter_map(homing::rules::Fact::get::<Granted>);
            let granted = granted.filter(|granted| granted.message == message);
            let phones: BTreeSet<_> = granted.map(|granted| granted.phone.to_string()).collect();
            let waits: BTreeSet<_> = phones.difference(left).cloned().collect();
            (waits.len() >= 3).then_some(waits)
        })
        .await
}

/// State and reason of each delivery, when all have been submitted or are let go.
async fn all_is_over(world: &World, message: MessageId) -> BTreeMap<String, String> {
    let until = Instant::now() + WITHIN;
    loop {
        let question = json!({ "message": message, "limit": MEMBERS });
        let shown = asks(&world.log, "alice", "delivery", question).await;
        let of = |state: &str| shown["sums"][state].as_u64().unwrap_or_default();
        if of("sent") + of("filtered") == MEMBERS as u64 {
            let recipients = shown["recipients"].as_array().unwrap().iter();
            let word =
                |recipient: &serde_json::Value, key: &str| recipient[key].as_str().unwrap_or("-").to_owned();
            return recipients
                .map(|to| (word(to, "to"), ["state", "reason"].map(|key| word(to, key)).join(" ")))
                .collect();
        }
        assert!(Instant::now() < until, "it is never over: {}", shown["sums"]);
    }
}
