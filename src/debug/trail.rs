//! The trails in the log: which commits have changed a person, a group or a schedule, so that a decision's reasons are found.

use crate::rules::{About, Fact, Happened, attempt, contacts, identity, presence};
use crate::wire::subjects;

/// What of somebody a fact has changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Topic {
    /// Registered, changed, suspended, resumed.
    Account,
    /// What they wish to receive.
    Wish,
    Presence,
    Contacts,
    Group,
    Schedule,
    /// What an adapter did for a message.
    Attempt,
}

impl Topic {
    pub const ALL: [Topic; 7] = [
        Topic::Account,
        Topic::Wish,
        Topic::Presence,
        Topic::Contacts,
        Topic::Group,
        Topic::Schedule,
        Topic::Attempt,
    ];

    /// As it stands in a key: never changed, never given again.
    pub fn letter(self) -> u8 {
        match self {
            Topic::Account => b'a',
            Topic::Wish => b'w',
            Topic::Presence => b'p',
            Topic::Contacts => b'k',
            Topic::Group => b'g',
            Topic::Schedule => b's',
            Topic::Attempt => b't',
        }
    }
}

/// The subjects of all commits that can have changed what a channel is decided by.
pub fn subjects_of_standing() -> Vec<String> {
    subjects::events_with(&[
        identity::Registered::NAME,
        identity::Changed::NAME,
        identity::Suspended::NAME,
        identity::Resumed::NAME,
        identity::PreferenceSet::NAME,
        presence::CameOnline::NAME,
        presence::WentOffline::NAME,
        contacts::Added::NAME,
        contacts::Removed::NAME,
        contacts::Blocked::NAME,
    ])
}

/// Whose trails a fact belongs to, by the text of their id, and to which of them.
pub fn trails(fact: &Fact) -> impl Iterator<Item = (String, Topic)> {
    let topic = topic(fact);
    fact.concerns().into_iter().filter_map(move |about| Some((id(about)?, topic?)))
}

fn topic(fact: &Fact) -> Option<Topic> {
    match fact {
        Fact::Identity(fact) => match fact {
            identity::Fact::Registered(_)
            | identity::Fact::Changed(_)
            | identity::Fact::Suspended(_)
            | identity::Fact::Resumed(_) => Some(Topic::Account),
            identity::Fact::PreferenceSet(_) => Some(Topic::Wish),
            identity::Fact::CodeGiven(_)
            | identity::Fact::CodeMissed(_)
            | identity::Fact::CodeUsed(_)
            | identity::Fact::ProfileSet(_) => None,
        },
        Fact::Presence(_) => Some(Topic::Presence),
        Fact::Contacts(_) => Some(Topic::Contacts),
        Fact::Group(_) => Some(Topic::Group),
        Fact::Schedule(_) => Some(Topic::Schedule),
        Fact::Attempt(fact) => match fact {
            attempt::Fact::Unmatched(_) => None,
            attempt::Fact::Granted(_)
            | attempt::Fact::LetGo(_)
            | attempt::Fact::Accepted(_)
            | attempt::Fact::Failed(_)
            | attempt::Fact::Deferred(_)
            | attempt::Fact::Unknown(_)
            | attempt::Fact::Receipted(_)
            | attempt::Fact::Silent(_) => Some(Topic::Attempt),
        },
        // Deliveries have rows of their own.
        Fact::Message(_) | Fact::Refusal(_) | Fact::Phone(_) | Fact::Service(_) | Fact::Timer(_) => None,
    }
}

fn id(about: About<'_>) -> Option<String> {
    match about {
        About::User(user) => Some(user.to_string()),
        About::Group(group) => Some(format!("#{group}")),
        About::Schedule(schedule) => Some(schedule.to_string()),
        About::Message(message) => Some(message.to_string()),
        About::Timer(_) | About::Nobody => None,
    }
}
