//! What the server does not let this connection publish or hear: it says so beside the answers, and no acknowledgement ever comes.

use async_nats::{Event, ServerError};
use tokio::sync::watch;

/// As nats-server says it, with the subject in quotes behind it.
const DENIED: [&str; 2] =
    ["Permissions Violation for Publish to \"", "Permissions Violation for Subscription to \""];

/// Why no answer ever comes here.
pub fn unheard_below(inbox: &str) -> String {
    format!(
        "the server does not let this connection hear answers below {inbox}; whoever signs in by an nkey says beside it who they are, \
         as in --nats nats://NAME@host:4222"
    )
}

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

    /// Waits until the server says that nothing may be published on this subject from here, or heard.
    pub async fn of(&mut self, subject: &str) {
        self.those(|denied| denied == subject).await;
    }

    /// Waits until the server says that what begins so may not be heard from here.
    pub async fn below(&mut self, prefix: &str) {
        self.those(|denied| denied.starts_with(prefix)).await;
    }

    async fn those(&mut self, wanted: impl Fn(&str) -> bool) {
        while self.0.changed().await.is_ok() {
            if wanted(&self.0.borrow_and_update()) {
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
    DENIED.iter().find_map(|denied| text.strip_prefix(denied))?.split('"').next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_that_may_not_be_used_is_told_from_other_errors() {
        let said = |text: &str| Event::ServerError(ServerError::Other(text.to_owned()));
        let publish = said("Permissions Violation for Publish to \"homing.cmd.bob.message.send\"");
        assert_eq!(denied(&publish), Some("homing.cmd.bob.message.send"));
        let subscription = said("Permissions Violation for Subscription to \"homing.>\" using queue \"x\"");
        assert_eq!(denied(&subscription), Some("homing.>"));
        assert_eq!(denied(&said("Authorization Violation")), None);
        assert_eq!(denied(&Event::Disconnected), None);
    }
}
