//! A person's SMS: a message to whom its number names, or a command to the service.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::Heard;
use super::caller::Caller;
use super::group::{self, Speaker, Wish};
use super::guest::{Guest, is_later};
use super::keyword::{self, Keyword};
use super::notice::{Kind, why};
use super::preference::wishes_sms;
use crate::rules::group::{Answered, Seat};
use crate::rules::message::{self, Send};
use crate::rules::proof::{ByAdapter, Case};
use crate::rules::service::{Language, Text};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Fact, Rejection};
use crate::words::{Address, Called, GroupNumber, Instant, Phone};

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

enum Reaction {
    /// It went on as a message, which holds the text.
    Passed(Vec<Fact>),
    Answered(Vec<Fact>),
    Refused(Vec<Fact>, Rejection),
}

impl Caller {
    fn reacts(&self, case: &Case<'_, ByAdapter>, command: &Received) -> Reaction {
        let (state, language) = (case.state, Language::of(&command.text));
        let help = || Reaction::Answered(self.told(case, Kind::Other, state.say(Text::Help, language, &[])));
        let seat = state.seat(&self.party()).unwrap_or(Seat::Phone(self.phone));
        let (group, contact) = (state.asked_last(seat, case.at), state.invitations.last(self.phone, case.at));
        let contact = contact.filter(|_| is_later(contact, group.map(|(until, _)| until)));
        let guest = contact.map(|invitation| Guest { caller: self, case, invitation, language });
        let answers =
            |answer| group.map(|(_, group)| self.wishes(case, &Wish::Answer(group, answer), language));
        let keyword = keyword::understood(&command.called, &command.text);
        match (keyword, &command.called, guest) {
            (Some(Keyword::Stop), _, _) => self.sets(case, false, language),
            (Some(Keyword::Start), _, _) => self.sets(case, true, language),
            (Some(Keyword::Help), _, _) => help(),
            (Some(Keyword::Yes), _, Some(guest)) => self.limited(case, || guest.accepts()),
            // As providers take it where nobody has asked.
            (Some(Keyword::Yes), _, None) => {
                answers(Answered::Yes).unwrap_or_else(|| self.sets(case, true, language))
            }
            (Some(Keyword::No), _, Some(guest)) => Reaction::Answered(guest.declines()),
            (Some(Keyword::No), _, None) => answers(Answered::No).unwrap_or_else(help),
            (Some(Keyword::Cancel), _, guest) => self.cancels(case, (guest, group), language),
            (None, Called::Im(im), _) => self.passes_on(case, Address::Im(*im), command),
            (None, Called::App(app, group), _) => match (app.as_str(), group.parse(), app.parse()) {
                (GROUP_APP, Ok(group), _) => self.passes_on(case, Address::Group(group), command),
                (_, Ok(group), Ok(app)) => self.passes_on(case, Address::App(app, group), command),
                (_, _, _) => help(),
            },
            (None, Called::Service, guest) => match (group::wish(&command.text), guest) {
                (Some((wish, language)), _) => self.wishes(case, &wish, language),
                (None, Some(guest)) => match &guest.invitation.offered {
                    Some(offered) => self.limited(case, || guest.wishes_a_name(&command.text, offered)),
                    None => help(),
                },
                (None, None) => help(),
            },
            (None, Called::Other, _) => help(),
        }
    }

    fn sets(&self, case: &Case<'_, ByAdapter>, sms: bool, language: Language) -> Reaction {
        let wish = wishes_sms(case.state, self.user.as_ref(), self.phone, sms);
        let text = case.state.say(if sms { Text::Started } else { Text::Stopped }, language, &[]);
        Reaction::Answered(wish.chain(self.told(case, Kind::LastWord, text)).collect())
    }

    /// CANCEL ends the invitation that waits for an answer; where the law takes it for an opt-out, or none waits, it is STOP.
    fn cancels(
        &self,
        case: &Case<'_, ByAdapter>,
        (guest, group): (Option<Guest<'_, '_>>, Option<(Instant, GroupNumber)>),
        language: Language,
    ) -> Reaction {
        let opts_out = case.state.service.keywords.cancel_opts_out();
        match (guest, group) {
            (Some(guest), _) if opts_out => match self.sets(case, false, language) {
                Reaction::Answered(facts) => {
                    Reaction::Answered(std::iter::once(guest.answered(false)).chain(facts).collect())
                }
                other @ (Reaction::Passed(_) | Reaction::Refused(..)) => other,
            },
            (Some(guest), _) => Reaction::Answered(guest.declines()),
            (None, Some((_, group))) if !opts_out => {
                self.wishes(case, &Wish::Answer(group, Answered::No), language)
            }
            (None, _) => self.sets(case, false, language),
        }
    }

    /// What is done so often an hour at most.
    fn limited(&self, case: &Case<'_, ByAdapter>, react: impl FnOnce() -> Vec<Fact>) -> Reaction {
        if case.state.answered.takes_wishes(self.phone, case.at) {
            Reaction::Answered(react())
        } else {
            Reaction::Refused(Vec::new(), Rejection::too_fast())
        }
    }

    /// What comes of a wish about groups, and the answer: of whoever has others invited it stands beside the invitation.
    fn wishes(&self, case: &Case<'_, ByAdapter>, wish: &Wish, language: Language) -> Reaction {
        let state = case.state;
        if !wish.opts_out() && !state.answered.takes_wishes(self.phone, case.at) {
            return Reaction::Refused(Vec::new(), Rejection::too_fast());
        }
        let not_done = |rejection: Rejection| {
            let text = state.say(Text::NotDone, language, &[("why", why(language, &rejection))]);
            Reaction::Refused(self.told(case, Kind::Wish, text), rejection)
        };
        let user = self.user.as_ref().and_then(|name| state.user_named(name));
        if let Some(user) = user.filter(|user| user.suspended) {
            return not_done(Rejection::suspended(user.name.as_str()));
        }
        if self.user.is_none() && wish.needs_account() {
            let text = state.say(Text::NotRegistered, language, &[]);
            return Reaction::Refused(
                self.told(case, Kind::Other, text),
                Rejection::unknown_sender("this phone"),
            );
        }
        let seat = state.seat(&self.party()).unwrap_or(Seat::Phone(self.phone));
        let speaker = Speaker { state, seat, message: case.message(), at: case.at };
        match wish.fulfil(&speaker, language) {
            Ok((mut facts, text)) => {
                if !message::adds_aside(&mut facts, &self.party(), text.as_str().into(), case.channel()) {
                    let kind = if wish.opts_out() { Kind::LastWord } else { Kind::Wish };
                    facts.extend(self.told(case, kind, text));
                }
                Reaction::Answered(facts)
            }
            Err(rejection) => not_done(rejection),
        }
    }

    fn passes_on(&self, case: &Case<'_, ByAdapter>, to: Address, command: &Received) -> Reaction {
        let (state, language) = (case.state, Language::of(&command.text));
        let refused = |text: Text, rejection: Rejection| {
            let text = state.say(text, language, &[("why", why(language, &rejection))]);
            Reaction::Refused(self.told(case, Kind::Other, text), rejection)
        };
        let Some(name) = &self.user else {
            return refused(Text::NotRegistered, Rejection::unknown_sender("this phone"));
        };
        let suspended = state.user_named(name).is_some_and(|user| user.suspended);
        let send = Send { to: vec![to], text: Some(command.text.as_str().into()), ..Send::default() };
        let sent = if suspended {
            Err(Rejection::suspended(name.as_str()))
        } else {
            message::send(state, name, &send, case.message(), case.at)
        };
        sent.map_or_else(|why| refused(Text::NotPassedOn, why), Reaction::Passed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::identity::Register;
    use crate::rules::message::Accepted;
    use crate::rules::presence::Encoding;
    use crate::rules::{Command, Commit, Order, Part, Sender, State, decide};
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
