//! Placeholder.
use crate::log::{Fault, Log};
pub async fn run(
    _log: Log,
    _data: &std::path::Path,
    stop: tokio_util::sync::CancellationToken,
) -> Result<(), Fault> {
    stop.cancelled().await;
    Ok(())
}
