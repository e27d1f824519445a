//! EVENTS as nats-server sees it: few subjects, however much is said; and a log of an older layout is told apart.

mod support;

use std::process::{Command, Stdio};
use std::time::Duration;

use homing::log::{Log, Pipeline};
use homing::rules::Fact;
use homing::rules::message::Send;
use homing::rules::presence::Encoding;
use homing::server::Sync;
use homing::wire::{Outgoing, command, subjects};
use homing::words::EventSeq;
use serde_json::json;
use support::server::server;
use support::{HOMING, Homing, run, say};

/// The server keeps about 250 bytes for each distinct subject, for ever.
const SUBJECTS_MAX: usize = 200;
const MESSAGES: usize = 100_000;
/// It takes some 20 s; this is for a busy machine.
const DECIDED_WITHIN: Duration = Duration::from_secs(300);
/// A start that refuses takes a moment; this is for a busy machine.
const REFUSED_WITHIN: Duration = Duration::from_secs(30);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn however_many_messages_are_sent_the_subjects_of_events_are_few() {
    let homing = tokio::task::block_in_place(Homing::start);
    let log = Log::connect(homing.url(), "test").await.unwrap();
    let mut pipeline = Pipeline::new(log.clone(), 1_000);
    for name in ["alice", "bob"] {
        let payload = json!({ "name": name }).to_string().into();
        pipeline.publish(subjects::command("_admin", "user.register"), payload).await.unwrap();
    }
    let roomy = json!({ "name": "bob", "limits": { "mailbox": MESSAGES } }).to_string().into();
    pipeline.publish(subjects::command("_admin", "user.set"), roomy).await.unwrap();
    let (to, text) = (vec!["bob".parse().unwrap()], Some("on my way".into()));
    let send = Send { to, text, ..Send::default() }.into();
    for _ in 0..MESSAGES {
        let payload = command::encode(&send, Encoding::Msgpack).into();
        pipeline.publish(subjects::command("alice", send.verb()), payload).await.unwrap();
    }
    pipeline.drain().await.unwrap();
    let mut events = log.follow("EVENTS", None, 1);
    let decided = async {
        let mut read = 0;
        while read < MESSAGES + 3 {
            read += events.next().await.unwrap().len();
        }
    };
    tokio::time::timeout(DECIDED_WITHIN, decided).await.expect("all is decided");
    let found = log.subjects("EVENTS", subjects::EVENTS).await.unwrap();
    say(&format!("{} subjects in EVENTS after {MESSAGES} messages: {found:?}", found.len()));
    assert_eq!(found.get("homing.evt.message.accepted"), Some(&u64::try_from(MESSAGES).unwrap()));
    assert!(found.keys().all(|subject| subjects::is_event(subject)), "{found:?}");
    assert!(Fact::ROWS.len() < SUBJECTS_MAX, "each fact is a subject");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_log_of_an_older_layout_is_not_begun_on() {
    for subject in ["homing.evt.message.m3.accepted", "homing.evt.message.welcomed"] {
        let folder = tempfile::tempdir().unwrap();
        let managed = server(&folder.path().join("server"), 0, Sync::Off).await;
        let log = Log::connect(&managed.url(), "test").await.unwrap();
        log.provision(true, None).await.unwrap();
        let (mut appender, mut acks) = log.appender(EventSeq(0)).await.unwrap();
        let (subject, payload) = (subject.to_owned(), b"an older commit".to_vec());
        let older = Outgoing { subject: subject.clone(), headers: Vec::new(), payload };
        acks.stored(appender.append(older).await.unwrap()).await.unwrap();
        let mut serve = Command::new(HOMING);
        serve.args(["serve", "--nats", &managed.url(), "--data"]).arg(folder.path().join("data"));
        serve.env_remove("NATS_URL").stdin(Stdio::null());
        let ended = tokio::task::block_in_place(|| run(&mut serve, REFUSED_WITHIN));
        assert_eq!(ended.status.code(), Some(1), "{}", ended.stderr);
        let told: Vec<&str> =
            ended.stderr.lines().filter(|line| line.contains("could not read EVENTS")).collect();
        assert_eq!(told.len(), 1, "{}", ended.stderr);
        assert!(
            told[0].contains(&subject) && told[0].contains("start with an empty data folder"),
            "{told:?}"
        );
        assert_eq!(ended.stdout, "");
        managed.stop().await.unwrap();
    }
}
