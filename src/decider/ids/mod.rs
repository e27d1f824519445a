//! The ids of seven days on disk, projected from the log: memory holds the latest alone, and asks here for an older one.
//!
//! | key | value |
//! |---|---|
//! | `!` | format, position, mark (see `log/projection.rs`) |
//! | `c` | the last row that the sweep looked at; none where it begins anew |
//! | `i` hash of sender and id 16 | hash of the content 16, the command's time in ms 8, the outcome in MessagePack with names |
//!
//! Invariant: a row's commit is stored in EVENTS. Those of a log that was cut are given up with the whole folder.
//! Invariant: what memory has forgotten is here before the next command is judged; where it cannot be, nothing is decided.
//! Invariant: whether an id still counts is not asked here: the rules judge it by its age. Here the old ones only leave.

mod writer;

use std::collections::BTreeMap;
use std::ops::Bound;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::time::timeout;
use tracing::info;

use crate::log::{Batch, Engine, Fault, Log, Mark, Projection, Record, Retry, Shape, blocking};
use crate::rules::{KEPT_FOR, Kept, LATEST_LEN_MAX, Stamp};
use crate::wire::{from_msgpack, to_msgpack};
use crate::words::{CommandSeq, EventSeq, Instant, Span};

use writer::{HELD_LEN_MAX, QUEUE_LEN_MAX};
pub(super) use writer::{Handing, write};

/// Rows of another format are rebuilt from the log. What is decided by is held against its checksums first.
const SHAPE: Shape =
    Shape { format: 1, engine: Engine::Redb, cache_bytes: 16 * 1_024 * 1_024, checked: true };
const CURSOR: &[u8] = b"c";
const ID: u8 = b'i';
/// Behind the last of them.
const IDS_END: u8 = ID + 1;
const STAMP_LEN: usize = 16;
/// What no longer counts may leave; it does this much later, for a server's clock can go back a little.
const GRACE: Span = Span::from_secs(3_600);
/// Rows written at once: a few milliseconds' worth.
const PIECE_LEN_MAX: usize = 32;
/// Rows that the sweep looks at for each one written, and at least: with as many ids coming as going it has looked at all of
/// them in less than a day, and so an eighth more are there than count.
const SWEEP_PER_ROW: usize = 8;
const SWEEP_LEN_MIN: usize = 128;
/// Ids asked for at once: few enough to be answered in a millisecond where their pages are in memory.
pub(super) const ASKED_LEN_MAX: usize = 64;
/// A disk that is slower is taken for broken: then another decider may be better off, and this one begins anew.
const DISK_WITHIN: Duration = Duration::from_secs(5);
/// How often a rebuild says how far it is.
const TOLD_EVERY: u64 = 500_000;

const _: () = assert!(
    QUEUE_LEN_MAX + HELD_LEN_MAX + ASKED_LEN_MAX < LATEST_LEN_MAX,
    "memory holds what is not on disk"
);

/// An id that was used by a decision of the log.
#[derive(Debug, Clone)]
pub(super) struct Fresh {
    /// The decision's last commit.
    pub(super) mark: Mark,
    pub(super) key: Stamp,
    pub(super) kept: Arc<Kept>,
}

/// Where they are kept.
#[derive(Debug, Clone)]
pub struct IdsFolder {
    path: PathBuf,
    /// Whether it turned out to be of no use.
    torn: Arc<AtomicBool>,
}

impl IdsFolder {
    /// `decider/ids` under the data folder.
    pub fn at(data: &Path) -> IdsFolder {
        IdsFolder { path: data.join("decider").join("ids"), torn: Arc::default() }
    }

    /// Opens it. A folder that is torn or of another log is set aside, and begins empty.
    ///
    /// # Errors
    /// Where it is in use, or can be neither opened nor set aside; or where the log does not answer.
    pub async fn open(&self, log: &Log) -> Result<Arc<Ids>, Fault> {
        let last = log.wrapped_record("EVENTS", log.last_seq("EVENTS").await?.max(1), None).await?;
        let last = last.and_then(|last| last.commit().ok()).map_or(Instant::default(), |last| last.at);
        self.open_from(log, last).await
    }

    /// Opens it empty, for who reads no log by it and judges what was said at `first` and later.
    ///
    /// # Errors
    /// Where it cannot be made.
    pub(super) async fn begin(&self, first: Instant) -> Result<Arc<Ids>, Fault> {
        let path = self.path.clone();
        let rows = blocking(move || Projection::open(&path, SHAPE)).await?;
        Ok(Arc::new(Ids { rows, oldest: oldest_kept(first), torn: Arc::clone(&self.torn) }))
    }

    async fn open_from(&self, log: &Log, first: Instant) -> Result<Arc<Ids>, Fault> {
        if self.torn.swap(false, Ordering::Relaxed) {
            let path = self.path.clone();
            blocking(move || Projection::set_aside(&path)).await?;
        }
        let rows = Projection::of(log, &self.path, SHAPE).await?;
        Ok(Arc::new(Ids { rows, oldest: oldest_kept(first), torn: Arc::clone(&self.torn) }))
    }
}

/// The open folder.
#[derive(Debug)]
pub struct Ids {
    rows: Projection,
    /// What was said before this time counts for nobody who is judged yet: a rebuild leaves it out.
    oldest: Instant,
    torn: Arc<AtomicBool>,
}

impl Ids {
    /// Reads of the log what is missing up to `until`: at most what was stored in the last seven days.
    ///
    /// # Errors
    /// When the server does not answer, or the disk or the folder is broken.
    pub async fn reach(self: &Arc<Ids>, log: &Log, until: Mark) -> Result<(), Fault> {
        let position = self.rows.position();
        if position >= until.seq {
            return Ok(());
        }
        let first = log.first_since("EVENTS", oldest_kept(until.at)).await?.max(position.next().0);
        if first > until.seq.0 {
            return self.take(Vec::new(), until).await;
        }
        let mut events = log.follow("EVENTS", None, first);
        let (mut command, mut read, mut told) = (CommandSeq::default(), 0, first);
        info!(seq = first, until = until.seq.0, "reading the ids of seven days");
        while read < until.seq.0 {
            let records = events.next().await?;
            read = records.last().map_or(read, |record| record.seq);
            let (fresh, mark) = used(&records, until, &mut command);
            if let Some(mark) = mark {
                self.take(fresh, mark).await?;
            }
            if read >= told + TOLD_EVERY {
                told = read;
                info!(seq = read, until = until.seq.0, "reading the ids of seven days");
            }
        }
        info!(seq = until.seq.0, "the ids of seven days are read");
        Ok(())
    }

    /// Takes in what was used up to a commit; what it holds already is left out.
    ///
    /// # Errors
    /// Where the disk or the folder is broken, or does not answer in time.
    pub(super) async fn take(self: &Arc<Ids>, fresh: Vec<Fresh>, until: Mark) -> Result<(), Fault> {
        let ids = Arc::clone(self);
        self.in_time(move || ids.write(&fresh, until)).await
    }

    /// What is kept under these keys.
    ///
    /// # Errors
    /// Where the disk or the folder is broken, or does not answer in time.
    pub async fn find(self: &Arc<Ids>, keys: Vec<Stamp>) -> Result<BTreeMap<Stamp, Kept>, Fault> {
        if keys.is_empty() {
            return Ok(BTreeMap::new());
        }
        let ids = Arc::clone(self);
        self.in_time(move || ids.read(&keys)).await
    }

    /// Makes what was taken in survive a power loss.
    async fn flush(self: &Arc<Ids>) -> Result<(), Fault> {
        let ids = Arc::clone(self);
        self.in_time(move || ids.rows.flush()).await
    }

    async fn in_time<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let done = timeout(DISK_WITHIN, blocking(work)).await.unwrap_or_else(|_| Err(too_slow()));
        if done.as_ref().is_err_and(|fault| fault.retry == Retry::Reload) {
            self.torn.store(true, Ordering::Relaxed);
        }
        done
    }

    fn read(&self, keys: &[Stamp]) -> Result<BTreeMap<Stamp, Kept>, Fault> {
        let mut found = BTreeMap::new();
        for key in keys {
            if let Some(row) = self.rows.get(row_key(key))? {
                found.insert(*key, kept(&row).ok_or_else(Fault::torn)?);
            }
        }
        Ok(found)
    }

    fn write(&self, fresh: &[Fresh], until: Mark) -> Result<(), Fault> {
        let (position, oldest) = (self.rows.position(), self.oldest.max(oldest_kept(until.at)));
        if until.seq <= position {
            return Ok(());
        }
        let is_new = |fresh: &&Fresh| fresh.mark.seq > position && fresh.kept.at > oldest;
        let fresh: Vec<&Fresh> = fresh.iter().filter(is_new).collect();
        let mut pieces = fresh.chunks(PIECE_LEN_MAX).peekable();
        loop {
            let piece = pieces.next().unwrap_or_default();
            let last = piece.last().filter(|_| pieces.peek().is_some());
            self.write_piece(piece, last.map_or(until, |last| last.mark), oldest)?;
            if last.is_none() {
                return Ok(());
            }
        }
    }

    fn write_piece(&self, piece: &[&Fresh], mark: Mark, oldest: Instant) -> Result<(), Fault> {
        let mut rows = Batch::default();
        self.sweep(&mut rows, SWEEP_LEN_MIN.max(SWEEP_PER_ROW * piece.len()), oldest)?;
        for Fresh { key, kept, .. } in piece {
            rows.insert(row_key(key), row(kept));
        }
        self.rows.apply(rows, mark.seq, Some(mark))
    }

    /// Removes what no longer counts of the next rows.
    fn sweep(&self, rows: &mut Batch, looks: usize, oldest: Instant) -> Result<(), Fault> {
        let from = self.rows.get(CURSOR)?.unwrap_or_else(|| vec![ID]);
        let (mut last, mut looked) = (None, 0);
        let behind = (Bound::Excluded(from), Bound::Excluded(vec![IDS_END]));
        for row in self.rows.range(behind).take(looks) {
            let (key, row) = row?;
            if at(&row).ok_or_else(Fault::torn)? <= oldest {
                rows.remove(key.clone());
            }
            (last, looked) = (Some(key), looked + 1);
        }
        match last.filter(|_| looked == looks) {
            Some(last) => rows.insert(CURSOR, last),
            None => rows.remove(CURSOR),
        }
        Ok(())
    }
}

/// The ids that these records have used, and the last commit among them; nothing behind `until`.
fn used(records: &[Record], until: Mark, command: &mut CommandSeq) -> (Vec<Fresh>, Option<Mark>) {
    let (mut fresh, mut last) = (Vec::new(), None);
    for record in records.iter().filter(|record| record.seq <= until.seq.0) {
        // The state has read these too, and told of those that are none.
        let Ok(commit) = record.commit() else { continue };
        let mark = Mark { seq: EventSeq(record.seq), command: commit.command, at: commit.at, log: None };
        last = Some(mark);
        if commit.part == 0 && commit.command > *command {
            *command = commit.command;
            fresh.extend(commit.kept().map(|(key, kept)| Fresh { mark, key, kept }));
        }
    }
    (fresh, last)
}

/// What was said at or before this time does not count any more, whatever is said from `now` on.
fn oldest_kept(now: Instant) -> Instant {
    now + Span::from_ms(-(KEPT_FOR.ms() + GRACE.ms()))
}

fn too_slow() -> Fault {
    Fault::later("keep ids on the disk").because(format!("it does not answer within {DISK_WITHIN:?}"))
}

fn row_key(key: &Stamp) -> Vec<u8> {
    [[ID].as_slice(), key.as_bytes()].concat()
}

fn row(kept: &Kept) -> Vec<u8> {
    let at = kept.at.unix_ms().to_be_bytes();
    [kept.content.as_bytes(), &at, &to_msgpack(&kept.outcome)].concat()
}

fn kept(row: &[u8]) -> Option<Kept> {
    let (content, rest) = row.split_first_chunk::<STAMP_LEN>()?;
    let (at, outcome) = rest.split_first_chunk::<8>()?;
    let at = Instant::from_unix_ms(i64::from_be_bytes(*at));
    Some(Kept { content: Stamp::from_bytes(*content), at, outcome: from_msgpack(outcome).ok()? })
}

fn at(row: &[u8]) -> Option<Instant> {
    let (at, _) = row.get(STAMP_LEN..)?.split_first_chunk::<8>()?;
    Some(Instant::from_unix_ms(i64::from_be_bytes(*at)))
}

#[cfg(test)]
mod tests;
