//! DUE on a real server: what was cancelled, replaced or delivered leaves no timer there, and every other timer fires.

mod support;

use std::future::Future;
use std::time::Duration;

use homing::log::{Log, clock};
use homing::rules::{Timer, timer};
use homing::wire::work::DueTimer;
use homing::wire::{Outgoing, from_msgpack};
use homing::words::{CommandSeq, Instant, MessageId, ScheduleId, Span};
use serde_json::{Value, json};
use support::world::{World, registers, says, story};
use tokio::task::{block_in_place, yield_now};
use tokio::time::timeout;

/// Far less than the timers have left.
const WITHIN: Duration = Duration::from_secs(60);
const HOUR_S: i64 = 3_600;
const YEAR_S: i64 = 365 * 86_400;

async fn say(log: &Log, verb: &str, fields: Value) -> u64 {
    let subject = format!("homing.cmd.{verb}");
    let said = Outgoing { subject, headers: Vec::new(), payload: fields.to_string().into_bytes() };
    log.command(said).await.expect("it is stored")
}

/// In so many seconds, on a whole one.
fn ahead(seconds: i64) -> Instant {
    Instant::from_unix_ms((clock::now().unix_ms() / 1_000 + seconds) * 1_000)
}

fn when(due: Instant) -> Value {
    json!({ "at": due.brief().trim_end_matches('Z'), "zone": "UTC" })
}

async fn schedule(log: &Log, due: Instant) -> DueTimer {
    let message = json!({ "to": ["bob"], "text": "later" });
    let seq = say(log, "alice.schedule.create", json!({ "message": message, "when": when(due) })).await;
    DueTimer { timer: Timer::Occur(ScheduleId::of(CommandSeq(seq))), due }
}

async fn replace(log: &Log, DueTimer { timer, .. }: DueTimer, due: Instant) -> DueTimer {
    let schedule = timer.schedule();
    say(log, "alice.schedule.replace", json!({ "schedule": schedule, "when": when(due) })).await;
    DueTimer { timer, due }
}

async fn cancel(log: &Log, timer: DueTimer) {
    say(log, "alice.schedule.cancel", json!({ "schedule": timer.timer.schedule() })).await;
}

async fn until<F: Future<Output = bool>>(what: &str, is: impl Fn() -> F) {
    let comes = async {
        while !is().await {
            yield_now().await;
        }
    };
    timeout(WITHIN, comes).await.unwrap_or_else(|_| panic!("{what}"));
}

async fn lies(log: &Log, timer: &DueTimer) -> bool {
    log.holds_timer(timer).await.expect("DUE is there")
}

async fn must_lie(log: &Log, timer: &DueTimer) {
    until(&format!("{} lies in DUE", timer.timer), async || lies(log, timer).await).await;
}

async fn must_leave(log: &Log, timer: &DueTimer) {
    until(&format!("{} leaves DUE", timer.timer), async || !lies(log, timer).await).await;
}

async fn timers_len(log: &Log) -> usize {
    log.subjects("DUE", ">").await.expect("DUE is there").len()
}

async fn people(log: &Log) {
    for name in ["alice", "bob"] {
        says(log, "_admin", &registers(name, None)).await;
    }
}

#[test]
fn a_schedule_that_is_cancelled_or_replaced_leaves_no_timer_until_its_minute_and_the_others_fire() {
    story(|world: World| async move {
        let (homing, log) = (world.serve("one", "decider,scheduler"), &world.log);
        people(log).await;
        let (cancelled, replaced) = (schedule(log, ahead(YEAR_S)).await, schedule(log, ahead(HOUR_S)).await);
        let (kept, fires) = (schedule(log, ahead(2 * HOUR_S)).await, schedule(log, ahead(4)).await);
        for timer in [cancelled, replaced, kept] {
            must_lie(log, &timer).await;
        }
        cancel(log, cancelled).await;
        let anew = replace(log, replaced, ahead(3 * HOUR_S)).await;
        must_leave(log, &cancelled).await;
        must_leave(log, &replaced).await;
        must_lie(log, &anew).await;
        let mut commands = log.follow("COMMANDS", Some("homing.cmd._clock.timer.fired"), 1);
        let fired = timeout(WITHIN, commands.next()).await.expect("it fires").expect("COMMANDS is there");
        let fired: Vec<timer::Fired> =
            fired.iter().map(|record| from_msgpack(&record.payload).expect("a firing")).collect();
        assert_eq!(fired, [timer::Fired { timer: fires.timer, due: fires.due }]);
        assert!(fired.first().is_some_and(|fired| fired.due <= clock::now()), "early");
        until("what fired leaves DUE", async || timers_len(log).await == 2).await;
        assert!(lies(log, &kept).await && lies(log, &anew).await);
        assert!(block_in_place(|| homing.stop()).success());
    });
}

/// A timer that is set again is not taken for the one that ended, whatever is told of it when.
#[test]
fn a_schedule_that_is_changed_there_and_back_keeps_its_timer() {
    const SCHEDULES: usize = 20;
    story(|world: World| async move {
        let (homing, log) = (world.serve("one", "decider,scheduler"), &world.log);
        people(log).await;
        let mut wanted = Vec::new();
        for n in 0..SCHEDULES {
            // Within its minute, and into another one.
            let (here, there) = (ahead(HOUR_S), ahead(HOUR_S + [1, 600][n % 2]));
            let first = schedule(log, here).await;
            replace(log, first, there).await;
            wanted.push(replace(log, first, here).await);
        }
        let last = schedule(log, ahead(YEAR_S)).await;
        must_lie(log, &last).await;
        cancel(log, last).await;
        // What was told before it was looked at before it.
        must_leave(log, &last).await;
        for timer in wanted {
            assert!(lies(log, &timer).await, "{} was taken out", timer.timer);
        }
        assert!(block_in_place(|| homing.stop()).success());
    });
}

/// Nobody tells the scheduler that a message was delivered: that would be every message. It looks.
#[test]
fn a_deadline_leaves_due_when_its_message_was_delivered_and_not_before() {
    story(|world: World| async move {
        let (decider, log) = (world.serve("decider", "decider"), &world.log);
        let scheduler = world.serve("one", "scheduler");
        people(log).await;
        let mut timers = Vec::new();
        for _ in 0..2 {
            let fields = json!({ "to": ["bob"], "text": "on my way", "expires_in": "1h" });
            let seq = CommandSeq(say(log, "alice.message.send", fields).await);
            let at = log.record("COMMANDS", seq.0).await.expect("it answers").expect("it is there").at;
            let (timer, due) = (Timer::Expire(MessageId::of(seq)), at + Span::from_secs(HOUR_S));
            timers.push(DueTimer { timer, due });
            must_lie(log, &DueTimer { timer, due }).await;
        }
        let [delivered, open] = timers[..] else { panic!("two were sent") };
        say(log, "bob.message.received", json!({ "messages": [delivered.timer.message()] })).await;
        assert!(block_in_place(|| scheduler.stop()).success());
        // Another one looks at all of them when it starts.
        let scheduler = world.serve("other", "scheduler");
        must_leave(log, &delivered).await;
        assert!(lies(log, &open).await);
        for homing in [scheduler, decider] {
            assert!(block_in_place(|| homing.stop()).success());
        }
    });
}
