//! Homing's own answers by SMS to what people write to the service number; none to machines that answer answers.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::rules::Fact;
use crate::rules::attempt::Adapter;
use crate::rules::message::{Accepted, Channel, Route, RouteReason, Routed};
use crate::words::{Author, Instant, MessageId, Party, Phone, Span};

/// What people are told. Each is one segment of GSM 7-bit text, but the last.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Notice {
    Stopped,
    Started,
    Help,
    NotRegistered,
    /// What was wrong, in the words of the refusal.
    Refused(String),
}

impl Notice {
    fn text(self) -> String {
        match self {
            Notice::Stopped => "You will get no more SMS from us. Send START to get them again.".to_owned(),
            Notice::Started => "You will get SMS from us again. Send STOP to end them.".to_owned(),
            Notice::Help => {
                "Reply to a message to answer its sender. Send STOP to get no more SMS, START to get \
                             them again, HELP for this text."
                    .to_owned()
            }
            Notice::NotRegistered => {
                "This phone is not registered here, so your message was not passed on. Send STOP to get no \
                 more SMS."
                    .to_owned()
            }
            Notice::Refused(why) => format!("Your message was not passed on: {why}."),
        }
    }

    /// The last word to somebody who wishes no more is never held back.
    fn is_owed(&self) -> bool {
        matches!(self, Notice::Stopped | Notice::Started)
    }
}

/// Answers to one phone within [`WINDOW`]: a person needs few, two machines that answer each other need any number.
const ANSWERS_MAX: u16 = 10;
const WINDOW: Span = Span::from_secs(3_600);
/// An answer that comes later than this answers nothing.
const WORTH: Span = Span::from_secs(86_400);
/// Phones remembered before those whose hour is over are forgotten.
const PHONES_LEN_MAX: usize = 10_000;

/// How many answers each phone got in its present hour.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::rules) struct Answered {
    phones: BTreeMap<Phone, (Instant, u16)>,
}

impl Answered {
    fn is_enough(&self, phone: Phone, at: Instant) -> bool {
        let in_window = self.phones.get(&phone).filter(|(since, _)| *since + WINDOW > at);
        in_window.is_some_and(|(_, answers)| *answers >= ANSWERS_MAX)
    }

    pub(in crate::rules) fn count(&mut self, phone: Phone, at: Instant) {
        if self.phones.len() >= PHONES_LEN_MAX {
            self.phones.retain(|_, (since, _)| *since + WINDOW > at);
        }
        let entry = self.phones.entry(phone).or_insert((at, 0));
        if entry.0 + WINDOW <= at {
            *entry = (at, 0);
        }
        entry.1 = entry.1.saturating_add(1);
    }
}

/// The facts of an answer; none where this phone got enough of them.
pub(super) fn answer(
    answered: &Answered,
    notice: Notice,
    (message, at): (MessageId, Instant),
    (to, phone): (Party, Phone),
) -> Vec<Fact> {
    if answered.is_enough(phone, at) && !notice.is_owed() {
        return Vec::new();
    }
    let accepted = Accepted {
        message,
        from: Author::Homing,
        to: vec![to.clone()],
        text: Some(notice.text().into()),
        parts: None,
        route: Route::By(Adapter::Sms),
        body: None,
        expires: Some(at + WORTH),
        day: None,
    };
    let routed = Routed {
        message,
        to,
        channel: Channel::By(Adapter::Sms),
        because: RouteReason::Answer,
        seen: None,
        body: None,
        encoding: None,
    };
    vec![accepted.into(), routed.into()]
}
