//! Work over a projection's folder: where it turns out to be torn, the folder is set aside and the work begins anew.

use std::path::Path;

use tracing::warn;

use super::{Fault, Projection, Retry};

/// A folder that tears again and again is not mended by one more attempt.
const REBUILDS_MAX: usize = 3;

/// Works until the work ends, with another fault than a torn folder or without one. `what` names the rows for whoever reads
/// the program's log.
///
/// # Errors
/// As the work, and where the folder cannot be set aside.
pub async fn rebuilding<F>(folder: &Path, what: &str, work: impl Fn() -> F) -> Result<(), Fault>
where
    F: Future<Output = Result<(), Fault>>,
{
    let mut rebuilds = 0;
    loop {
        match work().await {
            Err(fault) if fault.retry == Retry::Reload && rebuilds < REBUILDS_MAX => {
                rebuilds += 1;
                warn!(%fault, "{what}: torn, and rebuilt from the log");
                Projection::set_aside(folder)?;
            }
            ended => return ended,
        }
    }
}
