//! People talk by the command line alone: `send`, `listen` and what is asked afterwards, against a Homing of its own.

mod support;

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::Value;
use support::kill::{kill_9, nats_server_of};
use support::{Child, Ended, HOMING, Homing, run};

/// A command waits ten seconds for its outcome.
const COMMAND_WITHIN: Duration = Duration::from_secs(30);
/// A server that was killed is started again, and everyone finds it.
const BACK_WITHIN: Duration = Duration::from_secs(60);

struct World {
    homing: Homing,
}

impl World {
    fn of(homing: Homing, people: &[&str]) -> World {
        let world = World { homing };
        for name in people {
            world.says(&["user", "register", name], 0);
        }
        world
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(HOMING);
        command.args(args).env("NATS_URL", self.homing.url()).env_remove("HOMING_USER");
        command
    }

    /// What a command prints, and that it ends with this code.
    fn says(&self, args: &[&str], code: i32) -> String {
        let Ended { status, stdout, stderr } = run(&mut self.command(args), COMMAND_WITHIN);
        assert_eq!(status.code(), Some(code), "{args:?}: {stdout}{stderr}");
        format!("{stdout}{stderr}")
    }

    /// The texts of a list, once there are as many: what is asked follows the log.
    fn texts(&self, args: &[&str], len: usize) -> Vec<String> {
        let deadline = Instant::now() + COMMAND_WITHIN;
        loop {
            let page: Page = serde_json::from_str(&self.says(args, 0)).expect("a page is JSON");
            if page.items.len() == len || Instant::now() > deadline {
                return page.items.iter().map(text).collect();
            }
        }
    }

    /// A listener, with the lines it prints.
    fn listen(&self, args: &[&str], typed: Stdio) -> (Child, Receiver<Value>) {
        let args = [&["listen", "--json"], args].concat();
        let mut child = Child::spawn(self.command(&args).stdin(typed).stdout(Stdio::piped()));
        let stdout = child.take_stdout();
        let (told, lines) = sync_channel(100);
        thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                let _nobody_listens = told.send(serde_json::from_str(&line).expect("a line is JSON"));
            }
        });
        (child, lines)
    }
}

#[derive(serde::Deserialize)]
struct Page {
    items: Vec<Value>,
}

fn text(message: &Value) -> String {
    message.get("text").and_then(Value::as_str).unwrap_or_default().to_owned()
}

#[test]
fn what_is_said_arrives_and_is_confirmed() {
    let world = World::of(Homing::start(), &["alice", "bob"]);
    let sent = world.says(&["send", "bob", "before you came", "--user", "alice"], 0);
    assert!(sent.starts_with("accepted m"), "{sent}");
    let (mut bob, heard) = world.listen(&["--user", "bob", "--count", "2"], Stdio::null());
    assert_eq!(text(&heard.recv_timeout(COMMAND_WITHIN).unwrap()), "before you came");
    world.says(&["send", "--to", "bob", "and now", "--user", "alice"], 0);
    assert_eq!(text(&heard.recv_timeout(COMMAND_WITHIN).unwrap()), "and now");
    assert!(bob.ended_within(COMMAND_WITHIN).unwrap().success(), "it leaves after two");
    let inbox = ["inbox", "--user", "bob", "--json"];
    assert_eq!(world.texts(&inbox, 0), Vec::<String>::new());
    let history = ["history", "--user", "bob", "alice", "--json"];
    assert_eq!(world.texts(&history, 2), ["before you came", "and now"]);
    assert!(world.homing.stop().success());
}

#[test]
fn lines_typed_are_sent_in_order_and_refusals_do_not_end_it() {
    let world = World::of(Homing::start(), &["alice", "bob"]);
    let folder = tempfile::tempdir().unwrap();
    let typed = folder.path().join("typed");
    fs::write(&typed, "nobody wrote yet\n@bob one\n@nobody two\n@bob  three\n/quit\nnever\n").unwrap();
    let (mut alice, told) = world.listen(&["--user", "alice"], File::open(typed).unwrap().into());
    assert!(alice.ended_within(COMMAND_WITHIN).unwrap().success());
    let told: Vec<Value> = told.iter().collect();
    let codes: Vec<_> = told.iter().map(|line| line["error"]["code"].as_str()).collect();
    assert_eq!(codes, [None, Some("message.no_recipient"), None], "{told:?}");
    assert_eq!(world.texts(&["inbox", "--user", "bob", "--json"], 2), ["one", "three"]);
    world.says(&["inbox", "--user", "bob", "--confirm"], 0);
    assert_eq!(world.texts(&["inbox", "--user", "bob", "--json"], 0), Vec::<String>::new());
    assert!(world.homing.stop().success());
}

#[test]
fn a_refusal_exits_with_one_and_a_slip_with_two() {
    let world = World::of(Homing::start(), &["alice"]);
    for (args, code, says) in [
        (&["send", "bob", "hi", "--user", "alice"] as &[&str], 1, "(message.no_recipient)"),
        (&["send", "alice", "hi", "--user", "zed", "--json"], 1, r#""code":"auth.unknown_sender""#),
        (&["listen", "--user", "zed"], 1, "(auth.unknown_sender)"),
        (&["listen", "--user", "alice", "--lease", "0s"], 1, "(presence.bad_lease)"),
        (&["recall", "--user", "alice", "m999"], 1, "(message.unknown)"),
        (&["user", "set", "alice"], 2, "--phone"),
        (&["send", "Bob", "hi", "--user", "alice"], 2, "not an address"),
        (&["send", "alice", "hi"], 2, "--user"),
    ] {
        let said = world.says(args, code);
        assert!(said.contains(says), "{args:?} said {said}");
    }
    assert!(world.homing.stop().success());
}

#[test]
fn a_listener_outlives_the_server_and_gets_what_was_sent_meanwhile() {
    let folder = tempfile::tempdir().unwrap();
    let world = World::of(Homing::start_in(&folder.path().join("data")), &["alice", "bob"]);
    let (mut bob, heard) = world.listen(&["--user", "bob", "--count", "2"], Stdio::null());
    world.says(&["send", "bob", "first", "--user", "alice"], 0);
    assert_eq!(text(&heard.recv_timeout(COMMAND_WITHIN).unwrap()), "first");

    kill_9(nats_server_of(&folder.path().join("data")));
    let deadline = Instant::now() + BACK_WITHIN;
    let mut send = world.command(&["send", "bob", "meanwhile", "--id", "1", "--user", "alice"]);
    while !run(&mut send, COMMAND_WITHIN).status.success() {
        assert!(Instant::now() < deadline, "the server did not come back");
    }
    assert_eq!(text(&heard.recv_timeout(BACK_WITHIN).unwrap()), "meanwhile");
    assert!(bob.ended_within(COMMAND_WITHIN).unwrap().success());
    assert_eq!(world.texts(&["inbox", "--user", "bob", "--json"], 0), Vec::<String>::new());
    assert!(world.homing.stop().success());
}
