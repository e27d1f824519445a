//! The end of a stay whose credentials the server does not take any more: trying for ever would help nobody, and keep the gate busy.

use crate::cli::output::Failure;
use crate::log::Log;
use crate::rules::Rejection;

/// One second apart: so often in a row no gate refuses by mistake. Where it is only away, the server says nothing.
const TIMES_MAX: u32 = 5;

/// Resolves with what to do.
pub(super) async fn refused(log: &Log) -> Failure {
    log.refusals().in_a_row(TIMES_MAX).await;
    Failure::refused(Rejection::not_let_in())
}
