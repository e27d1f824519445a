//! Several deciders on one log, and one decider on several logs: whatever one of them believes, the log has one writer.

use std::collections::BTreeSet;
use std::path::Path;
use std::time::Instant;

use futures_util::{FutureExt, StreamExt};
use homing::server::{Managed, Sync};
use homing::wire::query::{Items, UserView};
use serde_json::json;
use tokio::task::block_in_place;
use tokio::time::timeout;

use crate::audit::Audit;
use crate::client::Client;
use crate::people::Line;
use crate::story::{self, Story, TAKEOVER_MAX, alone, free_port};
use crate::support::Homing;
use crate::support::dice::Dice;
use crate::support::kill::Frozen;
use crate::{UNDECIDED, kills};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_deciders_one_writes() {
    let (alone, folder, port) = (alone().await, tempfile::tempdir().unwrap(), free_port());
    let server = story::server(&folder.path().join("server"), port, Sync::Off).await;
    let url = server.url();
    let data = folder.path().join("others");
    let others = block_in_place(|| Homing::serve(&data, &url, "fanout,presence,query,scheduler"));
    let mut active = Decider::start("first", folder.path(), &url);
    let mut story = Story::begin("kill -9 of the active decider", &url, Line::Holds, alone).await;
    let mut standby = Decider::start("second", folder.path(), &url);
    for stored in kills(&mut Dice::new("kill -9 of the active decider")) {
        story.stored(stored).await;
        // More than one turn: what the killed one had sent was stored after this one had read the log.
        assert!(active.turns() >= 1 && standby.turns() == 0, "one decides, and the other one stands by");
        let name = active.name;
        let killed = Instant::now();
        active.homing.kill();
        story.decides_again(killed).await;
        active = standby;
        standby = Decider::start(name, folder.path(), &url);
    }
    let got = story.end().await;
    assert_eq!((got.came_online, got.overtaken), (1, 0), "nothing was lost behind the decider, or overtaken");
    for homing in [active.homing, standby.homing, others] {
        assert!(block_in_place(|| homing.stop()).success());
    }
    server.stop().await.unwrap();
}

/// What is on its way to it is decided by another one meanwhile; thawed, it decides the same, and the fence refuses it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decider_that_was_frozen_while_another_one_took_over_writes_nothing() {
    let (alone, folder, port) = (alone().await, tempfile::tempdir().unwrap(), free_port());
    let server = story::server(&folder.path().join("server"), port, Sync::Off).await;
    let url = server.url();
    let first = Decider::start("first", folder.path(), &url);
    let client = Client::connect(&url).await;
    client.register("alice").await;
    client.register("bob").await;
    let second = Decider::start("second", folder.path(), &url);
    let mut outcomes = client.nats.subscribe("homing.outcome.alice.>").await.unwrap();
    client.nats.flush().await.unwrap();
    let frozen = Frozen::freeze(first.homing.pid());
    for i in 0..UNDECIDED {
        client.command("alice", "message.send", &json!({ "to": ["bob"], "text": format!("{i}") })).await;
    }
    timeout(TAKEOVER_MAX, client.probe("alice")).await.expect("nobody took over");
    assert_eq!((first.turns(), second.turns()), (1, 1), "the other one decides");
    drop(frozen);
    let tries = async {
        while !first.homing.log().contains("somebody else has written there since") {
            tokio::task::yield_now().await;
        }
    };
    timeout(TAKEOVER_MAX, tries).await.expect("the thawed one never tried to write");
    let audit = Audit::read(&url, client.probe("alice").await).await;
    audit.each_command_is_answered_once();
    audit.each_record_is_fenced();
    audit.deciding_again_gives_the_same_bytes();
    assert_eq!((first.turns(), second.turns()), (1, 1), "the thawed one stands by");
    for homing in [first.homing, second.homing] {
        assert!(block_in_place(|| homing.stop()).success());
    }
    // All that they have told is here before the answer to this.
    client.nats.flush().await.unwrap();
    let mut told = BTreeSet::new();
    while let Some(Some(outcome)) = outcomes.next().now_or_never() {
        assert!(told.insert(outcome.subject.to_string()), "{} is told twice", outcome.subject);
    }
    assert!(told.len() > UNDECIDED, "{} outcomes", told.len());
    server.stop().await.unwrap();
    drop(alone);
}

/// The folder was copied, or the server exchanged: neither snapshot nor read models say what this log says.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_kept_of_another_log_decides_nothing_and_answers_nothing_in_this_one() {
    let (alone, folder) = (alone().await, tempfile::tempdir().unwrap());
    let [here, there] = ["here", "there"].map(|name| folder.path().join(name));
    let (here, there) = (story::server(&here, 0, Sync::Off).await, story::server(&there, 0, Sync::Off).await);
    let at = |server: &Managed, name| {
        block_in_place(|| Homing::serve(&folder.path().join(name), &server.url(), "decider,query"))
    };
    // The other log is shorter, so that this one has a commit where the snapshot stands, and other people.
    for (server, name, people) in [(&there, "kept", ["alice", "bob"]), (&here, "new", ["carol", "alice"])] {
        let homing = at(server, name);
        let client = Client::connect(&server.url()).await;
        for person in people {
            client.register(person).await;
            client.probe(person).await;
        }
        if name == "new" {
            client.register("dave").await;
        }
        assert!(block_in_place(|| homing.stop()).success());
    }
    assert!(folder.path().join("kept/decider/snapshot").is_file());
    let homing = at(&here, "kept");
    let client = Client::connect(&here.url()).await;
    let audit = Audit::read(&here.url(), client.probe("carol").await).await;
    audit.each_command_is_answered_once();
    audit.deciding_again_gives_the_same_bytes();
    let mut people = Vec::new();
    let answers = async {
        while people != ["alice", "carol", "dave"] {
            let answer = client.nats.request("homing.query._admin.users", "{}".into()).await.unwrap();
            // Until the read models are made from this log, it is refused.
            let answer: Option<Items<UserView>> = serde_json::from_slice(&answer.payload).ok();
            people = answer.iter().flat_map(|all| &all.items).map(|user| user.name.to_string()).collect();
        }
    };
    let answered = timeout(TAKEOVER_MAX, answers).await;
    assert!(answered.is_ok(), "people of another log: {people:?}");
    for says in ["the snapshot is of another log", "the folder is of another log"] {
        assert!(homing.log().contains(says), "it says that {says}");
    }
    assert!(block_in_place(|| homing.stop()).success());
    for server in [here, there] {
        server.stop().await.unwrap();
    }
    drop(alone);
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
