//! Long SMS: joined when their last part is in the log, or when the others are waited for no longer.

use std::sync::Arc;

use tracing::warn;

use super::inbound::hear;
use super::opt_outs::tell;
use super::shared::Shared;
use crate::log::{Fault, Log, Record, blocking};
use crate::rules::attempt::Adapter;
use crate::rules::phone::{Part, Received};
use crate::rules::presence::Encoding;
use crate::rules::{Command, Fact};
use crate::smpp::text::{self, Fragment};
use crate::sms::state::PartRow;
use crate::wire::{command, from_msgpack};

/// Joins what is complete: what was not joined, or not projected, when the bridge began.
pub(super) async fn all(log: &Log, shared: &Arc<Shared>) -> Result<(), Fault> {
    let state = Arc::clone(&shared.state);
    for row in blocking(move || state.wholes()).await? {
        if let Err(fault) = join(log, shared, &row.part.whole, false).await {
            warn!(%fault, "a long SMS is joined later");
        }
    }
    Ok(())
}

/// Joins what these records completed. Where the server is away the sweep does it later.
pub(super) async fn joined(log: &Log, shared: &Arc<Shared>, records: &[Record]) {
    for record in records {
        let facts = record.commit().map(|commit| commit.facts).unwrap_or_default();
        for part in facts.iter().filter_map(Fact::get::<Part>) {
            if let Err(fault) = join(log, shared, &part.whole, false).await {
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
    let id = format!("joined.{whole}.{newest}");
    let received = Received {
        connector: first.part.connector.clone(),
        from: first.part.from,
        called: first.part.called.clone(),
        text: text_of(&parts, first.part.total),
        joined: Some(whole.to_owned()),
        id: Some(id),
    };
    if let Some(from) = received.from {
        hear(shared, from, &received.called, &received.text);
    }
    let received = Command::from(received);
    tell(log, &received).await;
    log.command(command::outgoing(Adapter::Sms.part(), &received, Encoding::Msgpack)).await?;
    Ok(())
}

/// The parts in their order; where some are missing, it says so in their place.
fn text_of(parts: &[PartRow], total: u8) -> String {
    let mut pieces: Vec<String> = Vec::new();
    let mut next = 1_u16;
    for run in parts.chunk_by(|a, b| a.part.number.checked_add(1) == Some(b.part.number)) {
        let (Some(first), Some(last)) = (run.first(), run.last()) else { continue };
        pieces.extend(missing(next, u16::from(first.part.number), total));
        let fragments: Vec<Fragment> =
            run.iter().filter_map(|row| from_msgpack(&row.part.octets.0).ok()).collect();
        pieces.push(text::join(&fragments));
        next = u16::from(last.part.number) + 1;
    }
    pieces.extend(missing(next, u16::from(total) + 1, total));
    pieces.join(" ")
}

/// What is said of the parts from one on to the next that is there.
fn missing(from: u16, next: u16, total: u8) -> Option<String> {
    match next.saturating_sub(from) {
        0 => None,
        1 => Some(format!("[part {from} of {total} missing]")),
        _ => Some(format!("[parts {from} to {} of {total} missing]", next - 1)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::message::Blob;
    use crate::smpp::text::Reading;
    use crate::wire::to_msgpack;
    use crate::words::{Called, Instant};

    fn row((number, text): &(u8, &[u8]), coding: u8) -> PartRow {
        let fragment = text::fragment(text, coding, false, &Reading::default());
        let (octets, connector, whole) = (Blob(to_msgpack(&fragment)), "main".to_owned(), "w".to_owned());
        let part = Part {
            whole,
            connector,
            from: None,
            called: Called::Service,
            number: *number,
            total: 4,
            octets,
            id: None,
        };
        PartRow { at: Instant::default(), part, went_on: None }
    }

    #[test]
    fn a_text_that_lacks_parts_says_so_in_their_place() {
        for (parts, coding, want) in [
            (&[(1, &b"a"[..]), (2, b"b"), (3, b"c"), (4, b"d")][..], 0, "abcd"),
            (&[(1, b"a"), (3, b"c"), (4, b"d")], 0, "a [part 2 of 4 missing] cd"),
            (&[(1, b"a"), (4, b"d")], 0, "a [parts 2 to 3 of 4 missing] d"),
            (&[(2, b"b")], 0, "[part 1 of 4 missing] b [parts 3 to 4 of 4 missing]"),
            // Half a character on either side of the gap is not made into one.
            (
                &[(1, b"\0a\xd8\x3d"), (3, b"\xde\0\0c"), (4, b"\0d")],
                8,
                "a\u{fffd} [part 2 of 4 missing] \u{fffd}cd",
            ),
        ] {
            let rows: Vec<PartRow> = parts.iter().map(|part| row(part, coding)).collect();
            assert_eq!(text_of(&rows, 4), want);
        }
    }
}
