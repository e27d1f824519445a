//! One occurrence is skipped, or not skipped after all; either can be said until it fires.

use serde::{Deserialize, Serialize};

use super::{OccurrenceName, SkipSet};
use crate::rules::proof::{ByUser, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Rejection};
use crate::words::ScheduleId;

/// Named one by one by a person; a rule that is to leave out more has `except`.
const SKIPS_LEN_MAX: usize = 1_000;

/// `schedule.skip`. Refused with `schedule.unknown`, `schedule.no_occurrence` or `schedule.too_many_skips`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skip {
    pub schedule: ScheduleId,
    pub occurrence: OccurrenceName,
}

/// `schedule.unskip`. Refused with `schedule.unknown`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unskip {
    pub schedule: ScheduleId,
    pub occurrence: OccurrenceName,
}

impl Decide for Skip {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let Skip { schedule, occurrence } = *self;
        let kept = case.schedule(schedule)?;
        let named = kept.plan.at(occurrence.nominal, occurrence.second);
        let ahead = kept.next.zip(named).is_some_and(|(next, named)| named.due >= next.due);
        if !ahead {
            return Err(Rejection::no_occurrence(&occurrence.to_string()));
        }
        if kept.skips.contains(&occurrence) {
            return Ok(Vec::new());
        }
        if kept.skips.len() >= SKIPS_LEN_MAX {
            return Err(Rejection::too_many_skips(SKIPS_LEN_MAX));
        }
        Ok(vec![SkipSet { schedule, occurrence, skip: true }.into()])
    }
}

impl Decide for Unskip {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let Unskip { schedule, occurrence } = *self;
        let skipped = case.schedule(schedule)?.skips.contains(&occurrence);
        Ok(if skipped { vec![SkipSet { schedule, occurrence, skip: false }.into()] } else { Vec::new() })
    }
}
