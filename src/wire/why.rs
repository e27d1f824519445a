//! The layout of an explanation: what `why` is asked, and the story it answers with.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use crate::words::{CommandSeq, EventSeq, Party};

/// `why`: the story of an id, of a message also for one recipient. A user asks about what they have sent or got, an operator about
/// anything.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WhyOf {
    /// A message (`m42`), schedule (`s42`), command (`c42`), group (`#3001`), user, IM number, phone, or what the SMSC calls a message.
    pub id: String,
    pub to: Option<Party>,
    /// Recipients of a message, or facts of anything else.
    pub limit: Option<usize>,
    pub after: Option<String>,
}

/// What led to what, oldest first.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Story {
    pub id: String,
    /// In one sentence.
    pub says: String,
    pub command: Option<CommandView>,
    /// What is not of one recipient.
    pub steps: Vec<StepView>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<RecipientStory>,
    /// What would have to be otherwise for another outcome; of a recipient it stands there.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub otherwise: Vec<String>,
    /// There are more: the cursor that goes on.
    pub next: Option<String>,
    /// Where the log itself was read: up to this commit, and not to its end.
    pub read_until: Option<EventSeq>,
}

/// The command that it began with.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CommandView {
    pub command: CommandSeq,
    pub by: String,
    pub at: String,
    /// None where COMMANDS does not keep it any more.
    pub subject: Option<String>,
}

/// A fact, and what it means.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepView {
    pub seq: EventSeq,
    pub at: String,
    /// Since the step before it in the story, in milliseconds.
    pub after_ms: Option<i64>,
    pub command: CommandSeq,
    pub by: String,
    pub fact: String,
    pub says: String,
}

/// How it went for one recipient.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RecipientStory {
    pub to: Party,
    pub state: String,
    pub channel: Option<String>,
    pub reason: Option<String>,
    /// What was looked at for the channel, in that order, until one decided.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<Gate>,
    pub steps: Vec<StepView>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub otherwise: Vec<String>,
}

/// One thing that a decision has looked at.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    pub gate: String,
    /// Whether it let the message go on by what was asked for.
    pub open: bool,
    pub found: String,
    /// What had made it so; none where nothing ever has, or the asker may not see it.
    pub because: Option<String>,
    /// The commit that says so.
    pub seen: Option<EventSeq>,
    pub since: Option<String>,
}
