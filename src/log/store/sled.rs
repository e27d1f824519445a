//! Rows in sled, which flushes them by threads of its own.

use std::ops::Bound;
use std::path::Path;

use sled::Db;

use super::{Batch, Scan, Store, Unopened, View};
use crate::log::Fault;

/// What a crash loses is read from the log again.
const FLUSH_EVERY_MS: u64 = 1_000;
/// The folder has a file of this name, whatever is in it.
const CONFIG: &str = "conf";
/// Who has the folder open holds this file's lock (flock).
pub(super) const LOCKED: &str = "db";

#[derive(Debug)]
pub(super) struct Tree(Db);

impl Tree {
    pub(super) fn open(folder: &Path, cache_bytes: usize) -> Result<Tree, Unopened> {
        let is_ours = !super::has_files(folder)? || folder.join(CONFIG).exists();
        if !is_ours {
            return Err(Unopened::Useless("the folder holds files of another kind".to_owned()));
        }
        let config = sled::Config::new().path(folder).flush_every_ms(Some(FLUSH_EVERY_MS));
        let cache_bytes = u64::try_from(cache_bytes).unwrap_or(u64::MAX);
        config.cache_capacity(cache_bytes).open().map(Tree).map_err(|error| match error {
            sled::Error::Io(io) if io.to_string().starts_with("could not acquire lock") => Unopened::locked(),
            sled::Error::Io(io) => Unopened::io(io),
            error @ (sled::Error::CollectionNotFound(_)
            | sled::Error::Unsupported(_)
            | sled::Error::ReportableBug(_)
            | sled::Error::Corruption { .. }) => Unopened::Useless(error.to_string()),
        })
    }
}

impl Store for Tree {
    fn view(&self) -> Result<Box<dyn View>, Fault> {
        Ok(Box::new(Rows(self.0.clone())))
    }

    fn write(&self, Batch(changes): Batch) -> Result<(), Fault> {
        let mut batch = sled::Batch::default();
        for (key, value) in changes {
            match value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        self.0.apply_batch(batch).map_err(|error| fault("write rows", error))
    }

    fn flush(&self) -> Result<(), Fault> {
        self.0.flush().map(drop).map_err(|error| fault("flush rows", error))
    }
}

#[derive(Debug)]
struct Rows(Db);

impl View for Rows {
    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let value = self.0.get(key).map_err(|error| fault("read a row", error))?;
        Ok(value.map(|value| value.to_vec()))
    }

    fn range(&self, from: Bound<&[u8]>, to: Bound<&[u8]>) -> Scan {
        Box::new(self.0.range::<&[u8], _>((from, to)).map(|row| {
            let (key, value) = row.map_err(|error| fault("read rows", error))?;
            Ok((key.to_vec(), value.to_vec()))
        }))
    }
}

/// A torn folder is rebuilt, a disk that fails is waited for.
fn fault(doing: &str, error: sled::Error) -> Fault {
    let fault = match &error {
        sled::Error::Io(_) => Fault::later(doing),
        sled::Error::Unsupported(_) => Fault::never(doing),
        sled::Error::CollectionNotFound(_)
        | sled::Error::ReportableBug(_)
        | sled::Error::Corruption { .. } => Fault::reload(doing),
    };
    fault.because(error)
}
