//! Rules of days, weeks and months as a person reads them off a calendar: every date is looked at, and every time of it.

use chrono::{Datelike, Days, NaiveDate, NaiveTime, Weekday};
use homing::rules::schedule::{Every, Fold, Gap, ShortMonth, When};
use homing::words::{Civil, Instant, Resolved, Zone};

/// A nominal time, which of two, and when it is due; or that it is omitted.
pub type Entry = (Civil, bool, Option<Instant>);

/// What a recorded rule has after a moment and until another, in order. Where `from` was not asked for, what could not fire any more
/// at `asked` is not counted.
pub fn entries(
    rule: &When,
    zone: Zone,
    asked: Option<Instant>,
    after: Instant,
    until: Instant,
) -> Vec<Entry> {
    let last = zone.local(until).date() + Days::new(2);
    let first = zone.local(after).date() - Days::new(2);
    let (anchor, start) = bound(rule.from.as_deref().unwrap_or("0001-01-01"), "00:00");
    let end = rule.until.as_deref().map(|until| bound(until, "23:59:59.999").1);
    // Without a count, nothing before the window says anything about it.
    let begin = if rule.count.is_some() && asked.is_none() { anchor } else { anchor.max(first) };
    let mut all: Vec<(Instant, Entry)> = Vec::new();
    for nominal in nominal_times(rule, anchor, begin, last) {
        if nominal >= start && end.is_none_or(|end| nominal <= end) {
            all.extend(resolved(rule, zone, nominal));
        }
    }
    all.sort();
    all.dedup();
    if let Some(asked) = asked {
        all.retain(|(position, _)| *position > asked);
    }
    let mut left = rule.count.unwrap_or(u64::MAX);
    all.retain(|(_, (_, _, due))| {
        let counted = left > 0;
        left -= u64::from(counted && due.is_some());
        counted
    });
    all.retain(|(position, _)| *position > after && *position <= until);
    all.into_iter().map(|(_, entry)| entry).collect()
}

/// What stands on the wall's calendar, date by date.
fn nominal_times(rule: &When, anchor: NaiveDate, begin: NaiveDate, last: NaiveDate) -> Vec<Civil> {
    let civil = |text: &String| text.parse().expect("a time of a rule that was taken");
    if let Some(at) = &rule.at {
        return at.as_slice().iter().map(civil).collect();
    }
    let dates = begin.iter_days().take_while(|date| *date <= last);
    if let Some(expression) = &rule.cron {
        let cron = Cron::of(expression);
        let named = dates.filter(|date| cron.names(*date));
        return named
            .flat_map(|date| cron.times().map(move |time| Civil::of(date, time)).collect::<Vec<_>>())
            .collect();
    }
    let times: Vec<NaiveTime> = rule
        .times
        .iter()
        .flatten()
        .map(|time| civil(&format!("2000-01-01T{time}")).date_time().time())
        .collect();
    let named = dates.filter(|date| is_named(rule, anchor, *date));
    named.flat_map(|date| times.iter().map(move |time| Civil::of(date, *time))).collect()
}

/// Five fields, each `*`, `*/n` or a list of numbers; a day may be `L`, and weekdays one `SUN#n` or `SUN#L`. One of the two
/// kinds of day is `*`.
struct Cron<'a> {
    minute: &'a str,
    hour: &'a str,
    day: &'a str,
    month: &'a str,
    weekday: &'a str,
}

impl<'a> Cron<'a> {
    fn of(expression: &'a str) -> Cron<'a> {
        let fields: Vec<&str> = expression.split(' ').collect();
        let [minute, hour, day, month, weekday] = fields[..] else { panic!("{expression}") };
        assert!(day == "*" || weekday == "*", "{expression}");
        Cron { minute, hour, day, month, weekday }
    }

    fn names(&self, date: NaiveDate) -> bool {
        let (day, len) = (date.day(), u32::from(date.num_days_in_month()));
        let weekday = match self.weekday.split_once('#') {
            Some(("SUN", "L")) => date.weekday() == Weekday::Sun && day + 7 > len,
            Some(("SUN", nth)) => {
                date.weekday() == Weekday::Sun && day.div_ceil(7) == nth.parse::<u32>().expect("a number")
            }
            Some(_) | None => has(self.weekday, date.weekday().num_days_from_sunday()),
        };
        let on_day = if self.day == "L" { day == len } else { has(self.day, day) };
        on_day && weekday && has(self.month, date.month())
    }

    fn times(&self) -> impl Iterator<Item = NaiveTime> {
        let minutes =
            (0..24 * 60).filter(|minute| has(self.hour, minute / 60) && has(self.minute, minute % 60));
        minutes.filter_map(|minute| NaiveTime::from_hms_opt(minute / 60, minute % 60, 0))
    }
}

fn has(field: &str, value: u32) -> bool {
    match field.strip_prefix('*') {
        Some("") => true,
        Some(step) => value.is_multiple_of(step.trim_start_matches('/').parse().expect("a number")),
        None => field.split(',').any(|one| one.parse() == Ok(value)),
    }
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
    let follows =
        rule.cron.as_deref().is_some_and(|cron| cron.split(' ').take(2).any(|field| field.starts_with('*')));
    let (gap_default, fold_default) =
        if follows { (Gap::Skip, Fold::Both) } else { (Gap::Shift, Fold::First) };
    match (zone.resolve(nominal), rule.fold.unwrap_or(fold_default)) {
        (Resolved::Once(at), _) => vec![due(at, false)],
        (Resolved::Twice { first, .. }, Fold::First) => vec![due(first, false)],
        (Resolved::Twice { second, .. }, Fold::Second) => vec![due(second, true)],
        (Resolved::Twice { first, .. }, Fold::Both) if excepted => vec![due(first, false)],
        (Resolved::Twice { first, second }, Fold::Both) => vec![due(first, false), due(second, true)],
        (Resolved::Gap { shifted }, _) if rule.gap.unwrap_or(gap_default) == Gap::Skip => {
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
