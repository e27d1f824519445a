//! The body of a message: as it was accepted, with its text and parts, which may stand in another commit.

use super::MessageView;
use crate::rules::message::Accepted;
use crate::rules::schedule::content_of;
use crate::rules::{Commit, Fact};
use crate::words::{EventSeq, Instant, MessageId, Party};

/// A message as it was accepted, and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Body {
    pub accepted: Accepted,
    pub at: Instant,
}

impl Body {
    /// That of a message which this commit accepts.
    pub fn of(commit: &Commit, message: MessageId) -> Option<Body> {
        let mut accepted = commit.facts.iter().filter_map(Fact::get::<Accepted>);
        let accepted = accepted.find(|accepted| accepted.message == message)?.clone();
        Some(Body { accepted, at: commit.at })
    }

    /// As one of its recipients is shown it.
    pub fn shown(&self, to: Party, state: &str) -> MessageView {
        let accepted = &self.accepted;
        MessageView {
            message: accepted.message,
            from: accepted.from.clone(),
            group: accepted.group,
            text: accepted.text_for(&to),
            parts: accepted.parts.clone(),
            at: self.at.to_string(),
            state: state.to_owned(),
            to,
        }
    }

    /// Where its text and parts are, if not here: what a schedule sends has them where the schedule was made.
    pub fn elsewhere(&self) -> Option<EventSeq> {
        self.accepted.body
    }

    /// With the text and parts that stand in that commit.
    #[must_use]
    pub fn filled(mut self, made: &Commit) -> Option<Body> {
        let content = made.facts.iter().find_map(content_of)?;
        self.accepted.text.clone_from(&content.text);
        self.accepted.parts.clone_from(&content.parts);
        Some(self)
    }
}
