//! The one loop that settles: a room's handler judges the records of a durable consumer, this acks, NAKs or parks.

use std::time::Duration;

use tokio_util::sync::CancellationToken;
use tracing::debug;

use super::{Fault, Log, Record, Source, Taken, Verdict};

/// A room's work on one durable consumer.
pub trait Handler: Send {
    /// Judges a batch, in order. The effects of those that are done are safe when this returns.
    fn judge(&mut self, records: &[&Record]) -> impl Future<Output = Vec<Verdict>> + Send;

    /// Sees the verdicts of a batch before they are settled.
    fn before_settling(&mut self, _verdicts: &[Verdict]) -> impl Future<Output = ()> + Send {
        std::future::ready(())
    }
}

/// The server was away while a batch was settled.
const AGAIN_AFTER: Duration = Duration::from_millis(100);

/// Works until `stop`. While the server is away it waits for it.
///
/// # Errors
/// None that trying again could mend.
pub async fn work(
    log: &Log,
    source: Source,
    handler: &mut impl Handler,
    stop: &CancellationToken,
) -> Result<(), Fault> {
    let mut pull = log.pull(source);
    // A batch that was taken is settled, even while stopping; what lies behind it is given back.
    while let Some(batch) = stop.run_until_cancelled(pull.next()).await {
        let settled = settle(log, source, handler, &batch?).await;
        match settled {
            Ok(()) => {}
            Err(fault) if fault.retry == super::Retry::Never => return Err(fault),
            Err(fault) => {
                debug!(stream = source.stream, consumer = source.durable, %fault, "what is not settled comes again");
                stop.run_until_cancelled(tokio::time::sleep(AGAIN_AFTER)).await;
            }
        }
    }
    pull.give_back().await;
    Ok(())
}

async fn settle(log: &Log, source: Source, handler: &mut impl Handler, batch: &[Taken]) -> Result<(), Fault> {
    let records: Vec<&Record> = batch.iter().map(|taken| &taken.record).collect();
    let verdicts = handler.judge(&records).await;
    handler.before_settling(&verdicts).await;
    for (taken, verdict) in batch.iter().zip(verdicts) {
        log.settle(source, taken, verdict).await?;
    }
    Ok(())
}
