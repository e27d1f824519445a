//! The way from an invitation to an account, all by SMS: yes, a name, and a one-time code.

use super::caller::Caller;
use super::notice::{Kind, why};
use crate::rules::contacts::{self, Answered, Invitation, Offered};
use crate::rules::identity::{self, UserDetails};
use crate::rules::message::CODE_PLACE;
use crate::rules::proof::{ByAdapter, Case};
use crate::rules::service::{Language, Text};
use crate::rules::{Fact, message};
use crate::words::{Instant, Party, UserName};

/// One who answers an invitation.
pub(super) struct Guest<'a, 'c> {
    pub(super) caller: &'a Caller,
    pub(super) case: &'a Case<'c, ByAdapter>,
    pub(super) invitation: &'a Invitation,
    pub(super) language: Language,
}

impl Guest<'_, '_> {
    /// They have said yes: who has an account is a contact now; who has none is asked for a name, or has one by now.
    pub(super) fn accepts(&self) -> Vec<Fact> {
        let Guest { caller, case, invitation, language } = self;
        match (&caller.user, &invitation.offered) {
            (Some(name), _) => self.is_contact(name, Text::ContactJoined, &[]),
            (None, Some(offered)) => self.is_called(offered),
            (None, None) => {
                let offered = format!("guest-{}", case.seq.0);
                let Ok(name) = offered.parse::<UserName>() else { return Vec::new() };
                let asks = Offered { user: self.inviter().clone(), phone: caller.phone, name };
                let text = case.state.say(Text::WhichName, *language, &[("offered", &offered)]);
                std::iter::once(asks.into()).chain(caller.told(case, Kind::Wish, text)).collect()
            }
        }
    }

    /// They have said no, or want to hear no more of it.
    pub(super) fn declines(&self) -> Vec<Fact> {
        let by = self.inviter().as_str();
        let text = self.case.state.say(Text::ContactDeclined, self.language, &[("by", by)]);
        let told = self.caller.told(self.case, Kind::Wish, text);
        std::iter::once(self.answered(false)).chain(told).collect()
    }

    /// That the invitation is answered, where no more is said of it.
    pub(super) fn answered(&self, yes: bool) -> Fact {
        Answered { user: self.inviter().clone(), phone: self.caller.phone, yes }.into()
    }

    /// They were asked for a name, and this is what they wrote.
    pub(super) fn wishes_a_name(&self, text: &str, offered: &UserName) -> Vec<Fact> {
        let name = text.trim().trim_matches(['.', '!', '"', '。']).to_lowercase();
        match name.parse::<UserName>() {
            Ok(name) if self.case.state.user_named(&name).is_none() => self.is_called(&name),
            Ok(_) | Err(_) => {
                let offered = offered.to_string();
                let text = self.case.state.say(Text::NameTaken, self.language, &[("offered", &offered)]);
                self.caller.told(self.case, Kind::Wish, text)
            }
        }
    }

    /// The account is opened under this name.
    fn is_called(&self, name: &UserName) -> Vec<Fact> {
        let Guest { caller, case, language, .. } = self;
        let details = UserDetails { phone: Some(caller.phone), ..UserDetails::default() };
        let opened = match identity::registers(case.state, name.clone(), details) {
            Ok(opened) => opened,
            Err(rejection) => {
                let text = case.state.say(Text::NotDone, *language, &[("why", why(*language, &rejection))]);
                return caller.told(case, Kind::Wish, text);
            }
        };
        let number = case.state.next_im().map_or_else(String::new, |number| number.to_string());
        // The code is drawn by whoever submits the SMS: it stands in no event.
        let values = [("number", number.as_str()), ("code", CODE_PLACE)];
        let mut facts: Vec<Fact> = opened;
        facts.extend(self.is_contact(name, Text::Welcome, &values));
        for fact in &mut facts {
            message::has_code(fact, name);
        }
        facts
    }

    /// Both are on each other's list, and both are told.
    fn is_contact(&self, name: &UserName, text: Text, values: &[(&str, &str)]) -> Vec<Fact> {
        let Guest { caller, case, invitation, language } = self;
        let (state, inviter) = (case.state, case.state.user(invitation.by));
        let mut facts = vec![self.answered(true)];
        facts.extend(contacts::joins(state, inviter, Party::User(name.clone())));
        let known = state.user_named(name);
        facts.extend(match known {
            Some(user) => contacts::joins(state, user, Party::User(inviter.name.clone())),
            None => Some(contacts::put(name, &inviter.name)),
        });
        let by = inviter.name.as_str();
        let text = state.say(text, *language, &[&[("name", name.as_str()), ("by", by)], values].concat());
        let number = known.and_then(|_| state.im(name)).or_else(|| state.next_im());
        let number = number.map_or_else(String::new, |number| number.to_string());
        let told = [("name", name.as_str()), ("number", number.as_str())];
        let told = state.say(Text::ContactAccepted, state.service.language, &told);
        let (message, to) = ((case.message(), told.into()), [Party::User(inviter.name.clone())]);
        let guest = Party::User(name.clone());
        // Beyond the inviter's quota they see it on their list.
        let mut told =
            message::own(state, message, inviter, &to, case.at, contacts::OPEN_FOR).unwrap_or_default();
        if !message::adds_aside(&mut told, &guest, text.as_str().into(), case.channel()) {
            told = caller.told_as(case, guest, Kind::Wish, text);
        }
        facts.extend(told);
        facts
    }

    fn inviter(&self) -> &UserName {
        &self.case.state.user(self.invitation.by).name
    }
}

/// The invitation of a person or a group that was made last, for one answer means one.
pub(super) fn is_later(contact: Option<&Invitation>, group: Option<Instant>) -> bool {
    contact
        .is_some_and(|contact| contact.offered.is_some() || group.is_none_or(|until| contact.until > until))
}
