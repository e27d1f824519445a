//! `homing bench seed`: the data folder that it leaves is one that `homing up` runs, and the debugger finds what was sent.

mod support;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;
use support::{Ended, HOMING, Homing, peers, run};

const MESSAGES: u64 = 300;
const PEOPLE: u64 = 10;
const WITHIN: Duration = Duration::from_secs(120);

fn homing(words: &str, data: Option<&Path>) -> Ended {
    let mut command = Command::new(HOMING);
    command.args(words.split(' ')).env_remove("NATS_URL").env_remove("HOMING_DATA");
    if let Some(data) = data {
        command.arg("--data").arg(data);
    }
    if let Some(server) = peers::nats_server() {
        command.env("NATS_SERVER", server);
    }
    run(&mut command, WITHIN)
}

fn json(said: &str) -> Value {
    serde_json::from_str(said.lines().last().unwrap_or_default()).unwrap_or_else(|_| panic!("{said}"))
}

#[test]
fn a_seeded_folder_is_run_by_up_and_its_messages_are_found() {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let data = folder.path().join("data");
    let seed = format!("bench seed --messages {MESSAGES} --people {PEOPLE} --sync off --json");
    let seeded = homing(&seed, Some(&data)).succeeded("seeding");
    // Somebody is registered, gets a mailbox that takes all, and comes online; a message is planned, and confirmed.
    let commits = 3 * PEOPLE + 2 * MESSAGES;
    assert_eq!(json(&seeded.stdout)["figures"]["commits"], commits as f64, "{}", seeded.stdout);

    let again = homing(&seed, Some(&data));
    assert_eq!(again.status.code(), Some(1));
    assert!(again.stdout.contains("is not empty"), "{}", again.stdout);

    let running = Homing::start_in(&data);
    let verified = json(&homing("verify --json", Some(&data)).succeeded("verifying").stdout);
    assert_eq!(verified["commits"], commits, "{verified}");
    let last = 3 * PEOPLE + MESSAGES;
    let why = homing(&format!("why m{last} --json"), Some(&data)).succeeded("asking");
    assert!(why.stdout.contains("delivered"), "{}", why.stdout);
    assert!(running.stop().success());
}

#[test]
fn seeding_makes_no_folder_that_was_not_named() {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let mut command = Command::new(HOMING);
    command.args(["bench", "seed"]).env_remove("HOMING_DATA").env("HOME", home.path());
    command.env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME");
    let refused = run(&mut command, WITHIN);
    assert_eq!(refused.status.code(), Some(2), "{}", refused.stdout);
    assert!(refused.stderr.contains("--data"), "{}", refused.stderr);
    assert_eq!(fs::read_dir(home.path()).expect("it is there").count(), 0);
}
