//! Rules of days, weeks and months as a person reads them off a calendar: every date is looked at, and every time of it.

use chrono::{Datelike, Days, NaiveDate};
use homing::rules::schedule::{Every, Fold, Gap, ShortMonth, When};
use homing::words::{Civil, Instant, Resolved, Zone};

/// A nominal time, which of two, and when it is due; or that it is omitted.
pub type Entry = (Civil, bool, Option<Instant>);

/// What a recorded rule has after a moment and until another, in order.
pub fn entries(rule: &When, zone: Zone, after: Instant, until: Instant) -> Vec<Entry> {
    let from = rule.from.as_deref().expect("it is recorded");
    let (anchor, start) = bound(from, "00:00");
    let end = rule.until.as_deref().map(|until| bound(until, "23:59:59.999").1);
    let last = zone.local(until).date() + Days::new(2);
    let mut all: Vec<(Instant, Entry)> = Vec::new();
    for date in
        anchor.iter_days().take_while(|date| *date <= last).filter(|date| is_named(rule, anchor, *date))
    {
        for time in rule.times.iter().flatten() {
            let nominal: Civil = format!("{date}T{time}").parse().expect("a time of a rule that was taken");
            if nominal >= start && end.is_none_or(|end| nominal <= end) {
                all.extend(resolved(rule, zone, nominal));
            }
        }
    }
    all.sort();
    all.dedup();
    let mut left = rule.count.unwrap_or(u64::MAX);
    all.retain(|(_, (_, _, due))| {
        let counted = left > 0;
        left -= u64::from(counted && due.is_some());
        counted
    });
    all.retain(|(position, (_, _, due))| *position > after && (due.is_none() || *position <= until));
    all.into_iter().map(|(_, entry)| entry).collect()
}

fn bound(text: &str, time: &str) -> (NaiveDate, Civil) {
    let whole = if text.contains('T') { text.to_owned() } else { format!("{text}T{time}") };
    let civil: Civil = whole.parse().expect("a bound of a rule that was taken");
    (civil.date(), civil)
}

fn is_named(rule: &When, anchor: NaiveDate, date: NaiveDate) -> bool {
    let Some(Every::Number(every)) = rule.every else { panic!("a number of units") };
    let every = i64::try_from(every).expect("at most ten years");
    let months = |date: NaiveDate| i64::from(date.year()) * 12 + i64::from(date.month());
    match rule.unit.as_deref() {
        Some("days") => (date - anchor).num_days() % every == 0,
        Some("weeks") => {
            let monday = |date: NaiveDate| date - Days::new(u64::from(date.weekday().num_days_from_monday()));
            let named = |name: &String| name.to_lowercase()[..3] == date.weekday().to_string().to_lowercase();
            (monday(date) - monday(anchor)).num_days() / 7 % every == 0
                && rule.weekdays.iter().flatten().any(named)
        }
        Some("months") => {
            let len = i64::from(date.num_days_in_month());
            let today = i64::from(date.day());
            let clamps = rule.short_month != Some(ShortMonth::Skip);
            let named =
                |day: &i64| *day == today || *day == today - len - 1 || clamps && *day > len && today == len;
            (months(date) - months(anchor)) % every == 0 && rule.days.iter().flatten().any(named)
        }
        other => panic!("{other:?}"),
    }
}

/// With where each stands in the order.
fn resolved(rule: &When, zone: Zone, nominal: Civil) -> Vec<(Instant, Entry)> {
    let excepted = rule.except.iter().flatten().any(|date| *date == nominal.date().to_string());
    let due = |at: Instant, second| {
        if excepted { (at, (nominal, false, None)) } else { (at, (nominal, second, Some(at))) }
    };
    let gap = |before: i64| Instant::from_unix_ms(nominal.ms() - before);
    match (zone.resolve(nominal), rule.fold.unwrap_or_default()) {
        (Resolved::Once(at), _) => vec![due(at, false)],
        (Resolved::Twice { first, .. }, Fold::First) => vec![due(first, false)],
        (Resolved::Twice { second, .. }, Fold::Second) => vec![due(second, true)],
        (Resolved::Twice { first, .. }, Fold::Both) if excepted => vec![due(first, false)],
        (Resolved::Twice { first, second }, Fold::Both) => vec![due(first, false), due(second, true)],
        (Resolved::Gap { shifted }, _) if rule.gap == Some(Gap::Skip) => {
            vec![(shifted, (nominal, false, None))]
        }
        (Resolved::Gap { shifted }, _) => vec![due(shifted, false)],
        (Resolved::NoSuchDate, _) => {
            vec![(
                gap(zone.change_at(nominal).expect("the clocks skip it").before_ms),
                (nominal, false, None),
            )]
        }
    }
}
