//! Each may do what is listed, and nothing else.

use std::fs;
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::json;

use crate::support::{Homing, peers, run_reading, say};
use crate::world::{address, password, register};

/// A few thousand operations, one after the other.
const WITHIN: Duration = Duration::from_secs(300);

#[test]
fn each_may_do_what_is_listed_and_what_is_refused_changes_nothing() {
    let Some(python) = peers::python_venv() else { return };
    let homing = Homing::start_unsynced();
    let people = [
        ("alice", &[][..]),
        ("bob", &[]),
        ("producer", &["--access", "producer"]),
        ("viewer", &["--access", "viewer"]),
        ("quiz", &["--access", "app:07"]),
    ];
    let mut logins = json!({});
    for (name, flags) in people {
        register(homing.url(), name, flags);
        logins[name] = password(name).into();
    }
    let (login, _) = homing.url().rsplit_once('@').unwrap();
    logins["_admin"] = login.rsplit_once(':').unwrap().1.into();
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), logins.to_string()).unwrap();
    let mut command = Command::new(python);
    command.arg(peers::manifests().join("python/gate.py")).arg(format!("nats://{}", address(&homing)));
    let told = run_reading(&mut command, Stdio::from(file.reopen().unwrap()), WITHIN).succeeded("the table");
    say(&told.stdout);
    let rows: usize = told.stdout.split(' ').next().unwrap().parse().unwrap();
    assert!(rows > 1_000, "it tried little: {}", told.stdout);
    assert!(homing.stop().success());
}
