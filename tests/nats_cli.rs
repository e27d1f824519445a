//! The NATS CLI: what happens in Homing is readable with it alone, and its streams are declared in its own format.

mod support;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use support::{HOMING, Homing, peers, run};

const ANSWERS_WITHIN: Duration = Duration::from_secs(30);

#[test]
fn a_short_story_is_readable_with_the_nats_cli() {
    let Some(nats) = Nats::start() else { return };
    nats.publishes("homing.cmd._admin.user.register", r#"{"name": "alice"}"#);
    nats.publishes("homing.cmd._admin.user.register", r#"{"name": "bob"}"#);
    nats.publishes("homing.cmd.alice.message.send", r#"{"to": ["bob"], "text": "on my way"}"#);
    let decode = format!("'{HOMING}' decode");
    // Ends with the third commit: from here on the story is complete.
    let all = "sub --stream EVENTS --all --count 3 --wait 10s homing.evt.> --translate";
    nats.shows(
        all,
        &[&decode],
        &[
            "homing.evt.user.registered",
            "ce-subject: alice",
            "homing.evt.message.accepted",
            "ce-subject: m3",
            r#""text":"on my way""#,
        ],
    );
    for (command, translate, wanted) in [
        ("stream get EVENTS 1 --translate", decode.as_str(), USER_COMMIT),
        ("stream get EVENTS --last-for homing.evt.message.accepted --translate", &decode, MESSAGE_COMMIT),
        ("sub --stream EVENTS --all -T homing.evt.message.> --translate", &decode, MESSAGE_COMMIT),
        ("sub --stream EVENTS --all -T --headers-only", "homing.evt.>", HEADERS),
        ("stream info", "EVENTS", &["Subjects: homing.evt.>", "Allows Purge: false", "Messages: 3"]),
        ("consumer ls", "EVENTS", &["fanout", "scheduler"]),
        ("consumer info EVENTS", "fanout", &["Performs decided deliveries", "Ack Policy: Explicit"]),
        ("consumer info EVENTS", "scheduler", &["homing.evt.schedule.run, homing.evt.timer.*"]),
        ("micro", "ls", &["homing"]),
    ] {
        nats.shows(command, &[translate], wanted);
    }
}

#[test]
fn a_pipe_of_payloads_is_decoded_as_they_come() {
    let Some(nats) = Nats::start() else { return };
    nats.publishes("homing.cmd._admin.user.register", r#"{"name": "alice"}"#);
    nats.publishes("homing.cmd.alice.message.send", "{\"to\": [\"alice\"],\n\"text\": \"a\\nb\"}");
    let sub = format!(
        "'{}' --no-context --server '{}' sub --raw --stream",
        nats.program.display(),
        nats.homing.url()
    );
    let pipe = format!(
        "{sub} EVENTS --all --count 2 --wait 10s 'homing.evt.>' | '{HOMING}' decode; {sub} COMMANDS --all --count 2 'homing.cmd.>' | '{HOMING}' decode"
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &pipe]);
    let shown = run(&mut shell, ANSWERS_WITHIN).succeeded(&pipe).stdout;
    let lines: Vec<serde_json::Value> =
        shown.lines().filter_map(|line| serde_json::from_str(line).ok()).collect();
    assert_eq!(lines.len(), 4, "{shown}");
    let texts: Vec<_> =
        lines.iter().map(|line| [&line["by"], &line["command"], &line["name"], &line["text"]]).collect();
    let null = serde_json::Value::Null;
    let value = |text: &str| serde_json::Value::from(text);
    assert_eq!(texts[0], [&value("_admin"), &1.into(), &null, &null], "{shown}");
    assert_eq!(texts[1], [&value("alice"), &2.into(), &null, &null], "{shown}");
    assert_eq!((texts[2][2], texts[3][3]), (&value("alice"), &value("a\nb")), "{shown}");
}

#[test]
fn what_is_sent_later_is_asked_for_with_the_nats_cli() {
    let Some(nats) = Nats::start() else { return };
    nats.publishes("homing.cmd._admin.user.register", r#"{"name": "alice", "zone": "Asia/Shanghai"}"#);
    nats.publishes("homing.cmd._admin.user.register", r#"{"name": "bob"}"#);
    let create = r#"{"message": {"to": ["bob"], "text": "tick"}, "when": {"cron": "0 9 * * *"}}"#;
    nats.publishes("homing.cmd.alice.schedule.create", create);
    let replace = r#"{"schedule": "s3", "message": {"to": ["bob"], "text": "tack"}}"#;
    nats.publishes("homing.cmd.alice.schedule.replace", replace);
    nats.shows(
        "sub --stream EVENTS --all --count 4 --wait 10s",
        &["homing.evt.>"],
        &["homing.evt.schedule.replaced"],
    );
    for (by, name, question, wanted) in [
        (
            "alice",
            "schedules",
            "{}",
            [r#""schedule":"s3","from":"alice","to":["bob"],"text":"tack""#, r#""state":"active""#],
        ),
        ("alice", "preview", r#"{"schedule": "s3"}"#, [r#"T09:00:00","due":""#, r#"T01:00:00Z"}"#]),
        ("alice", "quota", "{}", [r#""zone":"Asia/Shanghai","day":{"used":0,"resets":""#, r#"T16:00:00Z"}"#]),
        (
            "_admin",
            "ledger",
            "{}",
            [r#"{"total":{"planned":1,"fired":0"#, r#""pending":1,"repeated":0,"balanced":true}],"as_of":"#],
        ),
        ("_admin", "lateness", "{}", [r#"{"fired":0"#, r#""buckets":[],"as_of":"#]),
        (
            "bob",
            "schedules",
            r#"{"schedule": "s3"}"#,
            [r#"{"error":{"code":"schedule.unknown""#, r#"},"as_of":"#],
        ),
    ] {
        nats.shows("req --raw", &[&format!("homing.query.{by}.{name}"), question], &wanted);
    }
}

const USER_COMMIT: &[&str] = &[
    "ce-type: homing.user.registered.v1",
    "ce-causationid: 1",
    "content-type: application/msgpack",
    r#""by":"_admin","command":1"#,
];
const MESSAGE_COMMIT: &[&str] = &[
    "ce-type: homing.message.accepted.v1",
    "ce-correlationid: 3",
    r#""by":"alice","command":3"#,
    r#""message":"m3""#,
    r#""to":["bob"]"#,
];
/// Each commit says behind which record it was to stand: the fence that keeps a second decider from writing.
const HEADERS: &[&str] = &[
    "ce-type: homing.user.registered.v1",
    "ce-type: homing.message.accepted.v1",
    "Nats-Expected-Last-Sequence: 0",
    "Nats-Expected-Last-Sequence: 1",
    "Nats-Expected-Last-Sequence: 2",
];

#[test]
fn the_declared_streams_and_consumers_are_valid_for_the_nats_cli() {
    let Some(nats) = Nats::start() else { return };
    let streams = Path::new(env!("CARGO_MANIFEST_DIR")).join("streams");
    for stream in ["COMMANDS", "EVENTS", "DUE", "OUTBOX"] {
        let file = streams.join(format!("{stream}.json"));
        nats.shows("stream add --validate --config", &[&text(&file)], &["is a valid Stream"]);
    }
    for consumer in ["EVENTS/fanout", "EVENTS/scheduler", "OUTBOX/sms"] {
        let file = streams.join(format!("{consumer}.json"));
        nats.shows("consumer add EVENTS --validate --config", &[&text(&file)], &["is a valid Consumer"]);
    }
}

fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}

/// The `nats` program, connected to a Homing of its own.
struct Nats {
    program: PathBuf,
    homing: Homing,
}

impl Nats {
    fn start() -> Option<Nats> {
        Some(Nats { program: peers::nats_tools()?.join("nats"), homing: Homing::start() })
    }

    fn publishes(&self, subject: &str, body: &str) {
        self.shows("pub --jetstream", &[subject, body], &["Stored in Stream: COMMANDS"]);
    }

    /// Runs a command, given as words and further arguments, and looks for what a person must see.
    fn shows(&self, words: &str, arguments: &[&str], wanted: &[&str]) {
        let mut command = Command::new(&self.program);
        // Nothing of the caller's own NATS settings.
        command.args(["--no-context", "--server", self.homing.url()]);
        command.args(words.split(' ')).args(arguments);
        let shown = run(&mut command, ANSWERS_WITHIN).succeeded(words);
        let shown = format!("{}{}", shown.stdout, shown.stderr);
        for want in wanted {
            assert!(shown.contains(want), "nats {words} should show {want:?}:\n{shown}");
        }
    }
}
