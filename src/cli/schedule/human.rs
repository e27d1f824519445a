//! Times and frequencies as people write them, where that can mean one thing only.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};

use crate::rules::schedule::{Every, When};
use crate::words::{Civil, Instant, Span};

pub(in crate::cli) const AT_EXAMPLES: &str =
    "as in \"tomorrow 9:00\", \"friday 18:30\", \"in 2h\", 2026-12-01T09:00 or 2026-12-01T09:00:00+01:00";
const EVERY_EXAMPLES: &str = "as in day, weekday, week, month, \"2 days\", \"3 weeks\" or \"90 minutes\"";
pub(in crate::cli) const TIME_EXAMPLES: &str = "as in 9:00, 18:30:15 or 6pm";

/// A moment that was named: by a clock on the wall, or by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Moment {
    Civil(Civil),
    Instant(Instant),
}

/// Reads a moment; `now` is what the clocks show where the schedule is at home, `at` the same by UTC.
///
/// # Errors
/// In words, with examples.
pub(in crate::cli) fn moment(text: &str, now: Civil, at: Instant) -> Result<Moment, String> {
    let text = text.trim();
    let unclear = |why: &str| format!("{text:?} {why}; say it {AT_EXAMPLES}");
    if let Ok(instant) = text.parse::<Instant>() {
        return Ok(Moment::Instant(instant));
    }
    if let Ok(civil) = text.replacen(' ', "T", 1).parse::<Civil>() {
        return Ok(Moment::Civil(civil));
    }
    let lower = text.to_lowercase();
    if let Some(span) = lower.strip_prefix("in ") {
        let span = span_of(span).ok_or_else(|| unclear("names no length of time"))?;
        return Ok(Moment::Instant(at + span));
    }
    if time(&lower).is_ok() {
        return Err(unclear("names no day: today or tomorrow"));
    }
    let (day, clock) =
        lower.split_once(char::is_whitespace).ok_or_else(|| unclear("names no time of day"))?;
    let clock = time(clock.trim().trim_start_matches("at ")).map_err(|_| unclear("names no time of day"))?;
    let today = now.date();
    let date = match day {
        "today" => today,
        "tomorrow" => today + Days::new(1),
        day => match day.parse::<Weekday>() {
            Ok(weekday) if weekday == today.weekday() => {
                return Err(unclear("may mean today or a week from now"));
            }
            Ok(weekday) => next(weekday, today),
            Err(_) => return Err(unclear("is not understood")),
        },
    };
    Ok(Moment::Civil(Civil::of(date, clock)))
}

fn next(weekday: Weekday, today: NaiveDate) -> NaiveDate {
    let ahead = weekday.days_since(today.weekday());
    today + Days::new(u64::from(ahead))
}

/// Reads a time of a day.
///
/// # Errors
/// In words, with examples.
pub(in crate::cli) fn time(text: &str) -> Result<NaiveTime, String> {
    let wrong = || format!("{text:?} is not a time of day; say it {TIME_EXAMPLES}");
    let lower = text.trim().to_lowercase();
    if lower == "noon" {
        return NaiveTime::from_hms_opt(12, 0, 0).ok_or_else(wrong);
    }
    let (clock, half) = match (lower.strip_suffix("am"), lower.strip_suffix("pm")) {
        (Some(clock), _) => (clock.trim_end(), Some(0)),
        (None, Some(clock)) => (clock.trim_end(), Some(12)),
        (None, None) => (lower.as_str(), None),
    };
    let numbers = clock.split(':').map(number).collect::<Option<Vec<u32>>>().ok_or_else(wrong)?;
    let (hour, minute, second) = match (numbers.as_slice(), half) {
        ([hour], Some(_)) => (*hour, 0, 0),
        ([hour, minute], _) => (*hour, *minute, 0),
        ([hour, minute, second], _) => (*hour, *minute, *second),
        (_, _) => return Err(wrong()),
    };
    let hour = match half {
        None => hour,
        Some(half) if (1..=12).contains(&hour) => hour % 12 + half,
        Some(_) => return Err(wrong()),
    };
    NaiveTime::from_hms_opt(hour, minute, second).ok_or_else(wrong)
}

fn number(digits: &str) -> Option<u32> {
    (digits.len() <= 2 && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok())?
}

/// As the contract writes it.
pub(in crate::cli) fn clock(time: NaiveTime) -> String {
    time.format("%H:%M:%S").to_string()
}

/// `2h`, `90s`, `30 minutes`, `an hour`.
fn span_of(text: &str) -> Option<Span> {
    if let Ok(span) = text.parse() {
        return Some(span);
    }
    let (number, unit) = text.trim().split_once(char::is_whitespace)?;
    let number = if matches!(number, "a" | "an" | "one") { "1" } else { number };
    let letter = match unit.trim().trim_end_matches('s') {
        "second" | "sec" => "s",
        "minute" | "min" => "m",
        "hour" => "h",
        "day" => "d",
        _ => return None,
    };
    format!("{number}{letter}").parse().ok()
}

/// Reads a frequency into the rule.
///
/// # Errors
/// In words, with examples.
pub(in crate::cli) fn every(text: &str) -> Result<When, String> {
    let unclear = || format!("{text:?} is not a frequency; say it {EVERY_EXAMPLES}");
    let lower = text.trim().to_lowercase();
    let words: Vec<&str> = lower.split_whitespace().collect();
    match words.as_slice() {
        ["weekday" | "weekdays"] => {
            let weekdays = ["mon", "tue", "wed", "thu", "fri"].map(str::to_owned).to_vec();
            Ok(When {
                every: Some(Every::Unit("week".to_owned())),
                weekdays: Some(weekdays),
                ..When::default()
            })
        }
        [unit] => {
            let unit = self::unit(unit).ok_or_else(unclear)?;
            Ok(When { every: Some(Every::Unit(unit.to_owned())), ..When::default() })
        }
        [number, unit] => {
            let number = number.parse().map_err(|_| unclear())?;
            let unit = self::unit(unit).ok_or_else(unclear)?;
            Ok(When { every: Some(Every::Number(number)), unit: Some(unit.to_owned()), ..When::default() })
        }
        _ => Err(unclear()),
    }
}

fn unit(word: &str) -> Option<&'static str> {
    match word {
        "second" | "seconds" => Some("second"),
        "minute" | "minutes" => Some("minute"),
        "hour" | "hours" => Some("hour"),
        "day" | "days" => Some("day"),
        "week" | "weeks" => Some("week"),
        "month" | "months" => Some("month"),
        _ => None,
    }
}

/// Days of a week or of a month: `mon,fri` or `15,last`.
///
/// # Errors
/// In words, with examples.
pub(in crate::cli) fn on(days: &[String], when: &mut When) -> Result<(), String> {
    let (mut weekdays, mut of_month) = (Vec::new(), Vec::new());
    for day in days {
        let word = day.trim().to_lowercase();
        if word == "last" {
            of_month.push(-1);
        } else if let Ok(number) = word.parse() {
            of_month.push(number);
        } else if word.parse::<Weekday>().is_ok() {
            weekdays.push(word);
        } else {
            return Err(format!(
                "{day:?} is not a day; say it as in mon,fri for a week or 15,last for a month"
            ));
        }
    }
    if !weekdays.is_empty() && !of_month.is_empty() {
        return Err("days of a week and of a month do not go together".to_owned());
    }
    when.weekdays = (!weekdays.is_empty()).then_some(weekdays).or(when.weekdays.take());
    when.days = (!of_month.is_empty()).then_some(of_month);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_means_one_thing_or_is_refused() {
        // A Saturday.
        let now: Civil = "2026-11-21T10:00:00".parse().unwrap();
        let at: Instant = "2026-11-21T10:00:00Z".parse().unwrap();
        for (text, want) in [
            ("tomorrow 9:00", "2026-11-22T09:00:00"),
            ("Tomorrow at 9pm", "2026-11-22T21:00:00"),
            ("today 18:30:15", "2026-11-21T18:30:15"),
            ("friday 9:00", "2026-11-27T09:00:00"),
            ("mon noon", "2026-11-23T12:00:00"),
            ("2026-12-01 09:00", "2026-12-01T09:00:00"),
            ("2026-12-01T09:00:00", "2026-12-01T09:00:00"),
        ] {
            assert_eq!(moment(text, now, at), Ok(Moment::Civil(want.parse().unwrap())), "{text}");
        }
        for (text, want) in [
            ("in 2h", "2026-11-21T12:00:00Z"),
            ("in 30 minutes", "2026-11-21T10:30:00Z"),
            ("in an hour", "2026-11-21T11:00:00Z"),
            ("2026-12-01T09:00:00+08:00", "2026-12-01T01:00:00Z"),
        ] {
            assert_eq!(moment(text, now, at), Ok(Moment::Instant(want.parse().unwrap())), "{text}");
        }
        for text in
            ["9:00", "tomorrow", "saturday 9:00", "12/01/2026 9:00", "tomorrow 25:00", "soon", "", "in 2"]
        {
            let refused = moment(text, now, at).unwrap_err();
            assert!(refused.contains("as in"), "{text}: {refused}");
        }
    }

    #[test]
    fn a_time_of_a_day_has_minutes_or_says_which_half() {
        for (text, want) in
            [("9:00", "09:00:00"), ("09:05:07", "09:05:07"), ("12am", "00:00:00"), ("12:30 pm", "12:30:00")]
        {
            assert_eq!(clock(time(text).unwrap()), want, "{text}");
        }
        for bad in ["9", "", "24:00", "13pm", "0am", "9:60", "9:00:00:00", "-1:00", "nine"] {
            assert!(time(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_frequency_is_a_unit_or_a_number_of_them() {
        let check = |text: &str, want: Result<serde_json::Value, ()>| {
            assert_eq!(
                every(text).map(|when| serde_json::to_value(when).unwrap()).map_err(drop),
                want,
                "{text}"
            );
        };
        check("day", Ok(serde_json::json!({"every": "day"})));
        check("2 Days", Ok(serde_json::json!({"every": 2, "unit": "day"})));
        check(
            "weekday",
            Ok(serde_json::json!({"every": "week", "weekdays": ["mon", "tue", "wed", "thu", "fri"]})),
        );
        for bad in ["", "often", "2", "other day", "-1 days", "2 fortnights"] {
            check(bad, Err(()));
        }
    }
}
