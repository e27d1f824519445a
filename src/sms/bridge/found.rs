//! Receipts and the responses that name their ids, when the log has both: reported as what they are about.

use super::shared::Shared;
use crate::log::clock;
use crate::rules::attempt::Report;
use crate::sms::state::Matched;
use crate::words::Span;

/// Reported by now, if the process that saw it first still runs.
const REPORTED_WITHIN: Span = Span::from_secs(10);
/// An older one was seen before: its folder is rebuilt from the log.
const NEWS_FOR: Span = Span::from_secs(600);

/// Which of them are reported.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Late {
    /// Those that were just found.
    No,
    /// Those that nobody has reported.
    Yes,
}

pub(super) async fn report(shared: &Shared, matched: Vec<Matched>, late: Late) {
    let now = clock::now();
    for Matched { at, receipt } in matched {
        let in_time = at + REPORTED_WITHIN > now;
        if in_time == (late == Late::No) && at + NEWS_FOR > now {
            // It stays among the rows until it is recorded: nobody waits for this.
            drop(shared.channel.report(Report::Receipt(receipt)).await);
        }
    }
}
