//! COMMANDS trimmed by age: only what is answered and kept as a checkpoint leaves it, and what stays can be decided again.

use std::fs;
use std::path::PathBuf;

use homing::decider::{Checkpoint, Snapshots};
use homing::log::Mark;
use homing::rules::State;
use homing::wire::commit;
use homing::words::{CommandSeq, EventSeq, Instant};
use tokio::task::block_in_place;
use tokio::time::timeout;

use crate::gap::{js, restarted};
use crate::support::Homing;
use crate::support::pure_decider::judge;
use crate::support::world::{World, registers, says, story};
use crate::{WITHIN, outcome, outcomes, registered};

fn data(world: &World) -> PathBuf {
    world.folder.path().join("data")
}

fn served(world: &World, keep: &str) -> Homing {
    let flags = ["--roles", "decider", "--keep-commands", keep];
    block_in_place(|| Homing::serve_with(&data(world), &world.server.url(), &flags))
}

async fn first_command(world: &World) -> u64 {
    world.log.ends("COMMANDS").await.expect("it is there").first
}

fn checkpoints(world: &World) -> Vec<Checkpoint> {
    Snapshots::at(&data(world)).and_then(|snapshots| snapshots.checkpoints()).expect("the folder can be read")
}

/// Registers people until COMMANDS begins behind `from`.
async fn until_trimmed(world: &World, from: u64) {
    let mut told = outcomes(&world.log).await;
    let trimmed = async {
        while first_command(world).await <= from {
            let next = world.log.last_seq("COMMANDS").await.expect("it is there") + 1;
            let seq = says(&world.log, "_admin", &registers(&format!("u{next}"), None)).await;
            assert!(outcome(&mut told, seq).await.accepted);
        }
    };
    timeout(WITHIN, trimmed).await.expect("COMMANDS is trimmed");
}

/// Decides what is kept of COMMANDS once more, and holds it against EVENTS.
async fn decided_again(world: &World, mut state: State) -> usize {
    let log = &world.log;
    let (CommandSeq(decided), EventSeq(mut at)) = state.position();
    let last = log.last_seq("COMMANDS").await.expect("it is there");
    for seq in decided + 1..=last {
        let command =
            log.record("COMMANDS", seq).await.expect("it answers").expect("what is kept has no gap");
        let (parts, _) =
            judge(&state, CommandSeq(seq), command.at, command.subject.as_str(), &command.payload);
        state.evolve(&parts, EventSeq(at + 1));
        for part in parts {
            at += 1;
            let stands = log.record("EVENTS", at).await.expect("it answers").expect("nothing leaves EVENTS");
            assert_eq!(stands.payload, commit::encode(&part), "the decision of command {seq}");
        }
    }
    assert_eq!(at, log.last_seq("EVENTS").await.expect("it is there"));
    state.users_len()
}

#[test]
fn what_was_decided_long_ago_leaves_commands_and_the_rest_can_be_decided_again() {
    story(|world| async move {
        let homing = served(&world, "1s");
        until_trimmed(&world, 1).await;
        until_trimmed(&world, first_command(&world).await).await;
        assert!(block_in_place(|| homing.stop()).success());
        let (first, kept) = (first_command(&world).await, checkpoints(&world));
        assert_eq!(world.log.ends("EVENTS").await.unwrap().first, 1, "nothing leaves EVENTS");
        assert_eq!(kept.first().map(|oldest| oldest.mark.command.0), Some(first), "those before are gone");
        assert!(kept.len() <= 3, "{kept:?}");
        let users = registered(&world.log).await.len();
        for checkpoint in kept {
            let state = checkpoint.load().unwrap().expect("it is whole");
            assert_eq!(decided_again(&world, state).await, users);
        }
    });
}

#[test]
fn a_start_after_a_kill_goes_on_with_trimmed_commands_and_without_any_snapshot_too() {
    story(|world| async move {
        let homing = served(&world, "1s");
        until_trimmed(&world, 1).await;
        homing.kill();
        let known = registered(&world.log).await.len();
        let homing = served(&world, "1s");
        until_trimmed(&world, first_command(&world).await).await;
        homing.kill();
        fs::remove_dir_all(data(&world).join("decider")).unwrap();
        let (homing, mut told) = (served(&world, "forever"), outcomes(&world.log).await);
        let seq = says(&world.log, "_admin", &registers("alice", None)).await;
        assert!(outcome(&mut told, seq).await.accepted);
        assert!(registered(&world.log).await.len() > known + 1);
        assert!(block_in_place(|| homing.stop()).success());
        assert_eq!(checkpoints(&world), [], "where all is kept none is needed");
    });
}

#[test]
fn commands_that_are_all_gone_keep_their_numbers() {
    story(|world| async move {
        let homing = served(&world, "1s");
        until_trimmed(&world, 1).await;
        assert!(block_in_place(|| homing.stop()).success());
        let last = world.log.last_seq("COMMANDS").await.unwrap();
        js(&world.log, "STREAM.PURGE.COMMANDS", None).await;
        let world = restarted(world, |_| {}).await;
        let (homing, mut told) = (served(&world, "1s"), outcomes(&world.log).await);
        let seq = says(&world.log, "_admin", &registers("alice", None)).await;
        assert_eq!(seq, last + 1);
        assert!(outcome(&mut told, seq).await.accepted);
        until_trimmed(&world, seq).await;
        assert!(block_in_place(|| homing.stop()).success());
    });
}

#[test]
fn commands_are_not_cut_at_a_checkpoint_that_another_command_stands_at() {
    story(|world| async move {
        let (homing, mut told) = (served(&world, "1h"), outcomes(&world.log).await);
        for name in ["alice", "bob", "carol"] {
            let seq = says(&world.log, "_admin", &registers(name, None)).await;
            assert!(outcome(&mut told, seq).await.accepted);
        }
        assert!(block_in_place(|| homing.stop()).success());
        // As old as can be, and of this log; but command 2 is from another time.
        let log = Some(world.log.ends("EVENTS").await.unwrap().created);
        let mark = Mark { seq: EventSeq(2), command: CommandSeq(2), at: Instant::default(), log };
        let elsewhere = tempfile::tempdir().unwrap();
        Snapshots::at(elsewhere.path()).unwrap().store(mark, &State::default()).unwrap();
        let planted = data(&world).join("decider/checkpoint-2");
        fs::copy(elsewhere.path().join("decider/snapshot"), &planted).unwrap();
        let (homing, mut told) = (served(&world, "1h"), outcomes(&world.log).await);
        let seq = says(&world.log, "_admin", &registers("dave", None)).await;
        assert!(outcome(&mut told, seq).await.accepted);
        // The stop waits until its snapshot is stored, and COMMANDS is looked at.
        assert!(block_in_place(|| homing.stop()).success());
        assert!(planted.exists(), "it was the newest that is old enough");
        assert_eq!(first_command(&world).await, 1);
    });
}
