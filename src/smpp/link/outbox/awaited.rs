//! Awaited responses: who waits for which, and what each of them is told.

use tokio::sync::oneshot;

use crate::smpp::link::answer::{Answer, QueryAnswer, Told, UnknownWhy};
use crate::smpp::pdu::status::{ROK, RUNKNOWNERR};
use crate::smpp::pdu::{Body, QuerySmResp};

/// What a response did.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::smpp::link) enum Resolved {
    Answered,
    /// Our unbind is answered.
    Unbound,
    /// Nobody waits for it.
    Nobody,
}

pub(super) enum Awaited {
    Submit(oneshot::Sender<Told>),
    Query(oneshot::Sender<QueryAnswer>),
    EnquireLink,
    Unbind,
}

impl Awaited {
    pub(super) fn is_in_window(&self) -> bool {
        matches!(self, Awaited::Submit(_) | Awaited::Query(_))
    }

    /// By the response of its own command, or by a generic_nack.
    pub(super) fn is_answered_by(&self, body: &Body) -> bool {
        let own = match self {
            Awaited::Submit(_) => matches!(body, Body::SubmitSmResp(_)),
            Awaited::Query(_) => matches!(body, Body::QuerySmResp(_)),
            Awaited::EnquireLink => matches!(body, Body::EnquireLinkResp),
            Awaited::Unbind => matches!(body, Body::UnbindResp),
        };
        own || *body == Body::GenericNack
    }

    pub(super) fn respond(self, status: u32, body: Body) -> Resolved {
        match self {
            Awaited::Submit(told) => {
                let _nobody_asks_any_more = told.send(response_of(status, body).into());
                Resolved::Answered
            }
            Awaited::Query(answer) => {
                let status = status_of(status, &body);
                let response =
                    if let Body::QuerySmResp(response) = body { response } else { QuerySmResp::default() };
                let _nobody_asks_any_more = answer.send(QueryAnswer::Response { status, response });
                Resolved::Answered
            }
            Awaited::EnquireLink => Resolved::Answered,
            Awaited::Unbind => Resolved::Unbound,
        }
    }

    /// Without a reason it is not sent.
    pub(super) fn give_up(self, why: Option<UnknownWhy>) {
        match self {
            Awaited::Submit(told) => {
                let answer = why.map_or(Answer::NotSent, Answer::Unknown);
                let _nobody_waits_any_more = told.send(answer.into());
            }
            Awaited::Query(answer) => {
                let unknown = why.map_or(QueryAnswer::NotSent, QueryAnswer::Unknown);
                let _nobody_waits_any_more = answer.send(unknown);
            }
            Awaited::EnquireLink | Awaited::Unbind => (),
        }
    }
}

/// "No error" of a generic_nack is no acceptance.
fn status_of(status: u32, body: &Body) -> u32 {
    if status == ROK && *body == Body::GenericNack { RUNKNOWNERR } else { status }
}

/// What a response says of a submit_sm.
pub(super) fn response_of(status: u32, body: Body) -> Answer {
    let status = status_of(status, &body);
    let message_id = if let Body::SubmitSmResp(message_id) = body { message_id } else { String::new() };
    Answer::Response { status, message_id }
}
