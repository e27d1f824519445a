//! People talk by the command line alone: `send`, `listen` and what is asked afterwards, against a Homing of its own.

mod support;

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Write};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use homing::log::Log;
use serde_json::{Value, json};
use support::kill::{kill_9, nats_server_of};
use support::screen::Screen;
use support::{Child, Ended, HOMING, Homing, peers, run};
use tempfile::TempDir;

/// A command waits ten seconds for its outcome.
const COMMAND_WITHIN: Duration = Duration::from_secs(30);
/// A server that was killed is started again, and everyone finds it.
const BACK_WITHIN: Duration = Duration::from_secs(60);

struct World {
    homing: Homing,
    /// What clients keep.
    device: TempDir,
}

impl World {
    fn of(homing: Homing, people: &[&str]) -> World {
        let device = tempfile::tempdir().expect("a temporary folder can be made");
        let world = World { homing, device };
        for name in people {
            world.says(&["user", "register", name], 0);
        }
        world
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(HOMING);
        command.args(args).env("NATS_URL", self.homing.url()).env_remove("HOMING_USER");
        command.env("HOMING_DATA", self.device.path());
        command
    }

    /// The same, at a terminal that Python makes.
    fn at_a_terminal(&self, args: &[&str]) -> Command {
        let mut command = Command::new("python3");
        command.args(["-c", "import pty, sys; sys.exit(pty.spawn(sys.argv[1:]) != 0)", HOMING]).args(args);
        command.env("NATS_URL", self.homing.url()).env_remove("HOMING_USER");
        command.env("HOMING_DATA", self.device.path());
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

    /// The answer to a question of the public contract.
    fn asks(&self, subject: &'static str, question: &'static str) -> Value {
        let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
        let answer = runtime.block_on(async {
            let log = Log::connect(self.homing.url(), "test").await.expect("Homing is up");
            log.client().request(subject, question.into()).await.expect("somebody answers")
        });
        serde_json::from_slice(&answer.payload).expect("the answer is JSON")
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
    assert_eq!(codes, [None, None, Some("message.no_recipient"), None], "{told:?}");
    assert_eq!(world.texts(&["inbox", "--user", "bob", "--json"], 2), ["one", "three"]);
    world.says(&["inbox", "--user", "bob", "--confirm"], 0);
    assert_eq!(world.texts(&["inbox", "--user", "bob", "--json"], 0), Vec::<String>::new());
    assert!(world.homing.stop().success());
}

#[test]
fn who_listens_sees_that_what_they_sent_was_got_and_that_what_they_got_is_recalled() {
    let world = World::of(Homing::start(), &["alice", "bob"]);
    let (mut alice, told) = world.listen(&["--user", "alice", "--to", "bob"], Stdio::piped());
    let mut typed = alice.take_stdin();
    let next = || told.recv_timeout(COMMAND_WITHIN).expect("a line is told");
    writeln!(typed, "one").unwrap();
    let sent = next();
    // He fetches what waits when he comes, and then for long nothing.
    let fetches = ["--user", "bob", "--class", "pull", "--lease", "1h"];
    let (mut bob, heard) = world.listen(&fetches, Stdio::piped());
    assert_eq!(text(&heard.recv_timeout(COMMAND_WITHIN).unwrap()), "one");
    let note = next();
    assert_eq!([&note["message"], &note["to"]], [&sent["message"], &json!("bob")], "{note}");
    assert_eq!(note["state"], "delivered");
    writeln!(typed, "two").unwrap();
    let sent = next();
    world.says(&["recall", sent["message"].as_str().unwrap(), "--user", "alice"], 0);
    assert_eq!(next()["state"], "recalled");
    let note = heard.recv_timeout(COMMAND_WITHIN).expect("bob is told");
    assert_eq!([&note["message"], &note["state"]], [&sent["message"], &json!("recalled")], "{note}");
    writeln!(typed, "/quit").unwrap();
    writeln!(bob.take_stdin(), "/quit").unwrap();
    assert!(alice.ended_within(COMMAND_WITHIN).unwrap().success());
    assert!(bob.ended_within(COMMAND_WITHIN).unwrap().success());
    assert!(world.homing.stop().success());
}

#[test]
fn a_message_that_arrives_does_not_change_to_whom_the_line_being_typed_goes() {
    let world = World::of(Homing::start(), &["alice", "bob", "dave"]);
    let (mut alice, told) = world.listen(&["--user", "alice"], Stdio::piped());
    let mut typed = alice.take_stdin();
    let next = || told.recv_timeout(COMMAND_WITHIN).expect("a line is told");
    writeln!(typed, "@bob are you there").unwrap();
    assert_eq!(next()["to"], json!(["bob"]), "an accepted line says to whom it went");
    world.says(&["send", "alice", "lunch?", "--user", "dave"], 0);
    assert_eq!(text(&next()), "lunch?");
    writeln!(typed, "between us: I am leaving him").unwrap();
    let sent = next();
    assert_eq!((&sent["accepted"], &sent["to"]), (&json!(true), &json!(["bob"])), "{sent}");
    // Changed by the person alone, with words or without.
    writeln!(typed, "@dave\nnot today").unwrap();
    assert_eq!(next()["to"], json!(["dave"]));
    writeln!(typed, "@bob back\nand on").unwrap();
    assert_eq!([next(), next()].map(|sent| sent["to"].clone()), [json!(["bob"]), json!(["bob"])]);
    writeln!(typed, "/quit").unwrap();
    assert!(alice.ended_within(COMMAND_WITHIN).unwrap().success());
    let inbox = |user| ["inbox", "--user", user, "--json"];
    let to_bob = ["are you there", "between us: I am leaving him", "back", "and on"];
    assert_eq!(world.texts(&inbox("bob"), 4), to_bob);
    assert_eq!(world.texts(&inbox("dave"), 1), ["not today"]);
    assert!(world.homing.stop().success());
}

#[test]
fn a_line_typed_before_anybody_is_chosen_goes_to_nobody() {
    let world = World::of(Homing::start(), &["alice", "bob", "dave"]);
    let (mut alice, told) = world.listen(&["--user", "alice"], Stdio::piped());
    let mut typed = alice.take_stdin();
    world.says(&["send", "alice", "lunch?", "--user", "dave"], 0);
    assert_eq!(text(&told.recv_timeout(COMMAND_WITHIN).unwrap()), "lunch?");
    writeln!(typed, "she never answers him\n@bob now\n/quit").unwrap();
    let not_sent = told.recv_timeout(COMMAND_WITHIN).unwrap();
    assert!(not_sent["error"]["text"].as_str().unwrap().contains("nobody is chosen"), "{not_sent}");
    assert_eq!(told.recv_timeout(COMMAND_WITHIN).unwrap()["to"], json!(["bob"]));
    assert!(alice.ended_within(COMMAND_WITHIN).unwrap().success());
    let (mut alice, told) = world.listen(&["--user", "alice", "--to", "bob"], Stdio::piped());
    let mut typed = alice.take_stdin();
    writeln!(typed, "chosen from the start\n/quit").unwrap();
    assert_eq!(told.recv_timeout(COMMAND_WITHIN).unwrap()["to"], json!(["bob"]));
    assert!(alice.ended_within(COMMAND_WITHIN).unwrap().success());
    let to_bob = world.texts(&["inbox", "--user", "bob", "--json"], 2);
    assert_eq!(to_bob, ["now", "chosen from the start"]);
    assert_eq!(world.texts(&["inbox", "--user", "dave", "--json"], 0), Vec::<String>::new());
    assert!(world.homing.stop().success());
}

#[test]
fn at_a_terminal_the_prompt_names_whom_the_next_line_goes_to() {
    let Some(()) = peers::runtime("python3") else { return };
    let world = World::of(Homing::start(), &["alice", "bob", "dave"]);
    let mut terminal = world.at_a_terminal(&["listen", "--user", "alice"]);
    let mut alice = Child::spawn(terminal.stdin(Stdio::piped()).stdout(Stdio::piped()));
    let (mut typed, mut screen) = (alice.take_stdin(), Screen::of(alice.take_stdout()));
    screen.shows("alice is online as terminal-");
    screen.shows("@name chooses whom your lines go to");
    screen.shows("> ");
    writeln!(typed, "hello?").unwrap();
    screen.shows("nobody is chosen: @name");
    writeln!(typed, "@bob").unwrap();
    screen.shows("bob> ");
    world.says(&["send", "alice", "lunch?", "--user", "dave"], 0);
    screen.shows("dave: lunch?");
    screen.shows("bob> ");
    writeln!(typed, "a private answer").unwrap();
    screen.shows("accepted m");
    screen.shows(" to bob");
    screen.shows("bob> ");
    writeln!(typed, "@dave later").unwrap();
    screen.shows(" to dave");
    screen.shows("dave> ");
    writeln!(typed, "/help").unwrap();
    screen.shows("never changes whom your lines go to");
    writeln!(typed, "/quit").unwrap();
    assert!(alice.ended_within(COMMAND_WITHIN).unwrap().success());
    assert_eq!(world.texts(&["inbox", "--user", "bob", "--json"], 1), ["a private answer"]);
    assert_eq!(world.texts(&["inbox", "--user", "dave", "--json"], 1), ["later"]);
    assert!(world.homing.stop().success());
}

#[test]
fn a_history_begins_with_its_latest_page_at_a_terminal_and_with_its_first_in_a_pipe() {
    let Some(()) = peers::runtime("python3") else { return };
    let world = World::of(Homing::start(), &["alice", "bob"]);
    for text in ["one", "two", "three"] {
        world.says(&["send", "bob", text, "--user", "alice"], 0);
    }
    let history = ["history", "bob", "--limit", "2", "--user", "alice"];
    let shown = world.says(&history, 0);
    assert!(shown.contains("one") && shown.contains("--after") && !shown.contains("three"), "{shown}");
    let shown = run(&mut world.at_a_terminal(&history), COMMAND_WITHIN).succeeded("history").stdout;
    let places =
        ["two", "three", "--before "].map(|part| shown.find(part).unwrap_or_else(|| panic!("{shown}")));
    assert!(places.is_sorted() && !shown.contains("one"), "the oldest of the page stands first: {shown}");
    let (_, behind) = shown.split_once("--before ").unwrap();
    let before = ["--before", behind.split(' ').next().unwrap(), "--json"];
    let history = ["history", "bob", "--user", "alice"];
    assert_eq!(world.texts(&[&history, before.as_slice()].concat(), 1), ["one"]);
    assert_eq!(world.texts(&[&history, ["--last", "2", "--json"].as_slice()].concat(), 2), ["two", "three"]);
    assert_eq!(world.texts(&[&history, ["--json"].as_slice()].concat(), 3), ["one", "two", "three"]);
    world.says(&["history", "bob", "--last", "2", "--after", "m1", "--user", "alice"], 2);
    assert!(world.homing.stop().success());
}

#[test]
fn a_quota_is_taken_away_again_by_the_word_none() {
    let world = World::of(Homing::start(), &["alice", "bob"]);
    world.says(&["user", "set", "alice", "--day", "0", "--month", "5"], 0);
    world.says(&["send", "bob", "hi", "--user", "alice"], 1);
    world.says(&["user", "set", "alice", "--day", "none"], 0);
    world.says(&["send", "bob", "hi", "--user", "alice"], 0);
    let quota: Value = serde_json::from_str(&world.says(&["quota", "--user", "alice", "--json"], 0)).unwrap();
    assert_eq!((&quota["day"]["max"], &quota["month"]["max"]), (&Value::Null, &json!(5)), "{quota}");
    world.says(&["user", "set", "alice", "--day", "unlimited"], 2);
    assert!(world.homing.stop().success());
}

#[test]
fn one_listener_that_ends_takes_no_other_offline() {
    let world = World::of(Homing::start(), &["alice", "bob"]);
    let (first, heard_by_first) = world.listen(&["--user", "bob"], Stdio::null());
    let (mut second, heard_by_second) = world.listen(&["--user", "bob"], Stdio::piped());
    let devices = |len: usize| {
        let deadline = Instant::now() + COMMAND_WITHIN;
        loop {
            let question = r#"{"user": "bob"}"#;
            let shown = world.asks("homing.query._admin.presence", question);
            let devices = shown["items"][0]["devices"].as_array().map_or(0, Vec::len);
            if devices == len || Instant::now() > deadline {
                return (devices, shown["items"][0]["online"].clone());
            }
        }
    };
    assert_eq!(devices(2), (2, json!(true)), "each has a device of its own");
    second.take_stdin().write_all(b"/quit\n").unwrap();
    assert!(second.ended_within(COMMAND_WITHIN).unwrap().success());
    assert_eq!(devices(1), (1, json!(true)), "the other is still online");
    world.says(&["send", "bob", "still there?", "--user", "alice"], 0);
    assert_eq!(text(&heard_by_first.recv_timeout(COMMAND_WITHIN).unwrap()), "still there?");
    assert!(heard_by_second.iter().next().is_none(), "the second has left");
    drop(first);
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
        (&["send", "alice", "hi", "--json"], 2, r#"{"error":{"text":"say who you are"#),
        (
            &["inbox", "--nonsense", "--json"],
            2,
            r#"{"error":{"text":"error: unexpected argument '--nonsense'"#,
        ),
        (&["user", "set", "alice", "--recipients-per-s", "0"], 2, "a whole number from 1"),
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

#[test]
fn what_was_read_is_marked_for_its_sender_to_see_and_a_history_goes_back_by_as_many_as_are_asked_for() {
    let world = World::of(Homing::start_unsynced(), &["alice", "bob"]);
    for text in ["one", "two", "three"] {
        world.says(&["send", "bob", text, "--user", "alice"], 0);
    }
    world.texts(&["inbox", "--user", "bob", "--json"], 3);
    let last = world.says(&["history", "bob", "--last", "1", "--user", "alice", "--json"], 0);
    let last: Value = serde_json::from_str(&last).expect("a page is JSON");
    let before = last.get("next").and_then(Value::as_str).expect("there is more before");
    let back = ["history", "bob", "--before", before, "--last", "1", "--user", "alice", "--json"];
    assert_eq!(world.texts(&back, 1), ["two"]);
    let three = last.pointer("/items/0/message").and_then(Value::as_str).expect("it has an id").to_owned();
    assert_eq!(world.says(&["read", "--user", "bob", &three], 0).trim_end(), format!("read {three}"));
    let deadline = Instant::now() + COMMAND_WITHIN;
    while !world.says(&["delivery", &three, "--user", "alice"], 0).contains("read") {
        assert!(Instant::now() < deadline, "alice does not see that it was read");
    }
    assert!(world.homing.stop().success());
}
