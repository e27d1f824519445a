//! Programs in other languages, with NATS clients that are not ours, use Homing by its public contract only.

mod support;

use std::process::Command;
use std::time::Duration;

use support::{Homing, peers, run, say};

/// Each wait inside a peer has ten seconds; the whole story has this.
const STORY_WITHIN: Duration = Duration::from_secs(120);

#[test]
fn a_python_producer_and_recipient_speak_json_and_messagepack() {
    let Some(python) = peers::python_venv() else { return };
    tells(Command::new(python).arg(peers::manifests().join("python/producer_recipient.py")));
}

#[test]
fn a_go_producer_and_recipient_meet() {
    let Some(tools) = peers::nats_tools() else { return };
    tells(&mut Command::new(tools.join("go-peer")));
}

#[test]
fn a_node_producer_and_recipient_meet() {
    let Some(folder) = peers::node_modules() else { return };
    tells(Command::new("node").arg(folder.join("send.mjs")));
}

/// Runs a peer against a Homing of its own, which stops cleanly afterwards.
fn tells(peer: &mut Command) {
    let homing = Homing::start();
    let told = run(peer.arg(homing.url()), STORY_WITHIN).succeeded("the peer");
    assert!(told.stdout.lines().any(|line| line.starts_with("ok: ")), "it checked nothing: {}", told.stdout);
    say(&told.stdout);
    assert!(homing.stop().success());
}
