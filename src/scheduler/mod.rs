//! Timers, exact to milliseconds however many wait: a wheel of minutes on DUE, each taken just before its time.
//!
//! Invariant: the due time is in the timer and is compared on every delivery; the delay of a NAK is only a hint.
//! Invariant: a timer leaves DUE when its firing is stored as a command, and not before.
//! Invariant: before the earliest minute that has a consumer no timer lies in any. So these consumers are the wheel's
//! position, and one is removed only where the next one holds it.
//! Invariant: delayed NAKs leave in bursts, for each one resets the server's only timer for that consumer.
//! Invariant: a timer of what has ended leaves DUE before its minute, where the decider says so; none that is awaited does.
//! Invariant: what is awaited and does not lie in DUE is found, and set again; a timer may be set twice.
//! Invariant: in memory are the timers of the next moment alone; what is pending is on disk.

mod audit;
mod bucket;
mod delayed_nak;
mod fire;
mod forget;
mod hold;
mod set;
mod sweep;
mod watch;
mod wheel;

use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use crate::log::{Fault, Log, Source, work};

const ACCEPTED: Source = Source { stream: "EVENTS", durable: "scheduler", batch_len_max: 256 };

/// Works until `stop`.
///
/// # Errors
/// Only what trying again cannot mend.
pub async fn run(log: Log, stop: CancellationToken) -> Result<(), Fault> {
    let (tell, news) = mpsc::channel(forget::NEWS_LEN_MAX);
    let mut set = set::Set::new(log.clone(), tell);
    tokio::try_join!(
        work(&log, ACCEPTED, &mut set, &stop),
        wheel::turn(&log, &stop),
        audit::run(&log, &stop),
        forget::run(&log, news, &stop)
    )?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::rules::Happened;
    use crate::rules::timer::Set;
    use crate::wire::subjects;

    #[test]
    fn its_consumer_gets_every_commit_that_can_hold_a_timer() {
        let declared = include_str!("../../streams/EVENTS/scheduler.json");
        let declared: Value = serde_json::from_str(declared).unwrap();
        assert_eq!(declared["filter_subjects"], json!(subjects::events_with(&[Set::NAME])));
    }
}
