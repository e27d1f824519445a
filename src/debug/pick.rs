//! Which commits somebody wants to see: those of a person, of a message, of a kind.

use serde_json::Value;

use crate::rules::message::Page;
use crate::rules::{Commit, Fact};
use crate::wire::{to_json, to_value};
use crate::words::{MessageId, UserName};

/// What people write as they like: a name in it means nobody.
const FREE_TEXTS: [&str; 8] = ["text", "said", "name", "nickname", "mood", "alias", "picture", "id"];

/// All that is not asked for is everything.
#[derive(Debug, Clone, Default)]
pub struct Pick {
    pub user: Option<UserName>,
    pub message: Option<MessageId>,
    /// A fact's name, or what stands before its dot.
    pub kind: Option<String>,
}

impl Pick {
    /// The facts of a commit that are asked for; none where the whole commit is not.
    pub fn of(&self, commit: &Commit) -> Option<Vec<Fact>> {
        let about = [self.user.as_ref().map(ToString::to_string), self.message.map(|it| it.to_string())];
        let about: Vec<String> = about.into_iter().flatten().collect();
        let by_them = self.user.as_ref().is_some_and(|user| commit.by.user() == Some(user));
        let of_person = |fact: Fact| match (&self.user, fact.get::<Page>()) {
            // Of a thousand recipients the one.
            (Some(_), Some(page)) => page.deliveries().collect(),
            (Some(_) | None, _) => vec![fact],
        };
        let facts = commit.facts.iter().cloned().flat_map(of_person);
        let is_of_kind = |fact: &Fact| self.kind.as_deref().is_none_or(|kind| is_of_kind(fact.name(), kind));
        let is_about = |fact: &Fact| match about.as_slice() {
            [] => true,
            words => {
                let shown = to_value(&to_json(fact)).unwrap_or_default();
                let tells = |word: &String| mentions(&shown, word);
                match (by_them, &self.message) {
                    (true, None) => true,
                    (true, Some(_)) => words.last().is_some_and(tells),
                    (false, _) => words.iter().all(tells),
                }
            }
        };
        let facts: Vec<Fact> = facts.filter(|fact| is_of_kind(fact) && is_about(fact)).collect();
        let bare = commit.facts.is_empty() && self.kind.is_none() && self.message.is_none();
        let bare = bare && (by_them || self.user.is_none());
        (bare || !facts.is_empty()).then_some(facts)
    }
}

fn is_of_kind(name: &str, kind: &str) -> bool {
    name.strip_prefix(kind).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Whether a value names it, be it within a timer's name.
fn mentions(value: &Value, word: &str) -> bool {
    match value {
        Value::String(text) => {
            text.strip_suffix(word).is_some_and(|before| before.is_empty() || before.ends_with('-'))
        }
        Value::Array(items) => items.iter().any(|item| mentions(item, word)),
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| !FREE_TEXTS.contains(&name.as_str()) && mentions(value, word))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Sender;
    use crate::words::{CommandSeq, Instant};

    fn commit(by: &str, facts: &str) -> Commit {
        let (command, at) = (CommandSeq(7), Instant::default());
        let (by, facts) = (by.parse::<Sender>().unwrap(), serde_json::from_str(facts).unwrap());
        Commit { command, at, by, part: 0, parts: 1, intent: None, facts }
    }

    fn picked(pick: &Pick, commit: &Commit) -> Option<Vec<&'static str>> {
        pick.of(commit).map(|facts| facts.iter().map(Fact::name).collect())
    }

    #[test]
    fn a_person_s_events_are_what_they_did_and_what_names_them() {
        let bob = Pick { user: Some("bob".parse().unwrap()), ..Pick::default() };
        let sent = r#"[{"message.accepted":{"message":"m7","from":"alice","to":["bob","carol"],"text":"x","route":"auto"}},
            {"delivery.routed":{"message":"m7","to":"bob","channel":"none","because":"no_device_online"}},
            {"delivery.routed":{"message":"m7","to":"carol","channel":"none","because":"no_device_online"}}]"#;
        assert_eq!(picked(&bob, &commit("alice", sent)), Some(vec!["message.accepted", "delivery.routed"]));
        assert_eq!(picked(&bob, &commit("bob", sent)).map(|facts| facts.len()), Some(3));
        let named = r#"[{"message.accepted":{"message":"m7","from":"alice","to":["carol"],"text":"bob","route":"auto"}}]"#;
        assert_eq!(picked(&bob, &commit("alice", named)), None);
        assert_eq!(picked(&bob, &commit("bob", "[]")), Some(vec![]));
        assert_eq!(picked(&bob, &commit("alice", "[]")), None);
        let page = r#"[{"delivery.page":{"message":"m7","first":0,"routed":[{"channel":"none","because":"no_device_online","to":["carol","bob"]}],"filtered":[]}}]"#;
        assert_eq!(picked(&bob, &commit("alice", page)), Some(vec!["delivery.routed"]));
    }

    #[test]
    fn a_message_s_events_are_those_of_its_timers_too_and_a_kind_is_an_area_or_a_fact() {
        let set = r#"[{"timer.set":{"timer":"expire-m7","due":1796117400000}}]"#;
        let m7 = Pick { message: Some("m7".parse().unwrap()), ..Pick::default() };
        assert_eq!(picked(&m7, &commit("alice", set)), Some(vec!["timer.set"]));
        let other = Pick { message: Some("m77".parse().unwrap()), ..Pick::default() };
        assert_eq!(picked(&other, &commit("alice", set)), None);
        for (kind, want) in [("timer", true), ("timer.set", true), ("time", false), ("timer.fired", false)] {
            let pick = Pick { kind: Some(kind.to_owned()), ..Pick::default() };
            assert_eq!(pick.of(&commit("alice", set)).is_some(), want, "{kind}");
        }
    }
}
