//! The rows of one batch before it is written: later facts of the batch see what earlier ones changed.

use std::collections::HashMap;

use sled::{Batch, IVec, Tree};

use super::store::broken;
use crate::log::Fault;

#[derive(Debug)]
struct Change {
    /// `None` removes the row.
    value: Option<IVec>,
    /// The tree cannot hold this row yet.
    fresh: bool,
}

/// What a batch will change in a tree.
#[derive(Debug)]
pub(super) struct Rows<'a> {
    tree: &'a Tree,
    changes: HashMap<Vec<u8>, Change>,
}

impl<'a> Rows<'a> {
    pub(super) fn over(tree: &'a Tree, changes_len: usize) -> Rows<'a> {
        Rows { tree, changes: HashMap::with_capacity(changes_len) }
    }

    pub(super) fn get(&self, key: &[u8]) -> Result<Option<IVec>, Fault> {
        match self.changes.get(key) {
            Some(change) => Ok(change.value.clone()),
            None => self.tree.get(key).map_err(|error| broken("read a row", error)),
        }
    }

    pub(super) fn put(&mut self, key: Vec<u8>, value: impl Into<IVec>) {
        let value = Some(value.into());
        self.changes
            .entry(key)
            .and_modify(|change| change.value.clone_from(&value))
            .or_insert(Change { value, fresh: false });
    }

    /// A row of something that is new with this batch: where the same batch removes it, nothing is written.
    pub(super) fn put_new(&mut self, key: Vec<u8>, value: impl Into<IVec>) {
        self.changes.insert(key, Change { value: Some(value.into()), fresh: true });
    }

    pub(super) fn remove(&mut self, key: Vec<u8>) {
        if self.changes.get(&key).is_some_and(|change| change.fresh) {
            self.changes.remove(&key);
        } else {
            self.changes.insert(key, Change { value: None, fresh: false });
        }
    }

    pub(super) fn into_batch(self) -> Batch {
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
