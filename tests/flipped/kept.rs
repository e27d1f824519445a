//! A bit in the decider's snapshot and in a checkpoint.

use std::fs;
use std::path::PathBuf;

use crate::bits::flip;
use crate::support::world::{World, registers, story};
use crate::{data, decided, report, sends, served, stopped};

/// Where COMMANDS is trimmed, the first decision is a checkpoint.
async fn checkpoint(world: &World) -> PathBuf {
    let homing = served(&world.server.url(), &data(world), &["--keep-commands", "7d"]);
    for name in ["alice", "bob"] {
        decided(&world.log, "_admin", &registers(name, None)).await;
    }
    stopped(homing);
    let homing = served(&world.server.url(), &data(world), &["--keep-commands", "7d"]);
    decided(&world.log, "alice", &sends("bob", "behind the checkpoint")).await;
    stopped(homing);
    data(world).join("decider/checkpoint-1")
}

#[test]
fn a_bit_in_a_snapshot_or_a_checkpoint_is_named_and_a_start_reads_the_log_instead() {
    story(|world| async move {
        let (checkpoint, snapshot) = (checkpoint(&world).await, data(&world).join("decider/snapshot"));
        let url = world.server.url();
        let (found, well) = report(&url, &data(&world));
        assert!(well && found["snapshot"]["is"] == "equal", "{found}");
        assert_eq!(
            (&found["checkpoints"][0]["is"], &found["checkpoints"][0]["command"]),
            (&"equal".into(), &1.into())
        );
        for file in [&snapshot, &checkpoint] {
            let whole = fs::read(file).expect("it is there");
            for byte in [30, whole.len() / 2, whole.len() - 1] {
                flip(file, byte, 3);
                let (found, well) = report(&url, &data(&world));
                let state = if *file == snapshot { &found["snapshot"] } else { &found["checkpoints"][0] };
                assert!(!well && state["is"] == "torn", "byte {byte}: {found}");
                fs::write(file, &whole).expect("it can be written");
            }
        }
        flip(&snapshot, 100, 0);
        flip(&checkpoint, 100, 0);
        let homing = served(&url, &data(&world), &["--keep-commands", "7d"]);
        assert!(homing.log().contains("the snapshot is torn or of another version"), "{}", homing.log());
        assert!(decided(&world.log, "alice", &sends("bob", "one more")).await.accepted);
        stopped(homing);
        let (found, well) = report(&url, &data(&world));
        assert_eq!((well, &found["snapshot"]["is"]), (false, &"equal".into()), "{found}");
        fs::remove_file(checkpoint).expect("deleting one is safe");
        assert!(report(&url, &data(&world)).1);
    });
}
