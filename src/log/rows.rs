//! The rows of one batch before it is written: later facts of the batch see what earlier ones changed.

use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;

use super::Fault;
use super::store::{self, Batch, View};

#[derive(Debug)]
struct Change {
    /// `None` removes the row.
    value: Option<Vec<u8>>,
    /// The store cannot hold this row yet.
    fresh: bool,
}

/// What a batch will change.
#[derive(Debug)]
pub struct Rows {
    view: Box<dyn View>,
    changes: HashMap<Vec<u8>, Change>,
}

impl Rows {
    pub(super) fn over(view: Box<dyn View>, changes_len: usize) -> Rows {
        Rows { view, changes: HashMap::with_capacity(changes_len) }
    }

    /// The row as it will be.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        match self.changes.get(key) {
            Some(change) => Ok(change.value.clone()),
            None => self.view.get(key),
        }
    }

    /// The keys of the rows, as they will be, that begin so.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn keys_under(&self, prefix: &[u8]) -> Result<Vec<Vec<u8>>, Fault> {
        let stored =
            self.view.range(Bound::Included(prefix), store::behind(prefix).as_ref().map(Vec::as_slice));
        let stored = stored.map(|row| row.map(|(key, _)| key)).collect::<Result<Vec<_>, Fault>>()?;
        let mut keys: BTreeSet<Vec<u8>> = stored.into_iter().collect();
        for (key, change) in self.changes.iter().filter(|(key, _)| key.starts_with(prefix)) {
            match change.value {
                Some(_) => drop(keys.insert(key.clone())),
                None => drop(keys.remove(key)),
            }
        }
        Ok(keys.into_iter().collect())
    }

    pub fn put(&mut self, key: Vec<u8>, value: impl Into<Vec<u8>>) {
        let value = Some(value.into());
        self.changes
            .entry(key)
            .and_modify(|change| change.value.clone_from(&value))
            .or_insert(Change { value, fresh: false });
    }

    /// A row of something that is new with this batch: where the same batch removes it, nothing is written.
    pub fn put_new(&mut self, key: Vec<u8>, value: impl Into<Vec<u8>>) {
        self.changes.insert(key, Change { value: Some(value.into()), fresh: true });
    }

    pub fn remove(&mut self, key: Vec<u8>) {
        if self.changes.get(&key).is_some_and(|change| change.fresh) {
            self.changes.remove(&key);
        } else {
            self.changes.insert(key, Change { value: None, fresh: false });
        }
    }

    pub fn into_batch(self) -> Batch {
        let mut batch = Batch::default();
        batch.extend(self.changes.into_iter().map(|(key, change)| (key, change.value)));
        batch
    }
}
