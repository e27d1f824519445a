//! News of a delivery: whose clients are told what became of it, and how they speak.
//!
//! It is found when that is decided, and stands in the fact, so that whoever tells it has to ask nobody.

use crate::rules::State;
use crate::rules::presence::{DeviceClass, Encoding, latest, understood};
use crate::rules::state::User;
use crate::words::{GroupNumber, MessageId, UserName};

/// What the facts hold of whom they are news for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::rules) struct News {
    pub(in crate::rules) from: Option<UserName>,
    pub(in crate::rules) encoding: Option<Encoding>,
    /// The group that the message was for.
    pub(in crate::rules) group: Option<GroupNumber>,
}

impl News {
    /// For somebody whose message it is.
    pub(in crate::rules) fn of(sender: &User) -> News {
        News { from: Some(sender.name.clone()), encoding: spoken(sender), group: None }
    }
}

impl State {
    /// For the sender of an open message; for nobody where that is Homing itself.
    pub(in crate::rules) fn news(&self, message: MessageId) -> News {
        let Some(open) = self.messages.get(&message) else { return News::default() };
        let news = open.from.map_or_else(News::default, |uid| News::of(self.user(uid)));
        News { group: open.group, ..news }
    }
}

/// How somebody's clients speak that take messages live; none where that is JSON, or none is online.
pub(in crate::rules) fn spoken(user: &User) -> Option<Encoding> {
    latest(user.devices.iter(), DeviceClass::Pc)?;
    Some(understood(&user.devices)).filter(|encoding| *encoding != Encoding::Json)
}
