//! The timer wheel on a real server: every timer fires, none early, whoever dies and however long nobody was there.

mod support;

use std::collections::HashMap;
use std::future::Future;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use homing::log::{Log, clock};
use homing::rules::{Timer, message, timer};
use homing::wire::work::DueTimer;
use homing::wire::{Outgoing, commit, from_msgpack};
use homing::words::{CommandSeq, Instant, MessageId, Span};
use serde_json::json;
use support::kill::{free_port, kill_9, nats_server_of};
use support::pure_decider::PureDecider;
use support::world::{self, World};
use support::{Homing, say};
use tokio::task::block_in_place;
use tokio::time::{interval, timeout};

/// Timers here are due within seconds; the machine may be busy, and a delay that the server forgot costs five more.
const WITHIN: Duration = Duration::from_secs(60);
const LATE_MAX: Span = Span::from_secs(2);
const IN_FLIGHT_MAX: usize = 500;

/// The streams are there before anybody is at work.
fn story<F: Future<Output = ()>>(tell: impl FnOnce(World) -> F) {
    world::story(|world| async move {
        world.log.provision(true, None).await.expect("the streams can be made");
        tell(world).await;
    });
}

fn scheduler(world: &World, name: &str) -> Homing {
    world.serve(name, "scheduler")
}

/// No message has this number, so the decider has nothing to say to it.
fn timer(n: u64) -> Timer {
    Timer::Escalate(MessageId::of(CommandSeq(1_000_000 + n)))
}

async fn lay(log: &Log, n: u64, due: Instant, minute: i64) {
    let timer = timer(n);
    log.publish(DueTimer { timer, due }.outgoing(minute), &timer.to_string()).await.expect("it is stored");
}

/// Timers with the numbers from 0 on, each in its minute.
async fn lay_all(log: &Log, dues: impl Iterator<Item = Instant>) {
    let lay = |(n, due): (usize, Instant)| lay(log, n as u64, due, due.unix_minute());
    stream::iter(dues.enumerate()).map(lay).buffer_unordered(IN_FLIGHT_MAX).collect::<Vec<()>>().await;
}

/// How late each of the timers was that fired, all of `count`.
async fn lateness(log: &Log, count: u64) -> HashMap<Timer, Vec<Span>> {
    let mut fired: HashMap<Timer, Vec<Span>> = HashMap::new();
    let mut commands = log.follow("COMMANDS", Some("homing.cmd._clock.timer.fired"), 1);
    let all = async {
        while (fired.len() as u64) < count {
            for record in commands.next().await.expect("COMMANDS is there") {
                let timer::Fired { timer, due } = from_msgpack(&record.payload).expect("a firing");
                fired.entry(timer).or_default().push(record.at - due);
            }
        }
    };
    let ended = timeout(WITHIN, all).await;
    assert!(ended.is_ok(), "{} of {count} fired", fired.len());
    assert!((0..count).all(|n| fired.contains_key(&timer(n))));
    fired
}

/// Says how late they were, and fails for an early one; gives the latest.
fn latest(what: &str, fired: &HashMap<Timer, Vec<Span>>) -> Span {
    let mut late: Vec<Span> = fired.values().flatten().copied().collect();
    late.sort();
    let at = |percent: usize| *late.get((late.len() - 1) * percent / 100).expect("some fired");
    let (min, max) = (at(0), at(100));
    say(&format!("{what}: {} firings, p50 {}, p99 {}, max {max} late", late.len(), at(50), at(99)));
    assert!(min >= Span::default(), "{min} early");
    max
}

fn once(fired: &HashMap<Timer, Vec<Span>>) -> bool {
    fired.values().all(|times| times.len() == 1)
}

#[test]
fn timers_fire_once_and_on_time() {
    story(|world| async move {
        let scheduler = scheduler(&world, "one");
        let start = clock::now() + Span::from_secs(1);
        lay_all(&world.log, (0..400).map(|n| start + Span::from_ms(n * 15))).await;
        let fired = lateness(&world.log, 400).await;
        assert!(latest("400 timers within 6 s", &fired) < LATE_MAX);
        assert!(once(&fired));
        assert!(block_in_place(|| scheduler.stop()).success());
    });
}

/// Nobody decides, so no audit finds what was lost: whoever sets a timer has to set it.
#[test]
fn a_timer_that_is_overdue_when_it_is_set_fires_at_once() {
    story(|world| async move {
        let (mut decider, long_ago) = (PureDecider::default(), clock::now() + Span::from_secs(-10_800));
        for (by, verb, payload) in [
            ("_admin", "user.register", r#"{"name":"alice"}"#),
            ("_admin", "user.register", r#"{"name":"bob"}"#),
            ("alice", "message.send", r#"{"to":["bob"],"text":"on my way","expires_in":"1h"}"#),
        ] {
            decider.take(long_ago, &format!("homing.cmd.{by}.{verb}"), payload.as_bytes());
        }
        decider.store(&world.log).await;
        let scheduler = scheduler(&world, "one");
        let mut commands = world.log.follow("COMMANDS", Some("homing.cmd._clock.timer.fired"), 1);
        let fired = timeout(WITHIN, commands.next()).await.expect("it fires").expect("COMMANDS is there");
        let fired = fired.first().map(|record| from_msgpack(&record.payload).expect("a firing"));
        let (timer, due) = (Timer::Expire(MessageId::of(CommandSeq(3))), long_ago + Span::from_secs(3_600));
        assert_eq!(fired, Some(timer::Fired { timer, due }));
        assert!(block_in_place(|| scheduler.stop()).success());
    });
}

/// No timer was set for it, and it is no news to anybody: the decider's memory is not to keep it all the same.
#[test]
fn what_nobody_gave_a_deadline_ends_after_a_month() {
    story(|world| async move {
        let (mut decider, long_ago) = (PureDecider::default(), clock::now() + Span::from_secs(-31 * 86_400));
        for (by, verb, payload, at) in [
            ("_admin", "user.register", r#"{"name":"alice"}"#, Some(long_ago)),
            ("_admin", "user.register", r#"{"name":"bob"}"#, Some(long_ago)),
            ("alice", "message.send", r#"{"to":["bob"],"text":"are you there?"}"#, Some(long_ago)),
            // By the time of the last command that was decided the decider knows COMMANDS again.
            ("_admin", "user.register", r#"{"name":"carol"}"#, None),
        ] {
            let (subject, payload) = (format!("homing.cmd.{by}.{verb}"), payload.as_bytes().to_vec());
            let said = Outgoing { subject: subject.clone(), headers: Vec::new(), payload: payload.clone() };
            let seq = world.log.command(said).await.expect("it is stored");
            let stored = world.log.record("COMMANDS", seq).await.expect("COMMANDS is there");
            decider.take(at.unwrap_or(stored.expect("it is there").at), &subject, &payload);
        }
        decider.store(&world.log).await;
        let homing = world.serve("one", "decider,scheduler");
        let mut ends = world.log.follow("EVENTS", Some("homing.evt.delivery.expired"), 1);
        let ended = timeout(WITHIN, ends.next()).await.expect("it ends").expect("EVENTS is there");
        let ended = ended.first().map(|record| commit::decode(&record.payload).expect("a commit").facts);
        let (message, to) = (MessageId::of(CommandSeq(3)), "bob".parse().expect("a recipient"));
        assert_eq!(
            ended,
            Some(vec![
                message::Expired { message, to, from: "alice".parse().ok(), encoding: None, group: None }
                    .into()
            ])
        );
        assert!(block_in_place(|| homing.stop()).success());
    });
}

#[test]
fn what_is_no_timer_is_parked() {
    story(|world| async move {
        let scheduler = scheduler(&world, "one");
        let subject = format!("homing.due.{}.tea", clock::now().unix_minute());
        let none = Outgoing { subject, headers: Vec::new(), payload: b"tea".to_vec() };
        let seq = world.log.publish(none, "tea").await.expect("it is stored");
        let parked = async {
            loop {
                match world.log.record("OUTBOX", 1).await.expect("OUTBOX is there") {
                    Some(record) => return record,
                    None => tokio::task::yield_now().await,
                }
            }
        };
        let parked = timeout(WITHIN, parked).await.expect("it is parked");
        assert_eq!(parked.subject.as_str(), format!("homing.out._parked.timers.{seq}"));
        assert!(block_in_place(|| scheduler.stop()).success());
    });
}

#[test]
fn a_scheduler_that_is_killed_leaves_its_timers_to_the_other_one() {
    story(|world| async move {
        let (one, other) = (scheduler(&world, "one"), scheduler(&world, "other"));
        let start = clock::now() + Span::from_secs(2);
        lay_all(&world.log, (0..400).map(|n| start + Span::from_ms(n * 5))).await;
        fired(&world.log, 1).await;
        one.kill();
        let fired = lateness(&world.log, 400).await;
        latest("400 timers, one of two schedulers killed", &fired);
        assert!(block_in_place(|| other.stop()).success());
    });
}

#[test]
fn a_scheduler_that_stops_gives_its_timers_back_at_once() {
    story(|world| async move {
        let (one, other) = (scheduler(&world, "one"), scheduler(&world, "other"));
        let start = clock::now() + Span::from_secs(2);
        lay_all(&world.log, (0..4_000).map(|n| start + Span::from_ms(n / 2))).await;
        fired(&world.log, 1).await;
        assert!(block_in_place(|| one.stop()).success());
        let fired = lateness(&world.log, 4_000).await;
        assert!(latest("4,000 timers, one of two schedulers stopped", &fired) < LATE_MAX);
        assert!(block_in_place(|| other.stop()).success());
    });
}

/// Waits until so many have fired: others are held then.
async fn fired(log: &Log, count: usize) {
    let mut commands = log.follow("COMMANDS", Some("homing.cmd._clock.timer.fired"), 1);
    let some = async {
        let mut fired = 0;
        while fired < count {
            fired += commands.next().await.expect("COMMANDS is there").len();
        }
    };
    timeout(WITHIN, some).await.expect("some fire");
}

/// Waits until no minute is left open that could be closed.
async fn closed(log: &Log, mut removed: async_nats::Subscriber) {
    let closed = async {
        while log
            .minutes()
            .await
            .expect("DUE is there")
            .first()
            .is_none_or(|m| *m < clock::now().unix_minute() - 4)
        {
            removed.next().await;
        }
    };
    assert!(timeout(WITHIN, closed).await.is_ok(), "still open: {:?}", log.minutes().await);
}

#[test]
fn after_downtime_every_minute_since_the_position_is_emptied_and_closed() {
    story(|world| async move {
        let log = &world.log;
        let removed =
            log.client().subscribe("$JS.EVENT.ADVISORY.CONSUMER.DELETED.DUE.*").await.expect("connected");
        let (now, present) = (clock::now(), clock::now().unix_minute());
        // What a scheduler left that stopped then.
        log.open_minute(present - 2_001).await.expect("it can be made");
        let ago = [1, 3, 4, 5, 30, 61].into_iter().chain((1_000..1_030).map(|n| n * 2 - 60));
        let mut count = 0;
        for minutes in ago.chain([2_000]) {
            lay(log, count, now, present - minutes).await;
            count += 1;
        }
        let scheduler = scheduler(&world, "one");
        let fired = lateness(log, count).await;
        assert!(once(&fired));
        closed(log, removed).await;
        assert!(block_in_place(|| scheduler.stop()).success());
    });
}

#[test]
fn the_timers_of_an_earlier_version_fire_and_its_consumer_goes() {
    story(|world| async move {
        let log = &world.log;
        let removed =
            log.client().subscribe("$JS.EVENT.ADVISORY.CONSUMER.DELETED.DUE.*").await.expect("connected");
        let config = json!({ "durable_name": "timers", "ack_policy": "explicit" });
        let request = json!({ "stream_name": "DUE", "config": config }).to_string();
        let made = log.client().request("$JS.API.CONSUMER.CREATE.DUE.timers", request.into()).await;
        assert!(!String::from_utf8_lossy(&made.expect("answered").payload).contains("error"));
        let (now, present) = (clock::now(), clock::now().unix_minute());
        for (n, minutes) in [0, 1, 30, 59].into_iter().enumerate() {
            lay(log, n as u64, now, present - minutes).await;
        }
        lay(log, 4, now + Span::from_secs(2), present + 1).await;
        let scheduler = scheduler(&world, "one");
        lateness(log, 5).await;
        closed(log, removed).await;
        assert!(block_in_place(|| scheduler.stop()).success());
    });
}

#[test]
fn a_trickle_of_new_timers_does_not_hold_up_the_others() {
    story(|world| async move {
        let scheduler = scheduler(&world, "one");
        let mut pace = interval(Duration::from_millis(5));
        for n in 0..1_000 {
            pace.tick().await;
            let due =
                clock::now() + Span::from_ms(3_000 + i64::try_from(n * 7 % 3_000).expect("it is small"));
            lay(&world.log, n, due, due.unix_minute()).await;
        }
        let fired = lateness(&world.log, 1_000).await;
        assert!(latest("1,000 timers at 200/s", &fired) < Span::from_secs(1));
        assert!(once(&fired));
        assert!(block_in_place(|| scheduler.stop()).success());
    });
}

#[test]
fn timers_outlive_a_server_that_is_killed() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    runtime.block_on(async {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let (data, port) = (folder.path().join("data"), free_port());
        let homing = block_in_place(|| Homing::start_at(&data, port, &["--sync", "off"]));
        let log = Log::connect(homing.url(), "test").await.expect("it is ready");
        let start = clock::now() + Span::from_secs(2);
        lay_all(&log, (0..400).map(|n| start + Span::from_ms(n * 10))).await;
        for count in [1, 150] {
            fired(&log, count).await;
            kill_9(nats_server_of(&data));
        }
        let fired = lateness(&log, 400).await;
        latest("400 timers, nats-server killed twice", &fired);
        assert!(block_in_place(|| homing.stop()).success());
    });
}
