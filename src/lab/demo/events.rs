//! The events that the demo follows: the commits about a message, its arrival, and a presence that ended.

use std::time::Duration;

use crate::cli::output::Failure;
use crate::log::Log;
use crate::rules::{Commit, Fact, message, presence};
use crate::words::{EventSeq, MessageId, UserName};

const PATIENCE: Duration = Duration::from_secs(15);

/// Every fact about a message, with the commit it stands in.
pub(super) async fn about(log: &Log, message: MessageId) -> Result<Vec<(EventSeq, Commit, Fact)>, Failure> {
    let last = log.last_seq("EVENTS").await?;
    let mut events = log.follow("EVENTS", None, 1);
    let (mut found, mut read) = (Vec::new(), 0);
    while read < last {
        for record in events.next().await? {
            read = record.seq;
            let commit = record.commit().map_err(Failure::failed)?;
            let about = commit.facts.iter().filter(|fact| fact.message() == Some(message)).cloned();
            let about: Vec<Fact> = about.collect();
            found.extend(about.into_iter().map(|fact| (EventSeq(record.seq), commit.clone(), fact)));
        }
    }
    Ok(found)
}

/// Waits for the commit that says this user's device is gone.
pub(super) async fn gone(log: &Log, user: &UserName) -> Result<EventSeq, Failure> {
    let offline = |fact: &Fact| matches!(fact, Fact::Presence(presence::Fact::WentOffline(presence::WentOffline { user: gone, .. })) if gone == user);
    until(log, offline, "the lease did not lapse").await
}

/// Waits for the commit that says this message has arrived.
pub(super) async fn delivered(log: &Log, message: MessageId) -> Result<EventSeq, Failure> {
    let arrived = |fact: &Fact| matches!(fact, Fact::Message(message::Fact::Delivered(message::Delivered { message: it, .. })) if *it == message);
    until(log, arrived, &format!("{message} was not delivered")).await
}

async fn until(log: &Log, is_it: impl Fn(&Fact) -> bool, else_say: &str) -> Result<EventSeq, Failure> {
    let mut events = log.follow("EVENTS", None, 1);
    let wait = async {
        loop {
            for record in events.next().await? {
                let commit = record.commit().map_err(Failure::failed)?;
                if commit.facts.iter().any(&is_it) {
                    return Ok(EventSeq(record.seq));
                }
            }
        }
    };
    let waited = tokio::time::timeout(PATIENCE, wait).await;
    waited.unwrap_or_else(|_| Err(Failure::failed(format!("{else_say} within {} s", PATIENCE.as_secs()))))
}
