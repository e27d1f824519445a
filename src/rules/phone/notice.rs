//! Homing's own answers to what people write to the service number; none to machines that answer answers.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::rules::attempt::Adapter;
use crate::rules::message::{Accepted, Channel, Route, RouteReason, Routed};
use crate::rules::pages::Table;
use crate::rules::service::Language;
use crate::rules::{Fact, Rejection};
use crate::words::{Author, Instant, MessageId, Party, Phone, Span};

/// How much somebody gets of an answer like this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// To STOP and START: the last word to somebody who wishes no more is never held back.
    LastWord,
    /// To a wish about groups or an invitation.
    Wish,
    Other,
}

impl Kind {
    /// So many answers a phone gets within [`WINDOW`].
    fn answers_max(self) -> u16 {
        match self {
            Kind::LastWord => u16::MAX,
            Kind::Wish => WISHES_MAX,
            Kind::Other => ANSWERS_MAX,
        }
    }
}

/// Why something was not done, in somebody's language.
pub(super) fn why(language: Language, rejection: &Rejection) -> &str {
    let chinese = match rejection.code.as_str() {
        "group.unknown" => "没有这个群",
        "group.not_member" => "您不在该群",
        "group.not_admin" => "只有管理员可以这样做",
        "group.not_owner" => "只有群主可以这样做",
        "group.owner" => "群主不能被移除",
        "group.full" => "群已满",
        "group.is_member" => "对方已在群中",
        "group.no_such_member" => "该群没有这个人",
        "group.not_invited" => "没有待回复的邀请",
        "group.too_late" => "邀请已过期",
        "message.no_recipient" => "找不到该用户",
        "auth.unknown_sender" => "此手机尚未注册",
        "app.unknown" => "该群没有这个应用",
        _ => "操作未完成",
    };
    match language {
        Language::English => &rejection.text,
        Language::Chinese => chinese,
    }
}

/// Answers to one phone within [`WINDOW`]: a person needs few, two machines that answer each other need any number.
const ANSWERS_MAX: u16 = 10;
/// The same for wishes about groups, each of which is answered: as many as somebody types.
const WISHES_MAX: u16 = 60;
const WINDOW: Span = Span::from_secs(3_600);
/// An answer that comes later than this answers nothing.
const WORTH: Span = Span::from_secs(86_400);

/// How many answers each phone got in its present hour: of as many phones as were answered within the last one.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(transparent)]
pub(in crate::rules) struct Answered {
    phones: Table<Phone, (Instant, u16)>,
    /// The same phones by when their hour began, so that each is forgotten without a look at the others.
    #[serde(skip)]
    by_age: BTreeSet<(Instant, Phone)>,
}

impl Answered {
    fn is_enough(&self, phone: Phone, max: u16, at: Instant) -> bool {
        let in_window = self.phones.get(&phone).filter(|(since, _)| *since + WINDOW > at);
        in_window.is_some_and(|(_, answers)| *answers >= max)
    }

    /// Whether somebody may wish something about groups now.
    pub(super) fn takes_wishes(&self, phone: Phone, at: Instant) -> bool {
        !self.is_enough(phone, WISHES_MAX, at)
    }

    pub(in crate::rules) fn count(&mut self, phone: Phone, at: Instant) {
        while let Some((since, old)) = self.by_age.first().copied()
            && since + WINDOW <= at
        {
            self.by_age.remove(&(since, old));
            self.phones.remove(&old);
        }
        let by_age = &mut self.by_age;
        let (_, answers) = self.phones.get_or_insert_with(phone, || {
            by_age.insert((at, phone));
            (at, 0)
        });
        *answers = answers.saturating_add(1);
    }

    /// A copy to be written down, without what is derived.
    pub(in crate::rules) fn to_keep(&self) -> Answered {
        Answered { phones: self.phones.clone(), by_age: BTreeSet::new() }
    }

    /// Fills what is derived, after a snapshot was read.
    pub(in crate::rules) fn index(&mut self) {
        self.by_age = self.phones.iter().map(|(phone, (since, _))| (*since, *phone)).collect();
    }
}

/// The facts of an answer by the channel that heard the phone; none where this phone got enough of them.
pub(super) fn answer(
    answered: &Answered,
    (kind, text): (Kind, String),
    channel: Adapter,
    (message, at): (MessageId, Instant),
    (to, phone): (Party, Phone),
) -> Vec<Fact> {
    if answered.is_enough(phone, kind.answers_max(), at) {
        return Vec::new();
    }
    let accepted = Accepted {
        message,
        from: Author::Homing,
        charged: None,
        group: None,
        to: vec![to.clone()],
        text: Some(text.into()),
        parts: None,
        route: Route::By(channel),
        body: None,
        expires: Some(at + WORTH),
        day: None,
        counts: None,
        in_name: None,
        app: None,
        code_for: None,
        aside: None,
    };
    let routed = Routed {
        message,
        to,
        channel: Channel::By(channel),
        because: RouteReason::Answer,
        seen: None,
        body: None,
        encoding: None,
        place: None,
    };
    vec![accepted.into(), routed.into()]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_phone_is_forgotten_when_its_hour_is_over_and_no_sooner() {
        let at = |secs: i64| Instant::from_unix_ms(secs * 1_000);
        let phone = |number: i64| format!("+44770090{number:04}").parse::<Phone>().unwrap();
        let mut answered = Answered::default();
        (0..10).for_each(|number| answered.count(phone(number), at(number)));
        (0..9).for_each(|_| answered.count(phone(3), at(3_000)));
        assert!(
            answered.is_enough(phone(3), ANSWERS_MAX, at(3_602))
                && !answered.is_enough(phone(4), ANSWERS_MAX, at(3_602))
        );
        answered.count(phone(4), at(3_602));
        assert_eq!(
            answered.phones.iter().map(|(phone, _)| *phone).collect::<Vec<_>>(),
            (3..10).map(phone).collect::<Vec<_>>()
        );
        let mut restored = Answered { phones: answered.phones.clone(), ..Answered::default() };
        restored.index();
        assert_eq!(restored, answered);
        answered.count(phone(3), at(3_603));
        assert!(!answered.is_enough(phone(3), ANSWERS_MAX, at(3_603)));
        answered.count(phone(11), at(90_000));
        assert_eq!((answered.phones.len(), answered.by_age.len()), (1, 1));
    }
}
