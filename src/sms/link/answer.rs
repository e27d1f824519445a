//! What became of a request: exactly as much as is known.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use crate::sms::pdu::QuerySmResp;

/// What became of a submit_sm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    Response {
        status: u32,
        /// Empty in most refusals.
        message_id: String,
    },
    /// Not one octet of it was written to the socket: not an attempt.
    NotSent,
    /// Written, all or in part, and no response came.
    Unknown(UnknownWhy),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownWhy {
    ConnectionLost,
    /// The response timer ran out. A later response comes as [`super::Inbound::Late`], if it comes in the same session.
    TimedOut,
}

/// What became of a query_sm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryAnswer {
    Response { status: u32, response: QuerySmResp },
    NotSent,
    Unknown(UnknownWhy),
}

/// A submit_sm that is queued for writing. Dropped, its response comes as [`super::Inbound::Late`].
#[derive(Debug)]
pub struct Submitting(pub(super) Option<oneshot::Receiver<Answer>>);

impl Future for Submitting {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        let Some(receiver) = &mut self.get_mut().0 else { return Poll::Ready(Answer::NotSent) };
        // A session answers all it has before it goes; a runtime that is shut down may not let it.
        Pin::new(receiver).poll(context).map(|got| got.unwrap_or(Answer::Unknown(UnknownWhy::ConnectionLost)))
    }
}
