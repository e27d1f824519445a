//! Reports of lapses: commands, many on their way at once and beside the heartbeats, so that those do not wait for them.

use futures_util::{StreamExt, stream};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use tracing::debug;

use crate::log::{Fault, Log};
use crate::rules::presence::{Encoding, Lapsed};
use crate::rules::{Command, Part};
use crate::wire::command;

/// Lapses that wait for their turn; the others wait in their leases.
pub(super) const LAPSES_LEN_MAX: usize = 256;
/// Enough that the server is never waited for; few enough that what others publish comes between them.
const IN_FLIGHT_MAX: usize = 256;

/// Reports until it ends. A lapse that is reported twice is decided twice: of a lease that has ended the second one says nothing.
pub(super) async fn run(
    log: &Log,
    mut lapses: mpsc::Receiver<Lapsed>,
    ends: &CancellationToken,
) -> Result<(), Fault> {
    let lapses = stream::poll_fn(move |cx| lapses.poll_recv(cx));
    let reported = lapses.for_each_concurrent(IN_FLIGHT_MAX, |lapsed| report(log.clone(), lapsed));
    // What is not reported by then the next process judges again.
    ends.run_until_cancelled(reported).await;
    Ok(())
}

async fn report(log: Log, lapsed: Lapsed) {
    debug!(user = %lapsed.user, seq = lapsed.since.0, "a lease lapsed");
    let report = command::outgoing(Part::Lease.as_str(), &Command::from(lapsed), Encoding::Msgpack);
    if let Err(fault) = log.command(report).await {
        debug!(%fault, "the lapse is reported again");
    }
}
