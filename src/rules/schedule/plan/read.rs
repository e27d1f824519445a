//! A rule as it is recorded becomes a plan: each form's own fields first, then what all forms share.

use super::super::Reckoned;
use super::super::when::{Fold, Gap, When};
use super::calendar::{Calendar, Dates, MonthDays};
use super::calendar::{DAY_MS, day_of};
use super::cron::{CronTable, is_interval};
use super::form::Form;
use super::nominal::Nominal;
use super::steady::Steady;
use super::texts::{bad_time, date, date_or_time, quoted, time_of_day};
use super::{Bounds, Plan, Rule};
use crate::rules::Rejection;
use crate::words::{Civil, Instant, Resolved, Zone};

/// A list of times is written by hand; a year of them is a rule.
const AT_LEN_MAX: usize = 1_000;
/// Every minute of a day.
const TIMES_LEN_MAX: usize = 1_440;
const WEEKDAYS_LEN_MAX: usize = 7;
/// The 1st to the 31st, and the last 28.
const DAYS_LEN_MAX: usize = 31 + 28;
/// Every public holiday of fifty years.
const EXCEPT_LEN_MAX: usize = 1_000;
/// What is counted is walked from the anchor.
const COUNT_MAX: u64 = 10_000;
const APART_MS_MIN: i64 = 1_000;

const WEEKDAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
const WEEKDAY_SHORT_LEN: usize = 3;

const DATE_OR_TIME: &str = "a date or a local time, as in 2026-12-01 or 2026-12-01T09:00:00";

pub(super) fn plan(when: &When, reckoned: &Reckoned) -> Result<Plan, Rejection> {
    let zone = zone(when.zone.as_deref())?;
    let form = Form::of(when)?;
    let bounds = Bounds { counted_after: reckoned.counted_after, ..bounds(when)? };
    let rule = match form {
        Form::At => Rule::Nominal(Nominal::At(at(when)?)),
        Form::Days(every) => calendar(when, every, Dates::Day)?,
        Form::Weeks(every) => calendar(when, every, Dates::Week(weekdays(when)?))?,
        Form::Months(every) => calendar(when, every, Dates::Month(days(when)?))?,
        Form::Steady(period) => Rule::Steady(Box::new(steady(when, zone, period, bounds.until, reckoned)?)),
        Form::Cron => Rule::Nominal(Nominal::Cron(Box::new(cron(when)?))),
    };
    // As cron does: such a job follows the clocks, however they are set.
    let follows = when.cron.as_deref().is_some_and(is_interval);
    let (gap, fold) = if follows { (Gap::Skip, Fold::Both) } else { (Gap::default(), Fold::default()) };
    Ok(Plan {
        zone,
        gap: when.gap.unwrap_or(gap),
        fold: when.fold.unwrap_or(fold),
        missed: when.missed.unwrap_or_default(),
        rule,
        bounds: (bounds != Bounds::default()).then(|| Box::new(bounds)),
    })
}

pub(super) fn zone(name: Option<&str>) -> Result<Zone, Rejection> {
    let name = name.ok_or_else(Rejection::no_zone)?;
    name.parse().map_err(|_| Rejection::bad_zone().at_field("when.zone"))
}

fn bounds(when: &When) -> Result<Bounds, Rejection> {
    let until = when.until.as_deref().map(|text| {
        date_or_time(text).map(|(_, last)| last).ok_or_else(|| bad_time(text, DATE_OR_TIME, "when.until"))
    });
    let count = when.count.map(|count| {
        let fits = u32::try_from(count).ok().filter(|_| (1..=COUNT_MAX).contains(&count));
        fits.ok_or_else(|| bad(&format!("a count is 1 to {COUNT_MAX}"), "when.count"))
    });
    Ok(Bounds {
        until: until.transpose()?,
        count: count.transpose()?.unwrap_or(0),
        counted_after: None,
        except: except(when)?,
        late_by: when.late_by,
        min_interval: when.min_interval,
    })
}

fn except(when: &When) -> Result<Box<[i32]>, Rejection> {
    let Some(texts) = &when.except else { return Ok(Box::default()) };
    at_most(texts.len(), EXCEPT_LEN_MAX, "when.except")?;
    sorted(texts, |text| {
        let day = date(text).and_then(|midnight| i32::try_from(day_of(midnight)).ok());
        day.ok_or_else(|| bad_time(text, "a date, as in 2026-12-25", "when.except"))
    })
}

fn at(when: &When) -> Result<Box<[i64]>, Rejection> {
    let texts = when.at.as_ref().map(|at| at.as_slice()).unwrap_or_default();
    listed(texts.len(), AT_LEN_MAX, "when.at")?;
    let times = sorted(texts, |text| {
        let civil = text.parse::<Civil>().map(Civil::ms);
        civil.map_err(|_| bad_time(text, "a local time, as in 2026-12-01T09:00:00", "when.at"))
    })?;
    if times.windows(2).any(|pair| matches!(pair, [one, next] if next - one < APART_MS_MIN)) {
        return Err(Rejection::too_often().at_field("when.at"));
    }
    Ok(times)
}

fn calendar(when: &When, every: u32, dates: Dates) -> Result<Rule, Rejection> {
    let texts = when.times.as_deref().unwrap_or_default();
    listed(texts.len(), TIMES_LEN_MAX, "when.times")?;
    let times = sorted(texts, |text| {
        time_of_day(text)
            .ok_or_else(|| bad_time(text, "a time of day, as in 09:00 or 09:00:30", "when.times"))
    })?;
    let calendar = Calendar { from: from(when)?, every, dates, times };
    Ok(Rule::Nominal(Nominal::Calendar(Box::new(calendar))))
}

fn weekdays(when: &When) -> Result<u8, Rejection> {
    let texts = when.weekdays.as_deref().unwrap_or_default();
    listed(texts.len(), WEEKDAYS_LEN_MAX, "when.weekdays")?;
    texts.iter().try_fold(0, |bits, text| {
        let is = |name: &&str| {
            text.eq_ignore_ascii_case(name)
                || name.get(..WEEKDAY_SHORT_LEN).is_some_and(|short| text.eq_ignore_ascii_case(short))
        };
        let why = || bad(&format!("`{}` is not a weekday, as in mon", quoted(text)), "when.weekdays");
        WEEKDAYS.iter().position(is).map(|bit| bits | 1 << bit).ok_or_else(why)
    })
}

fn days(when: &When) -> Result<MonthDays, Rejection> {
    let days = when.days.as_deref().unwrap_or_default();
    listed(days.len(), DAYS_LEN_MAX, "when.days")?;
    let (mut from_start, mut from_end) = (0, 0);
    for day in days {
        match day {
            1..=31 => from_start |= 1 << (day - 1),
            -28..=-1 => from_end |= 1 << (-day - 1),
            _ => {
                let why = "a day is 1 to 31, or -1 (the last) to -28";
                return Err(bad(why, "when.days"));
            }
        }
    }
    Ok(MonthDays { from_start, from_end, short_month: when.short_month.unwrap_or_default() })
}

fn cron(when: &When) -> Result<CronTable, Rejection> {
    let expression = when.cron.as_deref().unwrap_or_default();
    CronTable::read(expression, from(when)?).map_err(|why| {
        let (shown, why) = (quoted(expression), quoted(&why));
        bad(&format!("`{shown}` is not a cron expression: {why}"), "when.cron")
    })
}

fn from(when: &When) -> Result<i64, Rejection> {
    let text = recorded_from(when)?;
    date_or_time(text).map(|(first, _)| first).ok_or_else(|| bad_time(text, DATE_OR_TIME, "when.from"))
}

fn recorded_from(when: &When) -> Result<&str, Rejection> {
    when.from.as_deref().ok_or_else(|| bad("it is not said from when on", "when.from"))
}

/// What the zone's clocks say of `from` and `until` was found when the rule was taken; of an old record it is found again.
fn steady(
    when: &When,
    zone: Zone,
    period: i64,
    until: Option<i64>,
    reckoned: &Reckoned,
) -> Result<Steady, Rejection> {
    let anchor = reckoned.anchor.map_or_else(|| anchor(when, zone), Ok)?.unix_ms();
    let last = reckoned.last.or_else(|| until.map(|until| last_shown(zone, until)));
    Ok(Steady { anchor, period, last: last.map_or(i64::MAX, Instant::unix_ms) })
}

/// `from` may be given with an offset too: a local time that the clocks show twice does not tell a moment.
fn anchor(when: &When, zone: Zone) -> Result<Instant, Rejection> {
    let text = recorded_from(when)?;
    match date_or_time(text) {
        Some((local, _)) => match zone.resolve(Civil::from_ms(local)) {
            Resolved::Once(at) | Resolved::Twice { first: at, .. } | Resolved::Gap { shifted: at } => Ok(at),
            Resolved::NoSuchDate => Err(bad_time(text, "a date of the calendar there", "when.from")),
        },
        None => text.parse().map_err(|_| bad_time(text, DATE_OR_TIME, "when.from")),
    }
}

/// The last moment at which the clocks there show a local time, or would but for a gap.
fn last_shown(zone: Zone, civil: i64) -> Instant {
    let civil = Civil::from_ms(civil);
    match zone.resolve(civil) {
        Resolved::Once(at) | Resolved::Twice { second: at, .. } => at,
        Resolved::Gap { .. } | Resolved::NoSuchDate => {
            let before = |at: Instant| Instant::from_unix_ms(at.unix_ms() - 1);
            let unknown = Instant::from_unix_ms(civil.ms() - DAY_MS);
            zone.change_at(civil).map_or(unknown, |change| before(change.at))
        }
    }
}

fn listed(len: usize, max: usize, field: &str) -> Result<(), Rejection> {
    if len == 0 {
        return Err(bad(&format!("name 1 to {max} of `{}`", field.trim_start_matches("when.")), field));
    }
    at_most(len, max, field)
}

fn at_most(len: usize, max: usize, field: &str) -> Result<(), Rejection> {
    if len > max { Err(bad(&format!("there are {len}; at most {max} are taken"), field)) } else { Ok(()) }
}

fn bad(why: &str, field: &str) -> Rejection {
    Rejection::bad_rule(why).at_field(field)
}

/// In order, each once.
fn sorted<T: Ord>(
    texts: &[String],
    read: impl Fn(&str) -> Result<T, Rejection>,
) -> Result<Box<[T]>, Rejection> {
    let mut all = texts.iter().map(|text| read(text)).collect::<Result<Vec<T>, Rejection>>()?;
    all.sort_unstable();
    all.dedup();
    Ok(all.into_boxed_slice())
}
