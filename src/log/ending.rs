//! Work beside other work, all of which ends when one of them does: a room that lost one half of itself begins anew.

use tokio_util::sync::CancellationToken;

use super::Fault;

/// Work that ends all other work under `ends` when it ends.
///
/// # Errors
/// As the work.
pub async fn ending(
    ends: &CancellationToken,
    work: impl Future<Output = Result<(), Fault>>,
) -> Result<(), Fault> {
    let _ends = ends.clone().drop_guard();
    work.await
}
