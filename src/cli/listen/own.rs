//! What was typed here to a group, which comes back for the person's other devices: it is not shown a second time.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::rules::message::Send;
use crate::wire::MessageView;
use crate::words::GroupNumber;

/// Lines whose copy is awaited. One that was refused has none, and makes room in its turn.
const AWAITED_MAX: usize = 64;

#[derive(Debug, Default)]
pub(super) struct Own(VecDeque<(GroupNumber, Arc<str>)>);

impl Own {
    pub(super) fn typed(&mut self, message: &Send) {
        let group = message.to.iter().find_map(|to| to.group());
        if let Some(line) = group.zip(message.text.clone()) {
            if self.0.len() == AWAITED_MAX {
                self.0.pop_front();
            }
            self.0.push_back(line);
        }
    }

    /// Whether it is the copy of a line that was typed here.
    pub(super) fn is_copy(&mut self, shown: &MessageView) -> bool {
        let line = shown.group.zip(shown.text.clone());
        let place = self.0.iter().position(|typed| Some(typed) == line.as_ref());
        place.is_some_and(|place| self.0.remove(place).is_some())
    }
}
