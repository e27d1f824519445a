//! Whatever is killed, whenever: what was acknowledged arrives, is shown once, and the log has no gap and no second opinion.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod audit;
mod client;
mod dice;
mod people;
mod story;
#[path = "../support/mod.rs"]
mod support;

use std::path::Path;
use std::time::{Duration, Instant};

use dice::Dice;
use homing::log::server::Sync;
use story::{MESSAGES, Story, alone, free_port, kill_9, nats_server_of};
use support::Homing;
use tokio::task::block_in_place;

const KILLS: usize = 6;
/// A person who waits for a takeover should not give up.
const TAKEOVER_MAX: Duration = Duration::from_secs(10);

fn kills(dice: &mut Dice) -> Vec<usize> {
    dice.spread(KILLS, 100..MESSAGES - 100)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_of_homing_loses_nothing() {
    let (alone, folder, port) = (alone().await, tempfile::tempdir().unwrap(), free_port());
    let data = folder.path().join("data");
    let up = || block_in_place(|| Homing::start_at(&data, port, &["--sync", "off"]));
    let mut homing = up();
    let mut story = Story::begin("kill -9 of homing", homing.url(), alone).await;
    for stored in kills(&mut Dice::new("kill -9 of homing")) {
        story.stored(stored).await;
        let killed = Instant::now();
        homing.kill();
        homing = up();
        story.decides_again(killed).await;
    }
    story.end().await;
    assert!(block_in_place(|| homing.stop()).success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_of_nats_server_loses_nothing() {
    let (alone, folder, port) = (alone().await, tempfile::tempdir().unwrap(), free_port());
    let data = folder.path().join("data");
    let homing = block_in_place(|| Homing::start_at(&data, port, &["--sync", "off"]));
    let mut story = Story::begin("kill -9 of nats-server", homing.url(), alone).await;
    for stored in kills(&mut Dice::new("kill -9 of nats-server")) {
        story.stored(stored).await;
        let killed = Instant::now();
        kill_9(nats_server_of(&data));
        story.decides_again(killed).await;
    }
    story.end().await;
    assert!(block_in_place(|| homing.stop()).success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_of_both_loses_nothing() {
    let (alone, folder, port) = (alone().await, tempfile::tempdir().unwrap(), free_port());
    let data = folder.path().join("data");
    let up = || block_in_place(|| Homing::start_at(&data, port, &["--sync", "always"]));
    let mut homing = up();
    let mut story = Story::begin("kill -9 of both", homing.url(), alone).await;
    let mut dice = Dice::new("kill -9 of both");
    for stored in kills(&mut dice) {
        story.stored(stored).await;
        let server = nats_server_of(&data);
        let killed = Instant::now();
        if dice.one_of(&[true, false]) {
            kill_9(server);
            kill_9(homing.pid());
        } else {
            kill_9(homing.pid());
            kill_9(server);
        }
        homing.kill();
        homing = up();
        story.decides_again(killed).await;
    }
    story.end().await;
    assert!(block_in_place(|| homing.stop()).success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_deciders_one_writes() {
    let (alone, folder, port) = (alone().await, tempfile::tempdir().unwrap(), free_port());
    let server = story::server(&folder.path().join("server"), port, Sync::Off).await;
    let url = server.url();
    let data = folder.path().join("others");
    let others = block_in_place(|| Homing::serve(&data, &url, "fanout,presence,query,scheduler"));
    let mut active = Decider::start("first", folder.path(), &url);
    let mut story = Story::begin("kill -9 of the active decider", &url, alone).await;
    let mut standby = Decider::start("second", folder.path(), &url);
    for stored in kills(&mut Dice::new("kill -9 of the active decider")) {
        story.stored(stored).await;
        assert_eq!((active.turns(), standby.turns()), (1, 0), "one decides, and the other one stands by");
        let name = active.name;
        let killed = Instant::now();
        active.homing.kill();
        let waited = story.decides_again(killed).await;
        assert!(waited < TAKEOVER_MAX, "it took {waited:.2?} until the other one decided");
        active = standby;
        standby = Decider::start(name, folder.path(), &url);
    }
    story.end().await;
    for homing in [active.homing, standby.homing, others] {
        assert!(block_in_place(|| homing.stop()).success());
    }
    server.stop().await.unwrap();
}

/// A process that decides, or stands by.
struct Decider {
    name: &'static str,
    homing: Homing,
    /// How often those who ran in its folder before it began to decide.
    before: usize,
}

impl Decider {
    fn start(name: &'static str, folder: &Path, url: &str) -> Decider {
        let data = folder.join(name);
        let before = turns(&std::fs::read_to_string(data.with_extension("log")).unwrap_or_default());
        Decider { name, homing: block_in_place(|| Homing::serve(&data, url, "decider")), before }
    }

    fn turns(&self) -> usize {
        turns(&self.homing.log()) - self.before
    }
}

fn turns(log: &str) -> usize {
    log.matches(" deciding ").count()
}
