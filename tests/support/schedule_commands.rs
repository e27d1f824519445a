//! Random commands about schedules, in the same small world as the others: rules of every form, right and wrong.

use homing::rules::schedule::{
    Create, Every, Fold, Gap, OccurrenceName, OneOrMany, Replace, ShortMonth, When, WhenMissed,
};
use homing::rules::{Command, schedule};
use homing::words::{Civil, CommandSeq, ScheduleId, Span};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::commands::{COMMANDS_LEN_MAX, START_MS, send};

/// What a user says about schedules, of their own and others. Boxed, for strategies of strategies outgrow the stack of a test.
pub fn schedules() -> BoxedStrategy<Command> {
    let occurrence = || (schedule(), name());
    let create = create().prop_map(Command::from);
    let replace = (schedule(), option::weighted(0.5, send()), option::weighted(0.7, when()))
        .prop_map(|(schedule, message, when)| Command::from(Replace { schedule, message, when, id: None }));
    prop_oneof![
        12 => create,
        2 => replace,
        1 => schedule().prop_map(|schedule| schedule::Pause::from(schedule).into()),
        1 => schedule().prop_map(|schedule| schedule::Resume::from(schedule).into()),
        1 => schedule().prop_map(|schedule| schedule::Cancel::from(schedule).into()),
        1 => schedule().prop_map(|schedule| schedule::RunNow::from(schedule).into()),
        1 => occurrence().prop_map(|(schedule, occurrence)| schedule::Skip { schedule, occurrence }.into()),
        1 => occurrence().prop_map(|(schedule, occurrence)| schedule::Unskip { schedule, occurrence }.into()),
    ]
    .boxed()
}

fn create() -> impl Strategy<Value = Create> {
    let id = option::weighted(0.2, select(&["k1", "k4", ""][..]).prop_map(str::to_owned));
    // The id is the schedule's, and is refused in its message.
    let message = (send(), any::<bool>()).prop_map(|(mut send, kept)| {
        send.id = send.id.filter(|_| kept);
        send
    });
    (message, when(), id).prop_map(|(message, when, id)| Create { message, when, id })
}

/// Low ones exist in most sequences.
pub fn schedule() -> impl Strategy<Value = ScheduleId> {
    prop_oneof![2 => 4..16_u64, 1 => 1..=COMMANDS_LEN_MAX as u64]
        .prop_map(|seq| ScheduleId::of(CommandSeq(seq)))
}

fn name() -> impl Strategy<Value = OccurrenceName> {
    (soon(), any::<bool>()).prop_map(|(nominal, second)| OccurrenceName { nominal, second })
}

/// From just after the first command to weeks after the last one.
fn soon() -> impl Strategy<Value = Civil> {
    let after_s = prop_oneof![4 => 1..90_i64, 2 => 90..7_200_i64, 2 => 7_200..6_000_000_i64];
    after_s.prop_map(|after_s| Civil::from_ms(START_MS + after_s * 1_000))
}

/// One in six is wrong in some way.
pub fn when() -> BoxedStrategy<When> {
    let ruled = (rule(), policies()).prop_map(|(rule, policies)| policies.of(rule));
    prop_oneof![5 => ruled, 1 => wrong()].boxed()
}

fn texts(texts: &[&str]) -> Option<Vec<String>> {
    Some(texts.iter().map(|text| (*text).to_owned()).collect())
}

fn rule() -> BoxedStrategy<When> {
    let at = vec(soon(), 1..4).prop_map(|times| {
        let times: Vec<String> = times.iter().map(Civil::to_string).collect();
        let one = times.first().filter(|_| times.len() == 1).cloned();
        When { at: Some(one.map_or(OneOrMany::Many(times), OneOrMany::One)), ..When::default() }
    });
    let times = || {
        let lists = [&["09:10", "09:30", "09:50"][..], &["00:00"], &["12:00", "18:00:30"], &["02:30"]];
        select(lists.to_vec()).prop_map(texts)
    };
    let days = (1..4_u64, times()).prop_map(|(every, times)| When { times, ..numbered(every, "days") });
    let weeks = (1..3_u64, times()).prop_map(|(every, times)| When {
        times,
        weekdays: texts(&["mon", "tuesday", "sat"]),
        ..numbered(every, "weeks")
    });
    let months = times().prop_map(|times| When { times, days: Some(vec![1, 31, -1]), ..each("month") });
    let steady = (1..100_u64, select(&["seconds", "minutes", "hours"][..]))
        .prop_map(|(every, unit)| numbered(every, unit));
    let cron = select(&["*/5 * * * *", "0 9 * * 1-5", "*/20 * * * * *", "30 1,2 L * *"][..])
        .prop_map(|cron| When { cron: Some(cron.to_owned()), ..When::default() });
    prop_oneof![4 => at, 3 => days, 1 => weeks, 1 => months, 4 => steady, 2 => cron].boxed()
}

fn each(unit: &str) -> When {
    When { every: Some(Every::Unit(unit.to_owned())), ..When::default() }
}

fn numbered(every: u64, unit: &str) -> When {
    When { every: Some(Every::Number(every)), unit: Some(unit.to_owned()), ..When::default() }
}

/// What any rule may say beside its times.
#[derive(Debug, Clone)]
struct Policies {
    zone: Option<&'static str>,
    count: Option<u64>,
    except: bool,
    gap: Option<Gap>,
    fold: Option<Fold>,
    short_month: Option<ShortMonth>,
    missed: Option<WhenMissed>,
    late_by: Option<Span>,
    min_interval: Option<Span>,
}

impl Policies {
    fn of(self, rule: When) -> When {
        When {
            zone: self.zone.map(str::to_owned),
            count: self.count.filter(|_| rule.at.is_none()),
            except: if self.except { texts(&["2026-12-02", "2026-12-25"]) } else { None },
            gap: self.gap,
            fold: self.fold,
            short_month: self.short_month,
            missed: self.missed,
            late_by: self.late_by,
            min_interval: self.min_interval,
            ..rule
        }
    }
}

fn policies() -> impl Strategy<Value = Policies> {
    let zone = prop_oneof![
        4 => Just(Some("UTC")),
        3 => Just(Some("Europe/London")),
        1 => Just(Some("America/New_York")),
        1 => Just(None),
    ];
    let rarely = |spans: &'static [i64]| option::weighted(0.25, select(spans).prop_map(Span::from_ms));
    let civil = (
        option::weighted(0.2, 1..5_u64),
        any::<bool>(),
        option::weighted(0.3, select(&[Gap::Shift, Gap::Skip][..])),
        option::weighted(0.3, select(&[Fold::First, Fold::Second, Fold::Both][..])),
        option::weighted(0.3, select(&[ShortMonth::Clamp, ShortMonth::Skip][..])),
    );
    let missed = option::weighted(0.6, select(&[WhenMissed::Latest, WhenMissed::All, WhenMissed::Never][..]));
    let (late_by, min_interval) = (rarely(&[0, 60_000, 7_200_000]), rarely(&[1_000, 60_000, 3_600_000]));
    (zone, civil, missed, late_by, min_interval).prop_map(
        |(zone, (count, except, gap, fold, short_month), missed, late_by, min_interval)| Policies {
            zone,
            count,
            except,
            gap,
            fold,
            short_month,
            missed,
            late_by,
            min_interval,
        },
    )
}

fn wrong() -> impl Strategy<Value = When> {
    let at = |text: &str| When { at: Some(OneOrMany::One(text.to_owned())), ..When::default() };
    let utc = |when: When| When { zone: Some("UTC".to_owned()), ..when };
    select(vec![
        utc(When::default()),
        utc(at("2026-12-01T08:59:59")),
        utc(at("2026-02-30T09:00:00")),
        utc(at("2036-12-02T09:00:00")),
        utc(When { at: Some(OneOrMany::Many(Vec::new())), ..When::default() }),
        utc(When { every: Some(Every::Unit("hour".to_owned())), ..at("2027-12-01T09:00:00") }),
        When { zone: Some("Mars/Phobos".to_owned()), ..at("2027-12-01T09:00:00") },
        utc(numbered(0, "days")),
        utc(numbered(u64::MAX, "seconds")),
        utc(each("fortnight")),
        utc(When { times: texts(&["24:00"]), ..each("day") }),
        utc(When { times: texts(&["09:00"]), until: Some("2026-11-30".to_owned()), ..each("day") }),
        utc(When { count: Some(0), ..each("hour") }),
        utc(When { cron: Some("0 0 30 2 *".to_owned()), ..When::default() }),
        utc(When { cron: Some("@daily".to_owned()), ..When::default() }),
    ])
}
