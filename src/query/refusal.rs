//! The reasons why a question is not answered: refused, with a stable public code, or failed.

use super::standing::Standing;
use crate::log::Fault;
use crate::rules::Rejection;
use crate::wire::query::{ErrorAnswer, LIMIT_MAX};
use crate::wire::schedule_query::COUNT_MAX;
use crate::words::{MessageId, Party};

/// A question that gets an error for an answer.
#[derive(Debug)]
pub(super) enum Unanswered {
    Refused(Rejection),
    /// The folder or the server did not work.
    Failed(Fault),
}

impl From<Rejection> for Unanswered {
    fn from(rejection: Rejection) -> Unanswered {
        Unanswered::Refused(rejection)
    }
}

impl From<Fault> for Unanswered {
    fn from(fault: Fault) -> Unanswered {
        Unanswered::Failed(fault)
    }
}

fn rejection(code: &str, text: String, field: Option<&str>) -> Rejection {
    Rejection { code: code.to_owned(), text, field: field.map(str::to_owned), retry_at: None }
}

pub(super) fn bad_limit() -> Rejection {
    rejection("query.bad_limit", format!("a page has 1 to {LIMIT_MAX} items"), Some("limit"))
}

pub(super) fn bad_cursor() -> Rejection {
    rejection("query.bad_cursor", "this is not the cursor of an earlier answer".to_owned(), Some("after"))
}

pub(super) fn bad_count() -> Rejection {
    rejection("query.bad_count", format!("a preview has 1 to {COUNT_MAX} occurrences"), Some("count"))
}

pub(super) fn bad_preview() -> Rejection {
    let text = "a preview is of a `when` or of a `schedule`: name one of them";
    rejection("query.bad_preview", text.to_owned(), Some("when"))
}

/// For who may know of the message.
pub(super) fn not_for(message: MessageId, to: &Party) -> Rejection {
    let text = format!("{message} is for others, not for {to}");
    Rejection { text, field: Some("to".to_owned()), ..Rejection::unknown_message() }
}

pub(super) fn names_nobody() -> Rejection {
    rejection("query.no_user", "an operator says whose, with `user`".to_owned(), Some("user"))
}

pub(super) fn not_allowed(who: &str, what: &str) -> Rejection {
    rejection("auth.not_allowed", format!("{who} may not ask {what}"), None)
}

pub(super) fn unknown_id(id: &str) -> Rejection {
    let text = format!(
        "nothing is known by {id}; an id is a message (m42), a schedule (s42), a command (c42), a group (#3001), a user, an IM number, a \
         phone, or what the SMSC calls a message"
    );
    rejection("query.unknown_id", text, Some("id"))
}

pub(super) fn too_large() -> Rejection {
    rejection("query.too_large", "the answer is larger than the server lets through".to_owned(), None)
}

/// The rows that would answer are not there yet.
pub(super) fn behind(Standing { as_of, log_end, .. }: Standing) -> ErrorAnswer {
    let text = format!(
        "the read models hold {} of the log's {} commits, and go on reading; wait a moment and ask again",
        as_of.0, log_end.0
    );
    ErrorAnswer { error: rejection("query.unavailable", text, None), log_end: Some(log_end) }
}

/// What a [`Fault`] looks like from outside; its reasons are in the log.
pub(super) fn unavailable() -> Rejection {
    rejection("query.unavailable", "the answer cannot be read at present; ask again".to_owned(), None)
}
