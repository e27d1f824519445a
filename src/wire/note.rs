//! News of a delivery, `homing.note.<user>.<message>`: for its sender what became of it, for its recipient that it was recalled.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::rules::message::{Delivered, Expired, Failed, Filtered, Recalled, WasRead};
use crate::rules::presence::Encoding;
use crate::rules::{Channel, Commit, Fact, Happened, Part, Sender, attempt, message};
use crate::words::{GroupNumber, Instant, MessageId, Party, UserName};

/// As `delivery` shows it: `{"message", "to", "state", "channel"?, "reason"?, "at"}`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NoteView {
    pub message: MessageId,
    /// The recipient whose delivery it is.
    pub to: Party,
    pub state: String,
    /// Where an adapter tells it: its channel.
    pub channel: Option<String>,
    pub reason: Option<String>,
    /// RFC 3339.
    pub at: String,
}

/// A note, and whose clients it is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note {
    pub user: UserName,
    pub encoding: Encoding,
    pub view: NoteView,
}

/// The facts that can be news.
pub const NEWS: [&str; 7] = [
    Delivered::NAME,
    WasRead::NAME,
    Filtered::NAME,
    Recalled::NAME,
    Expired::NAME,
    Failed::NAME,
    attempt::Unknown::NAME,
];

/// What is told at a commit, in the order of its facts.
pub fn of_commit(commit: &Commit) -> impl Iterator<Item = Note> {
    let channel = match commit.by {
        Sender::Part(Part::By(channel)) => Some(Channel::By(channel)),
        Sender::Part(Part::Admin | Part::Clock | Part::Lease | Part::Gate)
        | Sender::User(_)
        | Sender::Unknown => None,
    };
    commit.facts.iter().filter_map(News::of).flat_map(move |news| news.notes(channel, commit.at))
}

/// What became of a message to a group, all its members together: `{"message", "group", "sums", "at"}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SumsNote {
    pub message: MessageId,
    pub group: GroupNumber,
    /// How many deliveries are in each state.
    pub sums: BTreeMap<String, u32>,
    /// RFC 3339.
    pub at: String,
}

/// What comes as news: of a delivery, or of all those of a message to a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Told {
    Sums(SumsNote),
    One(NoteView),
}

/// A group's message of which there is news, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summed {
    pub message: MessageId,
    pub group: GroupNumber,
    pub user: UserName,
    pub encoding: Encoding,
    pub at: Instant,
}

/// The messages to groups that a commit is news of; one stands there for each of its members.
pub fn summed(commit: &Commit) -> impl Iterator<Item = Summed> + '_ {
    commit.facts.iter().filter_map(News::of).filter_map(|news| {
        let (group, user, encoding) = (news.group?, news.from.0.clone()?, news.from.1.unwrap_or_default());
        Some(Summed { message: news.message, group, user, encoding, at: commit.at })
    })
}

/// Those of a commit that were confirmed before they were read: whose messages they are is known to the read models alone.
pub fn read_later(commit: &Commit) -> impl Iterator<Item = &WasRead> {
    commit.facts.iter().filter_map(Fact::get::<WasRead>).filter(|read| read.from.is_none())
}

/// That a message was read which was confirmed before.
pub fn of_read(read: &WasRead, user: UserName, encoding: Encoding, at: Instant) -> Note {
    let view = view(read.message, &read.to, ("read", None), None, at);
    Note { user, encoding, view }
}

/// A fact that is news.
struct News<'a> {
    message: MessageId,
    to: &'a Party,
    state: &'static str,
    reason: Option<String>,
    /// The sender and how their clients speak.
    from: (&'a Option<UserName>, Option<Encoding>),
    /// The group that the message was for: its sender is told in sums.
    group: Option<GroupNumber>,
    /// Whether the recipient is told too, and how.
    recalled: Option<Option<Encoding>>,
}

impl<'a> News<'a> {
    fn of(fact: &'a Fact) -> Option<News<'a>> {
        match fact {
            Fact::Message(fact) => News::of_message(fact),
            Fact::Attempt(attempt::Fact::Unknown(attempt::Unknown {
                attempt,
                why,
                from,
                encoding,
                group,
                ..
            })) => {
                let (state, reason) = ("unknown", Some(why.as_str().to_owned()));
                let (message, to, from) = (attempt.message, &attempt.to, (from, *encoding));
                Some(News { message, to, state, reason, from, group: *group, recalled: None })
            }
            Fact::Attempt(_)
            | Fact::Refusal(_)
            | Fact::Identity(_)
            | Fact::Contacts(_)
            | Fact::Service(_)
            | Fact::Presence(_)
            | Fact::Group(_)
            | Fact::Schedule(_)
            | Fact::Phone(_)
            | Fact::Timer(_) => None,
        }
    }

    fn of_message(fact: &'a message::Fact) -> Option<News<'a>> {
        let (message, to, state, reason, from, encoding, group) = match fact {
            message::Fact::Accepted(_) | message::Fact::Page(_) | message::Fact::Routed(_) => return None,
            message::Fact::Delivered(Delivered { message, to, from, encoding, group }) => {
                (message, to, "delivered", None, from, encoding, group)
            }
            message::Fact::WasRead(WasRead { message, to, from, encoding, group }) => {
                (message, to, "read", None, from, encoding, group)
            }
            message::Fact::Filtered(Filtered { message, to, reason, from, encoding, group }) => {
                (message, to, "filtered", Some(reason.as_str().to_owned()), from, encoding, group)
            }
            message::Fact::Recalled(Recalled { message, to, from, encoding, group, to_encoding: _ }) => {
                (message, to, "recalled", Some("by_sender".to_owned()), from, encoding, group)
            }
            message::Fact::Expired(Expired { message, to, from, encoding, group }) => {
                (message, to, "expired", Some("deadline".to_owned()), from, encoding, group)
            }
            message::Fact::Failed(Failed { message, to, reason, from, encoding, group }) => {
                (message, to, "failed", Some(reason.to_string()), from, encoding, group)
            }
        };
        let recalled =
            if let message::Fact::Recalled(recalled) = fact { Some(recalled.to_encoding) } else { None };
        Some(News { message: *message, to, state, reason, from: (from, *encoding), group: *group, recalled })
    }

    fn notes(self, channel: Option<Channel>, at: Instant) -> impl Iterator<Item = Note> {
        let News { message, to, state, reason, from: (from, encoding), group, recalled } = self;
        let view = view(message, to, (state, reason), channel, at);
        let sender = from.clone().filter(|_| group.is_none()).map(|user| (user, encoding));
        let recipient = recalled.and_then(|encoding| Some((to.user()?.clone(), encoding)));
        let whom = [sender, recipient].into_iter().flatten();
        whom.map(move |(user, encoding)| Note {
            user,
            encoding: encoding.unwrap_or_default(),
            view: view.clone(),
        })
    }
}

fn view(
    message: MessageId,
    to: &Party,
    (state, reason): (&str, Option<String>),
    channel: Option<Channel>,
    at: Instant,
) -> NoteView {
    let channel = channel.map(|channel| channel.as_str().to_owned());
    NoteView { message, to: to.clone(), state: state.to_owned(), channel, reason, at: at.to_string() }
}
