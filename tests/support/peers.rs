//! Third-party peers, made once from the manifests in `tests/peers/` into `target/peers/`: no root, nothing global.
//!
//! A missing runtime (go, python3, npm) leaves a peer out, aloud; under `CI=true` it fails the test.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use super::process::{left_out, run, say};

/// nats-server and the NATS CLI build in two minutes on two cores; a slow network may take its time too.
const MADE_WITHIN: Duration = Duration::from_secs(900);
const ANSWERS_WITHIN: Duration = Duration::from_secs(60);

/// The folder with `nats-server`, `nats` and our Go peer, `go-peer`.
pub fn nats_tools() -> Option<PathBuf> {
    runtime("go")?;
    Some(go_tools())
}

/// The nats-server of [`nats_tools`], where go is there to make it; the program finds its own otherwise.
pub fn nats_server() -> Option<PathBuf> {
    is_there("go").then(|| go_tools().join("nats-server"))
}

/// The interpreter of a virtual environment with `tests/peers/python/requirements.txt` installed.
pub fn python_venv() -> Option<PathBuf> {
    venv("python", "python/requirements.txt")
}

/// A folder with `tests/peers/node/send.mjs` and its modules beside it.
pub fn node_modules() -> Option<PathBuf> {
    modules("node", &["node/package.json", "node/package-lock.json", "node/send.mjs"])
}

/// The interpreter for `tests/peers/sms/tables.py`.
pub fn sms_tables() -> Option<PathBuf> {
    venv("sms-python", "sms/requirements.txt")
}

/// A folder with `tests/peers/sms/count.mjs` and its modules beside it.
pub fn sms_counters() -> Option<PathBuf> {
    modules("sms-node", &["sms/package.json", "sms/package-lock.json", "sms/count.mjs"])
}

/// The interpreter for `tests/peers/zones/resolve.py`.
pub fn zones() -> Option<PathBuf> {
    venv("zones-python", "zones/requirements.txt")
}

fn venv(name: &str, requirements: &str) -> Option<PathBuf> {
    runtime("python3")?;
    let made = made(name, &[requirements], |folder| {
        step(Command::new("python3").args(["-m", "venv", "--clear"]).arg(folder));
        let python = folder.join("bin/python");
        let requirements = manifests().join(requirements);
        step(Command::new(python).args(["-m", "pip", "install", "--quiet", "-r"]).arg(requirements));
    });
    Some(made.join("bin/python"))
}

/// A folder with these sources of a peer in JavaScript, and what they need.
pub fn modules(name: &str, sources: &[&str]) -> Option<PathBuf> {
    runtime("npm")?;
    Some(made(name, sources, |folder| {
        for source in sources {
            let from = manifests().join(source);
            let name = from.file_name().expect("a source has a name");
            fs::copy(&from, folder.join(name)).expect("a source can be copied");
        }
        step(Command::new("npm").args(["ci", "--no-audit", "--no-fund", "--silent"]).current_dir(folder));
    }))
}

/// A source of a peer.
pub fn manifests() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/peers")
}

fn go_tools() -> PathBuf {
    made("bin", &["go.mod", "go.sum", "go/main.go"], |folder| {
        step(Command::new("go").args(["build", "-o"]).arg(folder).arg("tool").current_dir(manifests()));
        let peer = folder.join("go-peer");
        step(Command::new("go").args(["build", "-o"]).arg(peer).arg("./go").current_dir(manifests()));
    })
}

/// `target/peers/<name>`, made again when one of the sources has changed. Tests that run at the same time wait.
pub fn made(name: &str, sources: &[&str], make: impl FnOnce(&Path)) -> PathBuf {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().expect("cargo's folder is below target");
    let folder = target.join("peers").join(name);
    fs::create_dir_all(&folder).expect("target can be written");
    let lock = File::create(folder.with_extension("lock")).expect("target can be written");
    lock.lock().expect("a file can be locked");
    let read = |source: &&str| fs::read_to_string(manifests().join(source)).expect("a source can be read");
    let want: String = sources.iter().map(read).collect();
    let stamp = folder.with_extension("made-from");
    if fs::read_to_string(&stamp).is_ok_and(|have| have == want) {
        return folder;
    }
    say(&format!("making target/peers/{name}, once"));
    make(&folder);
    fs::write(&stamp, want).expect("target can be written");
    folder
}

/// Of making a peer; it succeeds, or the test fails.
pub fn step(command: &mut Command) {
    let what = format!("{command:?}");
    run(command, MADE_WITHIN).succeeded(&what);
}

/// Says or fails where a program is missing.
pub fn runtime(program: &str) -> Option<()> {
    if is_there(program) {
        return Some(());
    }
    left_out(program);
    None
}

pub fn is_there(program: &str) -> bool {
    let asks = if program == "go" { "version" } else { "--version" };
    let found = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&found).any(|folder| folder.join(program).is_file())
        && run(Command::new(program).arg(asks), ANSWERS_WITHIN).status.success()
}
