//! A client that goes on: it reconnects at once, and publishes until it is stored.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use async_nats::jetstream::{Context, ContextBuilder};
use async_nats::{ConnectOptions, Event, Subscriber};
use bytes::Bytes;
use futures_util::StreamExt;
use serde_json::{Value, json};
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::support::login;

/// Shorter than Homing's: these clients are to be back first, and to wait for it.
const ACK_WITHIN: Duration = Duration::from_secs(1);
const RECONNECT_AFTER: Duration = Duration::from_millis(20);
/// Between two tries of which the first was answered at once, by "no stream here".
const AGAIN_AFTER: Duration = Duration::from_millis(20);
/// Outcomes are told at most once: that of a commit whose acknowledgement was lost is not. Then the question is put again.
const OUTCOME_WITHIN: Duration = Duration::from_secs(1);
/// Whoever was killed is back and decides within this, on a busy machine too.
const DECIDED_WITHIN: Duration = Duration::from_secs(60);

#[derive(Clone)]
pub struct Client {
    pub nats: async_nats::Client,
    js: Context,
    /// Counts connections: each change says that live messages may have been missed.
    connects: watch::Receiver<u64>,
    /// Publishes that were repeated because their first PubAck did not come; some of these are stored twice.
    pub repeated: Arc<AtomicUsize>,
}

impl Client {
    pub async fn connect(url: &str) -> Client {
        let (connected, mut connects) = watch::channel(0);
        let connected = Arc::new(connected);
        // This library does not take a user from a URL.
        let options = match login(url) {
            Some((name, password)) => ConnectOptions::with_user_and_password(name, password),
            None => ConnectOptions::new(),
        };
        let options = options
            .max_reconnects(None)
            .reconnect_delay_callback(|_| RECONNECT_AFTER)
            .event_callback(move |event| {
                if event == Event::Connected {
                    connected.send_modify(|times| *times += 1);
                }
                std::future::ready(())
            });
        let nats = options.connect(url).await.unwrap();
        let js = ContextBuilder::new().timeout(ACK_WITHIN).ack_timeout(ACK_WITHIN).build(nats.clone());
        connects.wait_for(|times| *times > 0).await.expect("it has just connected");
        Client { nats, js, connects, repeated: Arc::default() }
    }

    pub fn connects(&self) -> watch::Receiver<u64> {
        self.connects.clone()
    }

    /// A message of Alice's that is sent once, however often it is stored. Gives its id once it is stored.
    pub async fn message(&self, fields: &Value) -> u64 {
        let repeated = self.repeated.load(Ordering::Relaxed);
        let seq = self.command("alice", "message.send", fields).await;
        if self.repeated.load(Ordering::Relaxed) == repeated {
            return seq;
        }
        // It, or another one meanwhile. Of one that is stored twice only the outcome knows which was decided.
        let (_, outcome) = self.asked("alice", "message.send", fields).await;
        let message = outcome["message"].as_str().expect("it was accepted").strip_prefix('m');
        message.and_then(|number| number.parse().ok()).expect("a message's id is a number")
    }

    /// A command of `by`, in JSON. Gives its sequence once it is stored.
    pub async fn command(&self, by: &str, verb: &str, fields: &Value) -> u64 {
        self.store(format!("homing.cmd.{by}.{verb}"), fields.to_string().into()).await
    }

    pub async fn store(&self, subject: String, payload: Bytes) -> u64 {
        let (mut connects, mut tries) = (self.connects(), 0);
        loop {
            tries += 1;
            connects.mark_unchanged();
            let sent = self.js.publish(subject.clone(), payload.clone());
            let acked = async { sent.await?.await };
            let acked = tokio::select! {
                acked = acked => acked,
                // Its PubAck went down with the last connection, if there was one.
                _ = connects.changed() => continue,
            };
            match acked {
                Ok(ack) => {
                    self.repeated.fetch_add(usize::from(tries > 1), Ordering::Relaxed);
                    return ack.sequence;
                }
                Err(_) => sleep(AGAIN_AFTER).await,
            }
        }
    }

    /// A command of `by`, and its outcome.
    pub async fn asked(&self, by: &str, verb: &str, fields: &Value) -> (u64, Value) {
        let mut outcomes = self.nats.subscribe(format!("homing.outcome.{by}.>")).await.unwrap();
        // The subscription stands before the command is sent.
        self.nats.flush().await.unwrap();
        let told = async {
            loop {
                let seq = self.command(by, verb, fields).await;
                if let Ok(outcome) = timeout(OUTCOME_WITHIN, outcome_of(&mut outcomes, seq)).await {
                    return (seq, outcome);
                }
            }
        };
        timeout(DECIDED_WITHIN, told).await.unwrap_or_else(|_| panic!("nobody decides {verb}"))
    }

    pub async fn register(&self, name: &str) {
        let (_, outcome) = self.asked("_admin", "user.register", &json!({ "name": name })).await;
        assert_eq!(outcome.get("accepted"), Some(&json!(true)), "{outcome}");
    }

    /// Waits until a command sent now has its outcome; gives its sequence: all before it is decided then.
    pub async fn probe(&self, by: &str) -> u64 {
        let mood = json!({ "mood": self.nats.new_inbox() });
        let (seq, outcome) = self.asked(by, "profile.set", &mood).await;
        assert_eq!(outcome.get("accepted"), Some(&json!(true)), "{outcome}");
        seq
    }
}

async fn outcome_of(outcomes: &mut Subscriber, seq: u64) -> Value {
    loop {
        let told = outcomes.next().await.expect("the client lives");
        if told.subject.ends_with(&format!(".{seq}")) {
            return serde_json::from_slice(&told.payload).unwrap();
        }
    }
}
