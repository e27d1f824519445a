//! Kills: whatever dies, whenever, what was acknowledged arrives, is shown once, and the log has no gap and no second opinion.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod anything;
mod audit;
mod client;
mod deciders;
mod people;
mod story;
#[path = "../support/mod.rs"]
mod support;

use std::collections::BTreeSet;
use std::time::Instant;

use audit::Audit;
use client::Client;
use futures_util::StreamExt;
use homing::rules::{Fact, schedule};
use homing::server::Sync;
use homing::wire::outcome::OutcomeBody;
use people::Line;
use serde_json::json;
use story::{MESSAGES, Story, TAKEOVER_MAX, alone, free_port, kill_9, nats_server_of};
use support::dice::Dice;
use support::{Homing, say};
use tokio::task::block_in_place;
use tokio::time::timeout;

const KILLS: usize = 6;
/// Messages that nobody decides for a while.
const UNDECIDED: usize = 100;
const ALL: &str = "decider,fanout,presence,query,scheduler";
/// Of any kind, for deciding them again.
const COMMANDS: usize = 12_000;
/// As many as `rules/fact.rs` has variants.
const KINDS_OF_FACTS: usize = 46;

fn kills(dice: &mut Dice) -> Vec<usize> {
    dice.spread(KILLS, 100..MESSAGES - 100)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_sent_while_no_homing_runs_are_decided_after_it_starts() {
    let (alone, folder, port) = (alone().await, tempfile::tempdir().unwrap(), free_port());
    let data = folder.path().join("data");
    let homing = block_in_place(|| Homing::start_at(&data, port, &["--sync", "off"]));
    let people = Client::connect(homing.url()).await;
    people.register("alice").await;
    people.register("bob").await;
    assert!(block_in_place(|| homing.stop()).success());

    let server = story::server(&data, port, Sync::Off).await;
    let mut outcomes = people.nats.subscribe("homing.outcome.alice.>").await.unwrap();
    for i in 0..UNDECIDED {
        let message = json!({ "to": ["bob"], "text": format!("message {i}"), "id": format!("{i}") });
        people.command("alice", "message.send", &message).await;
    }
    let homing = block_in_place(|| Homing::serve(&folder.path().join("parts"), &server.url(), ALL));
    let mut told = BTreeSet::new();
    while told.len() < UNDECIDED {
        let outcome = timeout(TAKEOVER_MAX, outcomes.next()).await.expect("an outcome is missing").unwrap();
        let outcome: OutcomeBody = serde_json::from_slice(&outcome.payload).unwrap();
        // One that was stored twice is told twice, as one.
        told.insert(outcome.message.unwrap_or_else(|| panic!("refused: {outcome:?}")));
    }
    let got = people::bob_alone(Client::connect(&server.url()).await, UNDECIDED);
    let got = timeout(TAKEOVER_MAX, got).await.expect("a message is missing");
    assert_eq!(got.overtaken, 0, "what waited comes in order");
    let accepted = got.shown;
    assert_eq!(accepted, told);
    let audit = Audit::read(&server.url(), people.probe("alice").await).await;
    audit.each_command_is_answered_once();
    audit.each_message_is_delivered_once(&accepted);
    audit.deciding_again_gives_the_same_bytes();
    assert!(block_in_place(|| homing.stop()).success());
    server.stop().await.unwrap();
    drop(alone);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_of_homing_loses_nothing() {
    let (alone, folder, port) = (alone().await, tempfile::tempdir().unwrap(), free_port());
    let data = folder.path().join("data");
    let up = || block_in_place(|| Homing::start_at(&data, port, &["--sync", "off"]));
    let mut homing = up();
    let mut story = Story::begin("kill -9 of homing", homing.url(), Line::Breaks, alone).await;
    for (n, stored) in kills(&mut Dice::new("kill -9 of homing")).into_iter().enumerate() {
        story.stored(stored).await;
        let killed = Instant::now();
        if n == 1 {
            // Stopped cleanly it leaves a snapshot: from here on it starts with that, and the log behind it.
            assert!(block_in_place(|| homing.stop()).success());
            assert!(data.join("decider/snapshot").is_file());
        } else {
            homing.kill();
        }
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
    let mut story = Story::begin("kill -9 of nats-server", homing.url(), Line::Breaks, alone).await;
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
    let mut story = Story::begin("kill -9 of both", homing.url(), Line::Breaks, alone).await;
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

/// Bob's connection holds, so he says nothing: what the killed one had taken and not acknowledged comes to the next one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn kill_9_of_fanout_loses_no_live_message() {
    let (alone, folder, port) = (alone().await, tempfile::tempdir().unwrap(), free_port());
    let server = story::server(&folder.path().join("server"), port, Sync::Off).await;
    let (url, data) = (server.url(), folder.path().join("fanout"));
    let others = folder.path().join("others");
    let others = block_in_place(|| Homing::serve(&others, &url, "decider,presence,query,scheduler"));
    let up = || block_in_place(|| Homing::serve(&data, &url, "fanout"));
    let mut fanout = up();
    let mut story = Story::begin("kill -9 of fan-out", &url, Line::Holds, alone).await;
    for stored in kills(&mut Dice::new("kill -9 of fan-out")) {
        story.stored(stored).await;
        fanout.kill();
        fanout = up();
    }
    let got = story.end().await;
    assert_eq!(got.came_online, 1, "his connection held");
    for homing in [fanout, others] {
        assert!(block_in_place(|| homing.stop()).success());
    }
    server.stop().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn deciding_again_from_scratch_gives_byte_equal_events() {
    let (alone, folder, port) = (alone().await, tempfile::tempdir().unwrap(), free_port());
    let data = folder.path().join("data");
    let up = || block_in_place(|| Homing::start_at(&data, port, &["--sync", "off"]));
    let mut homing = up();
    let client = Client::connect(homing.url()).await;
    let mut expired = client.nats.subscribe("homing.evt.delivery.expired").await.unwrap();
    let mut occurrences = client.nats.subscribe("homing.evt.occurrence.>").await.unwrap();
    client.register("alice").await;
    client.register("bob").await;
    let mut dice = Dice::new("deciding again");
    let kills = dice.spread(2, 0..COMMANDS);
    let mut last = 0;
    for n in 1..=COMMANDS {
        let (subject, payload) = anything::command(&mut dice, last + 1);
        last = usize::try_from(client.store(subject, payload.into()).await).unwrap();
        if kills.contains(&n) {
            homing.kill();
            homing = up();
        }
    }
    timeout(TAKEOVER_MAX, expired.next()).await.expect("no timer fired").unwrap();
    let last = async { while !ends_a_schedule(&occurrences.next().await.unwrap().payload) {} };
    timeout(TAKEOVER_MAX, last).await.expect("no schedule came to its end");
    let (decided, _) = client.asked("_admin", "user.register", &json!({ "name": "the-last" })).await;
    let audit = Audit::read(homing.url(), decided).await;
    audit.each_command_is_answered_once();
    audit.deciding_again_gives_the_same_bytes();
    let kinds = audit.kinds_of_facts();
    assert_eq!(kinds.len(), KINDS_OF_FACTS, "{kinds:?}");
    say(&format!(
        "deciding again: {} commands and {} commits, {} decisions in parts",
        audit.commands_len(),
        audit.commits_len(),
        audit.decisions_in_parts()
    ));
    assert!(block_in_place(|| homing.stop()).success());
    drop(alone);
}

fn ends_a_schedule(commit: &[u8]) -> bool {
    let commit = homing::wire::commit::decode(commit).unwrap();
    commit.facts.iter().any(|fact| matches!(fact, Fact::Schedule(schedule::Fact::Ended(_))))
}
