//! Whose phone an SMS comes from, and what they are answered.

use super::notice::{self, Kind};
use crate::rules::proof::{ByAdapter, Case};
use crate::rules::{Fact, State};
use crate::words::{Party, Phone, UserName};

/// Whose phone it is.
pub(super) struct Caller {
    pub(super) phone: Phone,
    pub(super) user: Option<UserName>,
}

impl Caller {
    pub(super) fn of(state: &State, phone: Phone) -> Caller {
        let user = state.uid_by_phone(phone).map(|uid| state.user(uid).name.clone());
        Caller { phone, user }
    }

    pub(super) fn party(&self) -> Party {
        self.user.clone().map_or(Party::Phone(self.phone), Party::User)
    }

    /// An answer by SMS; none where they got enough of them.
    pub(super) fn told(&self, case: &Case<'_, ByAdapter>, kind: Kind, text: String) -> Vec<Fact> {
        self.told_as(case, self.party(), kind, text)
    }

    /// The same, where they have another name from now on.
    pub(super) fn told_as(
        &self,
        case: &Case<'_, ByAdapter>,
        party: Party,
        kind: Kind,
        text: String,
    ) -> Vec<Fact> {
        let (answered, made) = (&case.state.answered, (case.message(), case.at));
        notice::answer(answered, (kind, text), case.channel(), made, (party, self.phone))
    }
}
