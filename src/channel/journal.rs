//! The journal of a channel: attempts begun and not reported, kept in the adapter's folder, reported by a start after a crash.
//!
//! Without it nobody could tell a grant that was never used from a delivery that the other side has. It is written before the
//! octets go to the socket, and not synced: it survives the death of the process, which is all that it is trusted for. After
//! a start of the machine, and where it was copied or cannot be kept, it says nothing, and what was granted is unknown.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};
use tracing::warn;

use crate::rules::attempt::{Asked, Attempt, DeferClass, DeferReason, Granted, Report, UnknownReason};
use crate::wire::{from_msgpack, to_msgpack};
use crate::words::{MessageId, Party};

/// Written anew with what still counts when it has grown by this: thousands of deliveries.
const GROWTH_BYTES_MAX: usize = 256 * 1024;
/// Changes when every process of the machine has died.
const BOOT: &str = "/proc/sys/kernel/random/boot_id";

/// A delivery that was asked for. The last record of a delivery counts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Entry {
    message: MessageId,
    to: Party,
    grant: u64,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    connector: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    segments: Vec<Segment>,
    /// It is reported.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    over: bool,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Segment {
    /// Not handed to the socket.
    Here,
    Written,
    Refused(u32),
    Accepted(String),
}

/// The first record: where all that follows can be believed.
#[derive(Debug, PartialEq, Serialize, Deserialize)]
struct Header {
    boot: String,
    /// A copy has another.
    inode: u64,
}

#[derive(Debug)]
struct Inner {
    path: PathBuf,
    /// None where it cannot be kept.
    file: Option<File>,
    len: usize,
    len_max: usize,
    live: BTreeMap<(MessageId, Party), Entry>,
}

/// What was begun, by delivery.
#[derive(Debug)]
pub struct Journal(Mutex<Inner>);

impl Journal {
    /// Goes on with the journal at this path, or begins one.
    pub(super) fn open(path: PathBuf) -> Journal {
        let live = read(&path);
        let mut inner = Inner { path, file: None, len: 0, len_max: 0, live };
        inner.rewrite();
        Journal(Mutex::new(inner))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What an earlier run has begun and not reported. `receipts` tells of a connector whether it asks for them, `class` what
    /// a refusal of the other side says.
    pub(super) fn left(
        &self,
        receipts: impl Fn(&str) -> bool,
        class: impl Fn(&str, u32) -> DeferClass,
    ) -> Vec<(Attempt, Report)> {
        let inner = self.lock();
        inner.live.values().map(|entry| (entry.attempt(), entry.report(&receipts, &class))).collect()
    }

    /// A grant will be asked for.
    pub(super) fn asks(&self, grant: u64, deliveries: &[Asked]) {
        let mut inner = self.lock();
        let mut octets = Vec::new();
        for Asked { message, to, .. } in deliveries {
            let (message, to, connector) = (*message, to.clone(), String::new());
            let entry = Entry { message, to, grant, connector, segments: Vec::new(), over: false };
            put(&mut octets, &entry);
            inner.live.insert((entry.message, entry.to.clone()), entry);
        }
        inner.append(&octets);
    }

    /// There is a grant; the other side has these segments already, by these ids.
    pub fn begins(&self, granted: &Granted, connector: &str, ids: &[Option<String>]) {
        if let Some(entry) = self.lock().live.get_mut(&(granted.message, granted.to.clone())) {
            let known = |id: &Option<String>| id.clone().map_or(Segment::Here, Segment::Accepted);
            (entry.connector, entry.segments) = (connector.to_owned(), ids.iter().map(known).collect());
        }
    }

    /// A segment is about to be handed to the socket. Without this being known it must not be.
    pub fn writes(&self, granted: &Granted, segment: usize) -> bool {
        self.lock().change(granted, segment, Segment::Written)
    }

    /// What the other side has answered: its id for a segment, or why it refuses it.
    pub fn answered(&self, granted: &Granted, segment: usize, answer: Result<&str, u32>) {
        let answer = answer.map_or_else(Segment::Refused, |id| Segment::Accepted(id.to_owned()));
        self.lock().change(granted, segment, answer);
    }

    /// Its result is stored.
    pub(super) fn over(&self, message: MessageId, to: &Party) {
        let mut inner = self.lock();
        if let Some(entry) = inner.live.remove(&(message, to.clone())) {
            let mut octets = Vec::new();
            put(&mut octets, &Entry { over: true, connector: String::new(), segments: Vec::new(), ..entry });
            inner.append(&octets);
        }
    }
}

impl Inner {
    /// Whether it is known from now on.
    fn change(&mut self, granted: &Granted, segment: usize, now: Segment) -> bool {
        let Some(entry) = self.live.get_mut(&(granted.message, granted.to.clone())) else { return false };
        let Some(place) = entry.segments.get_mut(segment) else { return false };
        if *place == now {
            return true;
        }
        *place = now;
        let mut octets = Vec::new();
        put(&mut octets, entry);
        self.append(&octets)
    }

    /// Whether the journal tells the truth: it holds this, or it is gone.
    fn append(&mut self, octets: &[u8]) -> bool {
        let Some(file) = &mut self.file else { return !self.path.exists() };
        if let Err(error) = file.write_all(octets) {
            return self.give_up(&error);
        }
        self.len += octets.len();
        self.len < self.len_max || self.rewrite()
    }

    fn rewrite(&mut self) -> bool {
        match self.write_anew() {
            Ok(()) => true,
            Err(error) => self.give_up(&error),
        }
    }

    fn write_anew(&mut self) -> std::io::Result<()> {
        let fresh = self.path.with_extension("new");
        let mut file = File::create(&fresh)?;
        let boot = fs::read_to_string(BOOT)?;
        let mut octets = Vec::new();
        put(&mut octets, &Header { boot, inode: file.metadata()?.ino() });
        self.live.values().for_each(|entry| put(&mut octets, entry));
        file.write_all(&octets)?;
        fs::rename(&fresh, &self.path)?;
        (self.file, self.len, self.len_max) = (Some(file), octets.len(), octets.len() + GROWTH_BYTES_MAX);
        Ok(())
    }

    /// A journal that lacks something is worse than none. Without the old one a full disk may have room for what still counts.
    fn give_up(&mut self, error: &std::io::Error) -> bool {
        self.file = None;
        let _there_may_be_none = fs::remove_file(&self.path);
        if self.write_anew().is_ok() {
            return true;
        }
        warn!(%error, "what is sent cannot be noted down: after a crash it is unknown");
        !self.path.exists()
    }
}

impl Entry {
    fn attempt(&self) -> Attempt {
        let id = |segment: &Segment| match segment {
            Segment::Accepted(id) => Some(id.clone()),
            Segment::Here | Segment::Written | Segment::Refused(_) => None,
        };
        let (connector, ids) = (self.connector.clone(), self.segments.iter().map(id).collect());
        Attempt { message: self.message, to: self.to.clone(), connector, ids, grant: Some(self.grant) }
    }

    /// As exactly as it is known. What was refused is asked for again, and refused again where it is refused for good.
    fn report(&self, receipts: impl Fn(&str) -> bool, class: impl Fn(&str, u32) -> DeferClass) -> Report {
        let attempt = self.attempt();
        let refusal = self.segments.iter().find_map(|segment| match segment {
            Segment::Refused(status) => Some(*status),
            Segment::Here | Segment::Written | Segment::Accepted(_) => None,
        });
        if self.segments.contains(&Segment::Written) {
            Report::Unknown { attempt, why: UnknownReason::BridgeLost }
        } else if let Some(status) = refusal {
            let class = class(&self.connector, status);
            Report::Deferred { attempt, class, why: DeferReason::Smsc(status) }
        } else if self.segments.is_empty() || self.segments.contains(&Segment::Here) {
            Report::Deferred { attempt, class: DeferClass::NotSent, why: DeferReason::NotSent }
        } else {
            let receipts = receipts(&self.connector);
            Report::Accepted { attempt, receipts }
        }
    }
}

/// A record: its length in four octets, and MessagePack.
fn put<T: Serialize>(octets: &mut Vec<u8>, record: &T) {
    let record = to_msgpack(record);
    octets.extend_from_slice(&u32::try_from(record.len()).unwrap_or(u32::MAX).to_be_bytes());
    octets.extend_from_slice(&record);
}

/// What is left in a journal that can be believed; else nothing.
fn read(path: &Path) -> BTreeMap<(MessageId, Party), Entry> {
    let octets = fs::read(path).unwrap_or_default();
    let mut records = records(&octets);
    let header = records.next().and_then(|record| from_msgpack::<Header>(record).ok());
    let here =
        fs::read_to_string(BOOT).and_then(|boot| Ok(Header { boot, inode: fs::metadata(path)?.ino() }));
    let mut live = BTreeMap::new();
    if header.is_none() || header != here.ok() {
        return live;
    }
    for entry in records.map(from_msgpack::<Entry>) {
        let Ok(entry) = entry else { return BTreeMap::new() };
        let key = (entry.message, entry.to.clone());
        if entry.over {
            live.remove(&key)
        } else {
            live.insert(key, entry)
        };
    }
    live
}

/// Whole ones: the process that died within one had not acted upon it.
fn records(mut octets: &[u8]) -> impl Iterator<Item = &[u8]> {
    std::iter::from_fn(move || {
        let (len, rest) = octets.split_first_chunk::<4>()?;
        let (record, rest) = rest.split_at_checked(usize::try_from(u32::from_be_bytes(*len)).ok()?)?;
        octets = rest;
        Some(record)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::attempt::Adapter;

    fn granted(number: u64) -> Granted {
        let message = MessageId::of(crate::words::CommandSeq(number));
        let phone = "+447700900001".parse().unwrap();
        let (channel, to) = (Adapter::Sms, Party::Phone(phone));
        Granted { channel, message, to, phone, from: None, grant: Some(7) }
    }

    fn asked(number: u64) -> Asked {
        let Granted { message, to, .. } = granted(number);
        Asked { message, to, again: false }
    }

    fn words(journal: &Journal) -> Vec<String> {
        let word = |report| match report {
            Report::Accepted { attempt, .. } => format!("accepted {}", attempt.ids.len()),
            Report::Deferred { why, .. } => why.to_string(),
            Report::Unknown { .. } => "unknown".to_owned(),
            Report::Failed { .. } | Report::Receipt(_) | Report::Unmatched(_) | Report::Silent { .. } => {
                unreachable!("a journal holds none")
            }
        };
        journal
            .left(|_| true, |_, _| DeferClass::Throttled)
            .into_iter()
            .map(|(_, report)| word(report))
            .collect()
    }

    #[test]
    fn after_a_crash_each_delivery_is_known_as_far_as_it_came() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sent");
        let journal = Journal::open(path.clone());
        journal.asks(7, &(1..=6).map(asked).collect::<Vec<_>>());
        for number in 2..=6 {
            journal.begins(&granted(number), "main", &[None, Some("a".to_owned())]);
        }
        for number in 3..=6 {
            assert!(journal.writes(&granted(number), 0));
        }
        journal.answered(&granted(4), 0, Err(0x58));
        journal.answered(&granted(5), 0, Ok("b"));
        journal.over(granted(6).message, &granted(6).to);
        let want = ["not_sent", "not_sent", "unknown", "smsc_0x00000058", "accepted 2"];
        assert_eq!(words(&journal), want);
        assert_eq!(words(&Journal::open(path.clone())), want, "read back");
        // A record that was torn was not acted upon.
        let whole = std::fs::read(&path).unwrap();
        let journal = Journal::open(path.clone());
        journal.begins(&granted(2), "main", &[None]);
        assert!(journal.writes(&granted(2), 0));
        let longer = std::fs::read(&path).unwrap();
        let torn = File::options().write(true).open(&path).unwrap();
        torn.set_len(longer.len() as u64 - 1).unwrap();
        assert!(longer.len() > whole.len());
        assert_eq!(words(&Journal::open(path.clone())), want);
        // A copy may be old: nothing is known from it.
        let copy = folder.path().join("copy");
        std::fs::copy(&path, &copy).unwrap();
        assert!(words(&Journal::open(copy)).is_empty());
    }

    #[test]
    fn it_is_bounded_and_gone_where_it_cannot_be_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sent");
        let journal = Journal::open(path.clone());
        for number in 1..20_000 {
            journal.asks(7, &[asked(number)]);
            if number > 11 {
                journal.over(granted(number).message, &granted(number).to);
            }
        }
        let len = std::fs::metadata(&path).unwrap().len();
        assert!(len < 2 * GROWTH_BYTES_MAX as u64, "{len} bytes");
        assert_eq!(words(&Journal::open(path.clone())).len(), 11);
        std::fs::remove_dir_all(&folder).unwrap();
        assert!(journal.lock().give_up(&std::io::ErrorKind::StorageFull.into()));
        journal.begins(&granted(1), "main", &[None]);
        assert!(journal.writes(&granted(1), 0), "it goes on without");
        assert!(words(&Journal::open(path)).is_empty());
    }
}
