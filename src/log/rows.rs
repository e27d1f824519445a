//! The rows of one batch before it is written: later facts of the batch see what earlier ones changed.

use std::collections::HashMap;

use sled::{Batch, IVec, Tree};

use super::Fault;

#[derive(Debug)]
struct Change {
    /// `None` removes the row.
    value: Option<IVec>,
    /// The tree cannot hold this row yet.
    fresh: bool,
}

/// What a batch will change in a tree.
#[derive(Debug)]
pub struct Rows<'a> {
    tree: &'a Tree,
    changes: HashMap<Vec<u8>, Change>,
}

impl<'a> Rows<'a> {
    pub fn over(tree: &'a Tree, changes_len: usize) -> Rows<'a> {
        Rows { tree, changes: HashMap::with_capacity(changes_len) }
    }

    /// The row as it will be.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn get(&self, key: &[u8]) -> Result<Option<IVec>, Fault> {
        match self.changes.get(key) {
            Some(change) => Ok(change.value.clone()),
            None => self.tree.get(key).map_err(|error| Fault::sled("read a row", error)),
        }
    }

    pub fn put(&mut self, key: Vec<u8>, value: impl Into<IVec>) {
        let value = Some(value.into());
        self.changes
            .entry(key)
            .and_modify(|change| change.value.clone_from(&value))
            .or_insert(Change { value, fresh: false });
    }

    /// A row of something that is new with this batch: where the same batch removes it, nothing is written.
    pub fn put_new(&mut self, key: Vec<u8>, value: impl Into<IVec>) {
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
        for (key, change) in self.changes {
            match change.value {
                Some(value) => batch.insert(key, value),
                None => batch.remove(key),
            }
        }
        batch
    }
}
