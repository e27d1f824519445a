//! The comparison of a room's folder with what the log comes to at its position: row by row, of a copy, so that the folder stays as it is.
//!
//! Invariant: nothing is written to the folder, set aside or made; engines write when they open, so a copy is opened.
//! Invariant: two rows are in memory at a time, however many there are.

use std::cmp::Ordering;
use std::fs::{self, File, TryLockError};
use std::io;
use std::ops::Bound;
use std::path::Path;

use serde::Serialize;

use super::projection::{META, OTHER_FORMAT, private_folder};
use super::store::{Row, Scan, Unopened};
use super::{Fault, Log, Pace, Place, Projection, Record, Retry, Shape, blocking};

/// What a folder is, held against the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum FolderState {
    /// There is none.
    None,
    /// Each row is what the log comes to at this commit.
    Equal {
        position: u64,
        rows: u64,
    },
    /// So many rows are not: changed, missing, or too many; `first` is the first of them in words.
    Differs {
        position: u64,
        rows: u64,
        differ: u64,
        first: String,
    },
    /// It cannot be opened or read to its end.
    Torn,
    /// Another version of Homing has made it.
    OtherFormat,
    OtherLog,
    /// It is of this log, which holds its last commit no more.
    LogLost {
        position: u64,
    },
    /// The log was not read so far: something was found before, or it was stopped.
    NotReached {
        position: u64,
    },
    /// A process has it open.
    InUse,
}

impl FolderState {
    /// Whether something is wrong with it, or with the log below it.
    pub fn is_wrong(&self) -> bool {
        match self {
            FolderState::Differs { .. } | FolderState::Torn | FolderState::LogLost { .. } => true,
            FolderState::None
            | FolderState::Equal { .. }
            | FolderState::OtherFormat
            | FolderState::OtherLog
            | FolderState::NotReached { .. }
            | FolderState::InUse => false,
        }
    }
}

/// Both projections, for a room that knows which differences mean nothing.
#[derive(Debug)]
pub struct Sides {
    /// The copy of the folder.
    pub kept: Projection,
    /// What the log comes to.
    pub fresh: Projection,
}

/// A room's rows, as it projects, compares and names them.
pub trait Projected: Send + 'static {
    /// Takes in records of EVENTS, in order.
    ///
    /// # Errors
    /// As [`Projection::take`].
    fn take(&self, fresh: &Projection, records: &[Record]) -> Result<(), Fault>;

    /// Whether two values of one row, or that it is on one side alone, mean the same.
    ///
    /// # Errors
    /// Where a row cannot be read.
    fn alike(
        &self,
        sides: &Sides,
        key: &[u8],
        kept: Option<&[u8]>,
        fresh: Option<&[u8]>,
    ) -> Result<bool, Fault>;

    /// Whether its role writes a position before it waits for the log: then a folder without one has lost all of it. sled takes a
    /// file whose beginning is torn for a new one.
    fn begins_with_position(&self) -> bool;

    /// A row in words, without a phone number or a text.
    fn name(&self, key: &[u8]) -> String;
}

/// A folder to compare.
#[derive(Debug)]
pub struct Compared<'a> {
    pub folder: &'a Path,
    pub shape: Shape,
    /// The subjects that its room reads; all where there are none.
    pub reads: Vec<String>,
    /// As far EVENTS is known to be whole.
    pub whole_up_to: u64,
}

impl Compared<'_> {
    /// Compares it with what the log comes to. The copy and the rows that are made anew are in a temporary folder.
    ///
    /// # Errors
    /// When the server does not answer, the log has a gap, or a disk does not work; what is wrong with the folder itself is no
    /// error.
    pub async fn with_log(
        self,
        log: &Log,
        pace: &mut Pace,
        room: impl Projected,
    ) -> Result<FolderState, Fault> {
        let Compared { folder, shape, reads, whole_up_to } = self;
        let temporary = private_folder()?;
        let (from, to) = (folder.to_owned(), temporary.path().join("kept"));
        let kept = match blocking(move || open_copy(&from, &to, shape)).await {
            Ok(Ok(kept)) => kept,
            Ok(Err(state)) => return Ok(state),
            Err(fault) => return torn_or(fault),
        };
        let position = kept.position();
        let mark = match kept.mark() {
            Ok(mark) => mark.unwrap_or_default(),
            Err(fault) => return torn_or(fault),
        };
        if room.begins_with_position() && kept.get(META)?.is_none() {
            return Ok(FolderState::Torn);
        }
        let last = log.last_seq("EVENTS").await?;
        match mark.place_in(log).await? {
            Place::Ours if last >= position.0 => {}
            Place::Ours | Place::Lost => return Ok(FolderState::LogLost { position: position.0 }),
            Place::OtherLog => return Ok(FolderState::OtherLog),
        }
        if position.0 > whole_up_to {
            return Ok(FolderState::NotReached { position: position.0 });
        }
        let to = temporary.path().join("fresh");
        let fresh = blocking(move || Projection::open(&to, shape)).await?;
        let last = if reads.is_empty() { position.0 } else { log.last_seq_of("EVENTS", &reads).await? };
        let (mut follower, mut read) = (log.follow_all("EVENTS", reads, 1), 0);
        let (mut fresh, mut room) = (fresh, room);
        while read < last.min(position.0) {
            let mut records = follower.next_up_to(last.min(position.0)).await?;
            read = records.last().map_or(u64::MAX, |record| record.seq);
            records.retain(|record| record.seq <= position.0);
            for _ in &records {
                pace.take().await;
            }
            (fresh, room) = blocking(move || {
                room.take(&fresh, &records)?;
                Ok((fresh, room))
            })
            .await?;
        }
        let sides = Sides { kept, fresh };
        let compared = blocking(move || compare(&sides, &room)).await;
        Ok(match compared {
            Ok(Found { rows, differ: 0, .. }) => FolderState::Equal { position: position.0, rows },
            Ok(Found { rows, differ, first }) => {
                FolderState::Differs { position: position.0, rows, differ, first: first.unwrap_or_default() }
            }
            Err(fault) => return torn_or(fault),
        })
    }
}

fn torn_or(fault: Fault) -> Result<FolderState, Fault> {
    match fault.retry {
        Retry::Reload => Ok(FolderState::Torn),
        Retry::Later | Retry::Never => Err(fault),
    }
}

/// Opens a copy of a folder that nobody has open, or says what stands there instead.
fn open_copy(folder: &Path, to: &Path, shape: Shape) -> Result<Result<Projection, FolderState>, Fault> {
    let doing = |error: io::Error| Fault::never(format!("read {}", folder.display())).because(error);
    match folder.read_dir().map(|mut files| files.next().is_none()) {
        Ok(false) => {}
        Ok(true) => return Ok(Err(FolderState::None)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Err(FolderState::None)),
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => return Ok(Err(FolderState::Torn)),
        Err(error) => return Err(doing(error)),
    }
    // Held while it is copied: who wants to open it waits so long.
    let lock = match File::open(folder.join(shape.engine.locked_file())) {
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Err(FolderState::Torn)),
        Err(error) => return Err(doing(error)),
    };
    match lock.try_lock_shared() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return Ok(Err(FolderState::InUse)),
        Err(TryLockError::Error(error)) => return Err(doing(error)),
    }
    copy(folder, to).map_err(|error| Fault::later(format!("copy {}", folder.display())).because(error))?;
    drop(lock);
    Ok(match Projection::open_once(to, shape) {
        Ok(projection) => Ok(projection),
        Err(Unopened::Useless(why)) if why == OTHER_FORMAT => Err(FolderState::OtherFormat),
        Err(Unopened::Useless(_)) => Err(FolderState::Torn),
        Err(Unopened::Unavailable(fault)) => return Err(fault),
    })
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (path, to) = (entry.path(), to.join(entry.file_name()));
        if entry.file_type()?.is_dir() {
            copy(&path, &to)?;
        } else {
            fs::copy(path, to)?;
        }
    }
    Ok(())
}

#[derive(Default)]
struct Found {
    rows: u64,
    differ: u64,
    first: Option<String>,
}

/// Both in the order of their keys, beside each other.
fn compare(sides: &Sides, room: &impl Projected) -> Result<Found, Fault> {
    let all = |side: &Projection| -> Result<Scan, Fault> {
        Ok(side.view()?.range(Bound::Excluded(META), Bound::Unbounded))
    };
    let (mut kept, mut fresh) = (all(&sides.kept)?, all(&sides.fresh)?);
    let (mut left, mut right) = (next(&mut kept)?, next(&mut fresh)?);
    let mut found = Found::default();
    loop {
        let order = match (&left, &right) {
            (None, None) => return Ok(found),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some((one, _)), Some((other, _))) => one.cmp(other),
        };
        let ours = if order.is_le() { left.take() } else { None };
        let theirs = if order.is_ge() { right.take() } else { None };
        found.rows += u64::from(ours.is_some());
        let key = ours.as_ref().or(theirs.as_ref()).map(|(key, _)| key.as_slice()).unwrap_or_default();
        let [mine, its] = [&ours, &theirs].map(|row| row.as_ref().map(|(_, value)| value.as_slice()));
        if mine != its && !room.alike(sides, key, mine, its)? {
            found.differ += 1;
            let how = match order {
                Ordering::Less => "is too many",
                Ordering::Equal => "is another",
                Ordering::Greater => "is missing",
            };
            found.first.get_or_insert_with(|| format!("{} {how}", room.name(key)));
        }
        if order.is_le() {
            left = next(&mut kept)?;
        }
        if order.is_ge() {
            right = next(&mut fresh)?;
        }
    }
}

fn next(scan: &mut Scan) -> Result<Option<Row>, Fault> {
    scan.next().transpose()
}
