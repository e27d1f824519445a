//! What the server does not let this connection publish: it says so beside the answers, and no acknowledgement ever comes.

use async_nats::{Event, ServerError};
use tokio::sync::watch;

/// As nats-server says it, with the subject in quotes behind it.
const DENIED: &str = "Permissions Violation for Publish to \"";

/// The last subject that was denied. Whoever waits for an answer listens here too, and learns of the one that is theirs.
#[derive(Debug, Clone)]
pub struct Denials(watch::Receiver<String>);

impl Denials {
    pub(super) fn new() -> (watch::Sender<String>, Denials) {
        let (tell, told) = watch::channel(String::new());
        (tell, Denials(told))
    }

    /// Those from now on.
    pub(super) fn since_now(&self) -> Denials {
        let mut denials = self.0.clone();
        denials.mark_unchanged();
        Denials(denials)
    }

    /// Waits until the server says that nothing may be published on this subject from here.
    pub async fn of(&mut self, subject: &str) {
        while self.0.changed().await.is_ok() {
            if *self.0.borrow_and_update() == subject {
                return;
            }
        }
        // The client is gone for good, and says so itself.
        std::future::pending().await
    }
}

/// The subject that the server denies by this.
pub(super) fn denied(event: &Event) -> Option<&str> {
    let Event::ServerError(ServerError::Other(text)) = event else { return None };
    text.strip_prefix(DENIED)?.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_that_may_not_be_published_on_is_told_from_other_errors() {
        let said = |text: &str| Event::ServerError(ServerError::Other(text.to_owned()));
        let publish = said("Permissions Violation for Publish to \"homing.cmd.bob.message.send\"");
        assert_eq!(denied(&publish), Some("homing.cmd.bob.message.send"));
        assert_eq!(denied(&said("Permissions Violation for Subscription to \"homing.>\"")), None);
        assert_eq!(denied(&Event::Disconnected), None);
    }
}
