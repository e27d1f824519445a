//! What people do with groups by SMS: `G NEW Class 3b`, in English or Chinese, each answered in its language.

use crate::rules::group::{self, Actor, Answered, Close, Create, Invite, Remove, Role, Seat};
use crate::rules::service::{Language, Text};
use crate::rules::{Fact, Rejection, State};
use crate::words::{Address, Called, GroupNumber, Instant, MessageId, Party};

/// How many of a list an SMS shows.
const SHOWN_LEN_MAX: usize = 12;

/// The verbs behind `G`, and what each is followed by.
const VERBS: [(Verb, &str, &str, &str); 9] = [
    (Verb::New, "NEW", "新建", "G NEW <name>"),
    (Verb::Add, "ADD", "邀请", "G ADD <group> <phone or IM number> ..."),
    (Verb::Del, "DEL", "移除", "G DEL <group> <phone or IM number>"),
    (Verb::Yes, "YES", "同意", "G YES <group>"),
    (Verb::No, "NO", "拒绝", "G NO <group>"),
    (Verb::Quit, "QUIT", "退出", "G QUIT <group>"),
    (Verb::List, "LIST", "列表", "G LIST, or G LIST <group>"),
    (Verb::Sms, "SMS", "短信", "G SMS ON <group>, or G SMS OFF <group>"),
    (Verb::End, "END", "解散", "G END <group>"),
];
const GROUP: [&str; 2] = ["G", "群"];
const ON: [&str; 2] = ["ON", "开"];
const OFF: [&str; 2] = ["OFF", "关"];
/// Of one group, where its number follows.
const STOP: [&str; 2] = ["STOP", "退订"];
const START: [&str; 2] = ["START", "恢复"];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verb {
    New,
    Add,
    Del,
    Yes,
    No,
    Quit,
    List,
    Sms,
    End,
}

/// A wish about groups.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Wish {
    New(String),
    Add(GroupNumber, Vec<Address>),
    Del(GroupNumber, Vec<Address>),
    Answer(GroupNumber, Answered),
    Quit(GroupNumber),
    Groups,
    Members(GroupNumber),
    Sms(GroupNumber, bool),
    End(GroupNumber),
    /// It is one, but not written as it should be: so it should.
    Misspelt(&'static str),
}

impl Wish {
    /// Whether it is that less comes: nobody is kept from it for having said much.
    pub(super) fn opts_out(&self) -> bool {
        match self {
            Wish::Quit(_) | Wish::Sms(_, false) | Wish::Answer(_, Answered::No) => true,
            Wish::New(_)
            | Wish::Add(..)
            | Wish::Del(..)
            | Wish::Answer(_, Answered::Yes)
            | Wish::Groups
            | Wish::Members(_)
            | Wish::Sms(_, true)
            | Wish::End(_)
            | Wish::Misspelt(_) => false,
        }
    }
}

/// Who wishes something, when, and the message that comes of it.
pub(super) struct Speaker<'a> {
    pub(super) state: &'a State,
    pub(super) seat: Seat,
    pub(super) message: MessageId,
    pub(super) at: Instant,
}

/// The wish that a text is, and its language; none where it is none.
pub(super) fn wish(text: &str) -> Option<(Wish, Language)> {
    let mut words = text.split_whitespace();
    let is = |word: &str, all: &[&str]| all.contains(&word.to_uppercase().as_str());
    if let [word, number] = text.split_whitespace().collect::<Vec<_>>().as_slice()
        && let Some(sms) = [(&STOP, false), (&START, true)].iter().find(|(of, _)| is(word, *of))
        && let Ok(number) = number.trim_end_matches(['.', '!', '。', '！']).parse()
    {
        return Some((Wish::Sms(number, sms.1), Language::of(text)));
    }
    words.next().filter(|word| is(word, &GROUP))?;
    let said = words.next().unwrap_or_default().to_uppercase();
    let Some((verb, english, _, usage)) =
        VERBS.iter().find(|(_, english, chinese, _)| [*english, *chinese].contains(&said.as_str()))
    else {
        return Some((Wish::Misspelt("G NEW, ADD, DEL, YES, NO, QUIT, LIST, SMS, END"), Language::of(text)));
    };
    let language = if *english == said { Language::English } else { Language::Chinese };
    let rest: Vec<&str> = words.collect();
    let group = |word: &&str| word.parse::<GroupNumber>().ok();
    let wish = match (verb, rest.as_slice()) {
        (Verb::New, [_, ..]) => Some(Wish::New(rest.join(" "))),
        (Verb::Add, [number, who @ ..]) if !who.is_empty() => {
            group(number).zip(addresses(who)).map(|(number, who)| Wish::Add(number, who))
        }
        (Verb::Del, [number, who @ ..]) if !who.is_empty() => {
            group(number).zip(addresses(who)).map(|(number, who)| Wish::Del(number, who))
        }
        (Verb::Yes, [number]) => group(number).map(|number| Wish::Answer(number, Answered::Yes)),
        (Verb::No, [number]) => group(number).map(|number| Wish::Answer(number, Answered::No)),
        (Verb::Quit, [number]) => group(number).map(Wish::Quit),
        (Verb::List, []) => Some(Wish::Groups),
        (Verb::List, [number]) => group(number).map(Wish::Members),
        (Verb::Sms, [on, number]) if is(on, &ON) => group(number).map(|number| Wish::Sms(number, true)),
        (Verb::Sms, [off, number]) if is(off, &OFF) => group(number).map(|number| Wish::Sms(number, false)),
        (Verb::End, [number]) => group(number).map(Wish::End),
        (_, _) => None,
    };
    Some((wish.unwrap_or(Wish::Misspelt(usage)), language))
}

/// Whether a text is the wish to get SMS of a group, or to get none, whatever else there is to know.
pub fn wish_of_a_group(called: &Called, text: &str) -> Option<(GroupNumber, bool)> {
    match (called, wish(text)) {
        (Called::Service, Some((Wish::Sms(group, sms), _))) => Some((group, sms)),
        (_, _) => None,
    }
}

/// Numbers as people write them; `00` stands for the plus.
fn addresses(words: &[&str]) -> Option<Vec<Address>> {
    // Nobody is named by digits alone: what is no IM number either is a phone without its country.
    let is_national = |word: &str| word.len() > 9 && word.bytes().all(|byte| byte.is_ascii_digit());
    let address = |word: &&str| match word.strip_prefix("00") {
        Some(number) => format!("+{number}").parse().ok(),
        None if is_national(word) => None,
        None => word.parse().ok(),
    };
    words.iter().map(address).collect()
}

impl Wish {
    /// Whether only who has an account may wish it.
    pub(super) fn needs_account(&self) -> bool {
        match self {
            Wish::New(_) | Wish::Add(..) | Wish::Del(..) | Wish::End(_) => true,
            Wish::Answer(..)
            | Wish::Quit(_)
            | Wish::Groups
            | Wish::Members(_)
            | Wish::Sms(..)
            | Wish::Misspelt(_) => false,
        }
    }

    /// What follows, and what is answered.
    pub(super) fn fulfil(
        &self,
        speaker: &Speaker<'_>,
        language: Language,
    ) -> Result<(Vec<Fact>, String), Rejection> {
        let Speaker { state, seat, message, at } = *speaker;
        let actor = || match seat {
            Seat::User(uid) => Ok(Actor { state, uid, message, at }),
            Seat::Phone(_) => Err(Rejection::unknown_sender("this phone")),
        };
        let say =
            |text: Text, number: &GroupNumber| state.say(text, language, &[("number", &number.to_string())]);
        Ok(match self {
            Wish::New(name) => {
                let facts = Create { name: name.clone(), ..Create::default() }.by(actor()?)?;
                let made = facts.iter().find_map(|fact| fact.get::<group::Created>());
                let number = made.map_or_else(String::new, |made| made.group.to_string());
                let text = state.say(Text::GroupMade, language, &[("name", name), ("number", &number)]);
                (facts, text)
            }
            Wish::Add(group, who) => {
                let invite = Invite { group: *group, who: who.clone(), confirm: None, id: None };
                (invite.by(actor()?)?, say(Text::GroupAsked, group))
            }
            Wish::Del(group, who) => {
                let remove = Remove { group: *group, who: who.clone(), id: None };
                (remove.by(actor()?)?, say(Text::GroupRemoved, group))
            }
            Wish::Answer(number, answer) => {
                let fact = group::answer(state, seat, (*number, *answer), at)?;
                let text = match answer {
                    Answered::Yes => Text::GroupJoined,
                    Answered::No => Text::GroupDeclined,
                };
                let name = state.group(*number)?.name.as_str();
                let values = [("name", name), ("number", &number.to_string())];
                (vec![fact], state.say(text, language, &values))
            }
            Wish::Quit(group) => (group::leave(state, seat, *group)?, say(Text::GroupLeft, group)),
            Wish::Groups => (Vec::new(), groups(state, seat, language)),
            Wish::Members(group) => (Vec::new(), members(state, seat, *group, language)?),
            Wish::Sms(group, sms) => {
                let set = group::wishes_sms(state, state.party(seat), *group, Some(*sms))?;
                let text = if *sms { Text::GroupSmsOn } else { Text::GroupSmsOff };
                (set.into_iter().collect(), say(text, group))
            }
            Wish::End(group) => {
                (Close { group: *group, id: None }.by(actor()?)?, say(Text::GroupClosed, group))
            }
            Wish::Misspelt(usage) => (Vec::new(), state.say(Text::Misspelt, language, &[("usage", usage)])),
        })
    }
}

/// The first of some, and how many there are beside them.
fn first(mut shown: Vec<String>, len: usize, language: Language) -> String {
    if len > shown.len() {
        let more = len - shown.len();
        shown.push(match language {
            Language::English => format!("and {more} more"),
            Language::Chinese => format!("等{len}个"),
        });
    }
    shown.join(", ")
}

fn groups(state: &State, seat: Seat, language: Language) -> String {
    let own: Vec<_> = state.seats.get(&seat).into_iter().flatten().collect();
    if own.is_empty() {
        return state.say(Text::GroupNone, language, &[]);
    }
    let shown = own.iter().take(SHOWN_LEN_MAX).filter_map(|number| {
        let group = state.groups.get(number)?;
        let asked = group.role(seat).is_none();
        Some(if asked { format!("{number} {}?", group.name) } else { format!("{number} {}", group.name) })
    });
    first(shown.collect(), own.len(), language)
}

/// Phones that nobody has registered are told to administrators alone.
fn members(state: &State, seat: Seat, number: GroupNumber, language: Language) -> Result<String, Rejection> {
    let group = state.group(number)?;
    let role = group.role(seat).ok_or_else(Rejection::not_member)?;
    let leads = matches!(role, Role::Owner | Role::Admin);
    let parties = group.members.iter().map(|(seat, _)| state.party(*seat));
    let shown = parties.filter(|who| leads || matches!(who, Party::User(_))).take(SHOWN_LEN_MAX);
    let shown = first(shown.map(|who| who.to_string()).collect(), group.members.len(), language);
    Ok(format!("{} ({number}): {shown}", group.name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wish_is_read_as_people_write_it() {
        let group = |text: &str| text.parse::<GroupNumber>().unwrap();
        let who = |text: &str| text.parse::<Address>().unwrap();
        for (text, want, language) in [
            ("G NEW Class 3b", Wish::New("Class 3b".to_owned()), Language::English),
            ("g  new  Class 3b ", Wish::New("Class 3b".to_owned()), Language::English),
            ("群 新建 三班", Wish::New("三班".to_owned()), Language::Chinese),
            (
                "G add 3001 100002 00447700900001",
                Wish::Add(group("3001"), vec![who("100002"), who("+447700900001")]),
                Language::English,
            ),
            ("G DEL #3001 bob", Wish::Del(group("3001"), vec![who("bob")]), Language::English),
            ("G yes 3001", Wish::Answer(group("3001"), Answered::Yes), Language::English),
            ("G 拒绝 3001", Wish::Answer(group("3001"), Answered::No), Language::Chinese),
            ("G List", Wish::Groups, Language::English),
            ("G LIST 3001", Wish::Members(group("3001")), Language::English),
            ("G SMS off 3001", Wish::Sms(group("3001"), false), Language::English),
            ("Stop 3001.", Wish::Sms(group("3001"), false), Language::English),
            ("退订 3001", Wish::Sms(group("3001"), false), Language::Chinese),
            ("START #3001", Wish::Sms(group("3001"), true), Language::English),
            ("G ADD 3001", Wish::Misspelt("G ADD <group> <phone or IM number> ..."), Language::English),
            (
                "G ADD 3001 07700900001",
                Wish::Misspelt("G ADD <group> <phone or IM number> ..."),
                Language::English,
            ),
            ("G SMS 3001", Wish::Misspelt("G SMS ON <group>, or G SMS OFF <group>"), Language::English),
            ("G", Wish::Misspelt("G NEW, ADD, DEL, YES, NO, QUIT, LIST, SMS, END"), Language::English),
        ] {
            assert_eq!(wish(text), Some((want, language)), "{text:?}");
        }
        for text in ["", "Good morning", "GNEW x", "new", "stop 3001 now", "stop it"] {
            assert_eq!(wish(text), None, "{text:?}");
        }
    }
}
