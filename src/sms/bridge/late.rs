//! Responses that come after their timer ran out: what was unknown is known then.

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;

use super::sender::Sender;
use crate::rules::attempt::{Attempt, FailReason, Report};
use crate::smpp::link::{Answer, Submitting};
use crate::smpp::pdu::status::{Class, ROK};

impl Sender {
    /// Waits for the responses to these segments of an attempt that was reported as unknown, until their session ends.
    /// `goes_again` where its item comes again: then only a refusal for good ends it.
    pub(super) async fn late(
        &self,
        mut attempt: Attempt,
        waiting: Vec<(usize, Submitting)>,
        goes_again: bool,
    ) {
        let segments = attempt.ids.len();
        let late =
            waiting.into_iter().map(|(place, submitting)| async move { (place, submitting.late().await) });
        let mut late: FuturesUnordered<_> = late.collect();
        let mut refused = None;
        while let Some((place, answer)) = late.next().await {
            match answer {
                Some(Answer::Response { status: ROK, message_id }) => {
                    self.shared.named(&attempt, (place, segments), &message_id);
                    attempt.ids.get_mut(place).into_iter().for_each(|id| *id = Some(message_id.clone()));
                }
                Some(Answer::Response { status, .. }) if goes_again && self.passes(status) => {}
                Some(Answer::Response { status, .. }) => refused = refused.or(Some(status)),
                // It stays unknown; the ids of the others are known for their receipts.
                Some(Answer::NotSent | Answer::Unknown(_)) | None => {}
            }
        }
        let report = if let Some(status) = refused {
            // Its item is done with, or asks in vain: what the SMSC did not take ends here, and says why.
            Report::Failed { attempt, reason: FailReason::Smsc(status) }
        } else if attempt.ids.iter().all(Option::is_some) {
            Report::Accepted { attempt, receipts: self.account.asks_for_receipts() }
        } else {
            return;
        };
        drop(self.shared.channel.report(report).await);
    }

    /// Whether what was refused so may be accepted when it is submitted again.
    fn passes(&self, status: u32) -> bool {
        match self.account.connector.status.class(status) {
            Class::Throttle | Class::Temporary { .. } | Class::Session(_) => true,
            Class::Accepted | Class::Permanent | Class::Ours => false,
        }
    }
}
