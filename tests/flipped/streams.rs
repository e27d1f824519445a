//! A bit in nats-server's files of EVENTS and of COMMANDS: what the server makes of it, and what Homing does.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use homing::log::{Log, Pipeline, Record};
use homing::rules::presence::Encoding;
use homing::server::{Managed, Sync};
use homing::wire::{command, subjects};
use serde_json::Value;
use tempfile::TempDir;
use tokio::time::timeout;

use crate::bits::{Place, Stored, blocks, copy, flip};
use crate::support::server::{connected, server};
use crate::support::world::{World, registers, says, story};
use crate::support::{Child, HOMING};
use crate::{WITHIN, data, decided, homing, refused, report, sends, served, stopped};

/// The file store ends a file at 8 MiB: the third is begun.
const LARGE_LEN: usize = 300;
const TEXT_BYTES: usize = 60_000;

/// A stopped server with three files of EVENTS and of COMMANDS, the folder of its decider, and what was decided.
struct Base {
    world_folder: Arc<TempDir>,
    events: Vec<Record>,
}

/// A copy of it that a server has, with one bit flipped.
struct Torn {
    folder: TempDir,
    server: Managed,
    log: Log,
}

impl Base {
    async fn of(world: World, undecided: usize) -> Base {
        let homing = served(&world.server.url(), &data(&world), &["--keep-commands", "forever"]);
        for name in ["alice", "bob"] {
            decided(&world.log, "_admin", &registers(name, None)).await;
        }
        let (mut pipeline, text) = (Pipeline::new(world.log.clone(), 100), "x".repeat(TEXT_BYTES));
        for number in 0..LARGE_LEN {
            let said = sends("bob", &format!("{number:04} {text}"));
            let payload = command::encode(&said, Encoding::Json).into();
            pipeline.publish(subjects::command("alice", said.verb()), payload).await.expect("it is sent");
        }
        pipeline.drain().await.expect("it is stored");
        decided(&world.log, "alice", &sends("bob", "the last one")).await;
        stopped(homing);
        for number in 0..undecided {
            says(&world.log, "alice", &sends("bob", &format!("undecided {number}"))).await;
        }
        let events = events(&world.log).await;
        let World { folder, server, .. } = world;
        server.stop().await.expect("it stops");
        Base { world_folder: folder, events }
    }

    fn server(&self) -> PathBuf {
        self.world_folder.path().join("server")
    }

    /// `unclean`: the server was killed, and reads all of its files when it starts.
    async fn torn(
        &self,
        stream: &str,
        block: usize,
        record: usize,
        place: Place,
        unclean: bool,
    ) -> (Torn, u64) {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        copy(self.world_folder.path(), folder.path());
        let file = blocks(&folder.path().join("server"), stream).swap_remove(block);
        let records = Stored::all(&file);
        let stored = records[record.min(records.len() - 1)];
        flip(&file, stored.byte(place), 1);
        if unclean {
            fs::remove_file(file.with_file_name("index.db")).expect("a stop writes it");
        }
        let server = server(&folder.path().join("server"), 0, Sync::Off).await;
        let log = connected(&server.url()).await;
        (Torn { folder, server, log }, stored.seq)
    }

    fn same(&self, events: &[Record]) -> bool {
        let decided = |record: &Record| (record.seq, record.subject.clone(), record.payload.clone());
        events.iter().map(decided).eq(self.events.iter().map(decided))
    }
}

impl Torn {
    fn url(&self) -> String {
        self.server.url()
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// A server that has cut a file while it runs still counts from the last record that was there, and takes nothing; started
    /// again it says that the others were removed.
    async fn cut_while_it_runs(self, seq: u64) {
        let homing = served(&self.url(), &self.data(), &[]);
        let told = async {
            while !homing.log().contains("wrong last sequence") {
                tokio::task::yield_now().await;
            }
        };
        timeout(WITHIN, told).await.expect("it says so");
        stopped(homing);
        assert_eq!(self.log.last_seq("EVENTS").await.expect("it is there"), seq - 1);
        let data = self.data();
        self.server.stop().await.expect("it stops");
        let server = server(&self.folder.path().join("server"), 0, Sync::Off).await;
        let refusal = refused(&server.url(), &data);
        assert!(refusal.contains(&format!("nothing can be read from {seq} to ")), "{refusal}");
        let (found, well) = report(&server.url(), &data);
        assert!(!well && first(&found) == ("gap", seq), "{found}");
        server.stop().await.expect("it stops");
    }

    /// The server passes over the last record in silence: whoever reads up to it does not wait for it.
    fn debugger_ends(&self, last: u64) {
        let read = last - 1;
        for (args, says) in [
            (&["events", "--last", "3"][..], format!("#{read} ")),
            (&["why", "m3", "--from-log"], "bob: ".to_owned()),
            (&["replay"], format!("After #{read} of {read}")),
        ] {
            let ended = homing(&self.url(), &self.data(), args).succeeded(&format!("{args:?}"));
            assert!(ended.stdout.contains(&says), "{args:?}: {}", ended.stdout);
            let is_told = ended.stderr.contains("`homing verify` says more");
            assert!(is_told || args[0] == "why", "{args:?}: {}", ended.stderr);
        }
    }

    fn fresh(&self) -> PathBuf {
        self.folder.path().join("fresh")
    }
}

async fn events(log: &Log) -> Vec<Record> {
    let last = log.last_seq("EVENTS").await.expect("it is there");
    let (mut events, mut follower) = (Vec::new(), log.follow("EVENTS", None, 1));
    while events.len() as u64 != last {
        events.extend(timeout(WITHIN, follower.next()).await.expect("it is whole").expect("it is there"));
    }
    events
}

fn names(path: &Path) -> Vec<String> {
    let entries = fs::read_dir(path).expect("it is there");
    entries.map(|entry| entry.expect("it can be read").file_name().to_string_lossy().into_owned()).collect()
}

fn first(found: &Value) -> (&str, u64) {
    let text = found["first"]["kind"].as_str().unwrap_or("none");
    (text, found["first"]["commit"].as_u64().or(found["first"]["command"].as_u64()).unwrap_or_default())
}

const MIDDLE: usize = 70;
const LAST: usize = usize::MAX;

/// One record is passed over by the server; with its length all behind it in its file; after a kill as much.
#[test]
fn a_bit_in_events_is_named_and_no_start_from_the_log_goes_past_it() {
    story(|world| async move {
        let base = Base::of(world, 0).await;
        let all = base.events.len() as u64;
        for (block, record, place, unclean, lost) in [
            (1, MIDDLE, Place::Payload, false, 1),
            (1, MIDDLE, Place::Headers, false, 1),
            (1, MIDDLE, Place::Seq, false, 1),
            (1, MIDDLE, Place::SubjectLength, false, 1),
            (1, MIDDLE, Place::Length, false, 2),
            (1, MIDDLE, Place::Payload, true, 2),
            (2, 5, Place::Payload, false, 1),
            (2, 5, Place::Time, false, 1),
            (2, LAST, Place::Payload, false, 1),
            (2, LAST, Place::Subject, false, 1),
            (1, LAST, Place::Checksum, false, 1),
        ] {
            let what = format!("{place:?} of record {record} in file {block}, killed {unclean}");
            let (torn, seq) = base.torn("EVENTS", block, record, place, unclean).await;
            let before = names(&torn.data().join("decider"));
            let (found, well) = report(&torn.url(), &torn.data());
            assert!(!well, "{what}: {found}");
            assert_eq!(first(&found), ("gap", seq), "{what}: {found}");
            // A sequence that is bent may take the record behind it along.
            assert!(found["gap"].as_u64() >= Some(lost), "{what}: {found}");
            assert_eq!(names(&torn.data().join("decider")), before, "{what}");
            let refusal = refused(&torn.url(), &torn.fresh());
            assert!(refusal.contains(&format!("nothing can be read from {seq} to ")), "{what}: {refusal}");
            if seq == all {
                torn.debugger_ends(all);
                assert!(refused(&torn.url(), &torn.data()).contains("EVENTS has a gap"), "{what}");
            }
            torn.server.stop().await.expect("it stops");
        }
    });
}

/// No checksum of the server's covers it: the record is handed out with its headers cut elsewhere.
#[test]
fn a_bit_in_the_length_of_a_commits_headers_is_named_and_nothing_is_decided_without_that_commit() {
    story(|world| async move {
        let base = Base::of(world, 0).await;
        for (block, record) in [(1, MIDDLE), (2, LAST)] {
            let (torn, seq) = base.torn("EVENTS", block, record, Place::HeadersLength, false).await;
            let (found, well) = report(&torn.url(), &torn.data());
            assert!(!well && found["torn"] == 1 && found["torn_at"] == seq, "{found}");
            if record == LAST {
                assert_eq!(found["snapshot"]["is"], "log_lost", "{found}");
            } else {
                assert_eq!(first(&found), ("no_commit", seq), "{found}");
            }
            let refusal = refused(&torn.url(), &torn.fresh());
            assert!(refusal.contains(&format!("read commit {seq}")) && refusal.contains("torn"), "{refusal}");
            torn.server.stop().await.expect("it stops");
        }
    });
}

/// EVENTS is shorter then: what it has lost is decided again from COMMANDS, byte for byte.
#[test]
fn a_cut_tail_of_events_is_named_and_decided_again_alike() {
    story(|world| async move {
        let base = Base::of(world, 0).await;
        for (record, place, unclean) in [
            (5, Place::Length, false),
            (5, Place::Payload, true),
            (LAST, Place::Seq, true),
            (LAST, Place::Seq, false),
        ] {
            let (torn, seq) = base.torn("EVENTS", 2, record, place, unclean).await;
            assert_eq!(torn.log.last_seq("EVENTS").await.expect("it is there"), seq - 1);
            let (found, well) = report(&torn.url(), &torn.data());
            assert!(!well && found["snapshot"]["is"] == "log_lost", "{found}");
            assert_eq!(found["cut_off"][0]["stream"], "EVENTS", "{found}");
            assert!(found["undecided"].as_u64() > Some(0), "{found}");
            if !unclean {
                torn.cut_while_it_runs(seq).await;
                continue;
            }
            let homing = served(&torn.url(), &torn.data(), &[]);
            let whole = async {
                while torn.log.last_seq("EVENTS").await.expect("it is there") < base.events.len() as u64 {
                    tokio::task::yield_now().await;
                }
            };
            timeout(WITHIN, whole).await.expect("it is decided again");
            stopped(homing);
            assert!(base.same(&events(&torn.log).await), "{place:?} of {record}");
            let (found, well) = report(&torn.url(), &torn.data());
            assert!(well && found["snapshot"]["is"] == "equal", "{found}");
            torn.server.stop().await.expect("it stops");
        }
    });
}

#[test]
fn a_bit_in_a_decided_command_is_named_and_changes_nothing() {
    story(|world| async move {
        let base = Base::of(world, 0).await;
        for (block, record, place) in
            [(1, MIDDLE, Place::Payload), (1, MIDDLE, Place::Length), (2, 5, Place::Time)]
        {
            let (torn, seq) = base.torn("COMMANDS", block, record, place, false).await;
            let (found, well) = report(&torn.url(), &torn.data());
            let first = (&found["first"]["kind"], found["first"]["command"].as_u64());
            // A cut end takes the commands with it that the decider's position is known by.
            assert!(!well && first.0 == "no_command" && first.1 == Some(seq), "{found}");
            assert_eq!(
                (&found["snapshot"]["is"], &found["lost_commands"]),
                (&"equal".into(), &0.into()),
                "{found}"
            );
            let homing = served(&torn.url(), &torn.data(), &[]);
            assert!(decided(&torn.log, "alice", &sends("bob", "one more")).await.accepted);
            stopped(homing);
            torn.server.stop().await.expect("it stops");
        }
    });
}

/// Waits until a decider says why it does not go on, at its start or, where it was ready by then, again and again.
async fn stuck(torn: &Torn, says: &str) {
    let (path, mut command) = (torn.data().with_extension("stuck"), Command::new(HOMING));
    let log = fs::File::create(&path).expect("the log can be written beside the data");
    command.args(["serve", "--roles", "decider", "--nats", &torn.url(), "--data"]).arg(torn.data());
    command.env_remove("NATS_URL").stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
    let _stuck = Child::spawn(&mut command);
    let said = async {
        while !fs::read_to_string(&path).is_ok_and(|log| log.contains(says)) {
            tokio::task::yield_now().await;
        }
    };
    timeout(WITHIN, said).await.expect("it says so");
}

#[test]
fn a_bit_in_a_command_that_waits_is_named_and_nothing_behind_it_is_decided_before_it_is_given_up() {
    story(|world| async move {
        let base = Base::of(world, 5).await;
        let waiting = base.events.len() as u64 + 1;
        let records = Stored::all(&blocks(&base.server(), "COMMANDS")[2]);
        let place_of = |seq: u64| records.iter().position(|stored| stored.seq == seq).expect("it is there");
        for lost in [waiting, waiting + 2, waiting + 4] {
            let (torn, _) = base.torn("COMMANDS", 2, place_of(lost), Place::Payload, false).await;
            let (found, well) = report(&torn.url(), &torn.data());
            assert!(!well, "{found}");
            assert_eq!(first(&found), ("lost_command", lost), "{found}");
            let says = format!("nothing can be read of COMMANDS from {lost} to {lost}");
            stuck(&torn, &says).await;
            let decided_before = torn.log.last_seq("EVENTS").await.expect("it is there");
            assert_eq!(decided_before, lost - 1, "what stands before it");
            let plan = homing(&torn.url(), &torn.data(), &["streams", "repair"]).stdout;
            assert!(plan.contains(&format!("nothing can be read from {lost} to {lost}")), "{plan}");
            homing(&torn.url(), &torn.data(), &["streams", "repair", "--yes"]).succeeded("a repair");
            let running = served(&torn.url(), &torn.data(), &[]);
            assert!(decided(&torn.log, "alice", &sends("bob", "one more")).await.accepted);
            stopped(running);
            let behind = waiting + 4 - lost;
            let events = torn.log.last_seq("EVENTS").await.expect("it is there");
            assert_eq!(events, lost - 1 + 1 + behind + 1, "given up, those behind, one more");
            let (found, well) = report(&torn.url(), &torn.data());
            assert!(well, "{found}");
            torn.server.stop().await.expect("it stops");
        }
    });
}
