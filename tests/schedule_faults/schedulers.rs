//! Two schedulers beside the other roles: one is killed, and the other one fires what was left.

use homing::log::clock;
use homing::server::Sync;
use homing::words::Span;
use tokio::task::block_in_place;

use crate::audit::Audit;
use crate::due::{at_times, create};
use crate::recipients::Recipients;
use crate::support::server::{connected, server};
use crate::support::{Homing, say};
use crate::world::{LIVE, audit, register_all, store};
use crate::{AHEAD, ALONE, figures, was_received};

const SCHEDULES: usize = 300;
const WINDOW_MS: i64 = 5_000;
const OTHER_ROLES: &str = "decider,fanout,presence,query,sms";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_two_schedulers_one_is_killed_and_every_schedule_fires_once() {
    let _alone = ALONE.lock().await;
    let folder = tempfile::tempdir().unwrap();
    let server = server(&folder.path().join("server"), 0, Sync::Off).await;
    let start = |name: &str, roles: &str| {
        block_in_place(|| Homing::serve(&folder.path().join(name), &server.url(), roles))
    };
    let others = start("others", OTHER_ROLES);
    let (one, other) = (start("one", "scheduler"), start("other", "scheduler"));
    let log = connected(&server.url()).await;
    register_all(&log).await;
    let recipients = Recipients::start(&server.url()).await;
    let first = clock::now() + AHEAD;
    let schedule = |n: usize| {
        let due = first + Span::from_ms(WINDOW_MS * i64::try_from(n).unwrap() / SCHEDULES as i64);
        create(&format!("live{}", n % LIVE), &format!("k{n}"), at_times(due, &[0]))
    };
    store(&log, (0..SCHEDULES).map(schedule)).await;
    // In the middle, with timers of the next moment in its hands.
    audit(&log, |seen: &Audit| seen.ends.len() >= SCHEDULES / 3).await;
    one.kill();
    let audit = audit(&log, |seen| seen.rests(SCHEDULES)).await;
    audit.balances();
    audit.follows_the_rules();
    assert_eq!(audit.fired().count(), SCHEDULES, "within the grace all of them fire");
    was_received(&audit, &recipients.have(SCHEDULES).await);
    say(&format!("one of two schedulers killed: {}", figures(&audit)));
    for homing in [other, others] {
        assert!(block_in_place(|| homing.stop()).success());
    }
}
