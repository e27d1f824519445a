//! Who waits for which response, and what each of them is told.

use tokio::sync::oneshot;

use super::late::LateResponse;
use crate::sms::link::answer::{Answer, QueryAnswer, UnknownWhy};
use crate::sms::pdu::status::{ROK, RUNKNOWNERR};
use crate::sms::pdu::{Body, QuerySmResp};

/// What a response did.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::sms::link) enum Resolved {
    Answered,
    Late(LateResponse),
    /// Our unbind is answered.
    Unbound,
    /// Nobody waits for it.
    Nobody,
}

pub(super) enum Awaited {
    Submit { answer: oneshot::Sender<Answer>, user_message_reference: Option<u16> },
    Query(oneshot::Sender<QueryAnswer>),
    EnquireLink,
    Unbind,
}

impl Awaited {
    pub(super) fn is_in_window(&self) -> bool {
        matches!(self, Awaited::Submit { .. } | Awaited::Query(_))
    }

    /// By the response of its own command, or by a generic_nack.
    pub(super) fn is_answered_by(&self, body: &Body) -> bool {
        let own = match self {
            Awaited::Submit { .. } => matches!(body, Body::SubmitSmResp(_)),
            Awaited::Query(_) => matches!(body, Body::QuerySmResp(_)),
            Awaited::EnquireLink => matches!(body, Body::EnquireLinkResp),
            Awaited::Unbind => matches!(body, Body::UnbindResp),
        };
        own || *body == Body::GenericNack
    }

    pub(super) fn respond(self, status: u32, body: Body) -> Resolved {
        let status = status_of(status, &body);
        match self {
            Awaited::Submit { answer, user_message_reference } => {
                let message_id = message_id_of(body);
                match answer.send(Answer::Response { status, message_id }) {
                    Err(Answer::Response { status, message_id }) => {
                        Resolved::Late(LateResponse { user_message_reference, status, message_id })
                    }
                    Ok(()) | Err(Answer::NotSent | Answer::Unknown(_)) => Resolved::Answered,
                }
            }
            Awaited::Query(answer) => {
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
            Awaited::Submit { answer, .. } => {
                let _nobody_waits_any_more = answer.send(why.map_or(Answer::NotSent, Answer::Unknown));
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
pub(super) fn status_of(status: u32, body: &Body) -> u32 {
    if status == ROK && *body == Body::GenericNack { RUNKNOWNERR } else { status }
}

pub(super) fn message_id_of(body: Body) -> String {
    if let Body::SubmitSmResp(message_id) = body { message_id } else { String::new() }
}
