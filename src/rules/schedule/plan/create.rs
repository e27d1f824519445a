//! A rule that is new: what it leaves open is filled in from the sender and the present, and it has to fire.

use chrono::{DateTime, Months};

use super::super::Reckoned;
use super::super::when::{Fold, OneOrMany, When};
use super::form::Form;
use super::nominal::Nominal;
use super::walk::{Place, View};
use super::{New, Plan, Rule, limit, read, within_years};
use crate::rules::Rejection;
use crate::words::{Civil, Instant, Resolved, Zone};

/// As far ahead as anything is planned.
const MONTHS_AHEAD_MAX: Months = Months::new(120);

pub(super) fn new(when: &When, home: Option<Zone>, now: Instant) -> Result<New, Rejection> {
    let now = Instant::from_unix_ms(within_years(now));
    let form = Form::of(when)?;
    let mut recorded = when.clone();
    let utc = if when.zone.is_none() { in_utc(when) } else { None };
    let zone = match (&when.zone, &utc, home) {
        (Some(name), _, _) => read::zone(Some(name))?,
        (None, Some(_), _) => Zone::UTC,
        (None, None, Some(home)) => home,
        (None, None, None) => return Err(Rejection::no_zone()),
    };
    recorded.zone = Some(zone.to_string());
    recorded.at = utc.or(recorded.at);
    if when.from.is_none() {
        recorded.from = from(form, zone, now);
    }
    // What the present date had before now is not counted.
    let counted_after = (when.from.is_none() && when.count.is_some()).then_some(now);
    let plan = Plan::read(&recorded, &Reckoned { counted_after, ..Reckoned::default() })?;
    let place = plan.fires(now)?;
    let first = plan.occurrence(place, plan.passed(place).saturating_add(1));
    if plan.count().is_some_and(|count| first.number > count) {
        return Err(Rejection::never_fires());
    }
    let reckoned = Reckoned { counted_after, ..plan.reckoned() };
    Ok(New { plan, when: recorded, reckoned, first })
}

/// Times with an offset, as local times of UTC.
fn in_utc(when: &When) -> Option<OneOrMany> {
    let utc = |text: &String| text.parse().ok().map(|at: Instant| Zone::UTC.local(at).to_string());
    match when.at.as_ref()? {
        OneOrMany::One(text) => utc(text).map(OneOrMany::One),
        OneOrMany::Many(texts) => texts.iter().map(utc).collect::<Option<_>>().map(OneOrMany::Many),
    }
}

/// Where a rule counts its periods from, if it does not say.
fn from(form: Form, zone: Zone, now: Instant) -> Option<String> {
    let local = zone.local(now);
    match form {
        Form::At => None,
        Form::Days(_) | Form::Weeks(_) | Form::Months(_) | Form::Cron => Some(local.date().to_string()),
        Form::Steady(_) => {
            let second = Instant::from_unix_ms(now.unix_ms().div_euclid(1_000) * 1_000);
            Some(moment(zone, second))
        }
    }
}

/// A local time that stands for this moment; with its offset where the clocks show it twice and this is the later.
fn moment(zone: Zone, at: Instant) -> String {
    let local = zone.local(at);
    match zone.resolve(local) {
        Resolved::Twice { second, .. } if second == at => at.to_string(),
        Resolved::Once(_) | Resolved::Twice { .. } | Resolved::Gap { .. } | Resolved::NoSuchDate => {
            local.to_string()
        }
    }
}

impl Plan {
    fn reckoned(&self) -> Reckoned {
        let Rule::Steady(steady) = &self.rule else { return Reckoned::default() };
        let last = (steady.last != i64::MAX).then(|| Instant::from_unix_ms(steady.last));
        Reckoned { anchor: Some(Instant::from_unix_ms(steady.anchor)), last, counted_after: None }
    }

    /// Its first firing, which is ahead, but not too far.
    fn fires(&self, now: Instant) -> Result<Place, Rejection> {
        let horizon = ten_years_after(now);
        if let Rule::Nominal(Nominal::At(times)) = &self.rule {
            self.all_lie_ahead(times, now, horizon)?;
        }
        let start = Place::end_of(now.unix_ms()).max(self.beginning());
        if start.due > horizon {
            return Err(Rejection::too_far());
        }
        let first =
            self.walk(start, View::Due, limit(start)).next().ok_or_else(Rejection::never_fires)?.place;
        if first.due > horizon { Err(Rejection::too_far()) } else { Ok(first) }
    }

    fn all_lie_ahead(&self, times: &[i64], now: Instant, horizon: i64) -> Result<(), Rejection> {
        for time in times {
            let civil = Civil::from_ms(*time);
            let due = match (self.zone.resolve(civil), self.fold) {
                (Resolved::Once(at) | Resolved::Gap { shifted: at }, _)
                | (Resolved::Twice { first: at, .. }, Fold::First)
                | (Resolved::Twice { second: at, .. }, Fold::Second | Fold::Both) => at,
                // It is omitted, whenever that would be.
                (Resolved::NoSuchDate, _) => continue,
            };
            if due <= now {
                let there = self.zone.local(now);
                return Err(Rejection::in_the_past(&civil.to_string(), &there.to_string()));
            }
            if due.unix_ms() > horizon {
                return Err(Rejection::too_far().at_field("when.at"));
            }
        }
        Ok(())
    }
}

fn ten_years_after(now: Instant) -> i64 {
    let then = DateTime::from_timestamp_millis(now.unix_ms())
        .and_then(|now| now.checked_add_months(MONTHS_AHEAD_MAX))
        .map(|then| then.timestamp_millis());
    then.unwrap_or_else(|| now.unix_ms())
}
