//! The sled folder: opening it, giving it up when it is torn, and the one batch that holds data and position.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};

use sled::Db;
use tokio::sync::watch;

use super::keys::{FORMAT, META};
use super::project::project;
use super::rows::Rows;
use crate::log::Fault;
use crate::rules::Commit;
use crate::words::{CommandSeq, EventSeq, Instant};

/// Enough for the pages that are written now; the rest is the disk's cache's business.
const CACHE_BYTES: u64 = 64 * 1_024 * 1_024;
/// What a crash loses is read from the log again.
const FLUSH_EVERY_MS: u64 = 1_000;
/// A commit changes about five rows.
const ROWS_PER_COMMIT: usize = 6;

/// The read models: rows projected from EVENTS, with the position they stand at.
#[derive(Debug)]
pub struct Model {
    pub(super) db: Db,
    position: watch::Sender<EventSeq>,
}

/// A commit by which the log that a model was made from is known again.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mark {
    pub seq: EventSeq,
    pub command: CommandSeq,
    pub at: Instant,
}

/// Why a folder could not be opened.
enum Unopened {
    /// It is of no use: it is rebuilt.
    Useless(String),
    /// Another process has it, or the machine refuses: no reason to throw it away.
    Unavailable(Fault),
}

impl Model {
    /// Opens the folder; one that is torn or of another format is set aside, and the model begins empty.
    ///
    /// # Errors
    /// Where the folder is in use, or can be neither opened nor set aside.
    pub fn open(folder: &Path) -> Result<Model, Fault> {
        match Model::open_once(folder) {
            Ok(model) => Ok(model),
            Err(Unopened::Unavailable(fault)) => Err(fault),
            Err(Unopened::Useless(why)) => {
                tracing::warn!(folder = %folder.display(), why, "the read models are rebuilt from the log");
                set_aside(folder)?;
                Model::open_once(folder).map_err(|unopened| match unopened {
                    Unopened::Unavailable(fault) => fault,
                    Unopened::Useless(why) => Fault::later("begin the read models anew").because(why),
                })
            }
        }
    }

    fn open_once(folder: &Path) -> Result<Model, Unopened> {
        let config =
            sled::Config::new().path(folder).cache_capacity(CACHE_BYTES).flush_every_ms(Some(FLUSH_EVERY_MS));
        // sled panics on some torn files where it should return an error.
        let opened = catch_unwind(AssertUnwindSafe(|| {
            let db = config.open()?;
            let position = position(&db)?;
            Ok((db, position))
        }));
        match opened {
            Ok(Ok((db, Ok(position)))) => Ok(Model { db, position: watch::Sender::new(position) }),
            Ok(Ok((_, Err(why)))) => Err(Unopened::Useless(why.to_owned())),
            Ok(Err(error)) if is_locked(&error) => Err(Unopened::Unavailable(
                Fault::later("open the read models, which another process has open").because(error),
            )),
            Ok(Err(error)) => Err(Unopened::Useless(error.to_string())),
            Err(_) => Err(Unopened::Useless("sled panicked".to_owned())),
        }
    }

    /// The last commit that the rows hold.
    pub fn position(&self) -> EventSeq {
        *self.position.borrow()
    }

    /// Waits until the rows hold this commit.
    pub async fn reached(&self, seq: EventSeq) {
        // The sender lives as long as the model, so the wait cannot fail.
        let _ = self.position.subscribe().wait_for(|position| *position >= seq).await;
    }

    /// The last commit applied, unless none was.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn mark(&self) -> Result<Option<Mark>, Fault> {
        let meta = self.db.get(META).map_err(|error| broken("read the position", error))?;
        Ok(meta.and_then(|meta| Meta::read(&meta)).map(|meta| meta.mark).filter(|mark| mark.seq.0 > 0))
    }

    /// Takes in commits in the order of the log, whole or not at all. Those it holds already are skipped.
    ///
    /// # Errors
    /// `Retry::Reload` where the model is torn and must be rebuilt; otherwise the disk failed. Nothing was applied.
    pub fn apply(&self, commits: &[(EventSeq, Commit)]) -> Result<(), Fault> {
        let last = commits.last().map_or(EventSeq(0), |(seq, _)| *seq);
        self.apply_until(commits, last)
    }

    /// The same, where commits that cannot be read stand between and behind these: `until` is the last of all.
    ///
    /// # Errors
    /// As `apply`.
    pub fn apply_until(&self, commits: &[(EventSeq, Commit)], until: EventSeq) -> Result<(), Fault> {
        let position = self.position();
        if until <= position {
            return Ok(());
        }
        let mut rows = Rows::over(&self.db, 1 + ROWS_PER_COMMIT * commits.len());
        let mut last = None;
        for (seq, commit) in commits.iter().filter(|(seq, _)| *seq > position) {
            project(&mut rows, *seq, commit)?;
            last = Some(Mark { seq: *seq, command: commit.command, at: commit.at });
        }
        let mark = match last {
            Some(mark) => mark,
            None => self.mark()?.unwrap_or_default(),
        };
        rows.put(META.to_vec(), Meta { position: until, mark }.write());
        self.db.apply_batch(rows.into_batch()).map_err(|error| broken("write the read models", error))?;
        self.position.send_replace(until);
        Ok(())
    }

    /// Makes what was applied survive a power loss.
    ///
    /// # Errors
    /// Where the disk failed.
    pub fn flush(&self) -> Result<(), Fault> {
        self.db.flush().map(|_| ()).map_err(|error| broken("flush the read models", error))
    }
}

/// Moves the folder away, keeping the last one given up for whoever wants to know why.
///
/// # Errors
/// Where the disk does not allow it.
pub fn set_aside(folder: &Path) -> Result<(), Fault> {
    let mut aside = folder.as_os_str().to_owned();
    aside.push(".torn");
    let aside = PathBuf::from(aside);
    let doing = "set the torn read models aside";
    match std::fs::remove_dir_all(&aside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            return Err(Fault::never(doing).because(error));
        }
        Ok(()) | Err(_) => {}
    }
    match std::fs::rename(folder, &aside) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(Fault::never(doing).because(error)),
        Ok(()) | Err(_) => Ok(()),
    }
}

/// What sled's errors mean to us: a torn folder is rebuilt, a disk that fails is waited for.
pub(super) fn broken(doing: &str, error: sled::Error) -> Fault {
    let fault = match &error {
        sled::Error::Io(_) => Fault::later(doing),
        sled::Error::Unsupported(_) => Fault::never(doing),
        sled::Error::CollectionNotFound(_)
        | sled::Error::ReportableBug(_)
        | sled::Error::Corruption { .. } => Fault::reload(doing),
    };
    fault.because(error)
}

/// A row that does not hold what its key promises.
pub(super) fn torn() -> Fault {
    Fault::reload("read a row of the read models, which is torn")
}

fn is_locked(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(io) if io.to_string().starts_with("could not acquire lock"))
}

/// The position of an opened folder, or why its rows are of no use.
fn position(db: &Db) -> sled::Result<Result<EventSeq, &'static str>> {
    let Some(meta) = db.get(META)? else {
        return Ok(if db.is_empty() { Ok(EventSeq(0)) } else { Err("rows without a position") });
    };
    Ok(Meta::read(&meta).map(|meta| meta.position).ok_or("another format"))
}

/// The row `!`: format 4, position 8, the mark's seq 8, command 8 and instant 8; most significant byte first.
struct Meta {
    position: EventSeq,
    mark: Mark,
}

impl Meta {
    fn write(&self) -> Vec<u8> {
        let Meta { position, mark } = self;
        let mut bytes = FORMAT.to_be_bytes().to_vec();
        for number in [position.0, mark.seq.0, mark.command.0] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(&mark.at.unix_ms().to_be_bytes());
        bytes
    }

    /// Nothing where the format is another.
    fn read(bytes: &[u8]) -> Option<Meta> {
        let (format, rest) = bytes.split_first_chunk::<4>()?;
        let (position, rest) = rest.split_first_chunk::<8>()?;
        let (seq, rest) = rest.split_first_chunk::<8>()?;
        let (command, rest) = rest.split_first_chunk::<8>()?;
        let (at, rest) = rest.split_first_chunk::<8>()?;
        let seq = EventSeq(u64::from_be_bytes(*seq));
        let command = CommandSeq(u64::from_be_bytes(*command));
        let at = Instant::from_unix_ms(i64::from_be_bytes(*at));
        let position = EventSeq(u64::from_be_bytes(*position));
        let known = u32::from_be_bytes(*format) == FORMAT && rest.is_empty();
        known.then_some(Meta { position, mark: Mark { seq, command, at } })
    }
}
