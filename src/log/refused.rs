//! Credentials that the server refuses: at a first login, and of a client that comes again after its connection was lost.

use async_nats::connection::State;
use async_nats::{ClientError, ConnectErrorKind, Event, ServerError};
use tokio::sync::watch;

use super::Log;

/// Why a login was refused, for whoever reads the error.
#[derive(Debug, thiserror::Error)]
#[error(
    "the server refused the credentials: a name and password (nats://user:password@host:4222), --nkey or --creds; \
     who is suspended is refused too, and an operator sets a password with `homing user passwd`"
)]
pub struct NotLetIn;

/// How often in a row this connection was refused when it came again; where the server, or the gate, is only away, it is not.
#[derive(Debug, Clone)]
pub struct Refusals {
    in_a_row: watch::Receiver<u32>,
    late: watch::Receiver<u64>,
}

/// Where they are counted.
pub(super) struct Count {
    in_a_row: watch::Sender<u32>,
    late: watch::Sender<u64>,
}

impl Refusals {
    pub(super) fn new() -> (Count, Refusals) {
        let ((in_a_row, row), (late, lately)) = (watch::channel(0), watch::channel(0));
        (Count { in_a_row, late }, Refusals { in_a_row: row, late: lately })
    }

    /// Waits until the server refuses, from now on, a connection that seemed to be open: while it waits for its gate it asks for a
    /// sign of life, and the client library takes that for a welcome.
    pub async fn late(&mut self) {
        self.late.mark_unchanged();
        if self.late.changed().await.is_err() {
            // The client is gone for good, and says so itself.
            std::future::pending::<()>().await;
        }
    }

    /// Waits until the connection was refused so often.
    pub async fn in_a_row(&mut self, times: u32) {
        if self.in_a_row.wait_for(|refused| *refused >= times).await.is_err() {
            // The client is gone for good, and says so itself.
            std::future::pending::<()>().await;
        }
    }

    pub(super) fn is_refused(&self) -> bool {
        *self.in_a_row.borrow() > 0
    }
}

/// Counts what an event tells of it; the first refusal in a row is to be told.
pub(super) fn count(event: &Event, refusals: &Count) -> bool {
    if *event == Event::Connected {
        refusals.in_a_row.send_replace(0);
        return false;
    }
    if *event == Event::ServerError(ServerError::AuthorizationViolation) {
        refusals.late.send_modify(|times| *times += 1);
    }
    let refused = is_refusal(event);
    if refused {
        refusals.in_a_row.send_modify(|refused| *refused += 1);
    }
    refused && *refusals.in_a_row.borrow() == 1
}

/// The client library tells it in words alone.
pub(super) fn is_refusal(event: &Event) -> bool {
    let refusal = ConnectErrorKind::AuthorizationViolation.to_string();
    matches!(event, Event::ClientError(ClientError::Other(text)) if *text == refusal)
}

impl Log {
    /// Waits until the connection that there is now is lost.
    pub async fn lost(&self) {
        let mut losses = self.losses();
        if self.client().connection_state() == State::Connected {
            losses.next().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_told_once_in_a_row_and_again_after_it_was_over() {
        let refused = || Event::ClientError(ClientError::Other("authorization violation".to_owned()));
        let away = || Event::ClientError(ClientError::Other("timed out".to_owned()));
        let (refusals, _counted) = Refusals::new();
        let told = [refused(), away(), refused(), Event::Connected, refused()];
        assert_eq!(told.map(|event| count(&event, &refusals)), [true, false, false, false, true]);
    }
}
