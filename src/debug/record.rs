//! The recording of a log: all of its records from one on, so that they can be replayed where there is no server.

use std::path::Path;

use serde_bytes::ByteBuf;
use tracing::warn;

use crate::log::{Ends, Fault, Head, History, Maker, Recording, blocking, clock};

/// Which records.
#[derive(Debug, Clone, Default)]
pub struct Take {
    /// Of EVENTS from this one on, with the state before it; none of both begins with the log.
    pub base: Option<Base>,
    /// The commands too, as far as COMMANDS keeps them.
    pub commands: bool,
}

/// A state, and where the log goes on from it.
#[derive(Debug, Clone)]
pub struct Base {
    /// The last record of EVENTS that it holds.
    pub seq: u64,
    /// As the decider's snapshot has it.
    pub snapshot: Vec<u8>,
}

/// Writes what there is now into a file, and opens it. `progress` hears how many records are done, of how many.
///
/// # Errors
/// When the server does not answer, or the disk refuses.
pub async fn record(
    history: &History,
    path: &Path,
    take: Take,
    progress: impl Fn(u64, u64),
) -> Result<Recording, Fault> {
    // In this order: what EVENTS answers is in COMMANDS, or has left it.
    let (events, commands) = (history.ends("EVENTS").await?, history.ends("COMMANDS").await?);
    let Take { base, commands: with_commands } = take;
    let first = base.as_ref().map_or(1, |base| base.seq + 1).max(events.first);
    let head = Head {
        made: clock::now(),
        log: events.created,
        base: base.map(|base| ByteBuf::from(base.snapshot)),
        ..Head::default()
    };
    let parts: Vec<(&'static str, Ends)> = [("EVENTS", Ends { first, ..events }), ("COMMANDS", commands)]
        .into_iter()
        .filter(|(stream, _)| with_commands || *stream == "EVENTS")
        .collect();
    let all: u64 = parts.iter().map(|(_, ends)| (ends.last + 1).saturating_sub(ends.first)).sum();
    let place = path.to_owned();
    let mut maker = blocking(move || Maker::begin(&place, &head)).await?;
    let mut done = 0;
    for (stream, Ends { first, last, .. }) in parts {
        let mut reader = history.read(stream, Vec::new(), first);
        let mut at = first.saturating_sub(1);
        while at < last {
            let records = reader.next_up_to(last).await?;
            let Some(reached) = records.last().map(|record| record.seq) else {
                warn!(
                    stream,
                    from = at + 1,
                    to = last,
                    "nothing can be read from there on, and it ends there: `homing verify` says more"
                );
                break;
            };
            at = reached;
            done += records.len() as u64;
            maker = blocking(move || {
                for record in records.iter().filter(|record| record.seq <= last) {
                    maker.put(stream, record)?;
                }
                Ok(maker)
            })
            .await?;
            progress(done.min(all), all);
        }
    }
    let place = path.to_owned();
    blocking(move || {
        maker.finish()?;
        Recording::open(&place)
    })
    .await
}
