//! The lateness of occurrences: a histogram, exact up to 20 ms, and above it in steps of 5 % at most.

use std::collections::BTreeMap;

use super::store::Model;
use super::{How, keys};
use crate::log::{Fault, Rows};
use crate::words::ScheduleId;

/// Below this a step of 5 % is less than a millisecond.
const EXACT_MS_MAX: i64 = 20;
/// A step is a twentieth. Ten years late is bucket 480 or so.
const STEP_DIVISOR: i64 = 20;

/// The bucket of a lateness, by the greatest that it takes. What fired early is in the bucket of 0.
fn bucket(late_ms: i64) -> i64 {
    if late_ms <= EXACT_MS_MAX {
        return late_ms.max(0);
    }
    let mut le = EXACT_MS_MAX;
    while le < late_ms {
        le = le.saturating_add((le / STEP_DIVISOR).max(1));
    }
    le
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::query) struct Lateness {
    pub(in crate::query) max_ms: Option<i64>,
    /// How many there are in each that holds any.
    pub(in crate::query) buckets: BTreeMap<i64, u64>,
}

impl Lateness {
    fn take(&mut self, late_ms: i64) {
        self.max_ms = self.max_ms.max(Some(late_ms));
        *self.buckets.entry(bucket(late_ms)).or_default() += 1;
    }

    pub(in crate::query) fn fired(&self) -> u64 {
        self.buckets.values().sum()
    }

    /// What so many of a thousand are not later than; none where there is nothing.
    pub(in crate::query) fn quantile(&self, per_mille: u64) -> Option<i64> {
        let rank = self.fired().saturating_mul(per_mille).div_ceil(1_000);
        let mut passed = 0;
        let reaches = |(le, count): (&i64, &u64)| {
            passed += count;
            (passed >= rank).then_some(*le)
        };
        // The last bucket goes beyond the latest in it.
        let le = self.buckets.iter().find_map(reaches)?;
        Some(self.max_ms.map_or(le, |max| le.min(max)))
    }
}

pub(super) fn fired(rows: &mut Rows, late_ms: i64) -> Result<(), Fault> {
    let greatest = rows.get(keys::LATENESS)?.map(|row| read_ms(&row)).transpose()?;
    if greatest.is_none_or(|greatest| late_ms > greatest) {
        rows.put(keys::LATENESS.to_vec(), late_ms.to_be_bytes());
    }
    let key = keys::lateness(bucket(late_ms).unsigned_abs());
    let count = rows.get(&key)?.map(|row| read_count(&row)).transpose()?.unwrap_or_default();
    rows.put(key, (count + 1).to_be_bytes());
    Ok(())
}

impl Model {
    /// Of all schedules.
    pub(in crate::query) fn lateness(&self) -> Result<Lateness, Fault> {
        let mut lateness = Lateness::default();
        for row in self.projection.prefix(keys::LATENESS) {
            let (key, row) = row?;
            let le = key.get(keys::LATENESS.len()..).unwrap_or_default();
            if le.is_empty() {
                lateness.max_ms = Some(read_ms(&row)?);
            } else {
                lateness.buckets.insert(read_ms(le)?, read_count(&row)?);
            }
        }
        Ok(lateness)
    }

    /// Of one, counted from its occurrences.
    pub(in crate::query) fn lateness_of(&self, id: ScheduleId) -> Result<Lateness, Fault> {
        let mut lateness = Lateness::default();
        for ended in self.ended_of(id) {
            let ended = ended?;
            if let How::Fired(_) = ended.how {
                lateness.take(ended.late_ms);
            }
        }
        Ok(lateness)
    }
}

fn read_ms(bytes: &[u8]) -> Result<i64, Fault> {
    bytes.try_into().map(i64::from_be_bytes).map_err(|_| Fault::torn())
}

fn read_count(bytes: &[u8]) -> Result<u64, Fault> {
    bytes.try_into().map(u64::from_be_bytes).map_err(|_| Fault::torn())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_at_most_a_twentieth_too_high() {
        for (late_ms, le) in [(-5_000, 0), (0, 0), (1, 1), (20, 20), (21, 21), (41, 42), (43, 44), (100, 101)]
        {
            assert_eq!(bucket(late_ms), le, "{late_ms}");
        }
        let mut late_ms = 1_i64;
        while late_ms < 400 * 366 * 86_400_000 {
            let le = bucket(late_ms);
            assert!(late_ms <= le && le - late_ms <= late_ms / 20, "{late_ms} is in {le}");
            assert_eq!(bucket(le), le);
            late_ms += late_ms / 7 + 1;
        }
        assert_eq!(bucket(i64::MAX), i64::MAX);
    }

    #[test]
    fn percentiles_are_read_from_the_buckets() {
        let of = |late: &[i64]| {
            let mut lateness = Lateness::default();
            late.iter().for_each(|late_ms| lateness.take(*late_ms));
            let quantiles = [500, 900, 990, 999].map(|per_mille| lateness.quantile(per_mille));
            (lateness.fired(), quantiles.map(|ms| ms.unwrap_or(-1)), lateness.max_ms)
        };
        assert_eq!(of(&[]), (0, [-1; 4], None));
        assert_eq!(of(&[7]), (1, [7; 4], Some(7)));
        assert_eq!(of(&[-3, -2]), (2, [-2; 4], Some(-2)));
        let ramp: Vec<i64> = (1..=1_000).collect();
        assert_eq!(
            of(&ramp),
            (1_000, [bucket(500), bucket(900), bucket(990).min(1_000), 1_000], Some(1_000))
        );
    }
}
