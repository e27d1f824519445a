//! A user who does something with a group, by whatever way they said it.

use crate::rules::State;
use crate::rules::proof::{ByUser, Case};
use crate::rules::state::{Uid, User};
use crate::words::{Instant, MessageId, UserName};

#[derive(Debug, Clone, Copy)]
pub(in crate::rules) struct Actor<'a> {
    pub(in crate::rules) state: &'a State,
    pub(in crate::rules) uid: Uid,
    /// The message that comes of it, where one does.
    pub(in crate::rules) message: MessageId,
    pub(in crate::rules) at: Instant,
}

impl<'a> Actor<'a> {
    pub(super) fn of(case: &Case<'a, ByUser>) -> Actor<'a> {
        Actor { state: case.state, uid: case.uid(), message: case.message(), at: case.at }
    }

    pub(super) fn user(&self) -> &'a User {
        self.state.user(self.uid)
    }

    pub(super) fn name(&self) -> &'a UserName {
        &self.user().name
    }
}
