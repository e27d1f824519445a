//! `homing demo` really shows the main job: each act happens, in order, and nothing is left behind.

mod support;

use std::fs;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use support::{HOMING, peers, run};

/// What it promises: under a minute.
const SHOWN_WITHIN: Duration = Duration::from_secs(60);

/// Act by act, what must be said, in this order; between them other lines may stand.
const PLAY: [(&str, &[&str]); 12] = [
    ("1. ", &["alice is registered; IM number 100001.", "bob is registered; IM number 100002."]),
    (
        "2. ",
        &[
            "bob's client gets \"on my way\" from alice and confirms it.",
            "The state of m4 for bob: delivered.",
        ],
    ),
    ("3. ", &["No heartbeat for 2 s: bob is offline", "for bob: waiting (no_device_online)."]),
    ("4. ", &["bob's client gets \"the key is under the mat\"", "for bob: delivered."]),
    ("5. ", &["message.no_recipient: carol is not registered."]),
    ("6. ", &["message.accepted", "channel none", "channel live", "delivery.delivered"]),
    (
        "7. ",
        &[
            "alice schedules \"the tea is ready\" for bob: accepted as s",
            "will fire at",
            "will fire at",
            "alice schedules \"never mind\" for bob: accepted as s",
            "Planned: s",
            "alice cancels s",
            "bob's client gets \"the tea is ready\" from alice and confirms it.",
            "bob's client gets \"the tea is ready\" from alice and confirms it.",
            ": fired, ",
            ": fired, ",
            ": cancelled.",
            "Lateness of all 2 firings so far: at most ",
        ],
    ),
    (
        "8. ",
        &[
            "Homing is bound over SMPP",
            "carol is registered; IM number 100003, phone +447700900001.",
            "alice sends carol \"dinner at eight?\"",
            "carol's phone shows, from 12520100001: dinner at eight?",
            "The SMSC's receipt says that it has arrived",
            "for carol: delivered.",
        ],
    ),
    (
        "9. ",
        &[
            "alice's client is online.",
            "carol's phone sends \"yes, with pleasure\" to 12520100001",
            "alice's client gets \"yes, with pleasure\" from carol and confirms it.",
            "for alice: delivered.",
        ],
    ),
    (
        "10. ",
        &[
            "bob's client says that it is going",
            "alice sends bob \"dinner at eight, carol comes too\"",
            "bob's phone shows, from 12520100001: dinner at eight, carol comes too",
            "The SMSC's receipt says that it has arrived",
            "for bob: delivered.",
        ],
    ),
    (
        "11. ",
        &[
            "+447700900002 sends \"G NEW Class 3b\" to 12520.",
            "+447700900002 shows, from 12520: The group Class 3b has the number 3001.",
            "+447700900002 sends \"G ADD 3001 alice 100003 +447700900003 +447700900004\" to 12520.",
            "alice's client gets \"bob invites you to the group Class 3b (3001).",
            "+447700900001 sends \"YES\" to 12520.",
            "+447700900003 shows, from 12520: You are in the group Class 3b (3001) now.",
            "+447700900004 shows, from 12520: You are in the group Class 3b (3001) now.",
            "alice sends #3001 \"no school tomorrow\".",
            "shows, from 12520013001: alice: no school tomorrow",
            "shows, from 12520013001: alice: no school tomorrow",
            "shows, from 12520013001: alice: no school tomorrow",
            "shows, from 12520013001: alice: no school tomorrow",
        ],
    ),
    ("That was the main job.", &[]),
];

#[test]
fn each_act_happens_and_nothing_is_left_behind() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let mut command = Command::new(HOMING);
    command.args(["demo", "--json"]).env("TMPDIR", folder.path());
    for setting in ["NATS_URL", "HOMING_DATA", "HOMING_CONFIG", "HOMING_SMSC"] {
        command.env_remove(setting);
    }
    if let Some(server) = peers::nats_server() {
        command.env("NATS_SERVER", server);
    }
    let shown = run(&mut command, SHOWN_WITHIN).succeeded("the demo");

    let mut lines = shown.stdout.lines().map(line);
    for (title, said) in PLAY {
        let wanted = std::iter::once(("act", title)).chain(said.iter().map(|text| ("says", *text)));
        for (kind, text) in wanted {
            let found = lines.by_ref().any(|(its, line)| its == kind && line.contains(text));
            assert!(found, "{text:?} is not shown, or not in its place:\n{}", shown.stdout);
        }
    }
    let left: Vec<_> = fs::read_dir(folder.path()).expect("the folder is there").collect();
    assert!(left.is_empty(), "left behind: {left:?}");
}

/// What kind of line it is, and its text.
fn line(line: &str) -> (&'static str, String) {
    let value: Value = serde_json::from_str(line).expect("each line is an object");
    let text = |kind| value.get(kind).and_then(Value::as_str).map(|text| (kind, text.to_owned()));
    text("act").or_else(|| text("says")).unwrap_or_else(|| panic!("not a line of the play: {line}"))
}
