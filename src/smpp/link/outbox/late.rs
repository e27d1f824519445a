//! Submits whose timer ran out: a response that comes after all says what became of the very one it answers.

use std::collections::VecDeque;

use tokio::sync::oneshot;

use super::awaited::response_of;
use crate::smpp::link::answer::Answer;
use crate::smpp::pdu::Body;

/// Later responses than to these are not known any more: more timeouts than any window has within minutes.
const LATE_LEN_MAX: usize = 1_000;

/// By sequence number, of this session alone; oldest first.
#[derive(Default)]
pub(super) struct Late(VecDeque<(u32, oneshot::Sender<Answer>)>);

impl Late {
    /// Where the response to this request will be told.
    pub(super) fn expect(&mut self, sequence: u32) -> oneshot::Receiver<Answer> {
        if self.0.len() == LATE_LEN_MAX {
            self.0.pop_front();
        }
        let (tell, told) = oneshot::channel();
        self.0.push_back((sequence, tell));
        told
    }

    pub(super) fn holds(&self, sequence: u32) -> bool {
        self.0.iter().any(|(late, _)| *late == sequence)
    }

    /// Whether somebody has waited for it.
    pub(super) fn resolve(&mut self, sequence: u32, status: u32, body: Body) -> bool {
        if !matches!(body, Body::SubmitSmResp(_) | Body::GenericNack) {
            return false;
        }
        let at = self.0.iter().position(|(late, _)| *late == sequence);
        let waiting = at.and_then(|at| self.0.remove(at));
        waiting.is_some_and(|(_, tell)| tell.send(response_of(status, body)).is_ok())
    }

    /// None will come any more.
    pub(super) fn close(&mut self) {
        self.0.clear();
    }
}
