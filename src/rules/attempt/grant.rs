//! The grant that a delivery has: what is reported of an earlier one is no news of this one.

use super::{Attempt, Granted};
use crate::rules::State;
use crate::words::{MessageId, Party};

impl State {
    /// The grant of a delivery that has no result yet.
    pub(super) fn grant(&self, message: MessageId, to: &Party) -> Option<u64> {
        self.grants.get(&(message, to.clone())).copied()
    }

    /// Whether this attempt is the one that has no result yet. One that names no grant is taken at its word.
    pub(super) fn is_present(&self, attempt: &Attempt) -> bool {
        attempt.grant.is_none() || self.grant(attempt.message, &attempt.to) == attempt.grant
    }

    /// Whether it was granted once more since.
    pub(super) fn is_superseded(&self, attempt: &Attempt) -> bool {
        self.grant(attempt.message, &attempt.to).is_some_and(|grant| attempt.grant != Some(grant))
    }

    pub(super) fn has_result(&mut self, attempt: &Attempt) {
        self.grants.remove(&(attempt.message, attempt.to.clone()));
    }

    pub(super) fn keep_grant(&mut self, granted: &Granted) {
        let key = (granted.message, granted.to.clone());
        match granted.grant {
            Some(grant) => self.grants.insert(key, grant),
            None => drop(self.grants.remove(&key)),
        }
    }
}
