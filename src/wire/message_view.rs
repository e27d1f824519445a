//! The view of a message: the same live, in the inbox, in the history.

use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::to_payload;
use crate::rules::message::MessagePart;
use crate::rules::presence::Encoding;
use crate::words::{Author, GroupNumber, MessageId, Party};

/// `{"message", "from", "to", "group"?, "text"?, "parts"?, "at", "state"}`.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MessageView {
    pub message: MessageId,
    pub from: Author,
    /// The recipient this is about, also where the message has others.
    pub to: Party,
    /// The group that it was written to.
    pub group: Option<GroupNumber>,
    pub text: Option<Arc<str>>,
    pub parts: Option<Arc<[MessagePart]>>,
    /// When it was accepted, RFC 3339.
    pub at: String,
    pub state: String,
}

/// A view as it was encoded for one recipient, to be shown to others of the same message: nothing but `to` differs.
#[derive(Debug, Clone)]
pub struct Shown {
    encoding: Encoding,
    before: Vec<u8>,
    behind: Vec<u8>,
}

/// The fields of a view up to `to`, in their order.
#[derive(Serialize)]
struct UpToTo<'a> {
    message: MessageId,
    from: &'a Author,
    to: &'a Party,
}

impl Shown {
    /// Of a view and its payload; none where `to` is not found in that.
    pub fn of(view: &MessageView, payload: &[u8], encoding: Encoding) -> Option<Shown> {
        let MessageView { message, from, to, .. } = view;
        let up_to_to = to_payload(&UpToTo { message: *message, from, to }, encoding).len();
        let its = to_payload(to, encoding);
        let end = match encoding {
            Encoding::Json => up_to_to.checked_sub("}".len())?,
            Encoding::Msgpack => up_to_to,
        };
        let (before, behind) = payload.split_at_checked(end)?;
        let before = before.strip_suffix(its.as_slice())?.to_vec();
        Some(Shown { encoding, before, behind: behind.to_vec() })
    }

    /// The payload for another recipient; none for one who speaks otherwise.
    pub fn to_another(&self, to: &Party, encoding: Encoding) -> Option<Vec<u8>> {
        (self.encoding == encoding)
            .then(|| [self.before.as_slice(), &to_payload(to, encoding), &self.behind].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_shown_to_another_is_what_would_be_encoded_for_them() {
        let view = |to: &str, text: Option<&str>| MessageView {
            message: "m7".parse().unwrap(),
            from: "ann".parse().unwrap(),
            to: to.parse().unwrap(),
            group: text.map(|_| "3001".parse().unwrap()),
            text: text.map(Into::into),
            parts: None,
            at: "2026-12-01T09:00:00.000Z".to_owned(),
            state: "sent".to_owned(),
        };
        for (encoding, other) in [(Encoding::Json, Encoding::Msgpack), (Encoding::Msgpack, Encoding::Json)] {
            for text in [None, Some(r#"it is "to":"bob""#)] {
                let first = view("bob", text);
                let shown = Shown::of(&first, &to_payload(&first, encoding), encoding).unwrap();
                for to in ["bob", "a", "a-name-of-thirty-two-characters-"] {
                    let wanted = to_payload(&view(to, text), encoding);
                    assert_eq!(shown.to_another(&to.parse().unwrap(), encoding), Some(wanted));
                    assert_eq!(shown.to_another(&to.parse().unwrap(), other), None);
                }
            }
        }
    }
}
