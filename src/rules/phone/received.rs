//! A person's SMS: a message to whom its number names, or a command to the service.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::Heard;
use super::group::{self, Speaker, Wish};
use super::keyword::{self, Keyword};
use super::notice::{self, Language, Notice};
use super::preference::wishes_sms;
use crate::rules::group::{Answered, Seat};
use crate::rules::message::{self, Send};
use crate::rules::proof::{ByAdapter, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Fact, Rejection, State};
use crate::words::{Address, Called, Party, Phone, UserName};

/// What is kept of a text that does not go on as a message. 255 parts, as many as a header can number (3GPP TS 23.040 section
/// 9.2.3.24.1), have up to 153 characters each, and those such as é take two bytes.
const SAID_BYTES_MAX: usize = 64 * 1_024;

/// The app that is built in: what is written to it is for the group whose number follows.
const GROUP_APP: &str = "01";

/// `phone.received`: a person's SMS, whole. What is wrong with it is said to the person, and it is done with: a refusal would
/// leave the parts it was joined from to be joined for ever.
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
        let heard = |passed: bool, refused: Option<&Rejection>| {
            Fact::from(Heard {
                connector: self.connector.clone(),
                from: self.from,
                called: self.called.clone(),
                said: (!passed).then(|| beginning(&self.text).to_owned()),
                joined: self.joined.clone(),
                refused: refused.map(|rejection| rejection.code.clone()),
            })
        };
        let Some(phone) = self.from else {
            // Nobody can be answered, and nobody stands for it.
            return Ok(vec![heard(false, Some(&Rejection::unknown_sender("a withheld number")))]);
        };
        let (facts, passed, refused) = match Caller::of(case.state, phone).reacts(case, self) {
            Reaction::Passed(facts) => (facts, true, None),
            Reaction::Answered(facts) => (facts, false, None),
            Reaction::Refused(facts, why) => (facts, false, Some(why)),
        };
        Ok(std::iter::once(heard(passed, refused.as_ref())).chain(facts).collect())
    }
}

/// As much of a text as is kept, in whole characters.
fn beginning(text: &str) -> &str {
    let mut ends = (0..=SAID_BYTES_MAX.min(text.len())).rev();
    ends.find_map(|end| text.get(..end)).unwrap_or_default()
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

    fn reacts(&self, case: &Case<'_, ByAdapter>, command: &Received) -> Reaction {
        let tell = |notice| {
            let (answered, made) = (&case.state.answered, (case.message(), case.at));
            notice::answer(answered, notice, case.channel(), made, (self.party(), self.phone))
        };
        let sets = |sms, notice| {
            let wish = wishes_sms(case.state, self.user.as_ref(), self.phone, sms);
            Reaction::Answered(wish.chain(tell(notice)).collect())
        };
        let keyword = keyword::understood(&command.called, &command.text);
        match (keyword, &command.called) {
            (Some(Keyword::Stop), _) => sets(false, Notice::Stopped),
            (Some(Keyword::Start), _) => sets(true, Notice::Started),
            (Some(Keyword::Help), _) => Reaction::Answered(tell(Notice::Help)),
            (Some(said @ (Keyword::Yes | Keyword::No)), _) => {
                let answer = if said == Keyword::Yes { Answered::Yes } else { Answered::No };
                let seat = case.state.seat(&self.party());
                match (seat.and_then(|seat| case.state.asked_last(seat, case.at)), said) {
                    (Some(group), _) => {
                        let language = Language::of(&command.text);
                        self.wishes(case, &Wish::Answer(group, answer), language)
                    }
                    // As providers take it where nobody has asked.
                    (None, Keyword::Yes) => sets(true, Notice::Started),
                    (None, _) => Reaction::Answered(tell(Notice::Help)),
                }
            }
            (None, Called::Im(im)) => self.passes_on(case, Address::Im(*im), command, tell),
            (None, Called::App(app, group)) => match (app.as_str(), group.parse(), app.parse()) {
                (GROUP_APP, Ok(group), _) => self.passes_on(case, Address::Group(group), command, tell),
                (_, Ok(group), Ok(app)) => self.passes_on(case, Address::App(app, group), command, tell),
                (_, _, _) => Reaction::Answered(tell(Notice::Help)),
            },
            (None, Called::Service) => match group::wish(&command.text) {
                Some((wish, language)) => self.wishes(case, &wish, language),
                None => Reaction::Answered(tell(Notice::Help)),
            },
            (None, Called::Other) => Reaction::Answered(tell(Notice::Help)),
        }
    }

    /// What comes of a wish about groups, and the answer: of whoever has others invited it stands beside the invitation.
    fn wishes(&self, case: &Case<'_, ByAdapter>, wish: &Wish, language: Language) -> Reaction {
        let (state, made) = (case.state, (case.message(), case.at));
        if !state.answered.takes_wishes(self.phone, case.at) {
            return Reaction::Refused(Vec::new(), Rejection::too_fast());
        }
        let whom = (self.party(), self.phone);
        let tell = |notice| notice::answer(&state.answered, notice, case.channel(), made, whom.clone());
        let suspended =
            self.user.as_ref().and_then(|name| state.user_named(name)).filter(|user| user.suspended);
        if let Some(user) = suspended {
            let why = Rejection::suspended(user.name.as_str());
            return Reaction::Refused(tell(Notice::Group(language.not_done(&why))), why);
        }
        if self.user.is_none() && wish.needs_account() {
            return Reaction::Refused(tell(Notice::NotRegistered), Rejection::unknown_sender("this phone"));
        }
        let seat = state.seat(&self.party()).unwrap_or(Seat::Phone(self.phone));
        let speaker = Speaker { state, seat, message: case.message(), at: case.at };
        match wish.fulfil(&speaker, language) {
            Ok((mut facts, text)) => {
                if message::adds_aside(&mut facts, &self.party(), text.as_str().into(), case.channel()) {
                    return Reaction::Answered(facts);
                }
                facts.extend(tell(Notice::Group(text)));
                Reaction::Answered(facts)
            }
            Err(why) => Reaction::Refused(tell(Notice::Group(language.not_done(&why))), why),
        }
    }

    fn passes_on(
        &self,
        case: &Case<'_, ByAdapter>,
        to: Address,
        command: &Received,
        tell: impl Fn(Notice) -> Vec<Fact>,
    ) -> Reaction {
        let Some(name) = &self.user else {
            return Reaction::Refused(tell(Notice::NotRegistered), Rejection::unknown_sender("this phone"));
        };
        let suspended = case.state.user_named(name).is_some_and(|user| user.suspended);
        let send = Send { to: vec![to], text: Some(command.text.as_str().into()), ..Send::default() };
        let sent = if suspended {
            Err(Rejection::suspended(name.as_str()))
        } else {
            message::send(case.state, name, &send, case.message(), case.at)
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::identity::Register;
    use crate::rules::message::Accepted;
    use crate::rules::presence::Encoding;
    use crate::rules::{Command, Commit, Order, Part, Sender, decide};
    use crate::words::{CommandSeq, EventSeq};

    /// Decides a command of a part, and takes in what follows.
    fn say(state: &mut State, by: Part, command: Command) -> Vec<Fact> {
        let (seq, at) = (CommandSeq(state.position().0.0 + 1), "2026-12-01T09:00:00Z".parse().unwrap());
        let (by, encoding) = (Sender::Part(by), Encoding::Json);
        let order = Order { seq, at, by: by.clone(), encoding, command, content: None, kept: None };
        let facts = decide(state, &order).facts;
        let commit = Commit { command: seq, at, by, part: 0, parts: 1, intent: None, facts: facts.clone() };
        state.evolve(&[commit], EventSeq(seq.0));
        facts
    }

    #[test]
    fn the_parts_of_a_text_that_is_too_long_to_go_on_are_done_with_and_its_author_is_told() {
        let mut state = State::default();
        let phone: Phone = "+447700900001".parse().unwrap();
        for (name, phone) in [("alice", None), ("bob", Some(phone))] {
            let register = Register { phone, ..Register::named(name.parse().unwrap()) };
            say(&mut state, Part::Admin, Command::from(register));
        }
        let text = format!("a{}", "é".repeat(255 * 153 - 1));
        for (from, refused, told) in [
            (Some(phone), "message.too_long", Some("Your message was not passed on: the text has ")),
            (
                Some("+447700900002".parse().unwrap()),
                "auth.unknown_sender",
                Some("This phone is not registered"),
            ),
            (None, "auth.unknown_sender", None),
        ] {
            let (connector, called) = ("main".to_owned(), Called::Im("100001".parse().unwrap()));
            let (text, joined) = (text.clone(), Some("w1".to_owned()));
            let received = Received { connector, from, called, text, joined, id: None };
            let by = Part::By(crate::rules::attempt::Adapter::Sms);
            let facts = say(&mut state, by, Command::from(received));
            let heard = facts.first().and_then(Fact::get::<Heard>).unwrap();
            assert_eq!((heard.joined.as_deref(), heard.refused.as_deref()), (Some("w1"), Some(refused)));
            let said = heard.said.as_deref().unwrap();
            assert_eq!(said.len(), 65_535, "whole characters, as many as are kept");
            let answer = facts.iter().find_map(Fact::get::<Accepted>).and_then(|answer| answer.text.clone());
            assert_eq!(answer.is_some(), told.is_some());
            assert!(
                answer.is_none_or(|answer| told.is_some_and(|told| answer.starts_with(told))),
                "{refused}"
            );
        }
    }
}
