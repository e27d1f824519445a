//! A story of commits, the questions about it, and who may ask them.

use serde_json::{Value, json};

use super::answer::Found;
use super::asker::Asked;
use super::form::Form;
use super::model::testing::{accepted, commits, delivered, expired, people, read, recalled, routed, story};
use super::model::{Conversation, Model};
use super::questions::{QUESTIONS, Question};
use super::refusal::Unanswered;
use crate::rules::message::RouteReason;
use crate::rules::presence::Encoding;
use crate::rules::{Channel, Fact};
use crate::words::Instant;

pub(super) fn question(name: &str) -> &'static Question {
    QUESTIONS.iter().find(|question| question.name == name).unwrap()
}

/// An answer as far as these rows go, which says so.
pub(super) fn form(model: &Model, bytes_max: usize) -> Form {
    Form { encoding: Encoding::Json, bytes_max, as_of: model.position() }
}

/// What an answer says beside what it knows of.
pub(super) fn said(model: &Model, answer: &[u8]) -> Value {
    let mut answer: Value = serde_json::from_slice(answer).unwrap();
    let as_of = answer.as_object_mut().unwrap().remove("as_of");
    assert_eq!(as_of, Some(json!(model.position().0)), "{answer}");
    answer
}

/// Of an answer with messages: `message state` each, and `next` where there is more.
fn ask(model: &Model, by: &str, name: &str, payload: &Value) -> Value {
    let payload = payload.to_string();
    let form = form(model, 1_000_000);
    let asked = Asked { by, payload: payload.as_bytes(), form, now: Instant::default() };
    match question(name).find(model, asked) {
        Ok(Found::Answer(answer)) => said(model, &answer),
        Ok(Found::Lines(listed) | Found::LinesBack(listed)) => {
            let mut lines: Vec<String> = listed
                .items
                .iter()
                .map(|l| format!("{} {}>{} {}", l.message, l.from, l.to, l.state.as_str()))
                .collect();
            lines.extend(listed.more.then(|| "more".to_owned()));
            json!(lines)
        }
        Ok(Found::Conversations(listed)) => {
            let line = |c: &Conversation| format!("{} {} {}", c.rank, c.unread, c.last.message);
            let mut lines: Vec<String> = listed.items.iter().map(line).collect();
            lines.extend(listed.more.then(|| "more".to_owned()));
            json!(lines)
        }
        Ok(Found::Schedules(listed)) => json!(listed.items.len()),
        Ok(Found::Why(inquiry)) => json!(format!("{inquiry:?}")),
        Err(Unanswered::Refused(rejection)) => json!(rejection.code),
        Err(Unanswered::Failed(fault)) => panic!("{fault}"),
    }
}

fn with_story(check: impl FnOnce(&Model)) {
    let folder = tempfile::tempdir().unwrap();
    let model = Model::open(folder.path()).unwrap();
    model.apply(&story()).unwrap();
    check(&model);
}

#[test]
fn messages_are_listed_oldest_first_to_whom_they_concern() {
    with_story(|model| {
        for (by, question, payload, want) in [
            ("bob", "inbox", json!({}), json!(["m6 alice>bob planned"])),
            ("alice", "inbox", json!({}), json!(["m9 bob>alice waiting"])),
            ("carol", "inbox", json!({}), json!([])),
            ("_admin", "inbox", json!({"user": "alice"}), json!(["m9 bob>alice waiting"])),
            (
                "alice",
                "history",
                json!({"with": "bob"}),
                json!([
                    "m4 alice>bob read",
                    "m6 alice>bob planned",
                    "m9 bob>alice waiting",
                    "m12 alice>bob recalled",
                    "m14 bob>alice expired"
                ]),
            ),
            // What was recalled is gone for the recipient, also by IM number.
            (
                "bob",
                "history",
                json!({"with": "100001"}),
                json!([
                    "m4 alice>bob read",
                    "m6 alice>bob planned",
                    "m9 bob>alice waiting",
                    "m14 bob>alice expired"
                ]),
            ),
            (
                "alice",
                "history",
                json!({"with": "+13800138000", "limit": 1}),
                json!(["m4 alice>bob read", "more"]),
            ),
            ("alice", "history", json!({"with": "bob", "after": "m12"}), json!(["m14 bob>alice expired"])),
            (
                "alice",
                "history",
                json!({"with": "bob", "limit": 1, "after": "m12"}),
                json!(["m14 bob>alice expired"]),
            ),
            (
                "alice",
                "history",
                json!({"with": "bob", "limit": 2, "before": "latest"}),
                json!(["m14 bob>alice expired", "m12 alice>bob recalled", "more"]),
            ),
            (
                "alice",
                "history",
                json!({"with": "bob", "before": "m9"}),
                json!(["m6 alice>bob planned", "m4 alice>bob read"]),
            ),
            (
                "bob",
                "history",
                json!({"with": "alice", "limit": 2, "before": "latest"}),
                json!(["m14 bob>alice expired", "m9 bob>alice waiting", "more"]),
            ),
            ("alice", "history", json!({"with": "bob", "before": "m4"}), json!([])),
            ("alice", "history", json!({"with": "carol"}), json!(["m6 alice>carol filtered"])),
            ("carol", "history", json!({"with": "alice"}), json!([])),
            ("alice", "history", json!({"with": "+19998887777"}), json!(["m6 alice>+19998887777 planned"])),
        ] {
            assert_eq!(ask(model, by, question, &payload), want, "{by} asks {question} {payload}");
        }
    });
}

#[test]
fn conversations_are_listed_newest_first_with_what_is_unread() {
    with_story(|model| {
        let alices = json!(["m14:bob 1 m14", "m6:carol 0 m6", "m6:+19998887777 0 m6"]);
        for (by, payload, want) in [
            ("alice", json!({}), alices.clone()),
            ("_admin", json!({"user": "alice"}), alices),
            ("alice", json!({"limit": 1}), json!(["m14:bob 1 m14", "more"])),
            ("alice", json!({"limit": 1, "after": "m14:bob"}), json!(["m6:carol 0 m6", "more"])),
            ("alice", json!({"after": "m6:carol"}), json!(["m6:+19998887777 0 m6"])),
            ("alice", json!({"after": "m6:+19998887777"}), json!([])),
            // m6 is on its way, m12 was recalled; and carol was shown nothing of what was filtered.
            ("bob", json!({}), json!(["m14:alice 1 m14"])),
            ("carol", json!({}), json!([])),
            ("alice", json!({"after": "m6"}), json!("query.bad_cursor")),
        ] {
            assert_eq!(ask(model, by, "conversations", &payload), want, "{by} asks {payload}");
        }
    });
}

#[test]
fn what_is_unread_is_counted_until_it_is_read_or_gone() {
    let sent = |message: &str, from: &str| {
        vec![
            accepted(message, from, &["carol"]),
            routed(message, "carol", Channel::None, RouteReason::NoPhone),
        ]
    };
    let mut told =
        vec![people(), sent("m2", "bob"), sent("m3", "alice"), sent("m4", "alice"), sent("m5", "bob")];
    let steps = [
        (vec![], json!(["m5:bob 2 m5", "m4:alice 2 m4"])),
        (vec![delivered("m5", "carol"), delivered("m4", "carol")], json!(["m5:bob 2 m5", "m4:alice 2 m4"])),
        (vec![read("m5", "carol"), read("m5", "carol")], json!(["m5:bob 1 m5", "m4:alice 2 m4"])),
        (vec![expired("m2", "carol")], json!(["m5:bob 0 m5", "m4:alice 2 m4"])),
        // Of what is recalled nothing is seen; the order stays.
        (vec![read("m4", "carol"), recalled("m3", "carol")], json!(["m5:bob 0 m5", "m4:alice 0 m4"])),
        (sent("m10", "dave"), json!(["m10:dave 1 m10", "m5:bob 0 m5", "m4:alice 0 m4"])),
        (vec![recalled("m10", "carol")], json!(["m5:bob 0 m5", "m4:alice 0 m4"])),
    ];
    for (facts, want) in steps {
        told.push(facts);
        let folder = tempfile::tempdir().unwrap();
        let model = Model::open(folder.path()).unwrap();
        model.apply(&commits(told.clone())).unwrap();
        assert_eq!(ask(&model, "carol", "conversations", &json!({})), want, "{:?}", told.last());
        let page = ask(&model, "carol", "conversations", &json!({"limit": 1}));
        assert_eq!(page, json!([want[0], "more"]));
    }
}

#[test]
fn a_delivery_tells_its_story() {
    with_story(|model| {
        let bob = json!({"to": "bob", "state": "planned", "channel": "sms", "reason": "not_confirmed", "history": [
            {"state": "planned", "at": "1970-01-01T00:00:06.000Z", "seq": 6},
            {"state": "sent", "at": "1970-01-01T00:00:06.000Z", "seq": 6, "channel": "live", "reason": "pc_online"},
            {"state": "planned", "at": "1970-01-01T00:00:10.000Z", "seq": 10, "channel": "sms", "reason": "not_confirmed"},
        ]});
        let carol = json!({"to": "carol", "state": "filtered", "reason": "blocked", "history": [
            {"state": "planned", "at": "1970-01-01T00:00:06.000Z", "seq": 6},
            {"state": "filtered", "at": "1970-01-01T00:00:06.000Z", "seq": 6, "reason": "blocked"},
        ]});
        let phone = json!({"to": "+19998887777", "state": "planned", "channel": "sms", "reason": "not_registered", "history": [
            {"state": "planned", "at": "1970-01-01T00:00:06.000Z", "seq": 6},
            {"state": "planned", "at": "1970-01-01T00:00:06.000Z", "seq": 6, "channel": "sms", "reason": "not_registered"},
        ]});
        let all = json!({"message": "m6", "recipients": [phone, bob, carol]});
        let only_bob = json!({"message": "m6", "recipients": [bob]});
        let question = json!({"message": "m6"});
        assert_eq!(ask(model, "alice", "delivery", &question), all);
        assert_eq!(ask(model, "_admin", "delivery", &question), all);
        assert_eq!(ask(model, "bob", "delivery", &question), only_bob);
        assert_eq!(ask(model, "dave", "delivery", &question), json!("message.unknown"));
    });
}

#[test]
fn operators_are_told_whose_messages_have_arrived_and_nobody_else_is() {
    with_story(|model| {
        let of = |message: &str, to: &str| json!({ "message": message, "to": to });
        // Read; not confirmed yet; recalled; somebody else's; none.
        let some = [of("m4", "bob"), of("m6", "bob"), of("m12", "bob"), of("m4", "carol"), of("m99", "bob")];
        let asked = json!({ "deliveries": some });
        let want =
            json!({ "items": [{ "message": "m4", "to": "bob", "from": "alice", "encoding": "json" }] });
        assert_eq!(ask(model, "_admin", "senders", &asked), want);
        assert_eq!(ask(model, "alice", "senders", &asked), json!("auth.not_allowed"));
        let many = json!({ "deliveries": vec![of("m4", "bob"); 1_001] });
        assert_eq!(ask(model, "_admin", "senders", &many), json!("query.bad_limit"));
    });
}

#[test]
fn every_delivery_ends_once() {
    with_story(|model| {
        for (message, want) in [
            ("m4", json!([["read", null, "live"], ["planned", "sent", "delivered", "read"]])),
            ("m9", json!([["waiting", "no_phone", null], ["planned", "waiting"]])),
            ("m12", json!([["recalled", "by_sender", "pull"], ["planned", "pull", "recalled"]])),
            ("m14", json!([["expired", "deadline", null], ["planned", "waiting", "expired"]])),
        ] {
            let answer = ask(model, "_admin", "delivery", &json!({"message": message}));
            let one = &answer["recipients"][0];
            let states: Vec<_> =
                one["history"].as_array().unwrap().iter().map(|step| step["state"].clone()).collect();
            assert_eq!(json!([[one["state"], one["reason"], one["channel"]], states]), want, "{message}");
        }
    });
}

#[test]
fn people_are_shown_to_their_contacts() {
    let bob_online = json!({"user": "bob", "online": true, "devices": [
        {"device": "pc-1", "class": "pc", "since": "1970-01-01T00:00:03.000Z"}]});
    let away = |name: &str| json!({"user": name, "online": false, "devices": []});
    with_story(|model| {
        let contacts = json!({"items": [
            {"who": "+19998887777", "alias": "my +19998887777", "blocked": false},
            {"who": "bob", "alias": "my bob", "blocked": false, "im": 0},
            {"who": "carol", "blocked": true, "im": 0},
        ], "version": "17-0", "whole": true});
        let mut answer = ask(model, "alice", "contacts", &json!({}));
        for item in answer["items"].as_array_mut().unwrap() {
            if item["im"] != Value::Null {
                item["im"] = json!(0);
            }
        }
        assert_eq!(answer, contacts);
        // bob blocked alice: she does not see him online.
        assert_eq!(ask(model, "alice", "presence", &json!({})), json!({"items": [away("bob")]}));
        assert_eq!(ask(model, "bob", "presence", &json!({})), json!({"items": []}));
        let all = json!({"items": [away("alice"), bob_online, away("carol"), away("dave")]});
        assert_eq!(ask(model, "_admin", "presence", &json!({})), all);
        assert_eq!(ask(model, "_admin", "presence", &json!({"user": "bob"})), json!({"items": [bob_online]}));
        let page = json!({"items": [bob_online], "next": "bob"});
        assert_eq!(ask(model, "_admin", "presence", &json!({"limit": 1, "after": "alice"})), page);
        let users = ask(model, "_admin", "users", &json!({"limit": 3, "after": "alice"}));
        let want = json!({"items": [
            {"name": "bob", "im": "100002", "phone": "+13800138000", "day": 50, "suspended": false, "access": "user", "sign_in": [], "sms": true},
            {"name": "carol", "im": "100003", "day": 50, "suspended": false, "access": "user", "sign_in": [], "sms": false},
            {"name": "dave", "im": "100004", "day": 50, "suspended": false, "access": "user", "sign_in": [], "sms": true, "limits": {"mailbox": 7}},
        ]});
        assert_eq!(users, want);
    });
}

#[test]
fn questions_are_refused_by_code() {
    let folder = tempfile::tempdir().unwrap();
    let model = Model::open(folder.path()).unwrap();
    model.apply(&commits(vec![people(), vec![accepted("m2", "alice", &["bob"])]])).unwrap();
    for (by, question, payload, code) in [
        ("eve", "inbox", json!({}), "auth.unknown_sender"),
        ("_unknown", "inbox", json!({}), "auth.unknown_sender"),
        ("Eve", "inbox", json!({}), "auth.unknown_sender"),
        ("_sms", "inbox", json!({}), "auth.not_allowed"),
        ("dave", "inbox", json!({}), "auth.suspended"),
        ("alice", "inbox", json!({"user": "bob"}), "auth.not_allowed"),
        ("alice", "history", json!({"with": "bob", "user": "bob"}), "auth.not_allowed"),
        ("alice", "contacts", json!({"user": "bob"}), "auth.not_allowed"),
        ("alice", "presence", json!({"user": "bob"}), "auth.not_allowed"),
        ("alice", "users", json!({}), "auth.not_allowed"),
        ("_admin", "inbox", json!({}), "query.no_user"),
        ("_admin", "inbox", json!({"user": "eve"}), "user.unknown"),
        ("alice", "history", json!({"with": "eve"}), "user.unknown"),
        ("alice", "history", json!({"with": "#3001"}), "group.not_member"),
        ("alice", "history", json!({}), "command.malformed"),
        ("alice", "inbox", json!({"limit": 0}), "query.bad_limit"),
        ("alice", "inbox", json!({"limit": 1001}), "query.bad_limit"),
        ("alice", "inbox", json!({"after": "somewhere"}), "query.bad_cursor"),
        ("alice", "contacts", json!({"after": "#"}), "query.bad_cursor"),
        ("alice", "history", json!({"with": "bob", "before": "later"}), "query.bad_cursor"),
        ("alice", "history", json!({"with": "bob", "before": "m2", "after": "m1"}), "query.bad_cursor"),
        ("alice", "inbox", json!({"before": "m2"}), "command.unknown_field"),
        ("alice", "inbox", json!({"lim": 1}), "command.unknown_field"),
        ("alice", "delivery", json!({"message": "m1"}), "message.unknown"),
        ("carol", "delivery", json!({"message": "m2"}), "message.unknown"),
    ] {
        assert_eq!(ask(&model, by, question, &payload), json!(code), "{by} asks {question} {payload}");
    }
    assert_eq!(ask(&model, "alice", "inbox", &json!({"user": "alice"})), json!([]));
}

#[test]
fn pages_add_up_to_the_whole() {
    let folder = tempfile::tempdir().unwrap();
    let model = Model::open(folder.path()).unwrap();
    let sends = (2..=300).map(|seq| vec![accepted(&format!("m{seq}"), "alice", &["bob"])]);
    model.apply(&commits([people()].into_iter().chain(sends).collect::<Vec<Vec<Fact>>>())).unwrap();
    for limit in [1, 7, 299, 300] {
        let (mut seen, mut after) = (Vec::new(), None);
        loop {
            let page = model.inbox(&"bob".parse().unwrap(), after, limit).unwrap();
            seen.extend(page.items.iter().map(|line| line.message.command().0));
            after = page.items.last().map(|line| line.message);
            if !page.more {
                break;
            }
        }
        assert_eq!(seen, (2..=300).collect::<Vec<u64>>(), "in pages of {limit}");
    }
}

#[test]
fn a_delivery_to_very_many_is_cut_to_what_fits() {
    let folder = tempfile::tempdir().unwrap();
    let model = Model::open(folder.path()).unwrap();
    model.apply(&story()).unwrap();
    let payload = br#"{"message":"m6"}"#;
    let answer = |bytes_max| {
        let asked = Asked { by: "alice", payload, form: form(&model, bytes_max), now: Instant::default() };
        question("delivery").find(&model, asked).map(|found| {
            let Found::Answer(answer) = found else { panic!("this is an answer: {found:?}") };
            said(&model, &answer)
        })
    };
    assert_eq!(answer(1_000).unwrap()["recipients"][1]["history"].as_array().unwrap().len(), 3);
    assert_eq!(answer(800).unwrap()["recipients"][1]["history"].as_array().unwrap().len(), 1);
    assert!(answer(100).is_err());
}
