//! A group of people of every kind: each gets what is written to it by what is theirs, a group SMS by phone alone.

use std::collections::BTreeMap;

use async_nats::Subscriber;
use chrono::{DateTime, NaiveDateTime};
use homing::log::clock;
use homing::words::{CommandSeq, MessageId};
use serde_json::{Value, json};
use tokio::time::Instant;

use crate::groups::{SERVICE, says};
use crate::smsc::Submit;
use crate::support::talk::{WITHIN, asks, listens, next, online, outcome};
use crate::world::{BOB, Form, World};

/// What a phone shows as the group's number.
const OF_GROUP: &str = "12520013001";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn each_member_of_a_mixed_group_is_reached_by_what_is_theirs() {
    let Some(world) = crate::with_npm("window=10").await else { return };
    let people = People::meet(&world).await;
    let mut live = listens(&world.log, "homing.to.carol.>").await;
    each_by_what_is_theirs(&world, &people, &mut live).await;
    by_phone_alone(&world, &people, &mut live).await;
    over_the_quota(&world, &people).await;
    crate::audit::balanced(&world).await;
    world.stops().await;
}

/// In the group of alice's: bob, who is away and has a phone; carol, who is online; dave, who wants no SMS; erin, who wants none
/// of the group; frank, who is suspended; gina, who is away and has no phone; and two phones that nobody has registered, of
/// which one wants no SMS.
struct People {
    carol: String,
    dave: String,
    erin: String,
    frank: String,
    guest: String,
    silent: String,
}

impl People {
    async fn meet(world: &World) -> People {
        let [carol, dave, erin, frank, guest, silent] = std::array::from_fn(|_| world.phone());
        for (name, phone) in [("carol", &carol), ("dave", &dave), ("erin", &erin), ("frank", &frank)] {
            does(world, "_admin", "user.register", json!({ "name": name, "phone": phone })).await;
        }
        does(world, "_admin", "user.register", json!({ "name": "gina" })).await;
        let members = json!(["bob", "carol", "dave", "erin", "frank", "gina"]);
        let group =
            json!({ "name": "Class 3b", "members": members, "confirm": false, "sms_day": 1, "zone": "UTC" });
        assert_eq!(does(world, "alice", "group.create", group).await["group"], "3001");
        for phone in [BOB, &carol, &dave, &erin, &frank] {
            let put = world.smsc.submit(phone).await;
            assert_eq!(
                (put.source.as_str(), put.text.as_str()),
                (SERVICE, "alice has put you in the group Class 3b (3001). G QUIT 3001 leaves it.")
            );
        }
        does(world, "alice", "group.invite", json!({ "group": "3001", "who": [guest, silent] })).await;
        for phone in [&guest, &silent] {
            let asked = world.smsc.submit(phone).await.text;
            assert_eq!(asked, "alice invites you to the group Class 3b (3001). Answer YES or NO.");
            let joined = says(world, phone, SERVICE, "YES").await;
            assert_eq!(joined, "You are in the group Class 3b (3001) now. G QUIT 3001 leaves it.");
        }
        for phone in [&dave, &silent] {
            let stopped = says(world, phone, SERVICE, "STOP").await;
            assert_eq!(stopped, "You will get no more SMS from us. Send START to get them again.");
        }
        let stopped = says(world, &erin, SERVICE, "STOP 3001").await;
        assert_eq!(stopped, "You get no SMS of the group 3001. G SMS ON 3001 brings them back.");
        does(world, "_admin", "user.suspend", json!({ "name": "frank" })).await;
        online(&world.log, "carol").await;
        People { carol, dave, erin, frank, guest, silent }
    }

    /// How many submits each of them has got, once all that was said before is submitted.
    async fn submits(&self, world: &World) -> [usize; 7] {
        let last = world.phone();
        world.sends(&last, "is that all?").await;
        world.smsc.submit(&last).await;
        let phones = [BOB, &self.carol, &self.dave, &self.erin, &self.frank, &self.guest, &self.silent];
        phones.map(|phone| crate::smsc::to(&world.smsc.seen.lock(), phone).len())
    }
}

async fn each_by_what_is_theirs(world: &World, people: &People, live: &mut Subscriber) {
    let sent = json!({ "to": ["#3001"], "text": "no school tomorrow" });
    let message = does(world, "alice", "message.send", sent).await["message"].take();
    let shown = next(live).await;
    assert_eq!(
        [&shown["message"], &shown["group"], &shown["from"], &shown["text"]],
        [&message, &json!("3001"), &json!("alice"), &json!("no school tomorrow")]
    );
    does(world, "carol", "message.read", json!({ "message": message })).await;
    let to_bob = world.smsc.submits(BOB, 2).await.remove(1);
    let to_guest = world.smsc.submits(&people.guest, 3).await.remove(2);
    for Submit { source, text, .. } in [&to_bob, &to_guest] {
        assert_eq!((source.as_str(), text.as_str()), (OF_GROUP, "alice: no school tomorrow"));
    }
    let tag = world.receipt(&to_bob, Form::Tlvs).await;
    world.smsc.acknowledged(tag).await;
    let want = [
        ("bob", "delivered sms -"),
        ("carol", "read live -"),
        ("dave", "waiting - sms_off"),
        ("erin", "waiting - sms_off"),
        ("frank", "filtered - suspended"),
        ("gina", "waiting - no_device_online"),
        (&people.guest, "sent sms -"),
        (&people.silent, "filtered - opted_out"),
    ];
    let sums = json!({ "delivered": 1, "filtered": 2, "read": 1, "sent": 1, "waiting": 3 });
    becomes(world, &message, &want, &sums).await;
    assert_eq!(people.submits(world).await, [2, 1, 2, 2, 1, 3, 3]);
}

async fn by_phone_alone(world: &World, people: &People, live: &mut Subscriber) {
    let sent = json!({ "to": ["#3001"], "text": "school ends at noon", "as_group": true });
    let message = does(world, "alice", "message.send", sent).await["message"].take();
    for (phone, place) in [(BOB, 2), (&people.carol, 1), (&people.guest, 3)] {
        let submit = world.smsc.submits(phone, place + 1).await.remove(place);
        assert_eq!(
            (submit.source.as_str(), submit.text.as_str()),
            (OF_GROUP, "Class 3b: school ends at noon")
        );
    }
    let want = [
        ("bob", "sent sms -"),
        ("carol", "sent sms -"),
        ("dave", "filtered - opted_out"),
        ("erin", "filtered - opted_out_of_group"),
        ("frank", "filtered - suspended"),
        ("gina", "filtered - no_phone"),
        (&people.guest, "sent sms -"),
        (&people.silent, "filtered - opted_out"),
    ];
    becomes(world, &message, &want, &json!({ "filtered": 5, "sent": 3 })).await;
    assert_eq!(people.submits(world).await, [3, 2, 2, 2, 1, 4, 3]);
    // It did not come to carol's client: what comes next there is this one.
    let sent = json!({ "to": ["carol"], "text": "are you there?" });
    let alone = does(world, "alice", "message.send", sent).await["message"].take();
    assert_eq!(next(live).await["message"], alone);
}

async fn over_the_quota(world: &World, people: &People) {
    let before = people.submits(world).await;
    let sent = json!({ "to": ["#3001"], "text": "once more", "as_group": true });
    let refused = outcome(&world.log, "alice", "message.send", sent).await;
    assert_eq!((&refused["accepted"], &refused["code"]), (&json!(false), &json!("group.sms_day_exceeded")));
    let text = refused["text"].as_str().unwrap();
    let anew = text
        .strip_prefix("the group's limit of this day is 1, and the count stands at 1; it begins anew at ")
        .and_then(|rest| NaiveDateTime::parse_from_str(rest, "%Y-%m-%dT%H:%M:%S (UTC)").ok())
        .unwrap_or_else(|| panic!("{text:?}"));
    let now = DateTime::from_timestamp_millis(clock::now().unix_ms()).unwrap().naive_utc();
    let next_day = now.date().succ_opt().unwrap().and_hms_opt(0, 0, 0).unwrap();
    assert_eq!(anew, next_day);
    assert_eq!(people.submits(world).await, before);
    let message = MessageId::of(CommandSeq(refused["command"].as_u64().unwrap()));
    let unknown = asks(&world.log, "alice", "delivery", json!({ "message": message })).await;
    assert_eq!(unknown["error"]["code"], "message.unknown", "{unknown}");
}

/// What is accepted; gives the outcome.
async fn does(world: &World, by: &str, verb: &str, fields: Value) -> Value {
    let told = outcome(&world.log, by, verb, fields).await;
    assert_eq!(told["accepted"], true, "{verb}: {told}");
    told
}

/// The state, channel and reason of each of its recipients, as its sender is shown them, and the sums.
async fn becomes(world: &World, message: &Value, want: &[(&str, &str)], sums: &Value) {
    let want: BTreeMap<_, _> =
        want.iter().map(|(to, state)| ((*to).to_owned(), (*state).to_owned())).collect();
    let (mut shown, until) = (Value::Null, Instant::now() + WITHIN);
    while Instant::now() < until {
        shown = asks(&world.log, "alice", "delivery", json!({ "message": message })).await;
        let recipients = shown["recipients"].as_array().cloned().unwrap_or_default();
        let word = |recipient: &Value, key: &str| recipient[key].as_str().unwrap_or("-").to_owned();
        let states: BTreeMap<_, _> = recipients
            .iter()
            .map(|to| (word(to, "to"), ["state", "channel", "reason"].map(|key| word(to, key)).join(" ")))
            .collect();
        if states == want && shown["sums"] == *sums {
            return;
        }
    }
    panic!("wanted {want:?} and {sums}, and this is shown: {shown:#}");
}
