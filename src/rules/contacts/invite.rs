//! Somebody without an account is invited by SMS, to be a contact; who has one is told that somebody would like it.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Invited, OPEN_FOR, hears, joins};
use crate::rules::message::Routed;
use crate::rules::proof::{ByUser, Case};
use crate::rules::service::Text;
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Rejection, message};
use crate::words::{Party, Phone};

/// Of the inviter's own words: with the rest it is two SMS.
const SAID_BYTES_MAX: usize = 160;

/// `contact.invite`. Refused with `contact.oneself`, `contact.declined`, `contact.invitations_full`, `command.too_large` or as
/// a message is that counts with the quota.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct InviteContact {
    pub phone: Phone,
    pub text: Option<String>,
}

impl Decide for InviteContact {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let (state, phone, user) = (case.state, self.phone, case.user());
        if user.phone == Some(phone) {
            return Err(Rejection::contact_is_oneself().at_field("phone"));
        }
        if self.text.as_ref().is_some_and(|text| text.len() > SAID_BYTES_MAX) {
            return Err(Rejection::value_too_long("text", SAID_BYTES_MAX).at_field("text"));
        }
        // Whether a phone is somebody's is told to nobody: it is all the same to whoever invites.
        match state.invitations.of(phone, case.uid(), case.at) {
            Some(invitation) if invitation.declined => return Err(Rejection::contact_declined()),
            Some(_) => return Ok(Vec::new()),
            None => state.invitations.must_have_room(phone, case.uid(), case.at)?,
        }
        let whose = state.uid_by_phone(phone).map(|uid| state.user(uid));
        let added = joins(state, user, Party::Phone(phone));
        if whose.is_some_and(|whose| !hears(state, whose, user)) {
            return Ok(added.into_iter().collect());
        }
        let to = whose.map_or(Party::Phone(phone), |whose| Party::User(whose.name.clone()));
        let by = case.name().as_str();
        let language = state.service.language;
        let text = match &self.text {
            Some(said) => state.say(Text::ContactInvitesSaying, language, &[("by", by), ("said", said)]),
            None => state.say(Text::ContactInvites, language, &[("by", by)]),
        };
        let told = (case.message(), text.into());
        let told = message::own(state, told, user, &[to], case.at, OPEN_FOR)?;
        // Who wishes no SMS is not asked, and so has nothing to answer.
        let until = case.at + OPEN_FOR;
        let asked = told.iter().any(|fact| fact.get::<Routed>().is_some());
        let invited = asked.then(|| Invited { user: case.name().clone(), phone, until }.into());
        Ok(invited.into_iter().chain(added).chain(told).collect())
    }
}
