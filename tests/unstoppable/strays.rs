//! Records that are none of ours, in every stream: told of once, counted, and passed over.

use std::time::Instant;

use homing::log::{Log, Pipeline, clock};
use homing::rules::identity::{Registered, UserDetails};
use homing::rules::presence::Encoding;
use homing::rules::{Commit, Fact, Part, Sender};
use homing::wire::{Outgoing, command, commit, subjects, to_value};
use homing::words::{CommandSeq, EventSeq};
use serde_json::{Value, json};
use tokio::task::block_in_place;
use tokio::time::timeout;

use crate::support::raw::RawClient;
use crate::support::users::Guarded;
use crate::support::world::{registers, says, story};
use crate::support::{Homing, say};
use crate::{WITHIN, outcome, outcomes, registered};

const ROLES: &str = "decider,fanout,presence,query,scheduler";

async fn publish(log: &Log, subject: &str, payload: Vec<u8>) {
    let stored = log.client().request(subject.to_owned(), payload.into()).await.expect("a stream takes it");
    let ack: Value = serde_json::from_slice(&stored.payload).expect("a PubAck");
    assert!(ack.get("seq").is_some(), "{ack}");
}

/// A commit that a decider could have written, but for the fence.
fn forged(name: &str) -> Vec<u8> {
    let (user, im) = (name.parse().expect("a name"), "100009".parse().expect("an IM number"));
    let facts = vec![Fact::from(Registered { user, im, details: UserDetails::default() })];
    let (command, by) = (CommandSeq(1_000), Sender::Part(Part::Admin));
    commit::encode(&Commit { command, at: clock::now(), by, part: 0, parts: 1, intent: None, facts })
}

async fn register(pipeline: &mut Pipeline, number: u64) {
    let command = registers(&format!("u{number}"), None);
    let payload = command::encode(&command, Encoding::Json).into();
    pipeline.publish(subjects::command("_admin", command.verb()), payload).await.expect("it is stored");
}

async fn passed_over(log: &Log) -> Value {
    let answer =
        log.client().request(subjects::ACTIVE_DECIDER, "".into()).await.expect("a decider is active");
    serde_json::from_slice(&answer.payload).expect("JSON")
}

#[test]
fn a_record_in_events_that_no_decider_wrote_is_told_of_once_and_passed_over_at_every_start() {
    story(|world| async move {
        let homing = world.serve("data", ROLES);
        let log = &world.log;
        let mut told = outcomes(log).await;
        let first = says(log, "_admin", &registers("alice", None)).await;
        assert!(outcome(&mut told, first).await.accepted);
        for (subject, payload) in [
            ("homing.evt.x.y", b"hello".to_vec()),
            ("homing.evt.message.accepted", b"hello".to_vec()),
            ("homing.evt.a.b.c", vec![b'x'; 1_000_000]),
            ("homing.evt.user.registered", forged("eve")),
        ] {
            publish(log, subject, payload).await;
        }
        let second = says(log, "_admin", &registers("bob", None)).await;
        assert!(outcome(&mut told, second).await.accepted, "the fence is behind the strays");
        publish(log, "homing.evt.timer.set", vec![0; 1_000_000]).await;
        assert!(block_in_place(|| homing.stop()).success());
        let homing = world.serve("data", ROLES);
        // The last record of EVENTS is none of ours.
        let third = says(log, "_admin", &registers("carol", None)).await;
        assert!(outcome(&mut told, third).await.accepted);
        assert_eq!(registered(log).await, ["alice", "bob", "carol"]);
        let lines = homing.log();
        for seq in [2, 3, 4, 5] {
            let line = format!("is none of ours, and passed over seq={seq} ");
            assert_eq!(lines.matches(&line).count(), 1, "{seq}: {lines}");
        }
        assert_eq!(passed_over(log).await, json!({ "active": true, "passed_over": 1 }));
        let users = log.client().request(subjects::query("_admin", "users"), "{}".into()).await.unwrap();
        let users = to_value(&users.payload).unwrap().to_string();
        assert!(!users.contains("eve"), "{users}");
        assert!(block_in_place(|| homing.stop()).success());
    });
}

/// Its appends are under way together. Where a stray has taken the place of one, the next finds the sequence that it expects.
#[test]
fn nothing_is_appended_behind_an_append_that_a_stray_has_kept_out() {
    story(|world| async move {
        let homing = world.serve("data", "decider");
        let log = &world.log;
        assert!(block_in_place(|| homing.stop()).success());
        for strays in 1..=3 {
            let last = EventSeq(log.last_seq("EVENTS").await.unwrap());
            let (mut appender, mut acks) = log.appender(last).await.unwrap();
            let mut append = async || {
                let subject = "homing.evt.user.registered".to_owned();
                let commit = Outgoing { subject, headers: Vec::new(), payload: forged("eve") };
                let appending = appender.append(commit).await.unwrap();
                acks.stored(appending).await
            };
            append().await.expect("it stands where it was to be");
            for _ in 0..strays {
                publish(log, "homing.evt.x.y", b"hello".to_vec()).await;
            }
            for n in 0..=strays {
                append().await.expect_err(&format!("{n} behind {strays} strays"));
            }
            assert_eq!(log.last_seq("EVENTS").await.unwrap(), last.0 + 1 + strays);
        }
    });
}

#[test]
fn no_command_is_lost_however_many_records_that_are_none_of_ours_come_between_the_commits() {
    const USERS: u64 = 5_000;
    const BETWEEN: u64 = 50;
    story(|world| async move {
        let homing = world.serve("data", "decider");
        let log = &world.log;
        let (mut told, mut pipeline) = (outcomes(log).await, Pipeline::new(log.clone(), 1_000));
        for n in 0..USERS {
            register(&mut pipeline, n).await;
            if n % BETWEEN == 0 {
                for _ in 0..n / BETWEEN % 4 {
                    log.client().publish("homing.evt.x.y", "hello".into()).await.unwrap();
                }
            }
        }
        pipeline.drain().await.unwrap();
        assert!(outcome(&mut told, USERS).await.accepted);
        let decided = registered(log).await.len();
        assert_eq!(decided, usize::try_from(USERS).unwrap(), "of as many commands");
        let again = homing.log().matches("reads the log again").count();
        say(&format!("the log was read again {again} times"));
        assert!(block_in_place(|| homing.stop()).success());
    });
}

/// As large as the server takes: what is parked of one must not be larger than it was.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_that_is_none_of_ours_ends_no_reader_and_leaves_the_work_queues_however_large_it_is() {
    const PAYLOAD_BYTES: usize = 1_024 * 1_024 - 64;
    let server = block_in_place(|| Guarded::start("max_payload: 1MB"));
    let (url, folder) = (server.url("a:b"), tempfile::tempdir().unwrap());
    let homing = block_in_place(|| Homing::serve(&folder.path().join("data"), &url, ROLES));
    let log = &Log::connect(&url, "test").await.unwrap();
    let mut told = outcomes(log).await;
    says(log, "_admin", &registers("alice", None)).await;
    let minute = clock::now().unix_minute();
    let due = [minute - 1, minute, minute + 1].map(|minute| format!("homing.due.{minute}.occur-s1"));
    let odd = ["homing.due.x", "homing.due.1.x", "homing.out.sms.bob.m1", "homing.out.x"];
    let events = ["homing.evt.timer.set", "homing.evt.message.accepted", "homing.evt.presence.online"];
    for subject in due.iter().map(String::as_str).chain(odd).chain(events) {
        publish(log, subject, b"hello".to_vec()).await;
        publish(log, subject, vec![b'x'; PAYLOAD_BYTES]).await;
    }
    let at = homing::words::Instant::from_unix_ms((clock::now().unix_ms() / 1_000 + 3) * 1_000);
    let when = json!({ "at": at.brief().trim_end_matches('Z'), "zone": "UTC" });
    let fields = json!({ "message": { "to": ["alice"], "text": "later" }, "when": when });
    publish(log, "homing.cmd.alice.schedule.create", fields.to_string().into_bytes()).await;
    let created = log.last_seq("COMMANDS").await.unwrap();
    // The next command is the firing.
    assert!(outcome(&mut told, created).await.accepted);
    assert!(outcome(&mut told, created + 1).await.accepted, "it fires");
    let taken = async {
        let pattern = format!("homing.due.{minute}.>");
        while log.newest("DUE", &pattern).await.unwrap().is_some() {
            tokio::task::yield_now().await;
        }
    };
    timeout(WITHIN, taken).await.expect("what is no timer leaves its minute");
    assert!(block_in_place(|| homing.stop()).success());
}

/// A client that checks nothing, among many others: each of its records ends the connection that it is delivered on.
#[test]
fn subjects_that_no_client_can_read_make_nobody_read_the_log_again() {
    const STRAYS: u64 = 20;
    const BETWEEN: u64 = 500;
    story(|world| async move {
        let homing = world.serve("data", "decider");
        let log = &world.log;
        let mut told = outcomes(log).await;
        let mut raw = RawClient::connect(&world.server.url());
        let began = Instant::now();
        let (mut strays, mut pipeline) = (Vec::new(), Pipeline::new(log.clone(), 1_000));
        for n in 0..STRAYS * BETWEEN {
            register(&mut pipeline, n).await;
            if n % BETWEEN == 0 {
                let subject = b"homing.cmd.\xff\xfe.message.send";
                let ack = raw.publish(subject, b"", br#"{"to": ["u0"], "text": "x"}"#);
                let ack: Value = serde_json::from_str(&ack).unwrap_or_else(|_| panic!("{ack}"));
                strays.push(ack["seq"].as_u64().unwrap());
            }
        }
        pipeline.drain().await.unwrap();
        for seq in strays {
            let code = outcome(&mut told, seq).await.code;
            assert_eq!(code.as_deref(), Some("auth.unknown_sender"));
        }
        let last = log.last_seq("COMMANDS").await.unwrap();
        assert!(outcome(&mut told, last).await.accepted);
        let lines = homing.log();
        assert!(!lines.contains("reads the log again"), "{lines}");
        say(&format!("{last} commands and {STRAYS} strays among them: decided in {:.1?}", began.elapsed()));
        assert!(block_in_place(|| homing.stop()).success());
    });
}
