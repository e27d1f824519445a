//! Which leave a delivery has: what is reported of an earlier one is no news of this one.

use super::{Attempted, Granted};
use crate::rules::State;
use crate::words::{MessageId, Party};

impl State {
    /// The leave of a delivery that has no result yet.
    pub(super) fn leave(&self, message: MessageId, to: &Party) -> Option<u64> {
        self.leaves.get(&(message, to.clone())).copied()
    }

    /// Whether this attempt is the one that has no result yet. One that names no leave is taken at its word.
    pub(super) fn is_present(&self, attempt: &Attempted) -> bool {
        attempt.leave.is_none() || self.leave(attempt.message, &attempt.to) == attempt.leave
    }

    /// Whether leave was given once more since.
    pub(super) fn is_superseded(&self, attempt: &Attempted) -> bool {
        self.leave(attempt.message, &attempt.to).is_some_and(|leave| attempt.leave != Some(leave))
    }

    pub(super) fn has_result(&mut self, attempt: &Attempted) {
        self.leaves.remove(&(attempt.message, attempt.to.clone()));
    }

    pub(super) fn gives(&mut self, granted: &Granted) {
        let key = (granted.message, granted.to.clone());
        match granted.leave {
            Some(leave) => self.leaves.insert(key, leave),
            None => self.leaves.remove(&key),
        };
    }
}
