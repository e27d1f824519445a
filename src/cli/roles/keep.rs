//! A role kept running: one that fails is started again alone, later each time, while the others go on.

use std::future::Future;

use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::{error, info};

use super::standing::{Board, Standing};
use super::{Role, name};
use crate::cli::backoff::{AGAIN_AFTER, Backoff};
use crate::log::{Fault, clock};

/// Runs a role until `stop`, whatever ends it before.
///
/// # Errors
/// What ends it while the program still starts: whoever started it hears that. And what ends it after it was asked to stop.
pub(super) async fn keep<F>(
    role: Role,
    board: &Board,
    stop: &CancellationToken,
    start: impl Fn() -> F,
) -> Result<(), Fault>
where
    F: Future<Output = Result<(), Fault>> + Send + 'static,
{
    let mut backoff = Backoff::new(AGAIN_AFTER);
    loop {
        backoff.begins();
        board.set(role, Standing::Running { since: clock::now() });
        // A task of its own: a panic ends it and nothing else.
        let ended = AbortOnDropHandle::new(tokio::spawn(start())).await;
        let fault = match ended {
            Ok(Ok(())) if stop.is_cancelled() => return Ok(()),
            Ok(Ok(())) => Fault::later(format!("go on: {} has ended", name(role))),
            Ok(Err(fault)) => fault,
            Err(panicked) => Fault::later(format!("go on: {} panicked", name(role))).because(panicked),
        };
        if stop.is_cancelled() || !board.is_ready() {
            return Err(fault);
        }
        let wait = backoff.pause();
        error!(%fault, again_in = ?wait, "{} has failed; the other roles go on", name(role));
        board.set(role, Standing::Failed { since: clock::now(), why: fault.to_string() });
        if stop.run_until_cancelled(tokio::time::sleep(wait)).await.is_none() {
            return Ok(());
        }
        info!("{} is started again", name(role));
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::time::Duration;

    use tokio::time::Instant;

    use super::*;

    fn ready() -> Board {
        let board = Board::default();
        board.ready();
        board
    }

    #[tokio::test(start_paused = true)]
    async fn a_role_that_panics_or_fails_is_started_again_and_one_that_ends_when_asked_is_not() {
        let (board, stop, starts) = (ready(), CancellationToken::new(), Arc::new(AtomicUsize::new(0)));
        let start = || {
            let (stop, start) = (stop.clone(), starts.fetch_add(1, Ordering::Relaxed));
            async move {
                match start {
                    0 => panic!("a bug"),
                    1 => Err(Fault::never("write")),
                    2 => Ok(()),
                    _ => {
                        stop.cancel();
                        Ok(())
                    }
                }
            }
        };
        let began = Instant::now();
        assert!(keep(Role::Query, &board, &stop, start).await.is_ok());
        assert_eq!(starts.load(Ordering::Relaxed), 4);
        assert_eq!(began.elapsed().as_millis(), 700, "100, 200 and 400 ms");
    }

    #[tokio::test(start_paused = true)]
    async fn a_role_that_goes_on_failing_is_tried_twice_a_minute_and_says_why() {
        let (board, stop, starts) = (ready(), CancellationToken::new(), AtomicUsize::new(0));
        let start = || {
            starts.fetch_add(1, Ordering::Relaxed);
            async { Err(Fault::later("store a row").because("no space")) }
        };
        let failing = keep(Role::Query, &board, &stop, start);
        assert!(tokio::time::timeout(Duration::from_secs(3_600), failing).await.is_err());
        assert!((120..=140).contains(&starts.load(Ordering::Relaxed)), "{starts:?}");
        let standing = board.standing(Role::Query);
        assert!(
            matches!(&standing, Some(Standing::Failed { why, .. }) if why == "could not store a row: no space")
        );
    }

    #[tokio::test]
    async fn what_fails_a_start_is_told_to_whoever_started_it() {
        let (board, stop) = (Board::default(), CancellationToken::new());
        let ended = keep(Role::Decider, &board, &stop, || async { Err(Fault::never("read the log")) }).await;
        assert_eq!(ended.unwrap_err().to_string(), "could not read the log");
    }
}
