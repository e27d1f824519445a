//! Commands that arrive with the firing they are about: the order of COMMANDS decides, and each occurrence has one end.

use std::collections::BTreeMap;

use futures_util::future::join_all;
use homing::log::{Log, clock};
use homing::rules::presence::Encoding;
use homing::rules::schedule::{OccurrenceName, Replace};
use homing::rules::{Command, schedule};
use homing::wire::command;
use homing::words::{CommandSeq, Instant, ScheduleId, Span, Zone};
use tokio::time::sleep_until;

use crate::audit::{End, How};
use crate::due::{at_times, create, every_two_seconds, letter};
use crate::support::say;
use crate::world::{LIVE, World};
use crate::{AHEAD, ALONE, figures, was_received};

const SCHEDULES: usize = 200;
/// Each schedule is due three times; what races with it differs.
const MOMENTS: i64 = 3;
const PERIOD_MS: i64 = 2_000;
/// Commands go out so long before and after the due time.
const AROUND_MS: i64 = 20;

/// A command about a schedule, as it was stored.
struct Said {
    seq: u64,
    what: Command,
}

type AllSaid = BTreeMap<ScheduleId, Vec<Said>>;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn replace_pause_cancel_and_skip_take_effect_up_to_the_firing_itself() {
    let _alone = ALONE.lock().await;
    let mut world = World::start().await;
    let log = world.log().await;
    let first = clock::now() + AHEAD;
    let made = (0..SCHEDULES).map(|n| {
        let rule = every_two_seconds(first, usize::try_from(MOMENTS).unwrap());
        publish(&log, create(&live(n), &text(n, 0), rule))
    });
    let made: Vec<ScheduleId> =
        join_all(made).await.into_iter().map(|seq| ScheduleId::of(CommandSeq(seq))).collect();
    assert!(clock::now() < first, "this machine is too slow for so many schedules");
    let each = |moment| made.iter().enumerate().map(move |(n, schedule)| (moment, n, *schedule));
    let commands = (0..MOMENTS).flat_map(each).filter_map(|(moment, n, schedule)| {
        let what = races(n, schedule, moment, first)?;
        let at = first + Span::from_ms(moment * PERIOD_MS + place(n) % (2 * AROUND_MS + 1) - AROUND_MS);
        let log = &log;
        Some(async move {
            sleep_until(tokio::time::Instant::now() + (at - clock::now()).duration()).await;
            (schedule, Said { seq: publish(log, what.clone()).await, what })
        })
    });
    let mut said = AllSaid::new();
    for (schedule, one) in join_all(commands).await {
        said.entry(schedule).or_default().push(one);
    }
    said.values_mut().for_each(|said| said.sort_by_key(|one| one.seq));
    let audit = world.audit(|audit| audit.rests(SCHEDULES)).await;
    audit.balances();
    for ((schedule, name), end) in &audit.ends {
        let before = said[schedule].iter().take_while(|one| one.seq < end.command);
        let before: Vec<&Command> = before.map(|one| &one.what).collect();
        let n = made.iter().position(|made| made == schedule).unwrap();
        let told = format!("{schedule} (number {n}): {end:?} after {before:?}");
        assert!(ends_rightly(&before, end, *name), "{told}");
        let by_one = said[schedule].iter().any(|one| one.seq == end.command);
        assert_eq!(by_one, matches!(end.how, How::Cancelled(_)), "{told}: cancelled by a command of these");
        if let How::Fired(message) = end.how {
            assert_eq!(*audit.texts[&message], *last_text(n, &before), "{told}");
            assert_eq!(
                (end.occurrence.due - first).ms() % PERIOD_MS,
                rules(&before),
                "{told}: by the last rule"
            );
        }
    }
    was_received(&audit, &world.recipients.have(audit.fired().count()).await);
    say(&format!("{SCHEDULES} schedules, commands around their times: {}", figures(&audit)));
    world.stop();
}

fn live(n: usize) -> String {
    format!("live{}", n % LIVE)
}

fn text(n: usize, version: i64) -> String {
    format!("r{n}.{version}")
}

/// Among the schedules that are treated alike.
fn place(n: usize) -> i64 {
    i64::try_from(n / 5).unwrap()
}

/// What is said to the schedule of this number around its `moment`.
fn races(n: usize, schedule: ScheduleId, moment: i64, first: Instant) -> Option<Command> {
    let next = first + Span::from_ms((moment + 1) * PERIOD_MS + moment + 1);
    let left = usize::try_from(MOMENTS - 1 - moment).unwrap();
    Some(match (n % 5, moment) {
        (0, _) if moment == place(n) % MOMENTS => Command::from(schedule::Cancel::from(schedule)),
        (0, _) => return None,
        (1, 1) => Command::from(schedule::Resume::from(schedule)),
        (1, _) => Command::from(schedule::Pause::from(schedule)),
        (2, _) => {
            let nominal = Zone::UTC.local(first + Span::from_ms(moment * PERIOD_MS));
            let occurrence = OccurrenceName { nominal, second: false };
            Command::from(schedule::Skip { schedule, occurrence })
        }
        (3, _) => {
            let message = Some(letter(&live(n), &text(n, moment + 1)));
            Command::from(Replace { schedule, message, when: None, id: None })
        }
        // A millisecond later each time, so that the times of each rule are known from the others'.
        _ => {
            let when = if left == 0 { at_times(next, &[0]) } else { every_two_seconds(next, left) };
            Command::from(Replace { schedule, message: None, when: Some(when), id: None })
        }
    })
}

async fn publish(log: &Log, said: Command) -> u64 {
    let outgoing = command::outgoing("alice", &said, Encoding::Msgpack);
    log.publish(outgoing, &log.fresh_identity()).await.unwrap()
}

/// Whether an occurrence may end like this after these commands.
fn ends_rightly(before: &[&Command], end: &End, name: OccurrenceName) -> bool {
    let skips = |said: &&Command| matches!(said, Command::Schedule(schedule::Command::Skip(skip)) if skip.occurrence == name);
    let is_skipped = before.iter().any(skips);
    let cancelled = before.iter().any(|said| matches!(said, Command::Schedule(schedule::Command::Cancel(_))));
    let pauses = |said: &&&Command| {
        matches!(said, Command::Schedule(schedule::Command::Pause(_) | schedule::Command::Resume(_)))
    };
    let last = before.iter().rev().find(pauses);
    let is_paused = last.is_some_and(|said| matches!(said, Command::Schedule(schedule::Command::Pause(_))));
    match &end.how {
        How::Fired(_) => !is_skipped && !is_paused && !cancelled,
        How::Skipped(why) if why == "asked" => is_skipped,
        How::Skipped(why) => why == "paused" && is_paused,
        // The machine was busy.
        How::Missed(_) => !cancelled && (end.at - end.occurrence.due).ms() > PERIOD_MS,
        How::Cancelled(_) => !cancelled,
    }
}

/// The text of the last message that a schedule was given.
fn last_text(n: usize, before: &[&Command]) -> String {
    let given = before.iter().rev().find_map(|said| {
        let Command::Schedule(schedule::Command::Replace(replace)) = said else { return None };
        replace.message.as_ref()?.text.as_deref().map(str::to_owned)
    });
    given.unwrap_or_else(|| text(n, 0))
}

/// How many rules a schedule was given after its first one.
fn rules(before: &[&Command]) -> i64 {
    let rule = |said: &&&Command| matches!(said, Command::Schedule(schedule::Command::Replace(replace)) if replace.when.is_some());
    i64::try_from(before.iter().filter(rule).count()).unwrap()
}
