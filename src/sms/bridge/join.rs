//! Long SMS: joined when their last part is in the log, or when the others are waited for no longer.

use std::sync::Arc;

use tracing::warn;

use super::inbound::hear;
use super::shared::Shared;
use super::wishes::tell;
use crate::log::{Fault, Log, Record};
use crate::rules::command::Encoding;
use crate::rules::sms::{Received, wish};
use crate::rules::{Command, Fact};
use crate::sms::state::PartRow;
use crate::sms::text::{self, Fragment};
use crate::wire::{command, commit, from_msgpack};

/// Joins what these records completed. Where the server is away the sweep does it later.
pub(super) async fn joined(log: &Log, shared: &Arc<Shared>, records: &[Record]) {
    for record in records {
        let facts = commit::decode(&record.payload).map(|commit| commit.facts).unwrap_or_default();
        for fact in facts {
            if let Fact::SmsPart(part) = fact
                && let Err(fault) = join(log, shared, &part.whole, false).await
            {
                warn!(%fault, "a long SMS is joined later");
            }
        }
    }
}

/// Publishes a long SMS as a whole where it is one, or where what is there has to do.
pub(super) async fn join(
    log: &Log,
    shared: &Arc<Shared>,
    whole: &str,
    incomplete: bool,
) -> Result<(), Fault> {
    let parts = shared.state.parts(whole)?;
    let Some(first) = parts.first() else { return Ok(()) };
    if parts.len() < usize::from(first.part.total) && !incomplete {
        return Ok(());
    }
    // The same parts give the same identity, whichever bridge joins them.
    let newest = parts.iter().map(|row| row.at.unix_ms()).max().unwrap_or_default();
    let identity = format!("joined.{whole}.{newest}");
    let received = Received {
        connector: first.part.connector.clone(),
        from: first.part.from,
        called: first.part.called.clone(),
        text: text_of(&parts),
        joined: Some(whole.to_owned()),
    };
    if let Some(from) = received.from {
        hear(shared, from, wish(&received.called, &received.text));
    }
    let received = Command::SmsReceived(received);
    tell(log, &received).await;
    log.publish(command::outgoing("_sms", &received, Encoding::Msgpack), &identity).await?;
    Ok(())
}

fn text_of(parts: &[PartRow]) -> String {
    let fragments: Vec<Fragment> =
        parts.iter().filter_map(|row| from_msgpack(&row.part.octets.0).ok()).collect();
    text::join(&fragments)
}
