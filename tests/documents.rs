//! The commands of the documents, run as a reader would copy them: each does what the document shows.
//!
//! `console` and `sh` blocks are run, in their order and against a Homing of the document's own; `text` blocks are not. What
//! `console` shows behind a `$` is compared but for numbers, times and days; an id that a command printed is used by those
//! behind it.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod support;

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use homing::rules::Rejection;
use support::documents::{Block, Document};
use support::{Child, HOMING, Homing, peers, run};
use tempfile::TempDir;

/// What cannot be run here: it takes a fixed port, a cluster or minutes. The harness of the tests starts Homing and its SMSC
/// itself, `third_party` runs the shell's producer, and `compose` has a server configured.
const NOT_HERE: &[&str] =
    &["cargo ", "homing up", "homing smsc", "homing server config", "nats://n1:", "order-17"];
/// What only asks: it is asked again until the answer is the one that is shown.
const ASKS: &[&str] =
    &["homing delivery", "homing sms state", "homing inbox", "homing why", "nats req", "nats stream"];
const WITHIN: Duration = Duration::from_secs(60);
const WEEKDAYS: &[&str] = &["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];

#[test]
fn the_front_page_shows_what_happens() {
    let Some(mut reader) = Reader::start(&[]) else { return };
    reader.follows("README.md");
}

#[test]
fn the_public_contract_shows_what_happens() {
    let Some(mut reader) = Reader::start(&[]) else { return };
    for prepared in [REGISTERED, r#"homing send bob "the key is under the mat" --user alice"#] {
        reader.sh(prepared);
    }
    reader.follows("src/wire/README.md");
}

#[test]
fn the_document_of_the_command_line_shows_what_happens() {
    let Some(mut reader) = Reader::start(&[]) else { return };
    reader.sh(REGISTERED);
    reader.follows("src/cli/README.md");
}

#[test]
fn the_document_of_the_gate_shows_what_happens() {
    let Some(mut reader) = Reader::start(&[]) else { return };
    reader.sh(REGISTERED);
    reader.follows("src/gate/README.md");
}

#[test]
fn the_document_of_the_streams_shows_what_happens() {
    let Some(mut reader) = Reader::start(&[]) else { return };
    for prepared in [
        REGISTERED,
        r#"nats pub -J homing.cmd.bob.presence.online '{"device": "laptop", "class": "pc", "lease": "1h"}'"#,
        r#"nats pub -J homing.cmd.alice.message.send '{"to": ["bob"], "text": "on my way"}'"#,
        r#"homing send +447700900123 "on my way" --user alice"#,
    ] {
        reader.sh(prepared);
    }
    reader.follows("streams/README.md");
}

#[test]
fn the_document_of_sms_shows_what_happens() {
    let mut phones = Phones::start();
    let Some(mut reader) = Reader::start(&["--smsc", &phones.url]) else { return };
    reader.sh(REGISTERED);
    let document = Document::open("src/sms/README.md");
    let blocks = document.blocks();
    let typed = blocks.iter().position(|block| block.text.contains("$ homing inbox")).expect("the reply");
    reader.reads(&document, &blocks[..typed]);
    writeln!(phones.typing, "> yes, with pleasure").unwrap();
    reader.reads(&document, &blocks[typed..]);
}

const REGISTERED: &str = "homing user register alice && homing user register bob";

/// Somebody who reads a document and does what it says.
struct Reader {
    homing: Homing,
    path: std::ffi::OsString,
    /// What a document calls something, and what it is called here.
    called: Vec<(String, String)>,
    folder: TempDir,
}

impl Reader {
    fn start(flags: &[&str]) -> Option<Reader> {
        let tools = peers::nats_tools()?;
        let own = Path::new(HOMING).parent().expect("the program lies in a folder").to_owned();
        let path = std::env::var_os("PATH").unwrap_or_default();
        let path = std::env::join_paths([own, tools].into_iter().chain(std::env::split_paths(&path)));
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        // What a document makes is made here; what it names of the repository is there.
        let declared = Path::new(env!("CARGO_MANIFEST_DIR")).join("streams");
        std::os::unix::fs::symlink(declared, folder.path().join("streams")).expect("a link can be made");
        let homing = Homing::start_at(&folder.path().join("data"), 0, flags);
        Some(Reader { homing, path: path.expect("a PATH"), called: Vec::new(), folder })
    }

    fn follows(&mut self, path: &str) {
        let document = Document::open(path);
        self.reads(&document, &document.blocks());
    }

    fn reads(&mut self, document: &Document, blocks: &[Block]) {
        let mut ran = 0;
        for block in blocks {
            let place = format!("{}:{}", document.path, block.line);
            if block.language == "console" {
                ran += self.console(&place, &block.text);
            } else if block.language == "sh" && here(&block.text) {
                self.sh(&block.text);
                ran += 1;
            }
        }
        assert!(ran > 0, "{}: nothing was run", document.path);
    }

    /// Runs the commands of a block; what those show that go on beside the others is waited for at its end.
    fn console(&mut self, place: &str, text: &str) -> usize {
        let (mut ran, mut beside) = (0, Vec::new());
        for command in text.split("$ ").skip(1) {
            let (command, shown) = command.split_once('\n').expect("a command ends with its line");
            let mut shown: Vec<String> = shown.lines().map(str::to_owned).collect();
            if !here(command) {
                continue;
            }
            ran += 1;
            if command.starts_with("homing listen") {
                let listener = Listener::start(self.shell(&format!("exec 2>&1; exec {command}")));
                listener.says(&shown.remove(0));
                beside.push((listener, shown));
            } else {
                self.asks(place, command, &shown);
            }
        }
        for (listener, shown) in beside {
            shown.iter().for_each(|line| listener.says(line));
        }
        ran
    }

    /// Runs a command, and holds what it says against what is shown.
    fn asks(&mut self, place: &str, command: &str, shown: &[String]) {
        let here = self.in_own_words(command);
        let refused = shown.iter().any(|line| line.starts_with("homing: "));
        let until = Instant::now() + WITHIN;
        loop {
            let said = run(&mut self.shell(&here), WITHIN);
            assert_eq!(said.status.success(), !refused, "{place}: {here}: {}\n{}", said.stdout, said.stderr);
            let said = if refused { said.stderr } else { said.stdout };
            if let Some(called) = same(shown, &said) {
                self.called.extend(called);
                return;
            }
            let asks = ASKS.iter().any(|ask| command.starts_with(ask));
            let shown = shown.join("\n");
            assert!(
                asks && Instant::now() < until,
                "{place}: {here} should show\n{shown}\nand shows\n{said}"
            );
        }
    }

    fn sh(&self, script: &str) {
        run(&mut self.shell(script), WITHIN).succeeded(script);
    }

    fn shell(&self, script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-ec", script]).current_dir(self.folder.path()).stdin(Stdio::null());
        // Nothing of the caller's own settings.
        command.env("PATH", &self.path).env("NATS_URL", self.homing.url()).env("TZ", "UTC");
        command.env("HOMING_DATA", self.folder.path().join("device"));
        command.env_remove("HOMING_USER").env_remove("HOMING_CONFIG").env_remove("NATS_CONTEXT");
        command
    }

    fn in_own_words(&self, command: &str) -> String {
        let own = |word: &str| {
            let called = self.called.iter().rev().find(|(there, _)| there == word);
            called.map_or(word.to_owned(), |(_, here)| here.clone())
        };
        command.split(' ').map(own).collect::<Vec<_>>().join(" ")
    }
}

/// Whether it can be run here.
fn here(command: &str) -> bool {
    !NOT_HERE.iter().any(|not| command.contains(not))
}

/// Whether the same lines were said, in any order (the NATS CLI sorts no headers); and which words were others.
fn same(shown: &[String], said: &str) -> Option<Vec<(String, String)>> {
    let mut left: Vec<&str> = said.lines().filter(|line| !line.trim().is_empty()).collect();
    let mut called = Vec::new();
    for line in shown.iter().filter(|line| !line.trim().is_empty()) {
        let place = left.iter().position(|said| plain(said) == plain(line))?;
        let words = line.split_whitespace().zip(left.remove(place).split_whitespace());
        let others = words.filter(|(there, here)| there != here && there.len() > 1);
        called.extend(others.map(|(there, here)| (there.to_owned(), here.to_owned())));
    }
    left.is_empty().then_some(called)
}

/// A line but for numbers, times, ids and days, and but for the width of its columns.
fn plain(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line.trim();
    while let Some(first) = rest.chars().next() {
        let word = word_len(rest);
        let (word, after) = rest.split_at(word.max(first.len_utf8()));
        let hexadecimal = word.len() == 7 && word.chars().all(|c| c.is_ascii_hexdigit());
        let varies = word.contains(|c: char| c.is_ascii_digit()) || hexadecimal || WEEKDAYS.contains(&word);
        plain += if varies { "0" } else { word };
        rest = if word == " " { after.trim_start() } else { after };
    }
    plain
}

/// Letters and digits; behind a digit also `.` and `:` between digits, as in a time or a number.
fn word_len(text: &str) -> usize {
    let mut before = ' ';
    let mut numeric = false;
    for (at, c) in text.char_indices() {
        let joins = matches!(c, '.' | ':') && numeric && before.is_ascii_digit();
        let joins = joins && text[at + 1..].starts_with(|c: char| c.is_ascii_digit());
        if !c.is_alphanumeric() && !joins {
            return at;
        }
        numeric |= at == 0 && c.is_ascii_digit();
        before = c;
    }
    text.len()
}

/// A command that goes on while others are run.
struct Listener {
    heard: Receiver<String>,
    _child: Child,
}

impl Listener {
    fn start(mut command: Command) -> Listener {
        let mut child = Child::spawn(command.stdout(Stdio::piped()));
        let (told, heard) = sync_channel(100);
        let stdout = BufReader::new(child.take_stdout());
        thread::spawn(move || stdout.lines().map_while(Result::ok).try_for_each(|line| told.send(line)));
        Listener { heard, _child: child }
    }

    fn says(&self, shown: &str) {
        let said = self.heard.recv_timeout(WITHIN).unwrap_or_else(|_| panic!("nobody says {shown}"));
        assert_eq!(plain(&said), plain(shown));
    }
}

/// `homing smsc` on a free port, with somebody who types.
struct Phones {
    url: String,
    typing: ChildStdin,
    _child: Child,
}

impl Phones {
    fn start() -> Phones {
        let mut command = Command::new(PathBuf::from(HOMING));
        command.args(["smsc", "--port", "0", "--json"]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = Child::spawn(&mut command);
        let typing = child.take_stdin();
        let mut lines = BufReader::new(child.take_stdout()).lines().map_while(Result::ok);
        let ready: serde_json::Value = serde_json::from_str(&lines.next().expect("it is ready")).unwrap();
        thread::spawn(move || lines.for_each(drop));
        let url = ready.get("smsc").and_then(serde_json::Value::as_str).expect("it says where");
        let url = url.replace("smpp://", "smpp://any:any@");
        Phones { url, typing, _child: child }
    }
}

#[test]
fn every_code_of_a_refusal_stands_in_the_public_contract() {
    let contract = Document::open("src/wire/README.md").text;
    let (_, codes) = contract.split_once("## Outcomes and codes").expect("the contract has codes");
    let stands = |code: &&&str| codes.contains(&format!("`{code}`"));
    let missing: Vec<_> = Rejection::CODES.iter().filter(|code| !stands(code)).collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn what_differs_is_told_from_what_varies() {
    for (shown, said, want) in [
        ("accepted m4", "accepted m17", true),
        ("accepted m4", "accepted s4", true),
        ("accepted m4", "refused m4", false),
        ("bob   delivered  live     -", "bob  delivered  live  -", true),
        ("bob   delivered  live     -", "bob  waiting  live  -", false),
        ("Mon 2026-11-23T09:00:00", "Fri 2026-12-04T09:00:00", true),
        (
            "UTC (6.38s) on homing.evt.message.m4.accepted",
            "UTC (512ms) on homing.evt.message.m9.accepted",
            true,
        ),
        ("on homing.evt.message.m4.accepted", "on homing.evt.message.m4.read", false),
        ("terminal-4c80e1f. @name", "terminal-abcdefa. @name", true),
    ] {
        assert_eq!(plain(shown) == plain(said), want, "{shown} and {said}");
    }
}
