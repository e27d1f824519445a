//! Which rows a commit changes.

use super::row::{Delivery, PartRow, Stage, UnmatchedRow, get, write};
use super::{Terms, keys};
use crate::log::{Fault, Rows};
use crate::rules::sms::{Attempted, Granted, Part, Receipt, ReceiptState, Unmatched};
use crate::rules::{Commit, Fact};
use crate::words::{Instant, MessageId, Party};

/// Receipts kept for one unknown id: segments do not share one, so more are repetitions.
const UNMATCHED_LEN_MAX: usize = 4;

pub(super) fn project(rows: &mut Rows<'_>, commit: &Commit, terms: &Terms) -> Result<(), Fault> {
    let mut step = Projecting { rows, at: commit.at, terms };
    commit.facts.iter().try_for_each(|fact| step.take(fact))
}

struct Projecting<'a, 'b> {
    rows: &'a mut Rows<'b>,
    at: Instant,
    terms: &'a Terms,
}

impl Projecting<'_, '_> {
    fn take(&mut self, fact: &Fact) -> Result<(), Fault> {
        if let Fact::SmsAttempted(granted) = fact {
            self.attempted(granted)
        } else if let Fact::SmsAccepted { attempt, receipts } = fact {
            self.result(attempt, Stage::Accepted, None, *receipts)
        } else if let Fact::SmsDeferred { attempt, why } = fact {
            self.result(attempt, Stage::Deferred, Some(why.to_string()), false)
        } else if let Fact::SmsUnknown { attempt, why } = fact {
            self.result(attempt, Stage::Unknown, Some(why.as_str().to_owned()), true)
        } else if let Fact::SmsFailed { attempt, reason } = fact {
            self.result(attempt, Stage::Failed, Some(reason.to_string()), false)
        } else if let Fact::SmsReceipt(receipt) = fact {
            self.receipt(receipt)
        } else if let Fact::SmsUnmatched(unmatched) = fact {
            self.unmatched(unmatched)
        } else if let Fact::SmsSilent { message, to } = fact {
            self.change(*message, to, |row| row.stage = Stage::Silent)
        } else if let Fact::SmsPart(part) = fact {
            self.part(part)
        } else if let Fact::SmsReceived(heard) = fact {
            let joined =
                heard.joined.iter().flat_map(|whole| (1..=u8::MAX).map(move |n| keys::part(whole, n)));
            joined.for_each(|key| self.rows.remove(key));
            Ok(())
        } else {
            Ok(())
        }
    }

    /// One that comes again is the one that is there.
    fn part(&mut self, part: &Part) -> Result<(), Fault> {
        let key = keys::part(&part.whole, part.number);
        let before: Option<PartRow> = get(self.rows, &key)?;
        if before.is_none_or(|before| before.part != *part) {
            self.rows.put(key, write(&PartRow { at: self.at, part: part.clone() }));
        }
        Ok(())
    }

    fn attempted(&mut self, granted: &Granted) -> Result<(), Fault> {
        let key = keys::delivery(granted.message, &granted.to);
        let before: Option<Delivery> = get(self.rows, &key)?;
        let row = match before {
            Some(before) => {
                self.unlist(granted.message, &granted.to, &before);
                Delivery {
                    stage: Stage::Attempted,
                    attempts: before.attempts + 1,
                    phone: granted.phone,
                    from: granted.from,
                    at: self.at,
                    due: None,
                    ..before
                }
            }
            None => Delivery {
                stage: Stage::Attempted,
                attempts: 1,
                temporary: 0,
                unknown: 0,
                phone: granted.phone,
                from: granted.from,
                connector: String::new(),
                ids: Vec::new(),
                receipts: Vec::new(),
                reason: None,
                at: self.at,
                due: None,
            },
        };
        self.rows.put(key, write(&row));
        Ok(())
    }

    fn result(
        &mut self,
        attempt: &Attempted,
        stage: Stage,
        reason: Option<String>,
        waits: bool,
    ) -> Result<(), Fault> {
        let Attempted { message, to, connector, ids, .. } = attempt;
        let key = keys::delivery(*message, to);
        let Some(mut row) = get::<Delivery>(self.rows, &key)? else { return Ok(()) };
        self.unlist(*message, to, &row);
        row.temporary += u32::from(reason.as_deref().is_some_and(is_temporary) && stage == Stage::Deferred);
        row.unknown += u32::from(stage == Stage::Unknown);
        (row.reason, row.at, row.due) = (reason, self.at, None);
        if !ids.is_empty() {
            row.connector.clone_from(connector);
            row.ids.clone_from(ids);
            row.receipts.resize(ids.len(), None);
        }
        let segments = u8::try_from(ids.len()).unwrap_or(u8::MAX);
        for (segment, id) in (0..segments).zip(ids) {
            if let Some(id) = id {
                let named = keys::write_segment(*message, (segment, segments), to);
                self.rows.put(keys::id(connector, &self.terms.of_response(connector, id)), named);
            }
        }
        // Receipts may have come before the result they belong to.
        row.stage = if row.is_delivered() { Stage::Delivered } else { stage };
        if waits && row.stage == stage {
            self.list(*message, to, &mut row);
        }
        self.rows.put(key, write(&row));
        Ok(())
    }

    fn receipt(&mut self, receipt: &Receipt) -> Result<(), Fault> {
        let Receipt { message, to, segment, segments, state, error: _ } = receipt;
        self.change(*message, to, |row| {
            row.receipts.resize(usize::from(*segments).max(row.receipts.len()), None);
            if let Some(last) = row.receipts.get_mut(usize::from(*segment)) {
                *last = Some(*state);
            }
            if row.is_delivered() {
                row.stage = Stage::Delivered;
            } else if row.is_undeliverable() {
                row.stage = Stage::Failed;
                row.reason = Some(format!("receipt_{}", state.as_str()));
            }
        })
    }

    /// Changes a row; one that is not open any more is not looked after.
    fn change(
        &mut self,
        message: MessageId,
        to: &Party,
        change: impl FnOnce(&mut Delivery),
    ) -> Result<(), Fault> {
        let key = keys::delivery(message, to);
        let Some(mut row) = get::<Delivery>(self.rows, &key)? else { return Ok(()) };
        change(&mut row);
        row.at = self.at;
        if !matches!(row.stage, Stage::Accepted | Stage::Unknown) {
            self.unlist(message, to, &row);
            row.due = None;
        }
        self.rows.put(key, write(&row));
        Ok(())
    }

    fn unmatched(&mut self, unmatched: &Unmatched) -> Result<(), Fault> {
        let id = self.terms.of_receipt(&unmatched.connector, &unmatched.id);
        let key = keys::unmatched(&unmatched.connector, &id);
        let before: Option<UnmatchedRow> = get(self.rows, &key)?;
        let mut row = before.unwrap_or(UnmatchedRow { at: self.at, receipts: Vec::new() });
        if row.receipts.len() < UNMATCHED_LEN_MAX {
            row.receipts.push(unmatched.clone());
        }
        self.rows.put(key, write(&row));
        Ok(())
    }

    fn list(&mut self, message: MessageId, to: &Party, row: &mut Delivery) {
        let due = self.at + self.terms.query_after;
        row.due = Some(due);
        self.rows.put(keys::open(due, message, to), &[]);
        if row.stage == Stage::Unknown {
            self.rows.put(keys::unknown(row.phone, message, to), &[]);
        }
    }

    fn unlist(&mut self, message: MessageId, to: &Party, row: &Delivery) {
        if let Some(due) = row.due {
            self.rows.remove(keys::open(due, message, to));
        }
        if row.unknown > 0 {
            self.rows.remove(keys::unknown(row.phone, message, to));
        }
    }
}

/// An SMSC's error that passes, and is not its wish that we slow down (0x14, 0x58).
fn is_temporary(reason: &str) -> bool {
    reason.starts_with("smsc_") && !matches!(reason, "smsc_0x00000014" | "smsc_0x00000058")
}

impl Delivery {
    fn is_delivered(&self) -> bool {
        let arrived = |state: &Option<ReceiptState>| {
            matches!(state, Some(ReceiptState::Delivered | ReceiptState::Accepted))
        };
        !self.receipts.is_empty() && self.receipts.iter().all(arrived)
    }

    fn is_undeliverable(&self) -> bool {
        self.receipts.iter().flatten().any(|state| {
            !matches!(state, ReceiptState::Enroute | ReceiptState::Delivered | ReceiptState::Accepted)
        })
    }
}
