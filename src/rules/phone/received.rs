//! A person's SMS: a message to whom its number names, or a command to the service.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::Heard;
use super::keyword::{self, Keyword};
use super::notice::{self, Notice};
use super::preference::wishes_sms;
use crate::rules::message::{self, Send};
use crate::rules::proof::{ByAdapter, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Fact, Rejection, State};
use crate::words::{Address, Called, ImNumber, Instant, MessageId, Party, Phone, UserName};

/// Text of an SMS joined from the 255 parts that a header can number (3GPP TS 23.040 section 9.2.3.24.1).
const TEXT_BYTES_MAX: usize = 64 * 1_024;

/// `phone.received`: a person's SMS, whole. Refused with `message.too_long`.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Received {
    pub connector: String,
    /// None where it was withheld, or is no phone number.
    pub from: Option<Phone>,
    pub called: Called,
    pub text: String,
    /// The parts it was joined from, by their name in `phone.part`.
    pub joined: Option<String>,
    /// Stored twice under the same id, it is one SMS.
    pub id: Option<String>,
}

impl fmt::Debug for Received {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Received").field("called", &self.called).finish_non_exhaustive()
    }
}

impl Decide for Received {
    fn decide(&self, case: &Case<'_, ByAdapter>) -> Decided {
        if self.text.len() > TEXT_BYTES_MAX {
            return Err(Rejection::text_too_long(self.text.len(), TEXT_BYTES_MAX));
        }
        let heard = |said: Option<&str>, refused: Option<&Rejection>| {
            Fact::from(Heard {
                connector: self.connector.clone(),
                from: self.from,
                called: self.called.clone(),
                said: said.map(str::to_owned),
                joined: self.joined.clone(),
                refused: refused.map(|rejection| rejection.code.clone()),
            })
        };
        let Some(phone) = self.from else {
            // Nobody can be answered, and nobody stands for it.
            return Ok(vec![heard(Some(&self.text), Some(&Rejection::unknown_sender("a withheld number")))]);
        };
        let reaction = Caller::of(case.state, phone).reacts(case.state, self, case.message(), case.at);
        let (facts, said, refused) = match reaction {
            Reaction::Passed(facts) => (facts, None, None),
            Reaction::Answered(facts) => (facts, Some(self.text.as_str()), None),
            Reaction::Refused(facts, why) => (facts, Some(self.text.as_str()), Some(why)),
        };
        Ok(std::iter::once(heard(said, refused.as_ref())).chain(facts).collect())
    }
}

/// Whose phone it is.
struct Caller {
    phone: Phone,
    user: Option<UserName>,
}

enum Reaction {
    /// It went on as a message, which holds the text.
    Passed(Vec<Fact>),
    Answered(Vec<Fact>),
    Refused(Vec<Fact>, Rejection),
}

impl Caller {
    fn of(state: &State, phone: Phone) -> Caller {
        let user = state.uid_by_phone(phone).map(|uid| state.user(uid).name.clone());
        Caller { phone, user }
    }

    fn reacts(&self, state: &State, command: &Received, message: MessageId, at: Instant) -> Reaction {
        let tell =
            |notice| notice::answer(&state.answered, notice, (message, at), (self.party(), self.phone));
        let sets = |sms, notice| {
            let wish = wishes_sms(state, self.user.as_ref(), self.phone, sms);
            Reaction::Answered(wish.into_iter().chain(tell(notice)).collect())
        };
        match (keyword::understood(&command.called, &command.text), &command.called) {
            (Some(Keyword::Stop), _) => sets(false, Notice::Stopped),
            (Some(Keyword::Start), _) => sets(true, Notice::Started),
            (None, Called::Im(im)) => self.passes_on(state, *im, command, message, at, tell),
            (Some(Keyword::Help), _) | (None, Called::Service | Called::App(..) | Called::Other) => {
                Reaction::Answered(tell(Notice::Help))
            }
        }
    }

    fn passes_on(
        &self,
        state: &State,
        im: ImNumber,
        command: &Received,
        message: MessageId,
        at: Instant,
        tell: impl Fn(Notice) -> Vec<Fact>,
    ) -> Reaction {
        let Some(name) = &self.user else {
            return Reaction::Refused(tell(Notice::NotRegistered), Rejection::unknown_sender("this phone"));
        };
        let suspended = state.user_named(name).is_some_and(|user| user.suspended);
        let send =
            Send { to: vec![Address::Im(im)], text: Some(command.text.as_str().into()), ..Send::default() };
        let sent = if suspended {
            Err(Rejection::suspended(name.as_str()))
        } else {
            message::send(state, name, &send, message, at)
        };
        match sent {
            Ok(facts) => Reaction::Passed(facts),
            Err(why) => Reaction::Refused(tell(Notice::Refused(why.text.clone())), why),
        }
    }

    fn party(&self) -> Party {
        self.user.clone().map_or(Party::Phone(self.phone), Party::User)
    }
}
