//! Rows in redb: one table in one file, made durable once a second, by whoever writes.

use std::ops::Bound;
use std::path::Path;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use redb::{Database, Durability, Error, ReadOnlyTable, ReadableDatabase, StorageError, TableDefinition};

use super::{Batch, Scan, Store, Unopened, View};
use crate::log::Fault;

/// All of it. Who has it open holds its lock (flock).
pub(super) const FILE: &str = "rows.redb";
const ROWS: TableDefinition<&[u8], &[u8]> = TableDefinition::new("rows");
/// What a crash loses is read from the log again: at most what this time brings, and what came last.
const DURABLE_EVERY: Duration = Duration::from_secs(1);

#[derive(Debug)]
pub(super) struct Tree {
    db: Database,
    /// Whoever writes holds it.
    written: Mutex<Written>,
}

#[derive(Debug)]
struct Written {
    durable: Instant,
    /// Whether something was written since.
    more: bool,
}

impl Tree {
    pub(super) fn open(folder: &Path, cache_bytes: usize, checked: bool) -> Result<Tree, Unopened> {
        let file = folder.join(FILE);
        if super::has_files(folder)? && !file.exists() {
            return Err(Unopened::Useless("the folder holds files of another kind".to_owned()));
        }
        std::fs::create_dir_all(folder).map_err(Unopened::io)?;
        let opened = Database::builder().set_cache_size(cache_bytes).create(file);
        let mut db = opened.map_err(|error| unopened(error.into()))?;
        if checked && !db.check_integrity().map_err(|error| unopened(error.into()))? {
            return Err(Unopened::Useless("a page is not as it was written".to_owned()));
        }
        let tree = Tree { db, written: Mutex::new(Written { durable: Instant::now(), more: false }) };
        // The first commit makes the table, so that whoever reads finds it.
        tree.commit(Batch::default(), Durability::Immediate).map_err(unopened)?;
        Ok(tree)
    }

    fn commit(&self, Batch(mut changes): Batch, durability: Durability) -> Result<(), Error> {
        let mut writing = self.db.begin_write()?;
        writing.set_durability(durability)?;
        // After a crash the file is opened as quickly as otherwise, without a look at each page.
        writing.set_quick_repair(matches!(durability, Durability::Immediate));
        // Neighbours share a page. A stable sort: of two for one key the later one counts.
        changes.sort_by(|(one, _), (other, _)| one.cmp(other));
        let mut rows = writing.open_table(ROWS)?;
        for (key, value) in &changes {
            match value {
                Some(value) => drop(rows.insert(key.as_slice(), value.as_slice())?),
                None => drop(rows.remove(key.as_slice())?),
            }
        }
        drop(rows);
        Ok(writing.commit()?)
    }

    fn rows(&self) -> Result<ReadOnlyTable<&'static [u8], &'static [u8]>, Error> {
        Ok(self.db.begin_read()?.open_table(ROWS)?)
    }

    fn written(&self) -> MutexGuard<'_, Written> {
        self.written.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Store for Tree {
    fn view(&self) -> Result<Box<dyn View>, Fault> {
        self.rows().map(|rows| Box::new(Rows(rows)) as Box<dyn View>).map_err(|why| fault("read rows", why))
    }

    fn write(&self, batch: Batch) -> Result<(), Fault> {
        let mut written = self.written();
        let is_due = written.durable.elapsed() >= DURABLE_EVERY;
        let durability = if is_due { Durability::Immediate } else { Durability::None };
        self.commit(batch, durability).map_err(|why| fault("write rows", why))?;
        if is_due {
            written.durable = Instant::now();
        }
        written.more = !is_due;
        Ok(())
    }

    fn flush(&self) -> Result<(), Fault> {
        let mut written = self.written();
        if written.more {
            let flushed = self.commit(Batch::default(), Durability::Immediate);
            flushed.map_err(|why| fault("flush rows", why))?;
            *written = Written { durable: Instant::now(), more: false };
        }
        Ok(())
    }
}

/// The table as it was when this was taken.
struct Rows(ReadOnlyTable<&'static [u8], &'static [u8]>);

impl std::fmt::Debug for Rows {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Rows")
    }
}

impl View for Rows {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let value = self.0.get(key).map_err(|why| fault("read a row", why.into()))?;
        Ok(value.map(|value| value.value().to_vec()))
    }

    fn range(&self, from: Bound<&[u8]>, to: Bound<&[u8]>) -> Scan {
        let doing = |why: StorageError| fault("read rows", why.into());
        match self.0.range::<&[u8]>((from, to)) {
            Ok(rows) => Box::new(rows.map(move |row| {
                let (key, value) = row.map_err(doing)?;
                Ok((key.value().to_vec(), value.value().to_vec()))
            })),
            Err(why) => Box::new(std::iter::once(Err(doing(why)))),
        }
    }
}

fn unopened(error: Error) -> Unopened {
    if let Error::Io(error) = error {
        Unopened::io(error)
    } else if matches!(error, Error::DatabaseAlreadyOpen) {
        Unopened::locked()
    } else {
        Unopened::Useless(error.to_string())
    }
}

/// A torn file is rebuilt, a disk that fails is waited for: then the file has to be opened anew.
fn fault(doing: &str, error: Error) -> Fault {
    let waits = matches!(
        error,
        Error::Io(_) | Error::PreviousIo | Error::DatabaseClosed | Error::TransactionPoisoned
    );
    let fault = if waits { Fault::later(doing) } else { Fault::reload(doing) };
    fault.because(error)
}
