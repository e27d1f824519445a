//! A bundle: the commits that a story is told from, and their commands, in one file; redacted.

use std::collections::BTreeSet;
use std::path::Path;

use futures_util::{StreamExt, TryStreamExt, stream};

use super::Redaction;
use crate::log::{Fault, Head, History, Maker, Record, blocking, clock};
use crate::words::EventSeq;

/// Records in memory at the same time, each of which may have 1 MiB.
const BATCH_LEN: usize = 64;
/// Reads on their way at the same time.
const READS_IN_FLIGHT: usize = 16;

/// How much a bundle holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bundled {
    pub commits: u64,
    pub commands: u64,
    /// Commands that COMMANDS does not keep any more.
    pub commands_gone: u64,
}

/// Writes these commits and the commands that they answer, as far as the log holds them; `about` is the id that was asked for, as
/// it is in the file. `progress` hears how many commits are done, of how many.
///
/// # Errors
/// When the log cannot be read, the disk refuses, or more phones than numbers for them are in it.
pub async fn bundle(
    history: &History,
    path: &Path,
    (about, commits): (String, BTreeSet<EventSeq>),
    mut redaction: Redaction,
    progress: impl Fn(u64, u64),
) -> Result<Bundled, Fault> {
    let head = Head {
        made: clock::now(),
        log: history.ends("EVENTS").await?.created,
        about: Some(about),
        redacted: redaction.replaces(),
        base: None,
    };
    let place = path.to_owned();
    let mut maker = blocking(move || Maker::begin(&place, &head)).await?;
    let commits: Vec<u64> = commits.into_iter().map(|seq| seq.0).collect();
    let (all, mut bundled, mut last_command) = (commits.len() as u64, Bundled::default(), 0);
    for places in commits.chunks(BATCH_LEN) {
        let events = read(history, "EVENTS", places).await?;
        // Commits stand in the order of the commands, and a decision in parts answers one.
        let mut asked: Vec<u64> = events
            .iter()
            .filter_map(|event| event.commit().ok())
            .map(|commit| commit.command.0)
            .filter(|command| *command > last_command)
            .collect();
        asked.dedup();
        last_command = asked.last().copied().unwrap_or(last_command);
        let commands = read(history, "COMMANDS", &asked).await?;
        bundled.commits += events.len() as u64;
        bundled.commands += commands.len() as u64;
        bundled.commands_gone += (asked.len() - commands.len()) as u64;
        (maker, redaction) = blocking(move || {
            for event in events {
                maker.put("EVENTS", &redaction.event(event)?)?;
            }
            for command in commands {
                maker.put("COMMANDS", &redaction.command(command))?;
            }
            Ok((maker, redaction))
        })
        .await?;
        progress(bundled.commits, all);
    }
    redaction.must_be_whole()?;
    blocking(move || maker.finish()).await?;
    Ok(bundled)
}

/// The records at these places, those that the log still holds.
async fn read(history: &History, stream: &'static str, places: &[u64]) -> Result<Vec<Record>, Fault> {
    let one = async |seq: u64| {
        let found = history.first_from(stream, seq).await?;
        Ok(found.filter(|record| record.seq == seq && (stream != "EVENTS" || record.commit().is_ok())))
    };
    let read: Vec<Option<Record>> =
        stream::iter(places.to_vec()).map(one).buffered(READS_IN_FLIGHT).try_collect().await?;
    Ok(read.into_iter().flatten().collect())
}
