//! A bridge whose folder is rebuilt: what was joined long ago is not joined again, and what was not is joined.

use std::path::Path;

use homing::log::Log;
use homing::rules::phone::{Heard, Part};
use homing::rules::{Command, Commit, Fact, Sender, phone};
use homing::server::Sync;
use homing::sms::{Settings, run};
use homing::wire::{Outgoing, command, commit, subjects};
use homing::words::{Called, CommandSeq, EventSeq, Instant};
use tokio_util::sync::CancellationToken;

use crate::smsc::soon;
use crate::support::server::server;

/// More than the bridge reads at once.
const BETWEEN: usize = 2_000;

fn part(whole: &str, number: u8) -> Fact {
    Fact::from(Part {
        whole: whole.to_owned(),
        connector: "main".to_owned(),
        from: None,
        called: Called::Service,
        number,
        total: 2,
        octets: Default::default(),
        id: None,
    })
}

fn received(joined: Option<&str>) -> Fact {
    Fact::from(Heard {
        connector: "main".to_owned(),
        from: None,
        called: Called::Service,
        said: None,
        joined: joined.map(str::to_owned),
        refused: None,
    })
}

async fn decided(url: &str, facts: impl Iterator<Item = Fact>) {
    let log = Log::connect(url, "test").await.unwrap();
    let (mut appender, mut acks) = log.appender(EventSeq(0)).await.unwrap();
    for (seq, fact) in (1..).zip(facts) {
        let (command, by, facts) = (CommandSeq(seq), Sender::Unknown, vec![fact]);
        let made = Commit { command, at: Instant::default(), by, part: 0, parts: 1, intent: None, facts };
        let (subject, payload) = (subjects::event(&made), commit::encode(&made));
        let appending = appender.append(Outgoing { subject, headers: Vec::new(), payload }).await.unwrap();
        acks.stored(appending).await.unwrap();
    }
}

/// The wholes that a bridge with nothing in its folder joins, up to `last`.
async fn joined(url: &str, folder: &Path, last: &str) -> Vec<String> {
    let (log, stop) = (Log::connect(url, "bridge").await.unwrap(), CancellationToken::new());
    let mut commands = log.follow("COMMANDS", None, 1);
    let bridge = run(log, folder, Settings::default(), stop.clone());
    let read = async {
        let mut wholes: Vec<String> = Vec::new();
        while !wholes.iter().any(|whole| whole == last) {
            for record in commands.next().await.unwrap() {
                let (seq, at) = (CommandSeq(record.seq), record.at);
                let order = command::parse(record.subject.as_str(), &record.payload, seq, at).map_err(drop);
                let Command::Phone(phone::Command::Received(received)) = order.unwrap().command else {
                    continue;
                };
                wholes.extend(received.joined);
            }
        }
        stop.cancel();
        wholes
    };
    let (ended, wholes) = tokio::join!(bridge, soon("the last is joined", read));
    ended.unwrap();
    wholes
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rebuilt_bridge_joins_only_what_was_not_joined() {
    let folder = tempfile::tempdir().unwrap();
    let managed = server(&folder.path().join("server"), 0, Sync::Off).await;
    let log = Log::connect(&managed.url(), "test").await.unwrap();
    log.provision(true, None).await.unwrap();
    let between = (0..BETWEEN).map(|_| received(None));
    let old = [part("old", 1), part("old", 2)].into_iter().chain(between).chain([received(Some("old"))]);
    decided(&managed.url(), old.chain([part("new", 1), part("new", 2)])).await;
    let newest = log.since("EVENTS", "homing.evt.phone.>", Instant::default(), 1_000).await.unwrap();
    let newest: Vec<u64> = newest.iter().map(|record| record.seq).collect();
    let last = u64::try_from(BETWEEN).unwrap() + 5;
    assert_eq!(
        newest,
        (last - 999..=last).collect::<Vec<u64>>(),
        "of more than it may give it gives the newest"
    );
    let wholes = joined(&managed.url(), folder.path(), "new").await;
    assert!(wholes.iter().all(|whole| whole == "new"), "{wholes:?}");
}
