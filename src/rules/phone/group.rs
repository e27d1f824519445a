//! What people do with groups by SMS: `G NEW Class 3b`, in English or Chinese, each answered in its language.

use super::notice::Language;
use crate::rules::group::{self, Actor, Answered, Close, Create, Invite, Remove, Role, Seat};
use crate::rules::{Fact, Rejection, State};
use crate::words::{Address, GroupNumber, Instant, MessageId, Party};

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
        let pick = |english: String, chinese: String| language.pick(english, chinese);
        Ok(match self {
            Wish::New(name) => {
                let facts = Create { name: name.clone(), ..Create::default() }.by(actor()?)?;
                let number =
                    facts.iter().find_map(|fact| fact.get::<group::Created>()).map(|made| made.group);
                let number = number.map_or_else(String::new, |number| number.to_string());
                let english = format!(
                    "The group {name} has the number {number}. G ADD {number} <phone> invites people."
                );
                let chinese = format!("群{name}已建立，群号{number}。发送 G ADD {number} 手机号 邀请成员。");
                (facts, pick(english, chinese))
            }
            Wish::Add(group, who) => {
                let facts =
                    Invite { group: *group, who: who.clone(), confirm: None, id: None }.by(actor()?)?;
                (
                    facts,
                    pick(format!("They are asked to join {group}."), format!("已邀请他们加入群{group}。")),
                )
            }
            Wish::Del(group, who) => {
                let facts = Remove { group: *group, who: who.clone(), id: None }.by(actor()?)?;
                (facts, pick(format!("They are not in {group} any more."), format!("已从群{group}移除。")))
            }
            Wish::Answer(number, answer) => {
                let fact = group::answer(state, seat, (*number, *answer), at)?;
                let text = answered((*number, &state.group(*number)?.name), *answer, language);
                (vec![fact], text)
            }
            Wish::Quit(group) => {
                let facts = group::leave(state, seat, *group)?;
                (facts, pick(format!("You have left the group {group}."), format!("您已退出群{group}。")))
            }
            Wish::Groups => (Vec::new(), groups(state, seat, language)),
            Wish::Members(group) => (Vec::new(), members(state, seat, *group, language)?),
            Wish::Sms(group, sms) => {
                let set = group::wishes_sms(state, state.party(seat), *group, Some(*sms))?;
                let text = gets_sms(*group, *sms, language);
                (set.into_iter().collect(), text)
            }
            Wish::End(group) => {
                let facts = Close { group: *group, id: None }.by(actor()?)?;
                (facts, pick(format!("The group {group} is closed."), format!("群{group}已解散。")))
            }
            Wish::Misspelt(usage) => {
                (Vec::new(), pick(format!("Write it so: {usage}"), format!("正确的写法：{usage}")))
            }
        })
    }
}

fn answered((number, name): (GroupNumber, &str), answer: Answered, language: Language) -> String {
    match answer {
        Answered::Yes => language.pick(
            format!("You are in the group {name} ({number}) now. G QUIT {number} leaves it."),
            format!("您已加入群{name}（{number}）。发送 G QUIT {number} 退出。"),
        ),
        Answered::No => language.pick(
            format!("You are not in the group {name} ({number})."),
            format!("您未加入群{name}（{number}）。"),
        ),
    }
}

fn gets_sms(group: GroupNumber, sms: bool, language: Language) -> String {
    if sms {
        let english = format!("You get SMS of the group {group}.");
        return language.pick(english, format!("您将收到群{group}的短信。"));
    }
    language.pick(
        format!("You get no SMS of the group {group}. G SMS ON {group} brings them back."),
        format!("您不再收到群{group}的短信。发送 G SMS ON {group} 恢复。"),
    )
}

/// The first of some, and how many there are beside them.
fn first(mut shown: Vec<String>, len: usize, language: Language) -> String {
    if len > shown.len() {
        let more = len - shown.len();
        shown.push(language.pick(format!("and {more} more"), format!("等{len}个")));
    }
    shown.join(", ")
}

fn groups(state: &State, seat: Seat, language: Language) -> String {
    let own: Vec<_> = state.seats.get(&seat).into_iter().flatten().collect();
    if own.is_empty() {
        let none = "You are in no group. G NEW <name> makes one.".to_owned();
        return language.pick(none, "您还没有群。发送 G NEW 群名 新建。".to_owned());
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
        for text in ["", "Good morning", "GNEW x", "new"] {
            assert_eq!(wish(text), None, "{text:?}");
        }
    }
}
