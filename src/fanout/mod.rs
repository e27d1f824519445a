//! Performs decided deliveries: live messages to clients that are online, work for channel adapters to OUTBOX.
//!
//! Invariant: every effect may happen twice and does no harm: a live message's subject holds its id, and an item on
//! OUTBOX has its delivery's identity as message id.
//! Invariant: nothing is decided here; a delivery goes where its commit says, or nowhere where the decider has thought
//! otherwise since.
//! Invariant: each recipient gets what is theirs in the order of the log, also past a large commit. So one process works at a
//! time (its consumer says so); the others take over within three seconds of its last sign of life.
//! Invariant: whoever is online does not wait until what others get of the same message is on OUTBOX.
//! Invariant: bodies are in memory a few at a time, however many wait for a client or a campaign; pages stay folded until they
//! are performed.

mod beside;
mod bodies;
mod deliver;
mod lately;
mod look;
mod notes;
mod order;
mod perform;
mod sums;

use tokio_util::sync::CancellationToken;

use crate::log::{Fault, Log, Source, work};

const SOURCE: Source = Source { stream: "EVENTS", durable: "fanout", batch_len_max: 256 };

/// Works until `stop`.
///
/// # Errors
/// Only what trying again cannot mend.
pub async fn run(log: Log, stop: CancellationToken) -> Result<(), Fault> {
    work(&log, SOURCE, &mut deliver::Deliver::new(log.clone()), &stop).await
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::rules::Happened;
    use crate::rules::message::{Accepted, Page, Routed};
    use crate::wire::note::NEWS;
    use crate::wire::subjects;

    #[test]
    fn its_consumer_gets_every_commit_that_can_hold_a_delivery_or_its_message_or_news_of_one() {
        let declared = include_str!("../../streams/EVENTS/fanout.json");
        let declared: Value = serde_json::from_str(declared).unwrap();
        assert_eq!(
            declared["filter_subjects"],
            json!(subjects::events_with(
                &[&[Accepted::NAME, Page::NAME, Routed::NAME], NEWS.as_slice()].concat()
            ))
        );
    }
}
