//! Whole stories, told as text files and compared whole: commands in, commits and outcomes out, no server.
//!
//! `UPDATE_STORIES=1 cargo test --test stories` writes what the rules say now into the files; read the difference.

mod support;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use homing::wire::{commit, outcome::OutcomeBody, subjects, to_json, to_value};
use homing::words::{CommandSeq, Instant};
use support::desk::Desk;

/// Every line of a story that begins with `>` is a command: time, sender, verb, JSON. What follows it is the answer.
fn tell(story: &str, desk: &mut Desk) -> String {
    let mut told = String::new();
    for line in story.lines() {
        if line.is_empty() || line.starts_with('#') {
            writeln!(told, "{line}").unwrap();
        } else if let Some(words) = line.strip_prefix("> ") {
            writeln!(told, "{line}").unwrap();
            let mut words = words.splitn(4, ' ');
            let mut word = || words.next().unwrap_or_else(|| panic!("too few words: {line}"));
            let at: Instant = format!("2026-12-01T{}Z", word()).parse().expect("a time");
            let subject = subjects::command(word(), word());
            let (parts, outcome) = desk.take(at, &subject, word().as_bytes());
            let body = OutcomeBody::new(CommandSeq(desk.seq), &outcome);
            writeln!(told, "  {}", String::from_utf8(to_json(&body)).unwrap()).unwrap();
            for fact in parts.iter().flat_map(|part| &part.facts) {
                writeln!(told, "    {}", String::from_utf8(to_json(fact)).unwrap()).unwrap();
            }
        }
    }
    told
}

fn check(path: &Path, now: &str) {
    if std::env::var_os("UPDATE_STORIES").is_some() {
        fs::write(path, now).unwrap();
    }
    let then = fs::read_to_string(path).unwrap_or_default();
    let differing = then.lines().zip(now.lines()).find(|(then, now)| then != now);
    assert!(then == now, "{} tells it otherwise, first at {differing:#?}", path.display());
}

/// One test writes the stories that the other reads.
static STORIES: Mutex<()> = Mutex::new(());

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

#[test]
fn every_story_is_told_as_it_was() {
    let _alone = STORIES.lock();
    let mut stories = 0;
    for entry in fs::read_dir(folder("stories")).unwrap() {
        let path = entry.unwrap().path();
        let then = fs::read_to_string(&path).unwrap();
        check(&path, &tell(&then, &mut Desk::default()));
        stories += 1;
    }
    assert!(stories >= 5, "the stories are gone");
}

/// The bytes of every kind of commit: what is written down once must be read for ever.
#[test]
fn the_bytes_of_commits_are_those_of_the_golden_file() {
    let _alone = STORIES.lock();
    let mut lines = String::new();
    let mut paths: Vec<PathBuf> =
        fs::read_dir(folder("stories")).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let mut desk = Desk::default();
        tell(&fs::read_to_string(&path).unwrap(), &mut desk);
        for (subject, bytes) in desk.log {
            let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(
                commit::encode(&commit::decode(&bytes).unwrap()),
                bytes,
                "{subject} is read as it was written"
            );
            assert!(to_value(&bytes).is_some(), "{subject} is shown");
            writeln!(lines, "{subject} {hex}").unwrap();
        }
    }
    check(&folder("golden/commits.txt"), &lines);
}
