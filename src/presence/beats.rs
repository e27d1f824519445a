//! The heartbeats as they come, in batches, with the marks among them; and whether any may have been dropped.

use async_nats::{Message, Subject, Subscriber};
use futures_util::{FutureExt, StreamExt};
use tokio::task::unconstrained;

use super::leases::Device;
use crate::log::{Fault, Log, SUBSCRIPTION_LEN_MAX};
use crate::wire::subjects;

/// Answered before something else has its turn: a few milliseconds.
const BATCH_LEN_MAX: usize = 256;

/// What comes on the subscription.
#[derive(Debug)]
pub(super) enum Beat {
    /// A heartbeat; who asks learns whether the device is online.
    Of(Device, Option<Subject>),
    /// One of a device that cannot be: its name is none.
    OfNone(Subject),
    /// A mark of this process's.
    Mark(u64),
    /// Messages may have been dropped before this one, for the subscription was full.
    Gap,
}

/// The subscription.
#[derive(Debug)]
pub(super) struct Beats {
    inbox: Subscriber,
    /// Of this process's marks.
    subject: Subject,
    unread: Unread,
}

impl Beats {
    pub(super) async fn listen(log: &Log) -> Result<Beats, Fault> {
        let inbox = log.client().subscribe(subjects::HEARTBEATS).await;
        let inbox = inbox.map_err(|error| Fault::later("listen to heartbeats").because(error))?;
        let subject = subjects::heartbeat_mark(&log.fresh_identity()).into();
        Ok(Beats { inbox, subject, unread: Unread::default() })
    }

    /// Where this process sends its marks.
    pub(super) fn subject(&self) -> Subject {
        self.subject.clone()
    }

    /// Waits for some, and gives all that are here, up to a batch. None when the connection is closed for good. Dropping the
    /// future loses nothing.
    pub(super) async fn next(&mut self) -> Option<Vec<Beat>> {
        let mut message = self.inbox.next().await?;
        let mut beats = Vec::new();
        for left in (0..BATCH_LEN_MAX).rev() {
            if self.unread.read_one() {
                beats.push(Beat::Gap);
            }
            beats.extend(self.beat(message));
            if left == 0 {
                break;
            }
            // A task's budget would end it early: a message that is here then looks as if it was not.
            let Some(Some(next)) = unconstrained(self.inbox.next()).now_or_never() else {
                self.unread.read_all();
                break;
            };
            message = next;
        }
        Some(beats)
    }

    /// Whoever may publish here can publish anything.
    fn beat(&self, Message { subject, payload, reply, .. }: Message) -> Option<Beat> {
        if subject == self.subject {
            return Some(Beat::Mark(u64::from_be_bytes(payload.as_ref().try_into().ok()?)));
        }
        match subjects::parse_heartbeat(subject.as_str()) {
            Some(device) => Some(Beat::Of(device, reply)),
            None => reply.map(Beat::OfNone),
        }
    }
}

/// The messages read since there was none to be read. When one was dropped, the subscription was full, and each message that
/// filled it is read without a pause, before any that came behind the dropped one.
#[derive(Debug, Default)]
struct Unread(usize);

impl Unread {
    /// Whether one may have been dropped.
    fn read_one(&mut self) -> bool {
        self.0 += 1;
        let was_full = self.0 >= SUBSCRIPTION_LEN_MAX;
        if was_full {
            self.0 = 0;
        }
        was_full
    }

    fn read_all(&mut self) {
        self.0 = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_subscription_is_noticed_before_what_came_behind_a_dropped_message_is_read() {
        let mut unread = Unread::default();
        for _ in 0..3 {
            let gaps = (1..SUBSCRIPTION_LEN_MAX).filter(|_| unread.read_one()).count();
            assert_eq!(gaps, 0, "it was not full");
            unread.read_all();
        }
        // It was read a little when it became full and one was dropped: as many as it holds are read before it.
        assert!(!unread.read_one());
        assert!((0..SUBSCRIPTION_LEN_MAX).any(|_| unread.read_one()));
    }
}
