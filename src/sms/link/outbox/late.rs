//! Requests whose timer ran out: their responses, if they come at all, still say what became of the message.

use std::collections::VecDeque;

use super::awaited::{message_id_of, status_of};
use crate::sms::pdu::Body;

/// Later responses than to these are not known any more: more timeouts than any window has within minutes.
const LATE_LEN_MAX: usize = 1_000;

/// A response to a submit_sm that is not waited for any more.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::sms::link) struct LateResponse {
    pub(in crate::sms::link) user_message_reference: Option<u16>,
    pub(in crate::sms::link) status: u32,
    pub(in crate::sms::link) message_id: String,
}

/// Sequence numbers and references, oldest first.
#[derive(Default)]
pub(super) struct Late(VecDeque<(u32, Option<u16>)>);

impl Late {
    pub(super) fn add(&mut self, sequence: u32, user_message_reference: Option<u16>) {
        if self.0.len() == LATE_LEN_MAX {
            self.0.pop_front();
        }
        self.0.push_back((sequence, user_message_reference));
    }

    pub(super) fn holds(&self, sequence: u32) -> bool {
        self.0.iter().any(|(late, _)| *late == sequence)
    }

    /// `None` when no such submit_sm is known.
    pub(super) fn resolve(&mut self, sequence: u32, status: u32, body: Body) -> Option<LateResponse> {
        if !matches!(body, Body::SubmitSmResp(_) | Body::GenericNack) {
            return None;
        }
        let at = self.0.iter().position(|(late, _)| *late == sequence)?;
        let (_, user_message_reference) = self.0.remove(at)?;
        let status = status_of(status, &body);
        Some(LateResponse { user_message_reference, status, message_id: message_id_of(body) })
    }
}
