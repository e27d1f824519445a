//! Evolution: a data folder of each earlier version, kept as it was, on which this version goes on deciding.
//!
//! `FREEZE=1 cargo test --test evolution` makes the folder of this version, where there is none yet; a folder is never made anew.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

use async_nats::Subscriber;
use homing::decider::{Memory, Snapshots};
use homing::log::{Log, clock};
use homing::rules::message::Routed;
use homing::rules::{Fact, Outcome, Rejection, State};
use homing::server::Sync;
use homing::words::{CommandSeq, Instant, Span};
use serde_json::{Value, json};
use support::pure_decider::judge;
use support::server::server;
use support::talk::{asks, listens, next, outcome, says};
use support::{Child, HOMING, Homing, run};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::task::block_in_place;
use tokio::time::timeout;

/// The version whose folder `FREEZE=1` makes.
const VERSION: &str = "1";
/// Also on a busy machine.
const WITHIN: Duration = Duration::from_secs(120);
/// What waits does so for the longest that there is, 366 days; then the rest of the folder still tells that it is read.
const WAITS_FOR: Span = Span::from_secs(360 * 86_400);
/// So long an `id` is known.
const KNOWN_FOR: Span = Span::from_secs(7 * 86_400 - 3_600);
/// Nobody is there: SMS wait.
const NO_SMSC: &str = "smpp://esme:secret@127.0.0.1:9";

/// A folder of an earlier version, unpacked, and what is known of it.
struct Frozen {
    folder: TempDir,
    known: Value,
}

impl Frozen {
    fn all() -> Vec<Frozen> {
        let entries = fs::read_dir(fixtures()).unwrap().map(|entry| entry.unwrap().path());
        let mut packed: Vec<PathBuf> =
            entries.filter(|path| path.extension().is_some_and(|it| it == "gz")).collect();
        packed.sort();
        assert!(!packed.is_empty(), "FREEZE=1 makes one");
        packed.iter().map(|path| Frozen::unpacked(path)).collect()
    }

    fn unpacked(packed: &Path) -> Frozen {
        let folder = tempfile::tempdir().unwrap();
        let mut tar = Command::new("tar");
        tar.arg("-xzf").arg(packed).arg("-C").arg(folder.path());
        run(&mut tar, WITHIN).succeeded("tar");
        let known = packed.with_extension("").with_extension("json");
        Frozen { folder, known: serde_json::from_str(&fs::read_to_string(known).unwrap()).unwrap() }
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    fn text(&self, name: &str) -> &str {
        self.known[name].as_str().unwrap()
    }

    fn at(&self) -> Instant {
        self.text("frozen").parse().unwrap()
    }

    fn is_younger_than(&self, span: Span) -> bool {
        clock::now() < self.at() + span
    }
}

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures")
}

fn flags(smsc: &str) -> [&str; 5] {
    ["--open", "--keep-commands", "forever", "--smsc", smsc]
}

/// Phones behind the small SMSC; gives its address, and the lines that it prints.
fn phones() -> (String, Receiver<Value>, Child) {
    let mut command = Command::new(HOMING);
    command.args(["smsc", "--port", "0", "--json"]).stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut child = Child::spawn(&mut command);
    let mut lines = BufReader::new(child.take_stdout()).lines().map_while(Result::ok);
    let ready: Value = serde_json::from_str(&lines.next().unwrap()).unwrap();
    let (tell, told) = sync_channel(1_000);
    thread::spawn(move || {
        let told = lines.filter_map(|line| serde_json::from_str::<Value>(&line).ok());
        told.take_while(|line| tell.send(line.clone()).is_ok()).for_each(drop);
    });
    (ready["smsc"].as_str().unwrap().replace("smpp://", "smpp://any:any@"), told, child)
}

#[test]
fn this_version_goes_on_where_an_earlier_one_has_stopped() {
    for frozen in Frozen::all() {
        let (smsc, told, _smsc) = phones();
        let homing = Homing::start_at(&frozen.data(), 0, &flags(&smsc));
        Runtime::new().unwrap().block_on(goes_on(&frozen, homing.url(), &told));
        assert!(homing.stop().success());
    }
}

async fn goes_on(frozen: &Frozen, url: &str, told: &Receiver<Value>) {
    let log = &Log::connect(url, "test").await.unwrap();
    let why = answered(log, "why", json!({ "id": frozen.text("delivered") })).await;
    assert_eq!(why["recipients"][0]["state"], "read", "{why}");
    let shown = answered(log, "schedules", json!({ "user": "alice" })).await;
    assert!(shown.to_string().contains("happy new year"), "{shown}");
    let mut live = listens(log, "homing.to.bob.>").await;
    let online = json!({ "device": "pc", "class": "pc", "lease": "1h" });
    let came = outcome(log, "bob", "presence.online", online).await;
    assert_eq!(came["accepted"], true);
    assert!(came["command"].as_u64() > frozen.known["commands"].as_u64(), "{came}");
    if frozen.is_younger_than(WAITS_FOR) {
        comes(&mut live, frozen.text("open")).await;
        let sms = block_in_place(|| {
            loop {
                let line = told.recv_timeout(WITHIN).expect("the SMS that waited comes");
                if line.to_string().contains("call me") {
                    break line;
                }
            }
        });
        assert!(sms.to_string().contains("447700900002"), "{sms}");
    }
    let said = outcome(log, "alice", "message.send", json!({ "to": ["bob"], "text": "still there" })).await;
    comes(&mut live, said["message"].as_str().unwrap()).await;
    let again = outcome(log, "alice", "message.send", with_id()).await;
    let known = frozen.is_younger_than(KNOWN_FOR);
    assert_eq!(again["message"] == frozen.known["once"], known, "{again}");
    let verify = block_in_place(|| {
        let mut verify = Command::new(HOMING);
        verify.args(["verify", "--nats", url, "--data"]).arg(frozen.data()).env_remove("NATS_URL");
        run(&mut verify, WITHIN).succeeded("verify")
    });
    assert!(verify.stdout.starts_with("All is as it is decided"), "{verify:?}");
    assert!(verify.stdout.contains("the snapshot is what the log comes to"), "{verify:?}");
}

async fn comes(live: &mut Subscriber, message: &str) {
    while next(live).await["message"] != message {}
}

/// As soon as the read models are there.
async fn answered(log: &Log, name: &str, question: Value) -> Value {
    let answered = async {
        loop {
            let answer = asks(log, "_admin", name, question.clone()).await;
            if answer["error"]["code"] != "query.unavailable" {
                return answer;
            }
        }
    };
    timeout(WITHIN, answered).await.expect("the read models are open")
}

fn with_id() -> Value {
    json!({ "to": ["bob"], "text": "once", "id": "said-once" })
}

/// However old the folder is: as of the moment when it was frozen.
#[test]
fn what_the_log_of_an_earlier_version_tells_is_known_to_the_rules_of_this_one() {
    for frozen in Frozen::all() {
        Runtime::new().unwrap().block_on(async {
            let server = server(&frozen.data(), 0, Sync::Off).await;
            let log = Log::connect(&server.url(), "test").await.unwrap();
            let snapshots = Snapshots::at(&frozen.data()).unwrap();
            let mut of_snapshot = Memory::load(&log, &snapshots).await.unwrap();
            of_snapshot.catch_up(&log, None).await.unwrap();
            let empty = tempfile::tempdir().unwrap();
            let mut of_log = Memory::load(&log, &Snapshots::at(empty.path()).unwrap()).await.unwrap();
            of_log.catch_up(&log, None).await.unwrap();
            assert_eq!(of_log.mark().seq.0, frozen.known["events"].as_u64().unwrap());
            for memory in [of_log, of_snapshot] {
                knows(&frozen, memory.state());
            }
            server.stop().await.unwrap();
        });
    }
}

fn knows(frozen: &Frozen, state: &State) {
    let at = frozen.at() + Span::from_secs(60);
    let says = |by: &str, verb: &str, fields: Value| {
        let next = CommandSeq(frozen.known["commands"].as_u64().unwrap() + 1);
        let subject = homing::wire::subjects::command(by, verb);
        let (parts, outcome) = judge(state, next, at, &subject, fields.to_string().as_bytes());
        (parts.into_iter().flat_map(|part| part.facts).collect::<Vec<Fact>>(), outcome)
    };
    let (facts, again) = says("alice", "message.send", with_id());
    assert_eq!((facts.len(), again), (0, Outcome::Message(frozen.text("once").parse().unwrap())));
    let online = json!({ "device": "pc", "class": "pc", "lease": "1h" });
    let (facts, _) = says("bob", "presence.online", online);
    let open = facts
        .iter()
        .filter_map(Fact::get::<Routed>)
        .any(|routed| routed.message.to_string() == frozen.text("open"));
    assert!(open, "{facts:?}");
    let (facts, _) = says("alice", "schedule.pause", json!({ "schedule": frozen.text("schedule") }));
    assert_eq!(facts.first().map(Fact::name), Some("schedule.paused"));
    let ask = json!({ "deliveries": [{ "message": frozen.text("by_sms"), "to": "carol" }] });
    let (facts, _) = says("_sms", "attempt.ask", ask);
    assert_eq!(facts.first().map(Fact::name), Some("attempt.granted"));
    let (facts, _) = says("alice", "message.send", json!({ "to": ["#3001"], "text": "all" }));
    assert_eq!(facts.first().map(Fact::name), Some("message.accepted"));
    let (facts, _) = says("dave", "message.send", json!({ "to": ["bob"], "text": "x" }));
    assert_eq!(facts.first().and_then(Fact::get::<Rejection>).unwrap().code, "auth.suspended");
}

/// Makes the folder of this version, by a real run; one that is there stays as it is.
#[test]
fn the_folder_of_this_version_is_made_once() {
    let packed = fixtures().join(format!("data-{VERSION}.tar.gz"));
    if packed.exists() || std::env::var_os("FREEZE").is_none() {
        assert!(packed.exists(), "FREEZE=1 makes it");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let homing = Homing::start_at(&data, 0, &flags(NO_SMSC));
    let runtime = Runtime::new().unwrap();
    let known = runtime.block_on(lives(homing.url()));
    assert!(homing.stop().success());
    // What `up` says of itself is of this machine.
    for of_machine in
        ["lock", "nats-context.json", "nats/lock", "nats/nats-server.log", "nats/nats-server.conf"]
    {
        let _not_there = fs::remove_file(data.join(of_machine));
    }
    let mut tar = Command::new("tar");
    tar.args(["--owner=0", "--group=0", "--sort=name", "-czf"])
        .arg(&packed)
        .arg("-C")
        .arg(folder.path())
        .arg("data");
    run(tar.env("GZIP", "-9"), WITHIN).succeeded("tar");
    fs::write(packed.with_extension("").with_extension("json"), format!("{known:#}\n")).unwrap();
}

/// Users, a group, a schedule, what was read, what waits live and by SMS, ids that were used, and who is suspended.
async fn lives(url: &str) -> Value {
    let log = &Log::connect(url, "test").await.unwrap();
    for (name, phone) in [("alice", None), ("bob", None), ("carol", Some("+447700900002")), ("dave", None)] {
        says(
            log,
            "_admin",
            "user.register",
            json!({ "name": name, "phone": phone, "zone": "Europe/London" }),
        )
        .await;
    }
    says(log, "alice", "profile.set", json!({ "nickname": "Al", "mood": "frozen" })).await;
    says(log, "alice", "contact.add", json!({ "who": "bob", "alias": "Bobby" })).await;
    let group = json!({ "name": "class", "members": ["bob", "carol"], "confirm": false });
    outcome(log, "alice", "group.create", group).await;
    says(log, "_admin", "user.suspend", json!({ "name": "dave" })).await;
    let online = json!({ "device": "pc", "class": "pc", "lease": "1h" });
    outcome(log, "bob", "presence.online", online).await;
    let sends = async |fields: Value| -> Value {
        outcome(log, "alice", "message.send", fields).await["message"].clone()
    };
    let delivered = sends(json!({ "to": ["bob"], "text": "on my way" })).await;
    outcome(log, "bob", "message.read", json!({ "message": delivered })).await;
    outcome(log, "bob", "presence.offline", json!({ "device": "pc" })).await;
    let once = sends(with_id()).await;
    let open =
        sends(json!({ "to": ["bob"], "text": "the key is under the mat", "expires_in": "366d" })).await;
    let by_sms = sends(json!({ "to": ["carol"], "text": "call me", "expires_in": "366d" })).await;
    let year = json!({ "message": { "to": ["bob"], "text": "happy new year" },
        "when": { "every": "day", "times": ["00:00"], "from": "2034-01-01", "missed": "never" } });
    let schedule = outcome(log, "alice", "schedule.create", year).await["schedule"].clone();
    // What waits for its time, and what waits for an SMSC.
    for (stream, len) in [("DUE", 3), ("OUTBOX", 1)] {
        timeout(WITHIN, async { while log.last_seq(stream).await.unwrap() < len {} }).await.unwrap();
    }
    let [commands, events] =
        ["COMMANDS", "EVENTS"].map(|stream| async move { log.last_seq(stream).await.unwrap() });
    json!({ "frozen": clock::now().to_string(), "commands": commands.await, "events": events.await, "delivered": delivered,
        "once": once, "open": open, "by_sms": by_sms, "schedule": schedule })
}
