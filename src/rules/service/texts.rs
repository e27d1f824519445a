//! The table of all that Homing says by SMS, in English and Chinese.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::words::named;

named! {
    /// In which language somebody is answered.
    "language" Language {
        English = "en",
        Chinese = "zh",
    }
}

impl Language {
    /// That of a text by its letters.
    pub fn of(text: &str) -> Language {
        let is_han = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
        if text.chars().any(is_han) { Language::Chinese } else { Language::English }
    }
}

/// An operator's own words for a text.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Wordings {
    pub en: Option<Arc<str>>,
    pub zh: Option<Arc<str>>,
}

impl Wordings {
    pub(super) fn of(&self, language: Language) -> Option<&str> {
        match language {
            Language::English => self.en.as_deref(),
            Language::Chinese => self.zh.as_deref(),
        }
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &str> {
        self.en.iter().chain(&self.zh).map(AsRef::as_ref)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.en.is_none() && self.zh.is_none()
    }
}

/// The texts by name, with their words in English and in Chinese.
macro_rules! texts {
    ($($text:ident = $name:literal, $english:literal, $chinese:literal;)+) => {
        named! {
            /// Something that Homing says by SMS.
            "text" Text { $($text = $name,)+ }
        }

        impl Text {
            /// The words of this program. What stands in braces is filled in.
            pub const fn wording(self, language: Language) -> &'static str {
                match (self, language) {
                    $((Text::$text, Language::English) => $english,
                    (Text::$text, Language::Chinese) => $chinese,)+
                }
            }
        }
    };
}

texts! {
    Stopped = "stopped",
        "You will get no more SMS from us. Send START to get them again.",
        "您不会再收到我们的短信。发送 START 恢复接收。";
    Started = "started",
        "You will get SMS from us again. Send STOP to end them.",
        "您将重新收到我们的短信。发送 退订 停止接收。";
    Help = "help",
        "Reply to a message to answer its sender. Send STOP to get no more SMS, START to get them again, HELP for this text.",
        "直接回复即可答复发件人。发送 退订 停止接收短信，START 恢复接收，帮助 查看本说明。";
    NotRegistered = "not_registered",
        "This phone is not registered here, so your message was not passed on. Send STOP to get no more SMS.",
        "此手机尚未注册，消息未能转发。发送 退订 停止接收短信。";
    NotPassedOn = "not_passed_on",
        "Your message was not passed on: {why}.",
        "消息未能转发：{why}。";
    NotDone = "not_done",
        "That was not done: {why}.",
        "{why}。";
    Misspelt = "misspelt",
        "Write it so: {usage}",
        "正确的写法：{usage}";
    GroupMade = "group_made",
        "The group {name} has the number {number}. G ADD {number} <phone> invites people.",
        "群{name}已建立，群号{number}。发送 G ADD {number} 手机号 邀请成员。";
    GroupAsked = "group_asked",
        "They are asked to join {number}.",
        "已邀请他们加入群{number}。";
    GroupRemoved = "group_removed",
        "They are not in {number} any more.",
        "已从群{number}移除。";
    GroupJoined = "group_joined",
        "You are in the group {name} ({number}) now. G QUIT {number} leaves it.",
        "您已加入群{name}（{number}）。发送 G QUIT {number} 退出。";
    GroupDeclined = "group_declined",
        "You are not in the group {name} ({number}).",
        "您未加入群{name}（{number}）。";
    GroupLeft = "group_left",
        "You have left the group {number}.",
        "您已退出群{number}。";
    GroupSmsOn = "group_sms_on",
        "You get SMS of the group {number}.",
        "您将收到群{number}的短信。";
    GroupSmsOff = "group_sms_off",
        "You get no SMS of the group {number}. G SMS ON {number} brings them back.",
        "您不再收到群{number}的短信。发送 G SMS ON {number} 恢复。";
    GroupClosed = "group_closed",
        "The group {number} is closed.",
        "群{number}已解散。";
    GroupNone = "group_none",
        "You are in no group. G NEW <name> makes one.",
        "您还没有群。发送 G NEW 群名 新建。";
    GroupPut = "group_put",
        "{by} has put you in the group {name} ({number}). G QUIT {number} leaves it.",
        "{by}已将您加入群{name}（{number}）。发送 G QUIT {number} 退出。";
    GroupInvites = "group_invites",
        "{by} invites you to the group {name} ({number}). Answer YES or NO.",
        "{by}邀请您加入群{name}（{number}）。请回复 同意 或 拒绝。";
    GroupEither = "group_either",
        "{by} invites you to the group {name} ({number}). Answer YES or NO; who is in it leaves with G QUIT {number}.",
        "{by}邀请您加入群{name}（{number}）。请回复 同意 或 拒绝；已在群中的发送 G QUIT {number} 退出。";
    ContactInvites = "contact_invites",
        "{by} invites you to write to each other here. Answer YES to open an account, or NO.",
        "{by}邀请您在此互发消息。回复 同意 开通账户，或回复 拒绝。";
    ContactInvitesSaying = "contact_invites_saying",
        "{by} invites you: {said} Answer YES to open an account, or NO.",
        "{by}邀请您：{said} 回复 同意 开通账户，或回复 拒绝。";
    ContactDeclined = "contact_declined",
        "You have not accepted the invitation of {by}.",
        "您未接受{by}的邀请。";
    ContactAccepted = "contact_accepted",
        "{name} ({number}) has accepted your invitation.",
        "{name}（{number}）已接受您的邀请。";
    ContactJoined = "contact_joined",
        "You and {by} are contacts now.",
        "您与{by}已互为联系人。";
    WhichName = "which_name",
        "What name do you want? Answer with one of a-z, 0-9, - and _, or with YES for {offered}.",
        "您想用什么名字？请回复由 a-z、0-9、- 和 _ 组成的名字，或回复 同意 使用{offered}。";
    NameTaken = "name_taken",
        "That name is taken, or is none. Answer with another one of a-z, 0-9, - and _, or with YES for {offered}.",
        "该名字已被使用或不可用。请另选一个由 a-z、0-9、- 和 _ 组成的名字，或回复 同意 使用{offered}。";
    Welcome = "welcome",
        "Welcome, {name}. Your number is {number}. Within ten minutes you sign in once with this code as password: {code}",
        "欢迎，{name}。您的号码是{number}。十分钟内可用此一次性密码登录：{code}";
}

/// The names in braces.
pub(super) fn names(wording: &str) -> impl Iterator<Item = &str> {
    wording.split('{').skip(1).map(|piece| piece.split_once('}').map_or(piece, |(name, _)| name))
}

/// With what stands in for its names: once, so that what stands in is never read itself.
pub(super) fn filled(wording: &str, values: &[(&str, &str)]) -> String {
    let mut pieces = wording.split('{');
    let mut filled = pieces.next().unwrap_or_default().to_owned();
    for piece in pieces {
        let (name, behind) = piece.split_once('}').unwrap_or((piece, ""));
        let value = values.iter().find(|(known, _)| *known == name).map_or("", |(_, value)| *value);
        filled.push_str(value);
        filled.push_str(behind);
    }
    filled
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn both_languages_of_a_text_name_the_same_things() {
        for text in Text::ALL {
            let of = |language| names(text.wording(language)).collect::<BTreeSet<_>>();
            assert_eq!(of(Language::English), of(Language::Chinese), "{text}");
        }
    }

    #[test]
    fn what_stands_in_for_a_name_is_not_read_itself() {
        let values = [("name", "{number}"), ("number", "3001")];
        assert_eq!(filled("{name} ({number}){other}", &values), "{number} (3001)");
        assert_eq!(filled("open {", &values), "open ");
    }
}
