//! A contact list that is kept on the device: shown without a connection, and brought up to date with one.

mod support;

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::os::unix::fs::MetadataExt;
use std::path::PathBuf;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::Duration;

use serde_json::{Value, json};
use support::kill::free_port;
use support::{Child, Ended, HOMING, Homing, run};
use tempfile::TempDir;

/// Also on a busy machine.
const WITHIN: Duration = Duration::from_secs(60);

/// A device, and a Homing that comes and goes.
struct World {
    folder: TempDir,
    port: u16,
    url: String,
    homing: Option<Homing>,
}

/// A `homing listen --json`: what is typed, and the lines that it prints.
struct Listener {
    child: Child,
    typed: ChildStdin,
    told: Receiver<Value>,
}

impl World {
    fn new() -> World {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut world = World { folder, port: free_port(), url: String::new(), homing: None };
        world.comes("homing");
        world
    }

    /// Homing is there, with what this folder holds.
    fn comes(&mut self, folder: &str) {
        let data = self.folder.path().join(folder);
        let homing = Homing::start_at(&data, self.port, &["--sync", "off"]);
        homing.url().clone_into(&mut self.url);
        self.homing = Some(homing);
    }

    fn goes(&mut self) {
        assert!(self.homing.take().expect("it is there").stop().success());
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(HOMING);
        command.args(args).env("NATS_URL", &self.url).env_remove("HOMING_USER");
        command.env("HOMING_DATA", self.folder.path().join("device"));
        command
    }

    fn says(&self, args: &[&str], code: i32) -> Ended {
        let ended = run(&mut self.command(args), WITHIN);
        assert_eq!(ended.status.code(), Some(code), "{args:?}: {}{}", ended.stdout, ended.stderr);
        ended
    }

    fn listen(&self) -> Listener {
        let mut command = self.command(&["listen", "--json", "--user", "alice"]);
        let mut child = Child::spawn(command.stdin(Stdio::piped()).stdout(Stdio::piped()));
        let (typed, stdout) = (child.take_stdin(), child.take_stdout());
        let (tell, told) = sync_channel(100);
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _nobody_listens = tell.send(serde_json::from_str(&line).expect("a line is JSON"));
            }
        });
        Listener { child, typed, told }
    }

    fn kept(&self) -> PathBuf {
        self.folder.path().join(format!("device/contacts/alice@127.0.0.1_{}.json", self.port))
    }
}

impl Listener {
    fn types(&mut self, line: &str) {
        writeln!(self.typed, "{line}").expect("it reads");
    }

    fn next(&self) -> Value {
        self.told.recv_timeout(WITHIN).expect("a line is told")
    }

    /// The contact list that comes next: whether it is shown offline, and its entries.
    fn contacts(&self) -> (Value, Value) {
        let line = self.next();
        let entries =
            line.get("contacts").and_then(Value::as_array).unwrap_or_else(|| panic!("{line}")).iter();
        let field = |entry: &Value, name: &str| entry.get(name).cloned().unwrap_or_default();
        let entries = entries.map(|entry| ["who", "alias", "mood", "online"].map(|name| field(entry, name)));
        (line.get("offline").cloned().unwrap_or_default(), json!(entries.collect::<Vec<_>>()))
    }

    fn leaves(mut self) {
        self.types("/quit");
        assert!(self.child.ended_within(WITHIN).expect("it leaves").success());
    }
}

#[test]
fn a_contact_list_is_shown_without_a_connection_and_brought_up_to_date_when_there_is_one() {
    let mut world = World::new();
    for name in ["alice", "bob", "carol"] {
        world.says(&["user", "register", name], 0);
    }
    world.says(&["contact", "add", "bob", "--alias", "Bobby", "--user", "alice"], 0);
    world.says(&["contact", "add", "carol", "--user", "alice"], 0);
    world.says(&["profile", "set", "--mood", "merry", "--user", "bob"], 0);
    let mut alice = world.listen();
    alice.types("/contacts");
    let (bob, carol) = (["bob", "Bobby", "merry"], json!(["carol", null, null, null]));
    let away = json!([bob[0], bob[1], bob[2], false]);
    assert_eq!(alice.contacts(), (json!(false), json!([away, ["carol", null, null, false]])));
    assert_eq!(fs::metadata(world.kept()).expect("it is kept").mode() & 0o777, 0o600);

    world.goes();
    let bob = json!([bob[0], bob[1], bob[2], null]);
    alice.types("/contacts");
    assert_eq!(alice.contacts(), (json!(true), json!([bob, carol])), "the connection is lost");
    alice.leaves();
    let Ended { stdout, stderr, .. } = world.says(&["contact", "ls", "--user", "alice"], 1);
    assert!(stdout.contains("Bobby") && stdout.contains("merry") && stdout.contains("carol"), "{stdout}");
    assert!(stderr.starts_with("Offline: this is your contact list as it was at 20"), "{stderr}");
    assert!(stderr.contains("could not connect") || stderr.contains("connect to NATS"), "{stderr}");
    let stdout = world.says(&["contact", "ls", "--user", "alice", "--json"], 1).stdout;
    let lines: Vec<Value> =
        stdout.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
    let [list, error] = lines.as_slice() else { panic!("{stdout}") };
    assert_eq!(list.pointer("/items/0/mood"), Some(&json!("merry")), "{stdout}");
    assert_eq!((list.get("offline"), error.get("error").is_some()), (Some(&json!(true)), true), "{stdout}");
    // Of whom nothing is kept here, nothing is shown.
    let stdout = world.says(&["contact", "ls", "--user", "bob"], 1).stdout;
    assert_eq!(stdout, "");
    world.says(&["listen", "--user", "bob"], 1);

    let mut alice = world.listen();
    assert!(alice.next().get("error").is_some(), "it says that there is no connection");
    assert_eq!(alice.contacts(), (json!(true), json!([bob, carol])));
    alice.types("@bob can you read this?");
    assert!(alice.next().get("error").is_some(), "it says that the line does not go out");
    alice.types("/contacts");
    assert_eq!(alice.contacts(), (json!(true), json!([bob, carol])));
    world.comes("homing");
    world.says(&["contact", "remove", "carol", "--user", "alice"], 0);
    world.says(&["profile", "set", "--mood", "tired", "--user", "bob"], 0);
    world.says(&["send", "alice", "are you back?", "--user", "bob"], 0);
    assert_eq!(alice.next().get("text"), Some(&json!("are you back?")), "it has connected by itself");
    alice.types("/contacts\n/quit");
    assert_eq!(
        alice.contacts(),
        (json!(false), json!([["bob", "Bobby", "tired", false]])),
        "before it leaves"
    );
    assert!(alice.child.ended_within(WITHIN).expect("it leaves").success());
    world.goes();
}

#[test]
fn a_list_that_is_torn_or_of_another_homing_is_asked_for_whole() {
    let mut world = World::new();
    for name in ["alice", "bob", "carol"] {
        world.says(&["user", "register", name], 0);
    }
    world.says(&["contact", "add", "bob", "--user", "alice"], 0);
    let bob = json!([["bob", null, null, false]]);
    for _torn in 0..2 {
        let mut alice = world.listen();
        alice.types("/contacts");
        assert_eq!(alice.contacts(), (json!(false), bob.clone()));
        alice.leaves();
        let whole = fs::read(world.kept()).expect("it is kept");
        fs::write(world.kept(), whole.get(..whole.len() / 2).unwrap_or_default()).expect("it can be torn");
    }
    let mut alice = world.listen();
    alice.types("/contacts");
    assert_eq!(alice.contacts(), (json!(false), bob.clone()));
    alice.leaves();
    world.goes();

    // The same address, and another log.
    world.comes("another");
    for name in ["alice", "bob", "carol"] {
        world.says(&["user", "register", name], 0);
    }
    world.says(&["contact", "add", "carol", "--user", "alice"], 0);
    let mut alice = world.listen();
    alice.types("/contacts");
    assert_eq!(alice.contacts(), (json!(false), json!([["carol", null, null, false]])));
    alice.leaves();
    world.goes();
}
