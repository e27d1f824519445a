//! Stories as records of EVENTS and COMMANDS, as a server would hold them.

use std::fs;
use std::path::{Path, PathBuf};

use async_nats::HeaderMap;
use homing::debug::Redaction;
use homing::log::{Head, Maker, Record};
use homing::wire::{commit, headers, subjects};
use homing::words::Instant;

use super::pure_decider::PureDecider;
use super::tale::{self, Said};

/// A story that was told.
#[derive(Debug, Clone, Default)]
pub struct Told {
    pub commands: Vec<Record>,
    pub events: Vec<Record>,
}

/// Each story of `tests/stories/`, with its name.
pub fn stories() -> Vec<(String, Told)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stories");
    let entries = fs::read_dir(folder).expect("there are stories");
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.expect("it can be listed").path()).collect();
    paths.sort();
    let named = |path: &PathBuf| path.file_stem().expect("it has a name").to_string_lossy().into_owned();
    let read = |path: &PathBuf| fs::read_to_string(path).expect("a story can be read");
    paths.iter().map(|path| (named(path), told(&read(path)))).collect()
}

/// The commands of a story, decided.
pub fn told(story: &str) -> Told {
    let (mut decider, mut told) = (PureDecider::default(), Told::default());
    for Said { at, subject, payload, .. } in story.lines().filter_map(tale::said) {
        let decided = decider.take(at, &subject, &payload).0;
        let seq = told.commands.len() as u64 + 1;
        told.commands.push(Record {
            seq,
            subject: subject.into(),
            at,
            payload: payload.into(),
            headers: None,
        });
        for part in decided {
            told.events.push(event(told.events.len() as u64 + 1, at, &part));
        }
    }
    told
}

/// A commit as a decider appends it.
pub fn event(seq: u64, at: Instant, part: &commit::Commit) -> Record {
    let mut map = HeaderMap::new();
    map.insert("Nats-Expected-Last-Sequence", (seq - 1).to_string());
    for (name, value) in headers::of_commit(part, &headers::Trace::default()) {
        map.insert(name, value);
    }
    let payload = commit::encode(part).into();
    Record { seq, subject: subjects::event(part).into(), at, payload, headers: Some(map) }
}

impl Told {
    /// As a bundle of all of it has it.
    pub fn redacted(&self, by: &mut Redaction) -> Told {
        let events = self.events.iter().map(|event| by.event(event.clone()).expect("it is a commit"));
        let events = events.collect();
        Told { events, commands: self.commands.iter().map(|command| by.command(command.clone())).collect() }
    }

    /// Writes all of it into a recording.
    pub fn write(&self, path: &Path) {
        let mut maker = Maker::begin(path, &Head::default()).expect("it can be made");
        for event in &self.events {
            maker.put("EVENTS", event).expect("it can be written");
        }
        for command in &self.commands {
            maker.put("COMMANDS", command).expect("it can be written");
        }
        maker.finish().expect("it can be written");
    }
}
