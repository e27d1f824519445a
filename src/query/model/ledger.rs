//! The sums of all schedules, kept as each of them changes.

use serde::{Deserialize, Serialize};

use super::store::Model;
use super::{keys, read_row, write_row};
use crate::log::{Fault, Rows};
use crate::rules::schedule::Sums;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::query) struct Total {
    pub(in crate::query) sums: Sums,
    /// Schedules whose own sums do not balance. Two of them can make the total balance again.
    pub(in crate::query) unbalanced: u64,
}

impl Total {
    pub(in crate::query) fn is_balanced(&self) -> bool {
        self.sums.is_balanced() && self.unbalanced == 0
    }
}

/// The sums of one schedule have changed.
pub(super) fn moved(rows: &mut Rows, before: Sums, after: Sums) -> Result<(), Fault> {
    if before == after {
        return Ok(());
    }
    let known = rows.get(keys::TOTAL)?.map(|row| read_row::<Total>(&row)).transpose()?;
    let Total { sums, unbalanced } = known.unwrap_or_default();
    let total = Total {
        sums: Sums {
            planned: sums.planned + after.planned - before.planned,
            fired: sums.fired + after.fired - before.fired,
            skipped: sums.skipped + after.skipped - before.skipped,
            missed: sums.missed + after.missed - before.missed,
            cancelled: sums.cancelled + after.cancelled - before.cancelled,
            pending: sums.pending + after.pending - before.pending,
            repeated: sums.repeated + after.repeated - before.repeated,
        },
        unbalanced: unbalanced + u64::from(!after.is_balanced()) - u64::from(!before.is_balanced()),
    };
    rows.put(keys::TOTAL.to_vec(), write_row(&total));
    Ok(())
}

impl Model {
    pub(in crate::query) fn total(&self) -> Result<Total, Fault> {
        let row = self.projection.get(keys::TOTAL)?;
        Ok(row.map(|row| read_row(&row)).transpose()?.unwrap_or_default())
    }
}
