//! The bodies of messages, fetched from EVENTS for the lines that show them.

use futures_util::{StreamExt, stream};

use super::model::{Line, Listed};
use super::page::Filling;
use super::refusal::Unanswered;
use crate::log::{Fault, Log};
use crate::rules::Fact;
use crate::rules::command::Encoding;
use crate::rules::fact::Accepted;
use crate::wire::{Shown, commit};

/// Reads on their way at the same time for one answer.
const READS_IN_FLIGHT: usize = 16;

/// The lines with their bodies, as many as fit.
pub(super) async fn answer(
    log: &Log,
    Listed { items, more }: Listed<Line>,
    encoding: Encoding,
    bytes_max: usize,
) -> Result<Vec<u8>, Unanswered> {
    let mut filling = Filling::new(encoding, bytes_max);
    let mut shown = stream::iter(items).map(|line| shown(log, line)).buffered(READS_IN_FLIGHT);
    let mut left = more;
    while let Some(next) = shown.next().await {
        if !filling.push(next?) {
            left = true;
            break;
        }
    }
    filling.close(left, |shown: &Shown| shown.message.to_string())
}

/// A message whose body the log has given up is shown without it.
async fn shown(log: &Log, line: Line) -> Result<Shown, Fault> {
    let record = log.record("EVENTS", line.body.0).await?;
    let body = record.and_then(|record| body(&record.payload, &line));
    let (text, parts) = body.map_or((None, None), |body| (body.text, body.parts));
    Ok(Shown {
        message: line.message,
        from: line.from,
        to: line.to,
        text,
        parts,
        at: line.at.to_string(),
        state: line.state.as_str().to_owned(),
    })
}

fn body(payload: &[u8], line: &Line) -> Option<Accepted> {
    let commit = commit::decode(payload).ok()?;
    let mut accepted = commit.facts.iter().filter_map(Fact::accepted);
    accepted.find(|accepted| accepted.message == line.message).cloned()
}
