//! Fan-out between what was decided and what is so: a last look before it sends what it sends late, and notes of what became
//! of it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::time::Duration;

use async_nats::Subscriber;
use futures_util::StreamExt;
use homing::log::{Log, clock};
use homing::rules::presence::Encoding;
use homing::wire::note::NoteView;
use homing::wire::{MessageView, from_msgpack, subjects};
use homing::words::Span;
use serde_json::{Value, json};
use support::world::{World, story};
use tokio::task::block_in_place;
use tokio::time::timeout;

/// Also on a busy machine.
const WITHIN: Duration = Duration::from_secs(60);
/// What was decided longer ago is looked at again, and then some.
const STALE: Span = Span::from_ms(1_500);

/// Stores a command in one of the encodings; gives its number.
async fn says_in(log: &Log, encoding: Encoding, by: &str, verb: &str, fields: Value) -> u64 {
    let payload = match encoding {
        Encoding::Json => fields.to_string().into_bytes(),
        Encoding::Msgpack => homing::wire::to_msgpack(&fields),
    };
    let stored = async_nats::jetstream::new(log.client().clone());
    let stored = stored.publish(subjects::command(by, verb), payload.into()).await.unwrap();
    stored.await.unwrap().sequence
}

async fn says(log: &Log, by: &str, verb: &str, fields: Value) -> u64 {
    says_in(log, Encoding::Json, by, verb, fields).await
}

async fn sends(log: &Log, by: &str, text: &str) -> String {
    format!("m{}", says(log, by, "message.send", json!({ "to": ["bob"], "text": text })).await)
}

async fn registered(log: &Log, names: &[&str]) {
    for name in names {
        says(log, "_admin", "user.register", json!({ "name": name })).await;
    }
}

const ONLINE: &str = r#"{"device": "pc", "class": "pc", "lease": "1h"}"#;

async fn online(log: &Log, encoding: Encoding, user: &str) {
    says_in(log, encoding, user, "presence.online", serde_json::from_str(ONLINE).unwrap()).await;
}

async fn listens(log: &Log, subject: &str) -> Subscriber {
    let heard = log.client().subscribe(subject.to_owned()).await.unwrap();
    log.flush().await.unwrap();
    heard
}

/// Waits until all of COMMANDS is decided, and that is as long ago as makes it stale.
async fn is_stale(log: &Log) {
    let last = log.last_seq("COMMANDS").await.unwrap();
    let decided = async {
        loop {
            let end = log.last_seq("EVENTS").await.unwrap();
            let commit = log.commit(homing::words::EventSeq(end)).await.unwrap();
            if commit.is_some_and(|commit| commit.command.0 == last) {
                break;
            }
        }
        let since = clock::now();
        while clock::now() - since < STALE {
            log.last_seq("EVENTS").await.unwrap();
        }
    };
    timeout(WITHIN, decided).await.expect("it is decided");
}

async fn text(live: &mut Subscriber) -> String {
    let came = timeout(WITHIN, live.next()).await.expect("a live message comes").unwrap();
    let shown: MessageView = serde_json::from_slice(&came.payload).unwrap();
    shown.text.unwrap().to_string()
}

#[test]
fn what_was_recalled_or_expired_and_who_was_blocked_or_suspended_is_not_sent_by_a_fan_out_that_was_behind() {
    story(|world| async move {
        let (log, decider) = (&world.log, world.serve("decider", "decider"));
        registered(log, &["alice", "bob", "eve", "mallory"]).await;
        online(log, Encoding::Json, "bob").await;
        sends(log, "alice", "stays").await;
        let recalled = sends(log, "alice", "recalled").await;
        let short = json!({ "to": ["bob"], "text": "expired", "expires_in": "1s" });
        says(log, "alice", "message.send", short).await;
        sends(log, "eve", "blocked").await;
        sends(log, "mallory", "suspended").await;
        let received = sends(log, "alice", "received").await;
        says(log, "alice", "message.recall", json!({ "message": recalled })).await;
        says(log, "bob", "message.received", json!({ "message": received })).await;
        says(log, "bob", "contact.block", json!({ "who": "eve" })).await;
        says(log, "_admin", "user.suspend", json!({ "name": "mallory" })).await;
        is_stale(log).await;
        let mut live = listens(log, "homing.to.bob.>").await;
        let fanout = world.serve("fanout", "fanout");
        sends(log, "alice", "and now").await;
        assert_eq!([text(&mut live).await, text(&mut live).await], ["stays", "and now"]);
        ends(world, [fanout, decider]).await;
    });
}

async fn ends<const N: usize>(world: World, all: [support::Homing; N]) {
    for homing in all {
        assert!(block_in_place(|| homing.stop()).success());
    }
    world.server.stop().await.unwrap();
}

/// Every third of a page is recalled.
#[test]
fn what_waited_for_a_client_is_looked_at_where_its_page_is_sent_late() {
    story(|world| async move {
        let (log, decider) = (&world.log, world.serve("decider", "decider"));
        registered(log, &["alice", "bob"]).await;
        let mut want = Vec::new();
        for number in 0..30 {
            let text = number.to_string();
            let message = sends(log, "alice", &text).await;
            if number % 3 > 0 {
                want.push(text);
            } else {
                want.push(message);
            }
        }
        online(log, Encoding::Json, "bob").await;
        for message in want.extract_if(.., |text| text.starts_with('m')) {
            says(log, "alice", "message.recall", json!({ "message": message })).await;
        }
        is_stale(log).await;
        let mut live = listens(log, "homing.to.bob.>").await;
        let fanout = world.serve("fanout", "fanout");
        let mut came = Vec::new();
        while came.len() < want.len() {
            came.push(text(&mut live).await);
        }
        assert_eq!(came, want);
        ends(world, [fanout, decider]).await;
    });
}

#[test]
fn what_is_sent_late_waits_while_nobody_decides_for_then_nobody_knows() {
    story(|world| async move {
        let (log, decider) = (&world.log, world.serve("decider", "decider"));
        registered(log, &["alice", "bob"]).await;
        online(log, Encoding::Json, "bob").await;
        let recalled = sends(log, "alice", "recalled").await;
        sends(log, "alice", "stays").await;
        is_stale(log).await;
        assert!(block_in_place(|| decider.stop()).success());
        says(log, "alice", "message.recall", json!({ "message": recalled })).await;
        let mut live = listens(log, "homing.to.bob.>").await;
        let fanout = world.serve("fanout", "fanout");
        let waits = async {
            while !fanout.log().contains("deliveries are tried again") {
                tokio::task::yield_now().await;
            }
        };
        timeout(WITHIN, waits).await.expect("it says that it waits");
        let decider = world.serve("decider", "decider");
        assert_eq!(text(&mut live).await, "stays");
        ends(world, [fanout, decider]).await;
    });
}

/// What is told next on a subject, and whether it came as MessagePack.
async fn note(notes: &mut Subscriber) -> (String, bool) {
    let came = timeout(WITHIN, notes.next()).await.expect("a note comes").unwrap();
    let (is_json, payload) = (came.payload.starts_with(b"{"), &came.payload);
    let note: NoteView =
        if is_json { serde_json::from_slice(payload).unwrap() } else { from_msgpack(payload).unwrap() };
    let user = notes_of(&came.subject);
    let NoteView { message, to, state, channel, reason, at: _ } = note;
    assert_eq!(came.subject.as_str(), format!("homing.note.{user}.{message}"));
    let more: Vec<String> = channel.into_iter().chain(reason).collect();
    let told = format!("{user}: {message} to {to} {state} {}", more.join(" "));
    (told.trim_end().to_owned(), !is_json)
}

fn notes_of(subject: &str) -> &str {
    subject.split('.').nth(2).unwrap()
}

#[test]
fn a_sender_is_told_what_became_of_what_they_sent_and_a_recipient_what_was_recalled() {
    story(|world| async move {
        let log = &world.log;
        let homing = world.serve("all", "decider,fanout,query,scheduler");
        registered(log, &["alice", "bob", "carol"]).await;
        online(log, Encoding::Json, "bob").await;
        let (mut alices, mut bobs) =
            (listens(log, "homing.note.alice.>").await, listens(log, "homing.note.bob.>").await);
        let first = sends(log, "alice", "one").await;
        says(log, "bob", "message.received", json!({ "message": first })).await;
        assert_eq!(note(&mut alices).await, (format!("alice: {first} to bob delivered"), false));
        // That it was read is told also when it was confirmed before; who never got it cannot say so.
        says(log, "carol", "message.read", json!({ "message": first })).await;
        says(log, "bob", "message.read", json!({ "message": first })).await;
        assert_eq!(note(&mut alices).await, (format!("alice: {first} to bob read"), false));
        // From now on her clients speak MessagePack, and bob's JSON.
        online(log, Encoding::Msgpack, "alice").await;
        let second = sends(log, "alice", "two").await;
        says(log, "bob", "message.read", json!({ "message": second })).await;
        assert_eq!(note(&mut alices).await, (format!("alice: {second} to bob delivered"), true));
        assert_eq!(note(&mut alices).await, (format!("alice: {second} to bob read"), true));
        says(log, "bob", "message.read", json!({ "message": first })).await;
        assert_eq!(note(&mut alices).await, (format!("alice: {first} to bob read"), true));
        let third = sends(log, "alice", "three").await;
        says(log, "alice", "message.recall", json!({ "message": third })).await;
        assert_eq!(note(&mut alices).await, (format!("alice: {third} to bob recalled by_sender"), true));
        assert_eq!(note(&mut bobs).await, (format!("bob: {third} to bob recalled by_sender"), false));
        let short = json!({ "to": ["carol"], "text": "four", "expires_in": "1s" });
        let fourth = says(log, "alice", "message.send", short).await;
        assert_eq!(note(&mut alices).await, (format!("alice: m{fourth} to carol expired deadline"), true));
        says(log, "carol", "contact.block", json!({ "who": "alice" })).await;
        let five = json!({ "to": ["carol", "+447700900123"], "text": "five", "route": "sms" });
        let fifth = says(log, "alice", "message.send", five).await;
        assert_eq!(note(&mut alices).await, (format!("alice: m{fifth} to carol filtered blocked"), true));
        // An adapter says that it is not known, and then that it failed; its channel stands there.
        let phone = json!({ "message": format!("m{fifth}"), "to": "+447700900123" });
        says(log, "_sms", "attempt.ask", json!({ "deliveries": [phone] })).await;
        let unknown = json!({ "unknown": { "attempt": phone, "why": "no_response" } });
        says(log, "_sms", "attempt.report", json!({ "reports": [unknown] })).await;
        let told = format!("alice: m{fifth} to +447700900123 unknown sms no_response");
        assert_eq!(note(&mut alices).await, (told, true));
        let failed = json!({ "failed": { "attempt": phone, "reason": "smsc_0x0000000b" } });
        says(log, "_sms", "attempt.report", json!({ "reports": [failed] })).await;
        let told = format!("alice: m{fifth} to +447700900123 failed sms smsc_0x0000000b");
        assert_eq!(note(&mut alices).await, (told, true));
        ends(world, [homing]).await;
    });
}
