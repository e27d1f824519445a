//! The bridge's folder held against the log: what the bridge itself has put off, or forgotten since, is no difference.
//!
//! Not here: which segment an SMSC's id names (`i`), and receipts that wait (`u`, `m`). How an id is spelt is a setting of the
//! connector's, and the log does not tell what it was.

use std::path::Path;

use super::row::{Delivery, PartRow, read};
use super::{State, Terms, keys, project, shape};
use crate::log::{Compared, Fault, FolderState, Log, Pace, Projected, Projection, Record, Sides, clock};
use crate::sms::Patience;
use crate::words::{Instant, MessageId, Party, Span};

/// Holds the folder of a bridge, `<data>/sms`, against EVENTS, which is known to be whole so far. The folder is not touched.
///
/// # Errors
/// When the server does not answer, or a disk does not work.
pub async fn verify_state(
    log: &Log,
    folder: &Path,
    whole_up_to: u64,
    pace: &mut Pace,
) -> Result<FolderState, Fault> {
    let compared = Compared { folder, shape: shape(), reads: State::reads(), whole_up_to };
    let forgotten = clock::now() + Span::from_ms(-Patience::default().keep.ms());
    compared.with_log(log, pace, Bridge { forgotten }).await
}

struct Bridge {
    /// What ended before may be gone.
    forgotten: Instant,
}

impl Projected for Bridge {
    fn take(&self, fresh: &Projection, records: &[Record]) -> Result<(), Fault> {
        let terms = Terms::default();
        fresh.take(records, |rows, _, commit| project::project(rows, commit, &terms).map(drop))
    }

    fn alike(
        &self,
        sides: &Sides,
        key: &[u8],
        kept: Option<&[u8]>,
        fresh: Option<&[u8]>,
    ) -> Result<bool, Fault> {
        let Some((tag, rest)) = key.split_first() else { return Ok(false) };
        Ok(match *tag {
            b'd' => match (kept.map(read::<Delivery>), fresh.map(read::<Delivery>)) {
                (Some(Ok(kept)), Some(Ok(fresh))) => same(&kept) == same(&fresh),
                (None, Some(Ok(fresh))) => self.may_be_forgotten(&fresh),
                (_, _) => false,
            },
            b'x' => {
                let end = rest.iter().position(|byte| *byte == 0);
                let of = end.and_then(|end| keys::read_delivery(rest.get(end + 1..)?));
                let row = of.map(|(message, to)| delivery(&sides.fresh, message, &to)).transpose()?.flatten();
                kept.is_none() && row.is_some_and(|row| self.may_be_forgotten(&row))
            }
            // When an open one is looked after next is put off again and again.
            b'o' => {
                let Some((message, to)) = rest.get(8..).and_then(keys::read_delivery) else {
                    return Ok(false);
                };
                let due = delivery(&sides.kept, message, &to)?.and_then(|row| row.due);
                match due.map(|due| keys::open(due, message, &to)) {
                    Some(listed) if kept.is_some() => listed == key,
                    Some(listed) => sides.kept.get(listed)?.is_some(),
                    None => false,
                }
            }
            b'p' => match (kept.map(read::<PartRow>), fresh.map(read::<PartRow>)) {
                (Some(Ok(kept)), Some(Ok(fresh))) => (kept.at, kept.part) == (fresh.at, fresh.part),
                (_, _) => false,
            },
            b'i' | b'u' | b'm' | b'r' => true,
            _ => false,
        })
    }

    fn begins_with_position(&self) -> bool {
        true
    }

    fn name(&self, key: &[u8]) -> String {
        let rest = key.get(1..).unwrap_or_default();
        let of = |bytes: Option<&[u8]>| {
            let found = bytes.and_then(keys::read_delivery);
            found.map_or_else(String::new, |(message, _)| format!(" of {message}"))
        };
        match key.first() {
            Some(b'd') => format!("the delivery by SMS{}", of(Some(rest))),
            Some(b'x') => "the list of deliveries without an id".to_owned(),
            Some(b'o') => format!("the list of open deliveries, with one{}", of(rest.get(8..))),
            Some(b'p') => "a part of a long SMS".to_owned(),
            Some(_) | None => "a row of no known kind".to_owned(),
        }
    }
}

impl Bridge {
    fn may_be_forgotten(&self, row: &Delivery) -> bool {
        row.due.is_none() && row.at < self.forgotten
    }
}

/// What the log alone tells of a delivery.
fn same(row: &Delivery) -> (Delivery, bool) {
    let learned = row.learned.iter().map(|(segment, _)| (*segment, String::new())).collect();
    (Delivery { learned, former: Vec::new(), due: None, ..row.clone() }, row.due.is_some())
}

fn delivery(rows: &Projection, message: MessageId, to: &Party) -> Result<Option<Delivery>, Fault> {
    Ok(rows.get(keys::delivery(message, to))?.and_then(|row| read(&row).ok()))
}
