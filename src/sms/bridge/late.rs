//! Responses that come after nobody waited for them any more: what was unknown is known then.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use super::matching::reference_of;
use crate::rules::sms::{Attempted, FailReason, Report};
use crate::sms::pdu::status::ROK;
use crate::sms::state::Known;

/// As many as the link remembers; with more, a receipt or a query has to tell.
const UNKNOWN_LEN_MAX: usize = 1_000;

/// The deliveries of one segment of which nobody knows whether the SMSC has them, by what their submit gave along.
#[derive(Debug, Default)]
pub(super) struct Late(Mutex<HashMap<(String, u16), Known>>);

/// A response as the link tells it.
pub(super) struct Response<'a> {
    pub(super) connector: &'a str,
    pub(super) reference: Option<u16>,
    pub(super) status: u32,
    pub(super) message_id: &'a str,
}

impl Late {
    /// Takes note of an attempt that came to nothing that is known.
    pub(super) fn unknown(&self, attempt: &Attempted) {
        // Segments of one text share their reference.
        if attempt.ids.len() != 1 {
            return;
        }
        let known = Known { message: attempt.message, to: attempt.to.clone(), segment: 0, segments: 1 };
        let mut unknown = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if unknown.len() >= UNKNOWN_LEN_MAX {
            unknown.clear();
        }
        unknown.insert((attempt.connector.clone(), reference_of(attempt.message)), known);
    }

    /// What a late response tells; none where it is not known whose it is.
    pub(super) fn report(&self, response: &Response<'_>, receipts: bool) -> Option<(Known, Report)> {
        let key = (response.connector.to_owned(), response.reference?);
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).remove(&key)?;
        let accepted = response.status == ROK;
        let attempt = Attempted {
            message: known.message,
            to: known.to.clone(),
            connector: response.connector.to_owned(),
            ids: vec![accepted.then(|| response.message_id.to_owned())],
        };
        let report = if accepted {
            Report::Accepted { attempt, receipts }
        } else {
            // Its item is done with: what the SMSC did not take ends here, and says why.
            Report::Failed { attempt, reason: FailReason::Smsc(response.status) }
        };
        Some((known, report))
    }
}
