//! An id is known for as long as it was promised, whatever was lost meanwhile: on a real nats-server, with Homing killed.

mod support;

use std::fs;
use std::path::Path;
use std::time::Duration;

use async_nats::Subscriber;
use homing::decider::{IdsFolder, Memory, Snapshots};
use homing::log::{Log, Mark, Pipeline};
use homing::rules::message::{Recall, Send};
use homing::rules::presence::Encoding;
use homing::rules::{Command, LATEST_LEN_MAX};
use homing::server::Sync;
use homing::wire::outcome::OutcomeBody;
use homing::wire::{command, subjects};
use homing::words::{CommandSeq, EventSeq, Instant, MessageId};
use support::pure_decider::PureDecider;
use support::server::server as start_server;
use support::world::{World, registers, says, story, told};
use tokio::task::block_in_place;
use tokio::time::timeout;

/// A busy machine decides ten thousand commands in it.
const WITHIN: Duration = Duration::from_secs(120);

fn send(id: &str) -> Command {
    let to = vec!["bob".parse().expect("a name")];
    Send { to, text: Some("once".into()), id: Some(id.to_owned()), ..Send::default() }.into()
}

/// Says it, and waits for the outcome.
async fn answer(log: &Log, by: &str, said: &Command) -> OutcomeBody {
    let mut outcomes = log.client().subscribe(format!("homing.outcome.{by}.>")).await.expect("a subject");
    log.client().flush().await.expect("the server answers");
    let seq = says(log, by, said).await;
    outcome(&mut outcomes, seq).await
}

async fn outcome(outcomes: &mut Subscriber, seq: u64) -> OutcomeBody {
    timeout(WITHIN, told(outcomes, seq)).await.unwrap_or_else(|_| panic!("command {seq} is not decided"))
}

/// More commands with ids than memory holds, each of them refused; decided when this returns.
async fn many_ids(log: &Log) {
    recalls(log, 0..LATEST_LEN_MAX + 100).await;
    let last =
        answer(log, "alice", &Command::from(Recall { message: MessageId::of(CommandSeq(1)), id: None }))
            .await;
    assert!(!last.accepted);
}

/// As many commands, each with an id of its own.
async fn recalls(log: &Log, numbers: std::ops::Range<usize>) {
    let mut pipeline = Pipeline::new(log.clone(), 1_000);
    for number in numbers {
        let message = MessageId::of(CommandSeq(1 << 40));
        let said = Command::from(Recall { message, id: Some(format!("recall-{number}")) });
        let payload = command::encode(&said, Encoding::Msgpack).into();
        pipeline.publish(subjects::command("alice", said.verb()), payload).await.expect("it is sent");
    }
    pipeline.drain().await.expect("it is stored");
}

fn remove(data: &Path, name: &str) {
    let path = data.join("decider").join(name);
    if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.expect("it was made");
}

#[test]
fn an_id_is_known_to_whoever_decides_after_a_crash_or_without_snapshot_and_folder() {
    story(|world| async move {
        let World { ref log, ref folder, .. } = world;
        let mut active = world.serve("first", "decider");
        assert!(answer(log, "_admin", &registers("alice", None)).await.accepted);
        assert!(answer(log, "_admin", &registers("bob", None)).await.accepted);
        let first = answer(log, "alice", &send("once")).await.message;
        assert!(first.is_some());
        many_ids(log).await;
        let knows = async |whoever: &str| {
            let told = answer(log, "alice", &send("once")).await;
            assert_eq!((told.accepted, told.message), (true, first), "{whoever}");
        };
        knows("memory holds the latest alone").await;
        let data = folder.path().join("first");
        active.kill();
        active = world.serve("first", "decider");
        knows("after a crash").await;
        for (lost, readings) in [(&["ids"][..], 1), (&["snapshot"], 0), (&["ids", "snapshot"], 0)] {
            let read = |told: &str| told.matches("the ids of seven days are read").count();
            let earlier = read(&active.log());
            assert!(block_in_place(|| active.stop()).success());
            lost.iter().for_each(|name| remove(&data, name));
            active = world.serve("first", "decider");
            knows(&format!("without {lost:?}")).await;
            let told = active.log();
            assert_eq!(read(&told) - earlier, readings, "without {lost:?}: {told}");
        }
        let standby = world.serve("second", "decider");
        active.kill();
        knows("another one takes over").await;
        assert!(block_in_place(|| standby.stop()).success());
    });
}

/// Commands are heard some at a time: at that moment memory still holds the oldest id, and forgets it before it is its turn.
#[test]
fn an_id_that_memory_forgets_between_two_commands_that_are_heard_together_is_known() {
    story(|world| async move {
        let World { ref log, .. } = world;
        let active = world.serve("data", "decider");
        assert!(answer(log, "_admin", &registers("alice", None)).await.accepted);
        assert!(answer(log, "_admin", &registers("bob", None)).await.accepted);
        let first = answer(log, "alice", &send("once")).await.message;
        assert!(first.is_some());
        recalls(log, 1..LATEST_LEN_MAX).await;
        assert!(
            !answer(log, "alice", &Command::from(Recall { message: MessageId::of(CommandSeq(1)), id: None }))
                .await
                .accepted
        );
        assert!(block_in_place(|| active.stop()).success());
        let mut outcomes = log.client().subscribe("homing.outcome.alice.>").await.expect("a subject");
        log.client().flush().await.expect("the server answers");
        recalls(log, LATEST_LEN_MAX..LATEST_LEN_MAX + 10).await;
        let again = says(log, "alice", &send("once")).await;
        let active = world.serve("data", "decider");
        let told = outcome(&mut outcomes, again).await;
        assert_eq!((told.accepted, told.message), (true, first));
        assert!(block_in_place(|| active.stop()).success());
    });
}

/// A user's commands with ids, and what the state does not hold any more.
fn decided(ids: &[&str]) -> (PureDecider, Vec<homing::rules::Stamp>) {
    let mut decider = PureDecider::default();
    let at = |seq: u64| Instant::from_unix_ms(1_790_000_000_000 + i64::try_from(seq).expect("a few"));
    let mut says = |by: &str, said: &Command| {
        let seq = decider.seq + 1;
        let payload = command::encode(said, Encoding::Json);
        let subject = subjects::command(by, said.verb());
        decider.take(at(seq), &subject, &payload);
        command::parse(&subject, &payload, CommandSeq(seq), at(seq)).expect("it is read").kept_under()
    };
    says("_admin", &registers("alice", None));
    says("_admin", &registers("bob", None));
    let keys = ids.iter().map(|id| says("alice", &send(id)).expect("it has an id")).collect();
    (decider, keys)
}

async fn mark(log: &Log) -> Mark {
    let folder = tempfile::tempdir().expect("a temporary folder can be made");
    let snapshots = Snapshots::at(folder.path()).expect("a folder can be made in it");
    let mut memory = Memory::load(log, &snapshots).await.expect("the server answers");
    memory.catch_up(log, None).await.expect("it can be read");
    memory.mark()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder can be made");
    for entry in fs::read_dir(from).expect("it is a folder").map(|entry| entry.expect("it can be read")) {
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        if from.is_dir() {
            copy(&from, &to)
        } else {
            fs::copy(&from, &to).map(drop).expect("it can be copied")
        }
    }
}

/// As a power loss leaves it without syncs, and as it was written on since.
#[test]
fn an_id_of_a_commit_that_was_cut_off_the_log_is_none() {
    story(|World { folder, server, log }| async move {
        log.provision(true, None).await.expect("streams can be made");
        let (short, _) = decided(&["kept"]);
        let stored = EventSeq(short.log.len() as u64);
        short.store(&log).await;
        drop(log);
        server.stop().await.expect("nats-server stops");
        let (data, before) = (folder.path().join("server"), folder.path().join("before"));
        copy(&data, &before);
        let server = start_server(&data, 0, Sync::Off).await;
        let log = Log::connect(&server.url(), "test").await.expect("it is ready");
        let (long, keys) = decided(&["kept", "lost"]);
        long.store_behind(stored, &log).await;
        let ids = IdsFolder::at(folder.path());
        let open = ids.open(&log).await.expect("it can be made");
        open.reach(&log, mark(&log).await).await.expect("it can be read");
        assert_eq!(open.find(keys.clone()).await.expect("it can be read").len(), 2);
        drop((open, log));
        server.stop().await.expect("nats-server stops");
        fs::remove_dir_all(&data).expect("it was made");
        copy(&before, &data);
        let server = start_server(&data, 0, Sync::Off).await;
        let log = Log::connect(&server.url(), "test").await.expect("it is ready");
        for others in [&["kept"][..], &["kept", "another", "one more"]] {
            let (others, _) = decided(others);
            others.store_behind(EventSeq(log.last_seq("EVENTS").await.expect("it is there")), &log).await;
            let open = ids.open(&log).await.expect("it can be made");
            open.reach(&log, mark(&log).await).await.expect("it can be read");
            let found = open.find(keys.clone()).await.expect("it can be read");
            assert_eq!(found.keys().collect::<Vec<_>>(), [&keys[0]], "{} commits", others.log.len());
        }
        server.stop().await.expect("nats-server stops");
    });
}
