//! Kills around due times: every occurrence fires once, or is missed by its policy; none is sent twice.
//!
//! `HOMING_KILLS=30 HOMING_SCHEDULES=5000 cargo test --test schedule_faults` is the long form.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod audit;
mod due;
#[path = "../../src/lab/bench/smsc.rs"]
mod other;
mod race;
mod recipients;
mod schedulers;
#[path = "../support/mod.rs"]
mod support;
mod world;

use std::collections::BTreeMap;
use std::process::Command as Program;
use std::time::Duration;

use audit::{Audit, How, to_phone};
use homing::log::clock;
use homing::rules::schedule::Sums;
use homing::wire::schedule_query::LedgerView;
use homing::words::Span;
use recipients::Got;
use support::dice::Dice;
use support::{HOMING, run, say};
use tokio::sync::Mutex;
use tokio::task::block_in_place;
use tokio::time::timeout;
use world::{BLOWS, Blow, ENDS_WITHIN, SMS_WINDOW, World, store};

/// These tests use all of the machine: one at a time.
static ALONE: Mutex<()> = Mutex::const_new(());

/// The first are due when all are stored.
const AHEAD: Span = Span::from_secs(3);
/// The times of the schedules lie within this; kills make it longer.
const WINDOW_MS_MIN: usize = 10_000;
const WINDOW_MS_PER_KILL: usize = 2_500;

fn number(name: &str, default: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_around_due_times_loses_no_occurrence_and_sends_none_twice() {
    let _alone = ALONE.lock().await;
    let (kills, schedules) = (number("HOMING_KILLS", 5), number("HOMING_SCHEDULES", 1_000));
    let mut world = World::start().await;
    let audit = kills_around_due_times(&mut world, kills, schedules, &BLOWS).await;
    the_ledger_agrees_when_it_is_made_again(&mut world, audit.ledger.total()).await;
    world.stop();
}

/// What was sent and not acknowledged is still known to the server; what was asked is answered to nobody.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_of_homing_alone_beside_its_server_does_neither() {
    let _alone = ALONE.lock().await;
    let kills = number("HOMING_KILLS", 2);
    let mut world = World::beside_its_server().await;
    kills_around_due_times(&mut world, kills, 100 * kills, &[Blow::Homing, Blow::HomingAway]).await;
    world.stop();
}

/// All that is due comes to rest, and is as it should be.
async fn kills_around_due_times(world: &mut World, kills: usize, schedules: usize, blows: &[Blow]) -> Audit {
    let (log, mut dice) = (world.log().await, Dice::new("schedules"));
    let (first, window_ms) = (clock::now() + AHEAD, WINDOW_MS_MIN.max(kills * WINDOW_MS_PER_KILL));
    store(&log, (0..schedules).map(|n| due::schedule(n, first, window_ms))).await;
    assert!(clock::now() < first, "this machine is too slow for so many schedules");
    let occurrences: usize = (0..schedules).map(due::occurrences).sum();
    let (mut seen, mut events) = (Audit::default(), log.follow("EVENTS", None, 1));
    for (kill, at) in dice.spread(kills, 0..occurrences * 9 / 10).into_iter().enumerate() {
        let some_end = async {
            while seen.ends.len() < at {
                for record in events.next().await.unwrap() {
                    seen.take(record.seq, &record.payload);
                }
            }
        };
        timeout(ENDS_WITHIN, some_end).await.expect("occurrences go on to end");
        world.strike(blows[kill % blows.len()]).await;
        world.recipients.online().await;
    }
    let audit = world.audit(|audit| audit.rests(schedules)).await;
    audit.balances();
    assert_eq!(audit.ends.len(), occurrences);
    audit.follows_the_rules();
    was_submitted(&audit, world);
    let bridges_killed = (0..kills).filter(|kill| !matches!(blows[kill % blows.len()], Blow::Server)).count();
    let (unknown, on_the_wire) = (audit.sms_unknown.len(), bridges_killed * SMS_WINDOW);
    assert!(unknown <= on_the_wire, "{unknown} SMS unknown, and at most {on_the_wire} were on the wire");
    was_received(&audit, &world.recipients.have(live(&audit)).await);
    say(&format!("{kills} kills, {schedules} schedules: {}", figures(&audit)));
    audit
}

fn live(audit: &Audit) -> usize {
    audit.fired().filter(|(made, _, _)| !to_phone(&made.to)).count()
}

/// At the SMSC is what fired for a phone, once, and nothing else.
fn was_submitted(audit: &Audit, world: &World) {
    let mut submits: BTreeMap<String, usize> = BTreeMap::new();
    for kept in world.smsc.probe.kept.lock().unwrap().iter().flatten() {
        *submits.entry(String::from_utf8_lossy(&kept.text).into_owned()).or_default() += 1;
    }
    let mut fired: BTreeMap<&str, (usize, usize, usize)> = BTreeMap::new();
    for (made, _, message) in audit.fired().filter(|(made, _, _)| to_phone(&made.to)) {
        let (messages, unknown, attempts) = fired.entry(&made.text).or_default();
        *messages += 1;
        *unknown += usize::from(audit.sms_unknown.contains(&message));
        *attempts += audit.attempts.get(&message).copied().unwrap_or_default();
    }
    let strange = submits.keys().find(|text| !fired.contains_key(text.as_str()));
    assert_eq!(strange, None, "this did not fire for a phone");
    for (text, (messages, unknown, attempts)) in fired {
        let submits = submits.get(text).copied().unwrap_or_default();
        let said = format!("{text}: {submits} submits of {messages} messages, {unknown} of them unknown");
        assert!(submits <= attempts, "{said}, {attempts} attempts");
        // What is unknown is held (the default), so nothing comes twice.
        assert!(submits <= messages, "{said}");
        assert!(submits + unknown >= messages, "{said}");
    }
}

/// What came live is what fired for somebody who is online, all of it, and nothing else.
fn was_received(audit: &Audit, got: &Got) {
    let fired = audit.fired().filter(|(made, _, _)| !to_phone(&made.to));
    let fired = fired.map(|(made, _, message)| {
        (message, (made.to.user().unwrap().clone(), audit.texts[&message].to_string()))
    });
    let fired: Got = fired.collect();
    let strange = got.iter().find(|(message, as_sent)| fired.get(message) != Some(as_sent));
    assert_eq!(strange, None, "this did not fire");
    let lost = fired.keys().find(|message| !got.contains_key(message));
    assert_eq!(lost, None, "this did not arrive");
}

fn figures(audit: &Audit) -> String {
    let Sums { planned, fired, skipped, missed, .. } = audit.ledger.total();
    let late = audit.ends.values().filter(|end| matches!(end.how, How::Fired(_)));
    let latest = late.map(|end| end.at - end.occurrence.due).max().unwrap_or_default();
    let mut why: BTreeMap<&str, usize> = BTreeMap::new();
    for end in audit.ends.values() {
        if let How::Missed(reason) | How::Skipped(reason) | How::Cancelled(reason) = &end.how {
            *why.entry(reason).or_default() += 1;
        }
    }
    let unknown = audit.sms_unknown.len();
    format!(
        "{planned} occurrences, {fired} fired, {missed} missed, {skipped} skipped {why:?}, latest {latest} late, {unknown} SMS unknown"
    )
}

/// The read models are disposable: made anew from the log, they count what the log says.
async fn the_ledger_agrees_when_it_is_made_again(world: &mut World, recount: Sums) {
    world.stop();
    std::fs::remove_dir_all(world.data().join("query")).unwrap();
    world.up();
    let client = world.log().await.client().clone();
    let agrees = async {
        loop {
            let answer = client.request("homing.query._admin.ledger", "{}".into()).await.unwrap();
            // Until they are made, it is refused.
            let shown: Option<LedgerView> = serde_json::from_slice(&answer.payload).ok();
            if shown.is_some_and(|shown| shown.total.sums == recount && shown.total.balanced) {
                return;
            }
            tokio::task::yield_now().await;
        }
    };
    timeout(ENDS_WITHIN, agrees).await.expect("the ledger comes to say what the log says");
    let url = world.url();
    let verify = || {
        let mut homing = Program::new(HOMING);
        homing.args(["schedule", "ledger", "--verify", "--json", "--nats", &url]);
        run(&mut homing, Duration::from_secs(60)).succeeded("homing schedule ledger --verify")
    };
    let said: serde_json::Value = serde_json::from_str(&block_in_place(verify).stdout).unwrap();
    assert_eq!(said["agrees"], true, "{said}");
    assert_eq!(said["total"]["fired"], recount.fired, "{said}");
}
