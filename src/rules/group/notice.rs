//! What people are told who were put on a group, or are asked whether they join.

use super::Actor;
use super::invite::OPEN_FOR;
use crate::rules::service::Text;
use crate::rules::{Decided, message};
use crate::words::{GroupNumber, Party};

/// What one notice tells all who get it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    Joined,
    Asked,
    /// Some of each.
    Either,
}

impl How {
    pub(super) fn of(joined: bool, asked: bool) -> How {
        match (joined, asked) {
            (true, false) => How::Joined,
            (true, true) => How::Either,
            (false, _) => How::Asked,
        }
    }

    /// Beside a name of usual length it is one SMS.
    fn text(self) -> Text {
        match self {
            How::Joined => Text::GroupPut,
            How::Asked => Text::GroupInvites,
            How::Either => Text::GroupEither,
        }
    }
}

/// A message of Homing's own, in the words for all of them.
pub(super) fn tell(actor: Actor<'_>, (group, name): (GroupNumber, &str), how: How, to: &[Party]) -> Decided {
    if to.is_empty() {
        return Ok(Vec::new());
    }
    let number = group.to_string();
    let values = [("by", actor.name().as_str()), ("name", name), ("number", &number)];
    let text = actor.state.say(how.text(), actor.state.service.language, &values);
    message::own(actor.state, (actor.message, text.into()), actor.user(), to, actor.at, OPEN_FOR)
}
