//! One flipped bit, wherever it stands: `homing verify` names the place, and no start decides on it.

#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]

mod bits;
mod folders;
mod kept;
mod streams;
#[path = "../support/mod.rs"]
mod support;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use homing::log::Log;
use homing::rules;
use homing::rules::message::Send;
use homing::wire::outcome::OutcomeBody;
use serde_json::Value;
use support::world::{World, says, told};
use support::{Ended, HOMING, Homing, run};
use tokio::task::block_in_place;
use tokio::time::timeout;

/// A busy machine compares some ten thousand records in it.
const WITHIN: Duration = Duration::from_secs(120);

fn data(world: &World) -> PathBuf {
    world.folder.path().join("data")
}

/// Runs the program to its end.
fn homing(url: &str, data: &Path, args: &[&str]) -> Ended {
    let mut command = Command::new(HOMING);
    command.args(args).args(["--nats", url, "--data"]).arg(data);
    command.env_remove("NATS_URL").stdin(Stdio::null());
    block_in_place(|| run(&mut command, WITHIN))
}

/// What `homing verify` says, and whether all was well.
fn report(url: &str, data: &Path) -> (Value, bool) {
    let ended = homing(url, data, &["verify", "--json"]);
    let first = ended.stdout.lines().next().unwrap_or_default();
    let report = serde_json::from_str(first).unwrap_or_else(|_| panic!("{}{}", ended.stdout, ended.stderr));
    (report, ended.status.success())
}

/// A decider that cannot decide; gives what it says.
fn refused(url: &str, data: &Path) -> String {
    let ended = homing(url, data, &["serve", "--roles", "decider"]);
    assert_eq!(ended.status.code(), Some(1), "{}", ended.stderr);
    ended.stderr
}

fn served(url: &str, data: &Path, flags: &[&str]) -> Homing {
    block_in_place(|| Homing::serve_with(data, url, &[&["--roles", "decider"], flags].concat()))
}

fn stopped(homing: Homing) {
    assert!(block_in_place(|| homing.stop()).success());
}

/// Says it, and gives what is decided about it.
async fn decided(log: &Log, by: &str, said: &rules::Command) -> OutcomeBody {
    let mut outcomes = log.client().subscribe("homing.outcome.>").await.expect("a subject");
    log.client().flush().await.expect("the server answers");
    let seq = says(log, by, said).await;
    timeout(WITHIN, told(&mut outcomes, seq)).await.expect("it is decided")
}

fn sends(to: &str, text: &str) -> rules::Command {
    let to = vec![to.parse().expect("a name")];
    Send { to, text: Some(text.into()), ..Send::default() }.into()
}
