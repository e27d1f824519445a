//! Look-ups in the rows, and changes to them that no commit makes.

use super::row::{Delivery, Matched, PartRow, UnmatchedRow, read, write};
use super::{State, keys};
use crate::log::{Batch, Fault};
use crate::words::{Instant, MessageId, Party, Phone, Span};

/// The segment that an SMSC's id names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    pub message: MessageId,
    pub to: Party,
    pub segment: u8,
    pub segments: u8,
}

/// Rows looked at in one pass of the sweep.
const SWEEP_LEN_MAX: usize = 1_000;
/// A response that names an id comes within minutes, or never.
const UNMATCHED_KEPT_FOR: Span = Span::from_secs(3_600);

impl State {
    /// What an id names that stands in a receipt.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn known(&self, connector: &str, id: &str) -> Result<Option<Known>, Fault> {
        let Some(row) = self.row(&keys::id(connector, &self.terms.of_receipt(connector, id)))? else {
            return Ok(None);
        };
        let (message, (segment, segments), to) = keys::read_segment(&row).ok_or_else(Fault::torn)?;
        Ok(Some(Known { message, to, segment, segments }))
    }

    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn delivery(&self, message: MessageId, to: &Party) -> Result<Option<Delivery>, Fault> {
        self.row(&keys::delivery(message, to))?.map(|row| read(&row)).transpose()
    }

    /// All deliveries of a message by SMS.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn deliveries(&self, message: MessageId) -> Result<Vec<(Party, Delivery)>, Fault> {
        let rows = self.projection.prefix(keys::message(message));
        let deliveries = rows.map(|row| {
            let (key, row) = row?;
            let (_, to) = key.get(1..).and_then(keys::read_delivery).ok_or_else(Fault::torn)?;
            Ok((to, read(&row)?))
        });
        deliveries.collect()
    }

    /// Deliveries to a phone that an SMSC has, or may have, without an id that is known.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn nameless_to(&self, phone: Phone) -> Result<Vec<(MessageId, Party, Delivery)>, Fault> {
        let prefix = keys::nameless_to(phone);
        let mut deliveries = Vec::new();
        for row in self.projection.prefix(&prefix).take(SWEEP_LEN_MAX) {
            let (key, _) = row?;
            let (message, to) =
                key.get(prefix.len()..).and_then(keys::read_delivery).ok_or_else(Fault::torn)?;
            // Between the two reads it may have ended, and been forgotten.
            deliveries.extend(self.delivery(message, &to)?.map(|delivery| (message, to, delivery)));
        }
        Ok(deliveries)
    }

    /// Receipts that have found their delivery and are not recorded yet.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn matched(&self) -> Result<Vec<Matched>, Fault> {
        let rows = self.projection.prefix(keys::MATCHED).take(SWEEP_LEN_MAX);
        rows.map(|row| read(&row?.1)).collect()
    }

    /// A bridge begins: whether the one before it was killed.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn begin(&self) -> Result<bool, Fault> {
        let _changing = self.changing();
        let runs = self.row(keys::RUNS)?.is_some();
        let mut batch = Batch::default();
        batch.insert(keys::RUNS, []);
        // With the position: a folder that has rows and none is torn.
        self.projection.apply(batch, self.position(), None)?;
        self.flush()?;
        Ok(runs)
    }

    /// It ends, and has acknowledged all that it stored.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn end(&self) -> Result<(), Fault> {
        let mut batch = Batch::default();
        batch.remove(keys::RUNS);
        self.local(batch)
    }

    /// The parts of a long SMS that are here.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn parts(&self, whole: &str) -> Result<Vec<PartRow>, Fault> {
        let rows = self.projection.prefix(keys::parts(whole));
        rows.map(|row| read(&row?.1)).collect()
    }

    /// One part of each long SMS that goes on as it is by now: its other parts have been waited for `within`, and where it
    /// went on before, and was not heard, twice as long since.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn waited_for(&self, within: Span, now: Instant) -> Result<Vec<PartRow>, Fault> {
        self.one_of_each(|row| row.goes_on(within) < now)
    }

    /// A long SMS went on as it is: heard, it is forgotten; refused, it waits. Not from the log: a rebuilt folder tries it
    /// sooner.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn went_on(&self, whole: &str, now: Instant) -> Result<(), Fault> {
        let _changing = self.changing();
        let mut batch = Batch::default();
        for row in self.parts(whole)? {
            let row = PartRow { went_on: Some(now), ..row };
            batch.insert(keys::part(whole, row.part.number), write(&row));
        }
        self.local(batch)
    }

    /// One part of each long SMS that waits to be joined.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn wholes(&self) -> Result<Vec<PartRow>, Fault> {
        self.one_of_each(|_| true)
    }

    fn one_of_each(&self, is_wanted: impl Fn(&PartRow) -> bool) -> Result<Vec<PartRow>, Fault> {
        let mut found: Vec<PartRow> = Vec::new();
        for row in self.projection.prefix(keys::PARTS) {
            let row: PartRow = read(&row?.1)?;
            let listed = found.last().is_some_and(|last| last.part.whole == row.part.whole);
            if is_wanted(&row) && !listed {
                found.push(row);
            }
        }
        Ok(found)
    }

    /// Open deliveries that are to be looked after by now, oldest first.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn overdue(&self, now: Instant) -> Result<Vec<(MessageId, Party, Delivery)>, Fault> {
        let _changing = self.changing();
        let rows = self.projection.range(keys::OPEN.to_vec()..keys::open_until(now));
        let (mut overdue, mut stray) = (Vec::new(), Batch::default());
        for row in rows.take(SWEEP_LEN_MAX) {
            let (key, _) = row?;
            let (message, to) = key.get(9..).and_then(keys::read_delivery).ok_or_else(Fault::torn)?;
            let is_due = |row: &Delivery| row.due.is_some_and(|due| key == keys::open(due, message, &to));
            match self.delivery(message, &to)?.filter(is_due) {
                Some(delivery) => overdue.push((message, to, delivery)),
                // Left by a version that wrote rows without a lock.
                None => stray.remove(key),
            }
        }
        self.local(stray)?;
        Ok(overdue)
    }

    /// Looks after an open delivery again later, unless it has moved since it was `seen`. Not from the log: a rebuilt folder
    /// looks after it a little sooner.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn put_off(
        &self,
        message: MessageId,
        to: &Party,
        seen: &Delivery,
        later: Instant,
    ) -> Result<(), Fault> {
        let _changing = self.changing();
        let Some(row) = self.delivery(message, to)?.filter(|row| row.due == seen.due) else { return Ok(()) };
        let Some(due) = row.due else { return Ok(()) };
        let mut batch = Batch::default();
        batch.remove(keys::open(due, message, to));
        batch.insert(keys::open(later, message, to), []);
        batch.insert(keys::delivery(message, to), write(&Delivery { due: Some(later), ..row }));
        self.local(batch)
    }

    /// Forgets deliveries that ended before `before`, from a key on, some at a time: where the next pass begins.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn forget(&self, before: Instant, from: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let _changing = self.changing();
        let mut batch = Batch::default();
        for (looked, row) in self.projection.range(from.max(keys::DELIVERIES).to_vec()..).enumerate() {
            let (key, row) = row?;
            if !key.starts_with(keys::DELIVERIES) {
                break;
            }
            if looked == SWEEP_LEN_MAX {
                self.local(batch)?;
                return Ok(Some(key.to_vec()));
            }
            let delivery: Delivery = read(&row)?;
            // Behind one that is tried again and again there are others that are old.
            if delivery.at >= before || delivery.due.is_some() {
                continue;
            }
            let (message, to) = key.get(1..).and_then(keys::read_delivery).ok_or_else(Fault::torn)?;
            // One that was attempted and never reported is still listed.
            batch.remove(keys::nameless(delivery.phone, message, &to));
            for key in delivery.names(&self.terms) {
                // An SMSC whose counter began anew may have given it to another since.
                let named = self.row(&key)?.and_then(|row| keys::read_segment(&row));
                if named.is_some_and(|(named, ..)| named == message) {
                    batch.remove(key);
                }
            }
            batch.remove(key);
        }
        self.local(batch)?;
        Ok(None)
    }

    /// Forgets the receipts whose id no response has named, or which nobody could report, from a key on, some at a time:
    /// where the next pass begins.
    ///
    /// # Errors
    /// Where the disk or the folder is broken.
    pub fn forget_receipts(&self, now: Instant, from: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        let _changing = self.changing();
        let mut batch = Batch::default();
        let before = now + Span::from_ms(-UNMATCHED_KEPT_FOR.ms());
        let mut looked = 0;
        for prefix in [keys::MATCHED, keys::UNMATCHED] {
            for row in self.projection.range(from.max(prefix).to_vec()..) {
                let (key, row) = row?;
                if !key.starts_with(prefix) {
                    break;
                }
                if looked == SWEEP_LEN_MAX {
                    self.local(batch)?;
                    return Ok(Some(key.to_vec()));
                }
                looked += 1;
                let is_old = if prefix == keys::MATCHED {
                    read::<Matched>(&row)?.at < before
                } else {
                    read::<UnmatchedRow>(&row)?.receipts.iter().all(|(at, _)| *at < before)
                };
                if is_old {
                    batch.remove(key);
                }
            }
        }
        self.local(batch)?;
        Ok(None)
    }

    fn local(&self, batch: Batch) -> Result<(), Fault> {
        self.projection.write(batch)
    }

    fn row(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.projection.get(key)
    }
}
