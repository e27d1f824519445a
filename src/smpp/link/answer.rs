//! The answer to a request: exactly as much as is known.

use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::sync::oneshot;

use crate::smpp::pdu::QuerySmResp;

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
    /// The response timer ran out. A later response is told by [`Submitting::late`], if it comes in the same session.
    TimedOut,
}

/// What became of a query_sm.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryAnswer {
    Response { status: u32, response: QuerySmResp },
    NotSent,
    Unknown(UnknownWhy),
}

/// Whether a submit_sm may still go. Asked under the link's locks: it asks nothing of the link, and waits for nobody but a
/// file that it writes to: little, and never synced.
pub trait Permit: Send + Sync {
    /// Whether it is still wanted, while it waits for its turn. Asked whenever something has changed.
    fn holds(&self) -> bool;

    /// Whether its octets may be handed to the socket now, and nothing stands between this and that. Asked again where the
    /// socket took none of them.
    fn leaves(&self) -> bool;
}

/// A submit_sm on its way to its answer.
#[derive(Debug)]
pub struct Submitting {
    told: Option<oneshot::Receiver<Told>>,
    late: Option<oneshot::Receiver<Answer>>,
}

/// An answer, and where the response is told that may come after it.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) answer: Answer,
    pub(super) late: Option<oneshot::Receiver<Answer>>,
}

impl From<Answer> for Told {
    fn from(answer: Answer) -> Told {
        Told { answer, late: None }
    }
}

impl Submitting {
    /// Without a receiver it is not sent.
    pub(super) fn new(told: Option<oneshot::Receiver<Told>>) -> Submitting {
        Submitting { told, late: None }
    }

    /// After its timer ran out: the response to this very submit_sm, should it come in the same session.
    pub async fn late(self) -> Option<Answer> {
        self.late?.await.ok()
    }
}

impl Future for Submitting {
    type Output = Answer;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Answer> {
        let submitting = self.get_mut();
        let Some(told) = &mut submitting.told else { return Poll::Ready(Answer::NotSent) };
        Pin::new(told).poll(context).map(|told| {
            // A session answers all it has before it goes; a runtime that is shut down may not let it.
            let told = told.unwrap_or(Told::from(Answer::Unknown(UnknownWhy::ConnectionLost)));
            submitting.late = told.late;
            told.answer
        })
    }
}
