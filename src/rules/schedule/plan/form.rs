//! The forms of a rule, and the fields that belong to each.

use super::super::when::{Every, When};
use super::texts::quoted;
use crate::rules::Rejection;

const HOUR_MS: i64 = 3_600_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    At,
    Days(u32),
    Weeks(u32),
    Months(u32),
    /// Hours, minutes or seconds; the period in milliseconds.
    Steady(i64),
    Cron,
}

#[derive(Debug, Clone, Copy)]
enum Unit {
    Day,
    Week,
    Month,
    Hour,
    Minute,
    Second,
}

/// With the longest interval: ten years, as nothing is planned beyond.
const UNITS: [(Unit, &str, &str, u64); 6] = [
    (Unit::Day, "day", "days", 3_650),
    (Unit::Week, "week", "weeks", 520),
    (Unit::Month, "month", "months", 120),
    (Unit::Hour, "hour", "hours", 24 * 3_650),
    (Unit::Minute, "minute", "minutes", 24 * 60 * 3_650),
    (Unit::Second, "second", "seconds", 24 * 3_600 * 3_650),
];
const UNITS_SHOWN: &str = "second, minute, hour, day, week, month";

impl Form {
    /// # Errors
    /// No form is named, or a field does not belong to the one that is.
    pub(super) fn of(when: &When) -> Result<Form, Rejection> {
        let form = match (&when.every, &when.cron, &when.at) {
            (Some(every), _, _) => period(every, when.unit.as_deref())?,
            (None, Some(_), _) => Form::Cron,
            (None, None, Some(_)) => Form::At,
            (None, None, None) => return Err(Rejection::bad_rule("name one of `at`, `every` and `cron`")),
        };
        form.owns_fields_of(when)?;
        Ok(form)
    }

    fn owns_fields_of(self, when: &When) -> Result<(), Rejection> {
        let present = [
            ("at", when.at.is_some()),
            ("cron", when.cron.is_some()),
            ("every", when.every.is_some()),
            ("unit", when.unit.is_some()),
            ("times", when.times.is_some()),
            ("weekdays", when.weekdays.is_some()),
            ("days", when.days.is_some()),
            ("from", when.from.is_some()),
            ("until", when.until.is_some()),
            ("count", when.count.is_some()),
        ];
        let (name, own): (_, &[&str]) = match self {
            Form::At => ("at", &["at"]),
            Form::Days(_) => ("every day", &["every", "unit", "times", "from", "until", "count"]),
            Form::Weeks(_) => {
                ("every week", &["every", "unit", "times", "weekdays", "from", "until", "count"])
            }
            Form::Months(_) => ("every month", &["every", "unit", "times", "days", "from", "until", "count"]),
            Form::Steady(_) => ("every hour, minute or second", &["every", "unit", "from", "until", "count"]),
            Form::Cron => ("cron", &["cron", "from", "until", "count"]),
        };
        let strange = present.into_iter().find(|(field, is_there)| *is_there && !own.contains(field));
        strange.map_or(Ok(()), |(field, _)| {
            let why = format!("`{field}` does not belong to a rule of `{name}`");
            Err(Rejection::bad_rule(&why).at_field(&format!("when.{field}")))
        })
    }
}

fn period(every: &Every, unit: Option<&str>) -> Result<Form, Rejection> {
    let (number, unit, field) = match (every, unit) {
        (Every::Unit(unit), None) => (1, unit.as_str(), "when.every"),
        (Every::Unit(_), Some(_)) => {
            let why = "`unit` belongs to a number: {\"every\": 2, \"unit\": \"days\"}";
            return Err(Rejection::bad_rule(why).at_field("when.unit"));
        }
        (Every::Number(number), Some(unit)) => (*number, unit, "when.unit"),
        (Every::Number(_), None) => {
            let why = format!("name the `unit` of the number: {UNITS_SHOWN}");
            return Err(Rejection::bad_rule(&why).at_field("when.unit"));
        }
    };
    let known = UNITS.into_iter().find(|(_, one, many, _)| unit == *one || unit == *many);
    let (unit, _, many, max) = known.ok_or_else(|| {
        let why = format!("`{}` is not one of {UNITS_SHOWN}", quoted(unit));
        Rejection::bad_rule(&why).at_field(field)
    })?;
    let short = u32::try_from(number).ok().filter(|_| (1..=max).contains(&number));
    let short = short.ok_or_else(|| {
        Rejection::bad_rule(&format!("an interval is 1 to {max} {many}")).at_field("when.every")
    })?;
    Ok(match unit {
        Unit::Day => Form::Days(short),
        Unit::Week => Form::Weeks(short),
        Unit::Month => Form::Months(short),
        Unit::Hour => Form::Steady(i64::from(short) * HOUR_MS),
        Unit::Minute => Form::Steady(i64::from(short) * 60_000),
        Unit::Second => Form::Steady(i64::from(short) * 1_000),
    })
}
