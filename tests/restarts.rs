//! Start, stop and start again: whatever was said and however it ended, Homing is ready soon, and decides everything once.

mod support;

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::thread;
use std::time::{Duration, Instant};

use homing::log::{Log, Pipeline};
use homing::rules::identity::Register;
use homing::rules::presence::Encoding;
use homing::rules::{Command, Fact, identity};
use homing::server::{Managed, Sync};
use homing::wire::{command, commit, subjects};
use support::kill::{free_port, kill_9, nats_server_of};
use support::server::{connected, server};
use support::{Homing, say};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::task::block_in_place;
use tokio::time::timeout;

/// A start takes a second; this is for one that never comes, however busy the machine is.
const READY_WITHIN: Duration = Duration::from_secs(60);
const DECIDED_WITHIN: Duration = Duration::from_secs(60);
/// As many rows at the same time as keep two cores busy.
const AT_ONCE: usize = 4;
const ROLES: &str = "decider,fanout,presence,query,scheduler";

#[derive(Debug, Clone, Copy)]
enum Way {
    Up,
    Serve,
}

#[derive(Debug, Clone, Copy)]
enum End {
    CtrlC,
    Sigterm,
    KillHoming,
    KillServer,
    KillBoth,
}

const SAID: [u64; 3] = [0, 1, 1_000];
const ENDS: [End; 5] = [End::CtrlC, End::Sigterm, End::KillHoming, End::KillServer, End::KillBoth];
const WAYS: [Way; 2] = [Way::Up, Way::Serve];

/// An installation: `homing up`, or `homing serve` beside a server that is not its own.
struct Place {
    way: Way,
    folder: TempDir,
    port: u16,
    server: Option<Managed>,
    homing: Option<Homing>,
}

impl Place {
    async fn start(way: Way) -> Place {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let mut place = Place { way, folder, port: free_port(), server: None, homing: None };
        place.start_server().await;
        place.start_homing();
        place
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// Where nats-server keeps what it stores.
    fn store(&self) -> PathBuf {
        match self.way {
            Way::Up => self.data(),
            Way::Serve => self.folder.path().join("server"),
        }
        .join("nats/jetstream")
    }

    async fn start_server(&mut self) {
        if let Way::Serve = self.way {
            self.server = Some(server(&self.folder.path().join("server"), self.port, Sync::Off).await);
        }
    }

    fn start_homing(&mut self) {
        let since = Instant::now();
        let (data, port) = (self.data(), self.port);
        let url = self.server.as_ref().map(Managed::url);
        self.homing = Some(block_in_place(|| match url {
            None => Homing::start_at(&data, port, &["--sync", "off", "--open"]),
            Some(url) => Homing::serve(&data, &url, ROLES),
        }));
        assert!(since.elapsed() < READY_WITHIN, "ready only after {:.1?}", since.elapsed());
    }

    /// Ends what the row ends, and starts it again.
    async fn again(&mut self, end: End) {
        let homing = self.homing.take().expect("it runs");
        let stopped = match end {
            End::CtrlC => Some(block_in_place(|| homing.interrupt())),
            End::Sigterm => Some(block_in_place(|| homing.stop())),
            End::KillHoming => {
                homing.kill();
                None
            }
            End::KillServer => {
                self.kill_server().await;
                // It starts its own server again, and waits for one that is not.
                self.start_server().await;
                self.homing = Some(homing);
                None
            }
            End::KillBoth => {
                // For a moment neither runs.
                self.kill_server().await;
                homing.kill();
                self.start_server().await;
                None
            }
        };
        assert!(stopped.is_none_or(|status| status.success()), "{stopped:?}");
        if self.homing.is_none() {
            self.start_homing();
        }
    }

    async fn kill_server(&mut self) {
        let Some(mut server) = self.server.take() else { return kill_9(nats_server_of(&self.data())) };
        kill_9(server.pid());
        server.exited().await;
    }

    /// A connection, as soon as the server takes one.
    async fn log(&self) -> Log {
        connected(&format!("nats://127.0.0.1:{}", self.port)).await
    }

    async fn stop(self) {
        let stopped = self.homing.map(|homing| block_in_place(|| homing.stop()));
        assert!(stopped.is_none_or(|status| status.success()));
        if let Some(server) = self.server {
            server.stop().await.expect("nats-server stops");
        }
    }
}

fn register(name: u64) -> Register {
    let name = format!("u{name}").parse().expect("it is a user's name");
    Register::named(name)
}

/// Has the users from `first` on registered, as fast as the server takes it.
async fn say_all(log: &Log, first: u64, count: u64) {
    let mut pipeline = Pipeline::new(log.clone(), 1_000);
    for name in first..first + count {
        let said = Command::from(register(name));
        let payload = command::encode(&said, Encoding::Msgpack).into();
        pipeline.publish(subjects::command("_admin", said.verb()), payload).await.expect("it is sent");
    }
    pipeline.drain().await.expect("it is stored");
}

/// Says one thing more, and waits until it is decided: then every command was, once and in its order.
async fn decides(log: &Log, name: u64, commits_before: u64) {
    let said = register(name);
    let user = said.name.clone();
    let outgoing = command::outgoing("_admin", &Command::from(said), Encoding::Msgpack);
    log.command(outgoing).await.expect("it is stored");
    let (mut commits, mut last, mut events) = (0, 0, log.follow("EVENTS", None, 1));
    let read = async {
        loop {
            for record in events.next().await.expect("EVENTS is there") {
                let commit = commit::decode(&record.payload).expect("a commit");
                assert!(commit.command.0 > last, "each command once, and in its order");
                (commits, last) = (commits + 1, commit.command.0);
                if matches!(commit.facts.first(), Some(Fact::Identity(identity::Fact::Registered(identity::Registered { user: new, .. }))) if *new == user)
                {
                    return;
                }
            }
        }
    };
    let decided = timeout(DECIDED_WITHIN, read).await;
    assert!(decided.is_ok(), "not decided; there are {commits} commits");
    assert_eq!(commits, commits_before + 1);
}

async fn row(way: Way, said: u64, end: End) {
    let since = Instant::now();
    let mut place = Place::start(way).await;
    say_all(&place.log().await, 0, said).await;
    for round in 0..2 {
        place.again(end).await;
        decides(&place.log().await, said + round, said + round).await;
    }
    place.stop().await;
    say(&format!("{way:?}, {said} said, {end:?} twice: {:.1?}", since.elapsed()));
}

#[test]
fn whatever_was_said_and_however_it_ended_it_starts_again_and_decides() {
    let rows = WAYS.into_iter().flat_map(|way| SAID.map(|said| ENDS.map(|end| (way, said, end))));
    let rows = Mutex::new(rows.flatten().collect::<Vec<_>>());
    let next = || rows.lock().expect("no row fails under the lock").pop();
    thread::scope(|threads| {
        for _ in 0..AT_ONCE {
            threads.spawn(|| {
                let runtime = Runtime::new().expect("a runtime can be made");
                while let Some((way, said, end)) = next() {
                    runtime.block_on(row(way, said, end));
                }
            });
        }
    });
}

/// What was made from the log that was there before is of no use with another one, be it shorter or longer.
#[test]
fn a_folder_of_old_state_beside_another_log_starts_and_decides() {
    let runtime = Runtime::new().expect("a runtime can be made");
    for (before, after) in [(3, 0), (3, 3), (3, 10)] {
        runtime.block_on(async {
            let mut place = Place::start(Way::Up).await;
            say_all(&place.log().await, 0, before).await;
            decides(&place.log().await, before, before).await;
            place.again(End::Sigterm).await;
            assert!(place.data().join("decider/snapshot").is_file());
            let homing = place.homing.take().expect("it runs");
            assert!(block_in_place(|| homing.stop()).success());
            let kept = ["decider", "query", "presence"]
                .map(|name| (place.data().join(name), place.folder.path().join(name)));
            kept.iter().for_each(|(from, to)| rename(from, to));
            rename(&place.store(), &place.folder.path().join("store"));
            if after > 0 {
                place.start_homing();
                say_all(&place.log().await, 100, after).await;
                decides(&place.log().await, 99, after).await;
                let homing = place.homing.take().expect("it runs");
                assert!(block_in_place(|| homing.stop()).success());
                for (from, _) in &kept {
                    fs::remove_dir_all(from).expect("it was made");
                }
            }
            kept.iter().for_each(|(from, to)| rename(to, from));
            place.start_homing();
            // The first ones are new here: a state of the other log would know them.
            decides(&place.log().await, 0, if after > 0 { after + 1 } else { 0 }).await;
            place.stop().await;
        });
    }
}

fn rename(from: &Path, to: &Path) {
    fs::rename(from, to).unwrap_or_else(|error| panic!("{}: {error}", from.display()));
}
