//! A folder of rows that a room projects the log into: opened or given up, rows and position in one batch.

use std::ops::{Bound, RangeBounds};
use std::os::unix::fs::PermissionsExt;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::sync::watch;

use super::store::{self, Batch, Engine, Scan, Store, Unopened, View};
use super::{Fault, Log, Mark};
use crate::words::{CommandSeq, EventSeq, Instant};

/// The row of the position sorts before those of any letter.
pub(super) const META: &[u8] = b"!";
/// Enough for the pages that are written now; the rest is the disk's cache's business.
const CACHE_BYTES: usize = 32 * 1_024 * 1_024;

/// Why rows are of no use that another version has written.
pub(super) const OTHER_FORMAT: &str = "another format";

/// How a room has its folder.
#[derive(Debug, Clone, Copy)]
pub struct Shape {
    /// Rows of another format are given up.
    pub format: u32,
    pub engine: Engine,
    /// Of rows as they are on disk.
    pub cache_bytes: usize,
    /// Whether redb holds each page against its checksum when the folder is opened, which takes as long as the file is large; sled
    /// checks what it reads.
    pub checked: bool,
}

impl From<u32> for Shape {
    fn from(format: u32) -> Shape {
        Shape { format, engine: Engine::Redb, cache_bytes: CACHE_BYTES, checked: false }
    }
}

/// Rows projected from EVENTS, with the position they stand at.
#[derive(Debug)]
pub struct Projection {
    store: Arc<dyn Store>,
    /// What is read, where that is not what the store has by then.
    moment: Option<Box<dyn View>>,
    format: u32,
    position: watch::Sender<EventSeq>,
    /// When the log was created that is projected; unknown to who reads a folder without its log.
    log: Option<Instant>,
}

impl Projection {
    /// Opens the folder as [`Projection::open`] does, and gives up one that was projected from another log. Blocking
    /// work is done on a thread for it.
    ///
    /// # Errors
    /// As [`Projection::open`], or where the log does not answer.
    pub async fn of(log: &Log, folder: &Path, shape: impl Into<Shape>) -> Result<Projection, Fault> {
        let (path, shape) = (folder.to_owned(), shape.into());
        let created = Some(log.ends("EVENTS").await?.created);
        let projection = blocking(move || Projection::open(&path, shape)).await?;
        if projection.belongs_to(log).await? {
            return Ok(Projection { log: created, ..projection });
        }
        tracing::warn!(folder = %folder.display(), "the folder is of another log, and is rebuilt from this one");
        let path = folder.to_owned();
        blocking(move || {
            drop(projection);
            Projection::set_aside(&path)?;
            let projection = Projection::open(&path, shape)?;
            Ok(Projection { log: created, ..projection })
        })
        .await
    }

    /// Opens the folder; one that is torn or of another format is set aside, and the projection begins empty.
    ///
    /// # Errors
    /// Where the folder is in use, or can be neither opened nor set aside.
    pub fn open(folder: &Path, shape: impl Into<Shape>) -> Result<Projection, Fault> {
        let shape = shape.into();
        match Projection::open_once(folder, shape) {
            Ok(projection) => Ok(projection),
            Err(Unopened::Unavailable(fault)) => Err(fault),
            Err(Unopened::Useless(why)) => {
                tracing::warn!(folder = %folder.display(), why, "the folder is rebuilt from the log");
                Projection::set_aside(folder)?;
                Projection::open_once(folder, shape).map_err(|unopened| match unopened {
                    Unopened::Unavailable(fault) => fault,
                    Unopened::Useless(why) => Fault::later("begin a projection anew").because(why),
                })
            }
        }
    }

    pub(super) fn open_once(
        folder: &Path,
        Shape { format, engine, cache_bytes, checked }: Shape,
    ) -> Result<Projection, Unopened> {
        // Engines panic on some torn files where they should return an error.
        let opened = catch_unwind(AssertUnwindSafe(|| {
            let store = engine.open(folder, cache_bytes, checked)?;
            let position = position(store.view()?.as_ref(), format)?;
            Ok((store, position.map_err(|why| Unopened::Useless(why.to_owned()))?))
        }));
        let opened = opened.unwrap_or_else(|_| Err(Unopened::Useless("reading it panicked".to_owned())));
        opened.map(|(store, position)| Projection {
            store: store.into(),
            moment: None,
            format,
            position: watch::Sender::new(position),
            log: None,
        })
    }

    /// To read from: the rows as they are now, all of one moment with redb, whatever is written meanwhile. What it holds on to
    /// stays on the disk until it is dropped.
    ///
    /// # Errors
    /// As [`Projection::get`].
    pub fn of_now(&self) -> Result<Projection, Fault> {
        let moment = self.view()?;
        let position = position(moment.as_ref(), self.format)?.map_err(|why| Fault::torn().because(why))?;
        Ok(Projection {
            store: Arc::clone(&self.store),
            moment: Some(moment),
            format: self.format,
            position: watch::Sender::new(position),
            log: self.log,
        })
    }

    /// One row.
    ///
    /// # Errors
    /// `Retry::Reload` where the folder is torn and must be rebuilt; otherwise the disk failed.
    pub fn get(&self, key: impl AsRef<[u8]>) -> Result<Option<Vec<u8>>, Fault> {
        match &self.moment {
            Some(moment) => moment.get(key.as_ref()),
            None => self.view()?.get(key.as_ref()),
        }
    }

    /// The rows between two keys; each fails as [`Projection::get`] does.
    pub fn range(&self, keys: impl RangeBounds<Vec<u8>>) -> Scan {
        let [from, to] = [keys.start_bound(), keys.end_bound()].map(|bound| bound.map(Vec::as_slice));
        let now = || match self.view() {
            Ok(view) => view.range(from, to),
            Err(fault) => Box::new(std::iter::once(Err(fault))),
        };
        self.moment.as_ref().map_or_else(now, |moment| moment.range(from, to))
    }

    /// The rows whose keys begin so.
    pub fn prefix(&self, prefix: impl AsRef<[u8]>) -> Scan {
        let prefix = prefix.as_ref();
        self.range((Bound::Included(prefix.to_vec()), store::behind(prefix)))
    }

    pub(super) fn view(&self) -> Result<Box<dyn View>, Fault> {
        self.store.view()
    }

    /// The last commit that the rows hold.
    pub fn position(&self) -> EventSeq {
        *self.position.borrow()
    }

    /// When the log was created that is projected, which tells it from every other one; unknown to who reads a folder without
    /// its log.
    pub fn log_created(&self) -> Option<Instant> {
        self.log
    }

    /// Waits until the rows hold this commit.
    pub async fn reached(&self, seq: EventSeq) {
        // The sender lives as long as the projection, so the wait cannot fail.
        let _ = self.position.subscribe().wait_for(|position| *position >= seq).await;
    }

    /// The last commit applied, unless none was.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn mark(&self) -> Result<Option<Mark>, Fault> {
        let meta = self.get(META)?;
        let meta = meta.and_then(|meta| Meta::read(&meta, self.format));
        Ok(meta.map(|meta| meta.mark).filter(|mark| mark.seq.0 > 0))
    }

    /// Whether this was projected from this log: the log is as long, and the last commit is still the same.
    async fn belongs_to(&self, log: &Log) -> Result<bool, Fault> {
        let as_long = EventSeq(log.last_seq("EVENTS").await?) >= self.position();
        Ok(as_long && self.mark()?.unwrap_or_default().belongs_to(log).await?)
    }

    /// Writes rows together with the position they bring the projection to; whole or not at all.
    ///
    /// # Errors
    /// `Retry::Reload` where the folder is torn and must be rebuilt; otherwise the disk failed. Nothing was applied.
    pub fn apply(&self, mut rows: Batch, until: EventSeq, mark: Option<Mark>) -> Result<(), Fault> {
        let mark = match mark {
            Some(mark) => mark,
            None => self.mark()?.unwrap_or_default(),
        };
        let mark = Mark { log: self.log.or(mark.log), ..mark };
        rows.insert(META, Meta { position: until, mark }.write(self.format));
        self.store.write(rows)?;
        self.position.send_replace(until);
        Ok(())
    }

    /// Writes rows that no commit changes; whole or not at all.
    ///
    /// # Errors
    /// As [`Projection::apply`].
    pub fn write(&self, rows: Batch) -> Result<(), Fault> {
        self.store.write(rows)
    }

    #[cfg(test)]
    pub fn put(&self, key: impl Into<Vec<u8>>, value: impl Into<Vec<u8>>) {
        let mut rows = Batch::default();
        rows.insert(key, value);
        self.write(rows).unwrap();
    }

    #[cfg(test)]
    pub fn remove(&self, key: impl Into<Vec<u8>>) {
        let mut rows = Batch::default();
        rows.remove(key);
        self.write(rows).unwrap();
    }

    /// Makes what was applied survive a power loss.
    ///
    /// # Errors
    /// Where the disk failed.
    pub fn flush(&self) -> Result<(), Fault> {
        self.store.flush()
    }

    /// Moves the folder away, keeping the last one given up for whoever wants to know why.
    ///
    /// # Errors
    /// Where the disk does not allow it.
    pub fn set_aside(folder: &Path) -> Result<(), Fault> {
        let mut aside = folder.as_os_str().to_owned();
        aside.push(".torn");
        let aside = PathBuf::from(aside);
        let doing = "set a torn projection aside";
        // What somebody else has put there may be a file.
        let gone = match aside.symlink_metadata() {
            Ok(it) if !it.is_dir() => std::fs::remove_file(&aside),
            Ok(_) | Err(_) => std::fs::remove_dir_all(&aside),
        };
        match gone {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Fault::never(doing).because(error));
            }
            Ok(()) | Err(_) => {}
        }
        match std::fs::rename(folder, &aside) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Fault::never(doing).because(error))
            }
            Ok(()) | Err(_) => Ok(()),
        }
    }
}

impl Fault {
    /// A row that does not hold what its key promises.
    pub fn torn() -> Fault {
        Fault::reload("read a row of a projection, which is torn")
    }
}

/// A folder for a while, which its owner alone may look into: what is made there may hold what people wrote.
///
/// # Errors
/// When there is no room for one.
pub fn private_folder() -> Result<tempfile::TempDir, Fault> {
    let mut builder = tempfile::Builder::new();
    let made = builder.permissions(std::fs::Permissions::from_mode(0o700)).tempdir();
    made.map_err(|error| Fault::later("make a temporary folder").because(error))
}

/// Runs what touches a folder. A panic of its engine's means that the folder is torn, as some of its errors do.
///
/// # Errors
/// As `work`.
pub async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, Fault> + Send + 'static,
) -> Result<T, Fault> {
    let done = tokio::task::spawn_blocking(work).await;
    done.unwrap_or_else(|panicked| Err(Fault::reload("use a projection").because(panicked)))
}

/// The position of an opened folder, or why its rows are of no use.
fn position(rows: &dyn View, format: u32) -> Result<Result<EventSeq, &'static str>, Fault> {
    let Some(meta) = rows.get(META)? else {
        let is_empty = rows.range(Bound::Unbounded, Bound::Unbounded).next().is_none();
        return Ok(if is_empty { Ok(EventSeq(0)) } else { Err("rows without a position") });
    };
    Ok(Meta::read(&meta, format).map(|meta| meta.position).ok_or(OTHER_FORMAT))
}

/// The row `!`: format 4, position 8, the mark's seq 8, command 8 and instant 8, and 8 of when its log was created, where
/// that is known; most significant byte first.
struct Meta {
    position: EventSeq,
    mark: Mark,
}

impl Meta {
    fn write(&self, format: u32) -> Vec<u8> {
        let Meta { position, mark } = self;
        let mut bytes = format.to_be_bytes().to_vec();
        for number in [position.0, mark.seq.0, mark.command.0] {
            bytes.extend_from_slice(&number.to_be_bytes());
        }
        bytes.extend_from_slice(&mark.at.unix_ms().to_be_bytes());
        if let Some(created) = mark.log {
            bytes.extend_from_slice(&created.unix_ms().to_be_bytes());
        }
        bytes
    }

    /// Nothing where the format is another.
    fn read(bytes: &[u8], format: u32) -> Option<Meta> {
        let (its_format, rest) = bytes.split_first_chunk::<4>()?;
        let (position, rest) = rest.split_first_chunk::<8>()?;
        let (seq, rest) = rest.split_first_chunk::<8>()?;
        let (command, rest) = rest.split_first_chunk::<8>()?;
        let (at, rest) = rest.split_first_chunk::<8>()?;
        let (created, rest) = match rest.split_first_chunk::<8>() {
            Some((created, rest)) => (Some(*created), rest),
            None => (None, rest),
        };
        let seq = EventSeq(u64::from_be_bytes(*seq));
        let command = CommandSeq(u64::from_be_bytes(*command));
        let at = Instant::from_unix_ms(i64::from_be_bytes(*at));
        let position = EventSeq(u64::from_be_bytes(*position));
        let known = u32::from_be_bytes(*its_format) == format && rest.is_empty();
        let log = created.map(|created| Instant::from_unix_ms(i64::from_be_bytes(created)));
        known.then_some(Meta { position, mark: Mark { seq, command, at, log } })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torn_folder_is_set_aside_whatever_stands_in_its_way() {
        let folder = tempfile::tempdir().unwrap();
        let (torn, aside) = (folder.path().join("query"), folder.path().join("query.torn"));
        std::fs::write(&aside, "somebody's notes").unwrap();
        for _ in 0..2 {
            std::fs::create_dir(&torn).unwrap();
            Projection::set_aside(&torn).unwrap();
            assert!(aside.is_dir() && !torn.exists());
        }
    }

    #[test]
    fn what_is_read_of_one_moment_stays_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let projection = Projection::open(folder.path(), 1).unwrap();
        let apply = |key: &str, seq: u64| {
            let mut rows = Batch::default();
            rows.insert(key, "1");
            projection.apply(rows, EventSeq(seq), None).unwrap();
        };
        apply("a", 7);
        let moment = projection.of_now().unwrap();
        apply("b", 8);
        for (rows, position, len) in [(&moment, 7, 1), (&projection, 8, 2)] {
            assert_eq!((rows.position().0, rows.range(b"a".to_vec()..).count()), (position, len));
            assert_eq!(rows.get("b").unwrap().is_some(), len == 2);
        }
    }
}
