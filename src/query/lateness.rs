//! The question `lateness`: how late occurrences fire, of all schedules or of one. Operators only.

use super::answer::Found;
use super::asker::{Asked, Asker};
use super::model::{Lateness, Model};
use super::refusal::Unanswered;
use super::schedules::owned;
use crate::wire::query;
use crate::wire::schedule_query::{BucketView, LatenessOf, LatenessView};

pub(super) fn find(model: &Model, asker: &Asker, asked: Asked<'_>) -> Result<Found, Unanswered> {
    asker.operator("for lateness")?;
    let LatenessOf { schedule } = query::parse(asked.payload)?;
    let lateness = match schedule {
        None => model.lateness()?,
        Some(id) => {
            owned(model, None, id)?;
            model.lateness_of(id)?
        }
    };
    asked.form.whole(&shown(&lateness)).map(Found::Answer)
}

fn shown(lateness: &Lateness) -> LatenessView {
    let buckets = lateness.buckets.iter().map(|(le_ms, count)| BucketView { le_ms: *le_ms, count: *count });
    LatenessView {
        fired: lateness.fired(),
        p50_ms: lateness.quantile(500),
        p90_ms: lateness.quantile(900),
        p99_ms: lateness.quantile(990),
        p999_ms: lateness.quantile(999),
        max_ms: lateness.max_ms,
        buckets: buckets.collect(),
    }
}
