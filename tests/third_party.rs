//! Programs in other languages, with NATS clients that are not ours, use Homing by its public contract only.

mod support;

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use serde_json::Value;
use support::documents::Document;
use support::{Child, Ended, HOMING, Homing, peers, run, run_reading, say};

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

/// A Homing with two people who have passwords.
struct ByTheBook {
    homing: Homing,
}

const ALICES: &str = "alice:alices-secret";
const BOBS: &str = "bob:bobs-secret";
const QUIZ: &str = "quiz:the-secret-of-the-quiz";

impl ByTheBook {
    fn start() -> ByTheBook {
        let book = ByTheBook { homing: Homing::start_unsynced() };
        [ALICES, BOBS].into_iter().for_each(|login| book.registers(login, &[]));
        book
    }

    fn registers(&self, login: &str, flags: &[&str]) {
        let (name, password) = login.split_once(':').expect("a name and a password");
        let mut command = Command::new(HOMING);
        command.args(["user", "register", name, "--passwd", "--stdin"]).args(flags);
        let typed = tempfile::NamedTempFile::new().expect("a file can be made");
        fs::write(typed.path(), password).expect("a file can be written");
        let typed = Stdio::from(typed.reopen().expect("it is there"));
        run_reading(command.env("NATS_URL", self.homing.url()), typed, STORY_WITHIN).succeeded("registering");
    }

    fn url(&self, who: &str) -> String {
        let (_, address) = self.homing.url().rsplit_once('@').expect("the operator's URL");
        format!("nats://{who}@{address}")
    }

    /// What the command line says to someone with this login.
    fn says(&self, who: &str, args: &[&str]) -> String {
        let mut command = Command::new(HOMING);
        command.args(args).env("NATS_URL", self.url(who)).env_remove("HOMING_USER");
        let Ended { stdout, .. } = run(&mut command, STORY_WITHIN).succeeded(&format!("homing {args:?}"));
        stdout
    }

    /// One of the documents' programs sends as alice, and prints the outcome.
    fn sends(&self, program: &mut Command) {
        let what = format!("{program:?}");
        let told = run(program.env("NATS_URL", self.url(ALICES)), STORY_WITHIN).succeeded(&what);
        assert!(told.stdout.contains(r#""accepted":true,"message":"m"#), "{what} printed {}", told.stdout);
    }
}

fn with_tools(tools: &Path) -> std::ffi::OsString {
    let path = env::var_os("PATH").unwrap_or_default();
    env::join_paths([tools.to_owned()].into_iter().chain(env::split_paths(&path))).expect("a PATH")
}

fn written(folder: &Path, name: &str, text: &str) -> PathBuf {
    fs::write(folder.join(name), text).expect("a file can be written");
    folder.join(name)
}

#[test]
fn the_programs_of_the_documents_run_behind_the_gate() {
    let (Some(tools), Some(python), Some(node)) =
        (peers::nats_tools(), peers::python_venv(), peers::node_modules())
    else {
        return;
    };
    let book = ByTheBook::start();
    let folder = tempfile::tempdir().unwrap();
    let contract = Document::open("src/wire/README.md");
    let sending = |language| contract.block("## Send from another language", language);

    let recipient = written(folder.path(), "recipient.py", &contract.block("## Receive", "python"));
    let mut command = Command::new(&python);
    command.arg(recipient).env("NATS_URL", book.url(BOBS)).stdout(Stdio::piped());
    let mut bob = Child::spawn(command.stdin(Stdio::null()));
    let (told, heard) = sync_channel(100);
    let stdout = BufReader::new(bob.take_stdout());
    thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| told.send(line)));

    let shell = sending("sh");
    book.sends(Command::new("sh").args(["-c", &shell]).env("PATH", with_tools(&tools)));
    let sender =
        written(folder.path(), "send.py", &Document::open("README.md").block("### 1. A program", "python"));
    book.sends(Command::new(&python).arg(sender));
    let source = written(folder.path(), "main.go", &sending("go"));
    let program = folder.path().join("send-go");
    let mut build = Command::new("go");
    build.args(["build", "-o"]).arg(&program).arg(source).current_dir(peers::manifests());
    run(&mut build, Duration::from_secs(600)).succeeded("building the Go program");
    book.sends(&mut Command::new(program));
    let sender = written(&node, "documented.mjs", &sending("js"));
    book.sends(Command::new("node").arg(sender));
    for text in ["a shell", "Python", "Go", "JavaScript"] {
        let line = heard.recv_timeout(STORY_WITHIN).expect("bob hears it");
        assert_eq!(line, format!("alice: hello from {text}"));
    }
    let said = book.says(ALICES, &["history", "bob", "--user", "alice", "--json"]);
    let history: Value = serde_json::from_str(&said).unwrap();
    assert_eq!(history["items"].as_array().map(Vec::len), Some(4), "{history}");
    assert!(book.homing.stop().success());
}

#[test]
fn an_app_of_ten_lines_answers_a_quiz() {
    let Some(python) = peers::python_venv() else { return };
    let book = ByTheBook::start();
    book.registers(QUIZ, &["--access", "app:07"]);
    book.says(ALICES, &["group", "new", "Class 3b", "bob", "quiz", "--now", "--user", "alice"]);

    let folder = tempfile::tempdir().unwrap();
    let program = Document::open("streams/README.md").block("## An app in a group", "python");
    let program = written(folder.path(), "quiz.py", &program);
    let mut command = Command::new(&python);
    command.arg(program).env("NATS_URL", book.url(QUIZ)).stdout(Stdio::piped());
    let mut app = Child::spawn(command.stdin(Stdio::null()));
    let mut line = String::new();
    let mut said = BufReader::new(app.take_stdout());
    said.read_line(&mut line).unwrap();
    assert_eq!(line, "listening\n");

    let mut command = Command::new(HOMING);
    command.args(["listen", "--user", "alice", "--json", "--count", "2"]);
    command.env("NATS_URL", book.url(ALICES)).stdin(Stdio::null()).stdout(Stdio::piped());
    let mut alice = Child::spawn(&mut command);
    for answer in ["Lyon", "Paris!"] {
        book.says(BOBS, &["send", "app:07#3001", answer, "--user", "bob"]);
    }
    let heard = BufReader::new(alice.take_stdout()).lines().map_while(Result::ok).collect::<Vec<_>>();
    assert!(alice.ended_within(STORY_WITHIN).unwrap().success());
    let verdicts: Vec<Value> = heard.iter().map(|line| serde_json::from_str(line).unwrap()).collect();
    for (heard, verdict) in verdicts.iter().zip(["bob: no, try again", "bob: right!"]) {
        assert_eq!(
            (&heard["from"], &heard["group"], &heard["text"]),
            (&"quiz".into(), &"3001".into(), &verdict.into())
        );
    }
    assert_eq!(verdicts.len(), 2, "{heard:?}");
    assert!(book.homing.stop().success());
}

#[test]
fn the_command_line_works_behind_the_gate() {
    let book = ByTheBook::start();
    let mut command = Command::new(HOMING);
    command.args(["listen", "--user", "bob", "--json", "--count", "1"]);
    let device = tempfile::tempdir().unwrap();
    command.env("NATS_URL", book.url(BOBS)).env("HOMING_DATA", device.path());
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    let mut bob = Child::spawn(&mut command);
    let sent = book.says(ALICES, &["send", "bob", "on my way", "--user", "alice"]);
    assert!(sent.starts_with("accepted m"), "{sent}");
    let mut line = String::new();
    BufReader::new(bob.take_stdout()).read_line(&mut line).unwrap();
    assert!(line.contains("on my way"), "{line}");
    assert!(bob.ended_within(STORY_WITHIN).unwrap().success());
    let said = book.says(ALICES, &["history", "bob", "--last", "1", "--user", "alice"]);
    assert!(said.contains("delivered") && said.contains("on my way"), "{said}");
    assert!(book.homing.stop().success());
}

#[test]
fn who_may_not_say_or_ask_something_is_told_so_and_not_kept_waiting() {
    /// The server answers at once; without its word a publish is tried for a minute.
    const AT_ONCE: Duration = Duration::from_secs(30);
    let book = ByTheBook::start();
    for (who, args, want) in [
        (
            BOBS,
            &["send", "bob", "I am alice", "--user", "alice"][..],
            "could not publish on homing.cmd.alice.message.send: there is no permission for it",
        ),
        (
            BOBS,
            &["inbox", "--user", "alice"],
            "could not ask on homing.query.alice.inbox: there is no permission for it",
        ),
        ("bob:wrong", &["inbox", "--user", "bob"], "the server refused the credentials"),
    ] {
        let mut command = Command::new(HOMING);
        command.args(args).env("NATS_URL", book.url(who)).env_remove("HOMING_USER");
        let Ended { status, stdout, stderr } = run(&mut command, AT_ONCE);
        assert_eq!(status.code(), Some(1), "{stdout}{stderr}");
        assert!(stderr.contains(want) && !stderr.contains("Is Homing running"), "{args:?}: {stderr}");
    }
    assert!(book.homing.stop().success());
}
