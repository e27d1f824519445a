//! The harness of the tests: Homing itself run, its third-party peers, bounded waiting; the pure decider, random commands.

#![allow(dead_code, unused_imports, reason = "each test file uses the part of the harness that it needs")]

pub mod commands;
pub mod cpu;
pub mod delivery_book;
pub mod dice;
pub mod documents;
pub mod golden;
pub mod group_commands;
pub mod guest_commands;
pub mod kill;
pub mod leaks;
pub mod peers;
mod process;
pub mod pure_decider;
pub mod raw;
pub mod recorded;
pub mod schedule_book;
pub mod schedule_commands;
pub mod screen;
pub mod sequence;
pub mod server;
pub mod sms_commands;
pub mod tale;
pub mod talk;
pub mod users;
pub mod world;

use std::fs::{self, OpenOptions};
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

pub use process::{Child, Ended, left_out, run, run_reading, say};

/// The program under test.
pub const HOMING: &str = env!("CARGO_BIN_EXE_homing");
/// Also a loaded machine starts nats-server and Homing within this.
const READY_WITHIN: Duration = Duration::from_secs(60);
/// The contract's ten seconds, and one for the system to say that it is over.
const STOPPED_WITHIN: Duration = Duration::from_secs(11);
/// As many lines of a log as a person wants to see under a failed test.
const LOG_LINES_SHOWN: usize = 40;

/// `homing up` with a server of its own, or `homing serve`. Dropped, it is killed.
pub struct Homing {
    child: Child,
    url: String,
    log: PathBuf,
    _folder: Option<TempDir>,
}

impl Homing {
    /// In a new data folder, which goes when this does.
    pub fn start() -> Homing {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Homing::up(&folder.path().join("data"), 0, &[], Some(folder))
    }

    /// As [`Homing::start`], without a sync to disk before each acknowledgement.
    pub fn start_unsynced() -> Homing {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        Homing::up(&folder.path().join("data"), 0, &["--sync", "off"], Some(folder))
    }

    /// In a folder of the caller's, which may hold what an earlier run left.
    pub fn start_in(data: &Path) -> Homing {
        Homing::up(data, 0, &[], None)
    }

    /// The same, where clients find it again after a restart, and with flags of the caller's.
    pub fn start_at(data: &Path, port: u16, flags: &[&str]) -> Homing {
        Homing::up(data, port, flags, None)
    }

    /// Some roles, against a server of the caller's.
    pub fn serve(data: &Path, nats: &str, roles: &str) -> Homing {
        Homing::serve_with(data, nats, &["--roles", roles])
    }

    /// The SMS bridge alone, with an account at an SMSC.
    pub fn serve_sms(data: &Path, nats: &str, smsc: &str) -> Homing {
        Homing::serve_with(data, nats, &["--roles", "sms", "--smsc", smsc])
    }

    /// Against a server of the caller's, with flags of the caller's; without `--roles` with all roles.
    pub fn serve_with(data: &Path, nats: &str, flags: &[&str]) -> Homing {
        let mut command = Command::new(HOMING);
        command.args(["serve", "--nats", nats, "--json", "--data"]).arg(data).args(flags);
        Homing::launch(command, data, None)
    }

    /// Some roles on a small disk of their own, in a namespace that this makes. None where the system allows none.
    pub fn serve_on_a_small_disk(data: &Path, nats: &str, roles: &str, flags: &[&str]) -> Option<Homing> {
        let allowed = Command::new("unshare").args(["--map-root-user", "--mount", "true"]).status();
        if !allowed.is_ok_and(|status| status.success()) {
            left_out("a system that allows mount namespaces");
            return None;
        }
        fs::create_dir_all(data).expect("a folder can be made");
        let mut command = Command::new("unshare");
        command.args(["--map-root-user", "--mount", "sh", "-c"]);
        command.arg(r#"mount -t tmpfs -o size=1500k none "$1" && shift && exec "$@""#);
        command.arg("sh").arg(data).arg(HOMING);
        command.args(["serve", "--nats", nats, "--roles", roles, "--json", "--data"]).arg(data).args(flags);
        Some(Homing::launch(command, data, None))
    }

    /// Makes the small disk a large one.
    pub fn enlarge_disk(&self, data: &Path) {
        let mut command = Command::new("nsenter");
        command.args(["--target", &self.pid().to_string(), "--user", "--mount", "--preserve-credentials"]);
        command.args(["mount", "-o", "remount,size=64m", "none"]).arg(data);
        run(&mut command, Duration::from_secs(10)).succeeded("remounting");
    }

    fn up(data: &Path, port: u16, flags: &[&str], folder: Option<TempDir>) -> Homing {
        let mut command = Command::new(HOMING);
        command.args(["up", "--nats-port", &port.to_string(), "--http", "off", "--json", "--data"]).arg(data);
        command.args(flags);
        if let Some(server) = peers::nats_server() {
            command.env("NATS_SERVER", server);
        }
        Homing::launch(command, data, folder)
    }

    fn launch(mut command: Command, data: &Path, folder: Option<TempDir>) -> Homing {
        let log = data.with_extension("log");
        let appended = OpenOptions::new().create(true).append(true).open(&log);
        command.env_remove("NATS_URL").stdin(Stdio::null()).stdout(Stdio::piped());
        command.stderr(appended.expect("the log can be written beside the data"));
        let mut child = Child::spawn(&mut command);
        let ready = first_line(child.take_stdout()).and_then(|line| url_of(&line).ok_or(line));
        let url = ready.unwrap_or_else(|got| panic!("homing is not ready: {got:?}\n{}", tail(&log)));
        Homing { child, url, log, _folder: folder }
    }

    /// Where clients connect, as the operator where there is a gate.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub fn pid(&self) -> u32 {
        self.child.pid()
    }

    /// What it has logged, and what ran in this folder before it.
    pub fn log(&self) -> String {
        fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// SIGTERM, as a supervisor sends it.
    pub fn stop(mut self) -> ExitStatus {
        self.child.terminate();
        self.child.ended_within(STOPPED_WITHIN).expect("homing stops within ten seconds of SIGTERM")
    }

    /// SIGINT, as Ctrl-C sends it.
    pub fn interrupt(mut self) -> ExitStatus {
        self.child.interrupt();
        self.child.ended_within(STOPPED_WITHIN).expect("homing stops within ten seconds of SIGINT")
    }

    /// SIGKILL: what a crash looks like from outside.
    pub fn kill(mut self) {
        self.child.kill();
    }
}

impl Drop for Homing {
    fn drop(&mut self) {
        if thread::panicking() {
            say(&format!("the log of homing:\n{}", tail(&self.log)));
        }
    }
}

/// The first line, or what went wrong instead. What comes after it is read and dropped, so that no pipe fills up.
fn first_line(stdout: impl Read + Send + 'static) -> Result<String, String> {
    let (told, first) = mpsc::sync_channel(1);
    thread::spawn(move || {
        let mut lines = BufReader::new(stdout).lines().map_while(Result::ok);
        let _nobody_waits_any_more = lines.next().map(|line| told.send(line));
        lines.for_each(drop);
    });
    first.recv_timeout(READY_WITHIN).map_err(|error| format!("no line on standard output: {error}"))
}

/// `{"ready": true, "nats": "nats://…"}`, with the operator's name and password where there is a gate.
fn url_of(line: &str) -> Option<String> {
    let ready: serde_json::Value = serde_json::from_str(line).ok()?;
    let text = |key: &str| Some(ready.get(key)?.as_str()?.to_owned());
    if !ready.get("ready")?.as_bool()? {
        return None;
    }
    let url = text("nats")?;
    let Some((user, file)) = text("admin_user").zip(text("admin_password_file")) else { return Some(url) };
    let password = fs::read_to_string(file).ok()?;
    Some(url.replacen("nats://", &format!("nats://{user}:{}@", password.trim()), 1))
}

/// Who connects, where a URL says it: a name and a password.
pub fn login(url: &str) -> Option<(String, String)> {
    let (login, _) = url.trim_start_matches("nats://").rsplit_once('@')?;
    let (name, password) = login.split_once(':')?;
    Some((name.to_owned(), password.to_owned()))
}

/// A process's resident set, where the system tells it.
pub fn resident_kib(pid: u32) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.split_whitespace().next()?.parse().ok()
}

fn tail(log: &Path) -> String {
    let text = fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<_> = text.lines().collect();
    lines.split_at(lines.len().saturating_sub(LOG_LINES_SHOWN)).1.join("\n")
}
