//! `homing verify` on a real log: what was decided is decided again alike, and whatever was changed since is found where it stands.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command as Program, Stdio};
use std::time::Duration;

use async_nats::HeaderMap;
use async_nats::header::{NATS_EXPECTED_LAST_MESSAGE_ID, NATS_EXPECTED_LAST_SEQUENCE};
use homing::decider::Snapshots;
use homing::log::{Log, Pipeline, Record};
use homing::rules::message::{Recall, Send};
use homing::rules::presence::Encoding;
use homing::rules::{Command, LATEST_LEN_MAX, State};
use homing::wire::outcome::OutcomeBody;
use homing::wire::{command, subjects};
use homing::words::{CommandSeq, MessageId};
use serde_json::{Value, json};
use support::screen::Screen;
use support::sequence::publish_some;
use support::world::{World, registers, says, story, told};
use support::{Child, Ended, HOMING, Homing, run};
use tokio::task::block_in_place;
use tokio::time::timeout;

/// A busy machine decides ten thousand commands in it.
const WITHIN: Duration = Duration::from_secs(120);

fn data(world: &World) -> PathBuf {
    world.folder.path().join("data")
}

fn program(world: &World, args: &[&str]) -> Program {
    let mut program = Program::new(HOMING);
    program.arg("verify").args(args).args(["--nats", &world.server.url(), "--data"]).arg(data(world));
    program.env_remove("NATS_URL").stdin(Stdio::null());
    program
}

fn verify(world: &World, args: &[&str]) -> Ended {
    block_in_place(|| run(&mut program(world, args), WITHIN))
}

/// The report, and whether all was well.
fn report(world: &World) -> (Value, bool) {
    let ended = verify(world, &["--json"]);
    let first = ended.stdout.lines().next().unwrap_or_default();
    let report = serde_json::from_str(first).unwrap_or_else(|_| panic!("{}{}", ended.stdout, ended.stderr));
    (report, ended.status.success())
}

/// What a report says of these, in their order.
fn of<const N: usize>(report: &Value, names: [&str; N]) -> [u64; N] {
    names.map(|name| report[name].as_u64().unwrap_or_else(|| panic!("{name}: {report}")))
}

fn served(world: &World, keep: &str) -> Homing {
    let flags = ["--roles", "decider", "--keep-commands", keep];
    block_in_place(|| Homing::serve_with(&data(world), &world.server.url(), &flags))
}

/// Says it, and gives what is decided about it.
async fn decided(log: &Log, by: &str, said: &Command) -> OutcomeBody {
    let mut outcomes = log.client().subscribe("homing.outcome.>").await.expect("a subject");
    log.client().flush().await.expect("the server answers");
    let seq = says(log, by, said).await;
    timeout(WITHIN, told(&mut outcomes, seq)).await.expect("it is decided")
}

fn sends(to: &str, text: &str, id: Option<&str>) -> Command {
    let to = vec![to.parse().expect("a name")];
    Send { to, text: Some(text.into()), id: id.map(str::to_owned), ..Send::default() }.into()
}

/// Two who know each other; all is decided when this returns.
async fn of_two(world: &World) {
    let homing = served(world, "forever");
    for name in ["alice", "bob"] {
        decided(&world.log, "_admin", &registers(name, None)).await;
    }
    for text in ["on my way", "almost there", "here"] {
        decided(&world.log, "alice", &sends("bob", text, None)).await;
    }
    assert!(block_in_place(|| homing.stop()).success());
}

/// Commands of all kinds, wrong and bent ones among them.
async fn of_all_kinds(log: &Log) {
    publish_some(log, 12).await;
    let mut pipeline = Pipeline::new(log.clone(), 100);
    for (subject, payload) in
        [("alice.message.send", "{"), ("alice.no.verb", "{}"), ("alice.message.send", "")]
    {
        let subject = format!("homing.cmd.{subject}");
        pipeline.publish(subject, payload.into()).await.expect("it is sent");
    }
    pipeline.drain().await.expect("it is stored");
}

/// More ids than memory holds.
async fn many_ids(log: &Log) {
    let mut pipeline = Pipeline::new(log.clone(), 1_000);
    for number in 0..LATEST_LEN_MAX + 200 {
        let message = MessageId::of(CommandSeq(1 << 40));
        let said = Command::from(Recall { message, id: Some(format!("recall-{number}")) });
        let payload = command::encode(&said, Encoding::Msgpack).into();
        pipeline.publish(subjects::command("yan", said.verb()), payload).await.expect("it is sent");
    }
    pipeline.drain().await.expect("it is stored");
}

#[test]
fn what_was_decided_is_decided_again_alike() {
    story(|world| async move {
        let (homing, log) = (served(&world, "forever"), &world.log);
        of_all_kinds(log).await;
        // Two of whom nobody has said anything.
        decided(log, "_admin", &registers("bo", None)).await;
        decided(log, "_admin", &registers("yan", None)).await;
        let first = decided(log, "yan", &sends("bo", "once", Some("x"))).await.message;
        assert!(first.is_some());
        assert_eq!(decided(log, "yan", &sends("bo", "once", Some("x"))).await.message, first);
        assert!(!decided(log, "yan", &sends("bo", "another", Some("x"))).await.accepted);
        many_ids(log).await;
        let again = decided(log, "yan", &sends("bo", "once", Some("x"))).await;
        assert_eq!(again.message, first, "memory holds the latest alone");
        let last = decided(log, "yan", &sends("bo", "last", None)).await.command.0;
        let client = log.client();
        client.publish("homing.evt.from.somebody", "else".into()).await.expect("anybody may");
        client.flush().await.expect("the server answers");
        assert!(block_in_place(|| homing.stop()).success());
        let events = log.last_seq("EVENTS").await.expect("it is there");
        let (found, well) = report(&world);
        assert!(well, "{found}");
        let strangers = found["none_of_ours"].as_u64().expect("a number");
        assert_eq!(
            of(&found, ["commits", "commands", "read"]),
            [events - strangers, last, events],
            "{found}"
        );
        assert_eq!((&found["since"]["command"], &found["complete"]), (&json!(1), &json!(true)));
        assert_eq!(found["snapshot"]["is"], "equal", "{found}");
        assert_eq!(of(&found, ["before", "left", "undecided", "torn", "differ"]), [0; 5], "{found}");
        let told = verify(&world, &[]).succeeded("a log that nobody changed").stdout;
        assert!(
            told.starts_with("All is as it is decided: ") && told.contains("the snapshot is what"),
            "{told}"
        );
    });
}

async fn events(log: &Log) -> Vec<Record> {
    let mut records = Vec::new();
    for seq in 1..=log.last_seq("EVENTS").await.expect("it is there") {
        records.extend(log.record("EVENTS", seq).await.expect("it answers"));
    }
    records
}

/// EVENTS made anew with these records, each appended as a decider does it.
async fn rewritten(log: &Log, records: &[Record]) {
    js(log, "STREAM.DELETE.EVENTS", None).await;
    log.provision(true, None).await.expect("streams can be made");
    let jetstream = async_nats::jetstream::new(log.client().clone());
    for (last, record) in records.iter().enumerate() {
        let mut headers = HeaderMap::new();
        let of_record = record.headers.iter().flat_map(HeaderMap::iter);
        for (name, value) in
            of_record.flat_map(|(name, values)| values.iter().map(move |value| (name, value)))
        {
            headers.append(name.clone(), value.clone());
        }
        headers.insert(NATS_EXPECTED_LAST_SEQUENCE, last.to_string());
        let mut kept = HeaderMap::new();
        let expects = |name: &str| name.eq_ignore_ascii_case(NATS_EXPECTED_LAST_MESSAGE_ID.as_ref());
        for (name, values) in headers.iter().filter(|(name, _)| !expects((*name).as_ref())) {
            values.iter().for_each(|value| kept.append(name.clone(), value.clone()));
        }
        let (subject, payload) = (record.subject.clone(), record.payload.clone());
        let stored = jetstream.publish_with_headers(subject, kept, payload).await.expect("it is sent");
        stored.await.expect("it is stored");
    }
}

async fn js(log: &Log, call: &str, request: Option<Value>) {
    let payload = request.map(|request| request.to_string()).unwrap_or_default();
    let answer = log.client().request(format!("$JS.API.{call}"), payload.into()).await.expect("it answers");
    let answer: Value = serde_json::from_slice(&answer.payload).expect("it is JSON");
    assert!(answer.get("success") == Some(&Value::Bool(true)), "{answer}");
}

/// The same length, so that what stands around it is as it was.
fn replaced(record: &Record, one: &str, other: &str) -> Record {
    let mut payload = record.payload.to_vec();
    let at = payload.windows(one.len()).position(|bytes| bytes == one.as_bytes()).expect("it is in it");
    payload.splice(at..at + one.len(), other.bytes());
    Record { payload: payload.into(), ..record.clone() }
}

/// Commands 1 and 2 register, 3 to 5 send; each has one commit.
#[test]
fn what_was_changed_on_events_is_found_where_it_stands_and_shown_beside_what_is_decided() {
    story(|world| async move {
        of_two(&world).await;
        let (log, original) = (&world.log, events(&world.log).await);
        assert_eq!(original.len(), 5);
        let changed = |place: usize, change: &dyn Fn(&Record) -> Record| {
            let mut records = original.clone();
            records[place] = change(&original[place]);
            records
        };
        let of_others = |record: &Record| {
            let mut headers = record.headers.clone().expect("a commit has some");
            headers.insert("ce-type", "homing.message.recalled.v1");
            Record { headers: Some(headers), ..record.clone() }
        };
        let torn = |record: &Record| Record { payload: record.payload.slice(1..), ..record.clone() };
        let text = changed(2, &|record| replaced(record, "on my way", "on my car"));
        let header = changed(3, &of_others);
        let subject = changed(4, &|record| Record { subject: "homing.evt.x.y".into(), ..record.clone() });
        let lacks = [&original[..3], &original[4..]].concat();
        for (what, records, kind, command, at, stands, decided) in [
            ("a text", text, "differs", 3, json!(3), "on my car", "on my way"),
            (
                "a header",
                header,
                "differs",
                4,
                json!(4),
                "ce-type: homing.message.recalled",
                "ce-type: homing.mess",
            ),
            ("a subject", subject, "differs", 5, json!(5), "subject homing.evt.x.y", "subject homing.evt."),
            ("a torn one", changed(3, &torn), "no_commit", 4, json!(4), "", "almost there"),
            ("none", lacks, "no_commit", 4, Value::Null, "", "almost there"),
        ] {
            rewritten(log, &records).await;
            let (found, well) = report(&world);
            let first = &found["first"];
            assert!(!well, "{what}: {found}");
            let place = (first["kind"].as_str(), first["command"].as_u64(), first["commit"].clone());
            assert_eq!(place, (Some(kind), Some(command), at), "{what}: {found}");
            assert!(first["by"] == "alice" && first["subject"] == "homing.cmd.alice.message.send", "{found}");
            let says = |side: &Value, want: &str| side.to_string().contains(want);
            assert!(says(&first["stands"], stands) && says(&first["decided"], decided), "{what}: {found}");
            assert_eq!(found["snapshot"]["is"], "other_log", "{what}");
        }
        rewritten(log, &changed(2, &|record| replaced(record, "on my way", "on my car"))).await;
        let told = verify(&world, &[]);
        assert_eq!(told.status.code(), Some(1), "{}", told.stdout);
        let has = |mark: char, text: &str| {
            told.stdout.lines().any(|line| line.contains(mark) && line.contains(text))
        };
        assert!(
            has('<', "on my car") && has('>', "on my way") && told.stdout.contains("(#3)"),
            "{}",
            told.stdout
        );
        rewritten(log, &original).await;
        assert!(report(&world).1, "as it was");
        js(log, "STREAM.MSG.DELETE.COMMANDS", Some(json!({ "seq": 4, "no_erase": true }))).await;
        let (found, _) = report(&world);
        assert_eq!(
            (&found["first"]["kind"], &found["first"]["command"]),
            (&json!("no_command"), &json!(4)),
            "{found}"
        );
        assert_eq!(of(&found, ["no_command", "differ", "commits"]), [1, 0, 4], "{found}");
    });
}

/// A schedule's decision has its timers in a part of their own.
#[test]
fn a_decision_that_has_lost_its_last_parts_is_named() {
    story(|world| async move {
        let (homing, log) = (served(&world, "forever"), &world.log);
        of_all_kinds(log).await;
        decided(log, "_admin", &registers("zoe", None)).await;
        assert!(block_in_place(|| homing.stop()).success());
        let original = events(log).await;
        let parts = |record: &Record| record.commit().expect("only a decider has written");
        let last_of_many = |record: &&Record| parts(record).part == 1 && parts(record).parts == 2;
        let lost = original.iter().find(last_of_many).expect("some decisions have parts");
        let place = usize::try_from(lost.seq).expect("a few") - 1;
        rewritten(log, &[&original[..place], &original[place + 1..]].concat()).await;
        let (found, well) = report(&world);
        let first = &found["first"];
        assert_eq!(
            (&first["kind"], &first["commit"]),
            (&json!("missing_parts"), &json!(lost.seq)),
            "{found}"
        );
        assert_eq!((&first["command"], well), (&json!(parts(lost).command), false), "{found}");
        rewritten(log, &original[..place]).await;
        let (found, well) = report(&world);
        assert_eq!(
            (&found["half"], well),
            (&json!(parts(lost).command), true),
            "at the end it may still come: {found}"
        );
    });
}

#[test]
fn what_is_kept_of_commands_is_decided_again_from_the_oldest_on() {
    story(|world| async move {
        let (homing, log) = (served(&world, "1s"), &world.log);
        decided(log, "_admin", &registers("alice", None)).await;
        decided(log, "_admin", &registers("bob", None)).await;
        let trimmed = async {
            while log.ends("COMMANDS").await.expect("it is there").first <= 3 {
                decided(log, "alice", &sends("bob", "hello", None)).await;
            }
        };
        timeout(WITHIN, trimmed).await.expect("COMMANDS is trimmed");
        decided(log, "alice", &sends("bob", "hello", Some("x"))).await;
        let (found, well) = report(&world);
        assert!(well, "beside a decider that runs: {found}");
        assert!(block_in_place(|| homing.stop()).success());
        let (first, last) =
            (log.ends("COMMANDS").await.expect("it is there").first, events(log).await.len() as u64);
        let (found, well) = report(&world);
        assert!(well, "{found}");
        assert_eq!(found["since"]["command"], first, "{found}");
        let [before, commits] = of(&found, ["before", "commits"]);
        assert!(before > 0 && before + commits == last, "{found}");
        assert_eq!(found["snapshot"]["is"], "equal", "{found}");
        js(log, "STREAM.PURGE.COMMANDS", None).await;
        let (found, well) = report(&world);
        assert_eq!((well, of(&found, ["commits", "before"])), (true, [0, last]), "{found}");
        assert!(found.get("since").is_none(), "nothing is said to have been compared: {found}");
    });
}

#[test]
fn a_snapshot_with_one_bit_changed_and_one_of_another_state_are_named() {
    story(|world| async move {
        of_two(&world).await;
        let file = data(&world).join("decider/snapshot");
        let whole = fs::read(&file).expect("the stop has kept one");
        for bit in [100, whole.len() * 4, whole.len() * 8 - 1] {
            let mut bytes = whole.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            fs::write(&file, bytes).expect("it can be written");
            let (found, well) = report(&world);
            assert_eq!((&found["snapshot"]["is"], well), (&json!("torn"), false), "bit {bit}: {found}");
        }
        assert!(verify(&world, &[]).stdout.contains("THE SNAPSHOT IS TORN"));
        fs::write(&file, &whole).expect("it can be written");
        let snapshots = Snapshots::at(&data(&world)).expect("it is there");
        let (mark, _) = snapshots.load().expect("it can be read").expect("it is whole");
        snapshots.store(mark, &State::default()).expect("it can be written");
        let (found, well) = report(&world);
        let tables = &found["snapshot"]["tables"];
        assert_eq!((&found["snapshot"]["is"], well), (&json!("differs"), false), "{found}");
        assert!(tables.to_string().contains("users") && !tables.to_string().contains("groups"), "{found}");
        remove(&data(&world));
        let (found, well) = report(&world);
        assert_eq!((&found["snapshot"]["is"], well), (&json!("none"), true), "{found}");
        assert!(!data(&world).exists(), "nothing is made there");
    });
}

fn remove(data: &Path) {
    fs::remove_dir_all(data).expect("it was made");
}

#[test]
fn a_slow_one_says_how_far_it_is_and_an_interrupt_ends_it_with_what_it_has_done() {
    story(|world| async move {
        of_two(&world).await;
        let mut program = program(&world, &["--rate", "1"]);
        block_in_place(|| {
            let mut child = Child::spawn(program.stdout(Stdio::piped()).stderr(Stdio::piped()));
            let (mut out, mut told) = (Screen::of(child.take_stdout()), Screen::of(child.take_stderr()));
            told.shows("of 5 events");
            child.interrupt();
            out.shows("it ended at #");
            out.shows(" of 5.");
            told.shows("it was stopped before the end of the log");
            assert_eq!(child.ended_within(WITHIN).and_then(|status| status.code()), Some(1));
        });
    });
}
