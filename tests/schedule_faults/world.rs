//! A Homing that is killed and started again, an SMSC that stays, and people who wait for what schedules send.

use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::future::join_all;
use homing::log::{Log, Pipeline};
use homing::rules::Command;
use homing::rules::identity::Register;
use homing::rules::presence::Encoding;
use homing::server::{Managed, Sync};
use homing::wire::{command, subjects};
use tempfile::TempDir;
use tokio::task::block_in_place;

use crate::audit::Audit;
use crate::other::Smsc;
use crate::recipients::Recipients;
use crate::support::Homing;
use crate::support::kill::{free_port, kill_9, nats_server_of};
use crate::support::server::{connected, server};

/// Also on a loaded machine, with items that come again ten seconds after their bridge was killed.
pub const ENDS_WITHIN: Duration = Duration::from_secs(180);
/// So long nobody is there, and times go by.
const AWAY: Duration = Duration::from_secs(1);

/// People who are online, and people who only have a phone.
pub const LIVE: usize = 5;
pub const PHONES: usize = 5;
/// Submits on the wire at any time, at most.
pub const SMS_WINDOW: usize = 20;

/// What is killed. The server of a `homing up` that dies dies behind it.
#[derive(Debug, Clone, Copy)]
pub enum Blow {
    /// `homing up`, which is back at once.
    Homing,
    /// `homing up`, which is back after a while.
    HomingAway,
    /// The server alone; Homing starts it again.
    Server,
    Both,
    BothAway,
}

pub const BLOWS: [Blow; 5] = [Blow::Homing, Blow::Server, Blow::HomingAway, Blow::Both, Blow::BothAway];

pub struct World {
    folder: TempDir,
    /// One that outlives Homing.
    server: Option<Managed>,
    pub port: u16,
    pub smsc: Smsc,
    pub homing: Option<Homing>,
    pub recipients: Recipients,
}

impl World {
    pub async fn start() -> World {
        World::with(tempfile::tempdir().unwrap(), free_port(), None).await
    }

    /// Homing uses a server that is not its child.
    pub async fn beside_its_server() -> World {
        let (folder, port) = (tempfile::tempdir().unwrap(), free_port());
        let server = server(&folder.path().join("server"), port, Sync::Off).await;
        World::with(folder, port, Some(server)).await
    }

    async fn with(folder: TempDir, port: u16, server: Option<Managed>) -> World {
        let smsc = Smsc::start().await;
        smsc.probe.sends_receipts.store(true, Ordering::Relaxed);
        *smsc.probe.kept.lock().unwrap() = Some(Vec::new());
        let homing = Some(started(&folder.path().join("data"), port, server.as_ref(), &smsc));
        let log = connected(&url(port)).await;
        register_all(&log).await;
        let recipients = Recipients::start(&url(port)).await;
        World { folder, server, port, smsc, homing, recipients }
    }

    pub fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    pub fn url(&self) -> String {
        url(self.port)
    }

    pub fn up(&mut self) {
        self.homing = Some(started(&self.data(), self.port, self.server.as_ref(), &self.smsc));
    }

    fn down(&mut self) {
        self.homing.take().unwrap().kill();
    }

    pub fn stop(&mut self) {
        let homing = self.homing.take().unwrap();
        assert!(block_in_place(|| homing.stop()).success());
    }

    /// A connection, as soon as the server takes one.
    pub async fn log(&self) -> Log {
        connected(&self.url()).await
    }

    pub async fn strike(&mut self, blow: Blow) {
        if let Blow::Server | Blow::Both | Blow::BothAway = blow {
            kill_9(nats_server_of(&self.data()));
        }
        if let Blow::Server = blow {
            return;
        }
        self.down();
        if let Blow::HomingAway | Blow::BothAway = blow {
            tokio::time::sleep(AWAY).await;
        }
        self.up();
    }

    /// Reads EVENTS from its beginning until all of it is as wanted.
    pub async fn audit(&self, wanted: impl Fn(&Audit) -> bool) -> Audit {
        let log = self.log().await;
        audit(&log, wanted).await
    }
}

pub async fn audit(log: &Log, wanted: impl Fn(&Audit) -> bool) -> Audit {
    let (mut audit, mut events) = (Audit::default(), log.follow("EVENTS", None, 1));
    let read = async {
        while !wanted(&audit) {
            for record in events.next().await.unwrap() {
                audit.take(record.seq, &record.payload);
            }
        }
    };
    let done = tokio::time::timeout(ENDS_WITHIN, read).await;
    let unrest = audit.made.keys().filter(|schedule| !audit.over.contains(schedule));
    let unrest: Vec<_> = unrest.take(10).collect();
    assert!(done.is_ok(), "not at rest: {:?}, still open: {unrest:?}", audit.ledger.total());
    audit
}

fn started(data: &Path, port: u16, server: Option<&Managed>, smsc: &Smsc) -> Homing {
    let account = format!("smpp://me:pw@127.0.0.1:{}?name=main&window={SMS_WINDOW}", smsc.port);
    let flags = ["--query-after", "5s", "--smsc", &account];
    block_in_place(|| match server {
        Some(server) => Homing::serve_with(data, &server.url(), &flags),
        None => Homing::start_at(data, port, &[&["--sync", "off", "--open"][..], &flags].concat()),
    })
}

fn url(port: u16) -> String {
    format!("nats://127.0.0.1:{port}")
}

/// alice, who has schedules, and who gets what they send.
pub async fn register_all(log: &Log) {
    let phone = |n: usize| Some(format!("+44770090{n:04}").parse().unwrap());
    let live = (0..LIVE).map(|n| (format!("live{n}"), None));
    let phones = (0..PHONES).map(|n| (format!("phone{n}"), phone(n)));
    let all = live.chain(phones).chain([("alice".to_owned(), None)]);
    let registered = all.map(|(name, phone)| async move {
        let zone = Some("UTC".to_owned());
        let register = Register { phone, zone, ..Register::named(name.parse().unwrap()) };
        let outgoing = command::outgoing("_admin", &Command::from(register), Encoding::Json);
        log.publish(outgoing, &name).await.unwrap()
    });
    join_all(registered).await;
}

/// Stores commands of alice's, in their order.
pub async fn store(log: &Log, commands: impl Iterator<Item = Command>) {
    let mut pipeline = Pipeline::new(log.clone(), 1_000);
    for said in commands {
        let payload = command::encode(&said, Encoding::Msgpack).into();
        pipeline.publish(subjects::command("alice", said.verb()), payload).await.unwrap();
    }
    pipeline.drain().await.unwrap();
}
