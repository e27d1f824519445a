//! People who are online: raw subscriptions that come back with the server, ask again for what waits, and confirm.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::select_all;
use homing::log::Log;
use homing::rules::message::Confirm;
use homing::rules::presence::{DeviceClass, Encoding, Online};
use homing::rules::{Command, message};
use homing::wire::{MessageView, command, subjects};
use homing::words::{MessageId, Span, UserName};
use tokio::sync::watch;

use crate::world::{ENDS_WITHIN, LIVE};

/// Longer than any test; the longest that is granted.
const LEASE: Span = Span::from_secs(3_600);
/// What waits is asked for again when nothing new has come for so long.
const QUIET: Duration = Duration::from_secs(2);
const CHUNK_LEN_MAX: usize = 500;

/// Who got a message, and its text.
pub type Got = BTreeMap<MessageId, (UserName, String)>;

pub struct Recipients {
    log: Log,
    got: Arc<Mutex<Got>>,
    count: watch::Receiver<usize>,
}

fn names() -> impl Iterator<Item = UserName> {
    (0..LIVE).map(|n| format!("live{n}").parse().unwrap())
}

impl Recipients {
    pub async fn start(url: &str) -> Recipients {
        let log = crate::support::server::connected(url).await;
        let mut subscriptions = Vec::new();
        for name in names() {
            subscriptions.push(log.client().subscribe(subjects::live_of(&name)).await.unwrap());
        }
        log.client().flush().await.unwrap();
        let (got, (tell, count)) = (Arc::new(Mutex::new(Got::new())), watch::channel(0));
        let (kept, confirms) = (Arc::clone(&got), log.clone());
        tokio::spawn(async move {
            let mut messages = select_all(subscriptions).ready_chunks(CHUNK_LEN_MAX);
            while let Some(chunk) = messages.next().await {
                let mut by_user: BTreeMap<UserName, Vec<MessageId>> = BTreeMap::new();
                for message in chunk {
                    let (user, id, text) = read(&message);
                    by_user.entry(user.clone()).or_default().push(id);
                    let before = kept.lock().unwrap().insert(id, (user.clone(), text.clone()));
                    assert!(
                        before.is_none_or(|before| before == (user, text)),
                        "{id} came twice, and differs"
                    );
                }
                tell.send_replace(kept.lock().unwrap().len());
                for (user, messages) in by_user {
                    confirm(&confirms, &user, messages).await;
                }
            }
        });
        let recipients = Recipients { log, got, count };
        recipients.online().await;
        recipients
    }

    /// As a client says it after every reconnect: what was sent meanwhile may be lost.
    pub async fn online(&self) {
        for name in names() {
            let device = "laptop".parse().unwrap();
            let online = Command::from(Online { device, class: DeviceClass::Pc, lease: LEASE });
            let outgoing = command::outgoing(name.as_str(), &online, Encoding::Json);
            self.log.publish(outgoing, &self.log.fresh_identity()).await.unwrap();
        }
    }

    /// All that they got, once it is as many messages.
    pub async fn have(&self, messages: usize) -> Got {
        let mut count = self.count.clone();
        let all = async {
            while *count.borrow_and_update() < messages {
                if tokio::time::timeout(QUIET, count.changed()).await.is_err() {
                    self.online().await;
                }
            }
        };
        let all = tokio::time::timeout(ENDS_WITHIN, all).await;
        let got = self.got.lock().unwrap().clone();
        assert!(all.is_ok(), "{} of {messages} have come", got.len());
        got
    }
}

/// Also a confirmation that is lost is none: the message comes again, and is confirmed again.
async fn confirm(log: &Log, user: &UserName, messages: Vec<MessageId>) {
    let received = Command::from(message::Received(Confirm { message: None, messages: Some(messages) }));
    let outgoing = command::outgoing(user.as_str(), &received, Encoding::Json);
    let _lost = log.publish(outgoing, &log.fresh_identity()).await;
}

fn read(message: &async_nats::Message) -> (UserName, MessageId, String) {
    let (user, id) = message.subject.strip_prefix("homing.to.").unwrap().split_once('.').unwrap();
    let shown: MessageView = serde_json::from_slice(&message.payload).unwrap();
    assert_eq!(shown.message, id.parse().unwrap(), "the subject names the message");
    (user.parse().unwrap(), shown.message, shown.text.unwrap().to_string())
}
