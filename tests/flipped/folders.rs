//! A bit in the folder of the read models and in that of the SMS bridge.

use std::fs;
use std::path::{Path, PathBuf};

use homing::log::{Log, Pace, Record};
use homing::query::{Model, verify_models};
use homing::rules::attempt;
use homing::sms::state::{State, Terms, verify_state};
use homing::words::Party;
use serde_json::Value;
use tokio::time::timeout;

use crate::bits::{copy, files, flip};
use crate::support::sequence::publish_some;
use crate::support::world::{World, registers, story};
use crate::{WITHIN, data, decided, homing, report, sends, served, stopped};

/// Commands of all kinds; so many that each folder has a few hundred rows.
const SEQUENCES_LEN: usize = 60;
/// Places at which a bit is flipped, spread over a folder's files.
const PLACES_LEN: usize = 24;
const SMS_LEN: usize = 40;

async fn records(log: &Log, reads: Vec<String>) -> Vec<Record> {
    let all = vec!["homing.evt.>".to_owned()];
    let last = log.last_seq_of("EVENTS", if reads.is_empty() { &all } else { &reads }).await;
    let (last, mut records, mut follower) =
        (last.expect("it is there"), Vec::new(), log.follow_all("EVENTS", reads, 1));
    while records.last().is_none_or(|record: &Record| record.seq < last) {
        records.extend(timeout(WITHIN, follower.next()).await.expect("it is whole").expect("it is there"));
    }
    records
}

/// Both folders, at the end of the log; everything is decided, and nobody is at work.
async fn folders(world: &World) -> [PathBuf; 2] {
    let decider = served(&world.server.url(), &data(world), &[]);
    publish_some(&world.log, SEQUENCES_LEN).await;
    by_sms(&world.log).await;
    assert!(decided(&world.log, "_admin", &registers("zoe", None)).await.accepted);
    stopped(decider);
    let folders = [data(world).join("query"), data(world).join("sms")];
    for folder in &folders {
        caught_up(&world.log, folder).await;
    }
    folders
}

/// Deliveries that a bridge has submitted, half of them accepted.
async fn by_sms(log: &Log) {
    assert!(decided(log, "_admin", &registers("sam", None)).await.accepted);
    for number in 0..SMS_LEN {
        let (name, phone) = (format!("tom-{number}"), format!("+4915200{number:05}"));
        let outcome = decided(log, "_admin", &registers(&name, Some(&phone))).await;
        assert!(outcome.accepted, "{outcome:?}");
        let message = decided(log, "sam", &sends(&name, "by SMS")).await.message.expect("it is accepted");
        let to: Party = name.parse().expect("a name");
        let asked = attempt::Asked { message, to: to.clone(), again: false };
        let asks = attempt::Ask { deliveries: vec![asked], grant: Some(1) };
        assert!(decided(log, "_sms", &asks.into()).await.accepted);
        let ids = vec![Some(format!("{number:X}"))];
        let attempt = attempt::Attempt { message, to, connector: "main".to_owned(), ids, grant: Some(1) };
        let reports = vec![attempt::Report::Accepted { attempt, receipts: true }];
        if number % 2 == 0 {
            assert!(decided(log, "_sms", &attempt::Reports { reports, id: None }.into()).await.accepted);
        }
    }
}

/// What the role does with its folder: it opens it, or begins anew, and takes in what is missing. A thread of sled's
/// can hold the folder for a moment after that.
async fn caught_up(log: &Log, folder: &Path) {
    if folder.ends_with("query") {
        let records = records(log, Vec::new()).await;
        let model = Model::of(log, folder).await.expect("it is opened or rebuilt");
        model.take(&records).expect("it can be written");
        model.flush().expect("it can be written");
    } else {
        let state = State::of(log, folder, Terms::default()).await.expect("it is opened or rebuilt");
        let records = records(log, State::reads()).await;
        state.begin().expect("it can be written");
        state.apply(&records).expect("it can be written");
        state.flush().expect("it can be written");
    }
    let free = async { while state(log, folder).await["is"] == "in_use" {} };
    timeout(WITHIN, free).await.expect("it is free");
}

async fn state(log: &Log, folder: &Path) -> Value {
    let (mut pace, whole) = (Pace::new(None), u64::MAX);
    let state = if folder.ends_with("query") {
        verify_models(log, folder, whole, &mut pace).await
    } else {
        verify_state(log, folder, whole, &mut pace).await
    };
    serde_json::to_value(state.expect("nothing else is wrong")).expect("it is JSON")
}

#[test]
fn whole_folders_are_what_the_log_comes_to_and_one_in_use_is_said_to_be() {
    story(|world| async move {
        let (url, [query, sms]) = (world.server.url(), folders(&world).await);
        let before = files(&data(&world));
        let (found, well) = report(&url, &data(&world));
        assert!(well, "{found}");
        for (name, rows_min) in [("read_models", 100), ("sms", 20)] {
            assert_eq!(found[name]["is"], "equal", "{found}");
            assert!(found[name]["rows"].as_u64() > Some(rows_min), "{found}");
        }
        assert!(files(&data(&world)) == before, "nothing is written there");
        let shown = homing(&url, &data(&world), &["verify"]).succeeded("all is well").stdout;
        assert!(shown.contains("the read models (query): what the log comes to"), "{shown}");
        let model = Model::open(&query).expect("it is free");
        let bridge = State::open(&sms, Terms::default()).expect("it is free");
        let (found, well) = report(&url, &data(&world));
        assert!(well && found["read_models"]["is"] == "in_use" && found["sms"]["is"] == "in_use", "{found}");
        let shown = homing(&url, &data(&world), &["verify"]).succeeded("it is no error").stdout;
        assert!(shown.contains("in use, not compared: stop that process"), "{shown}");
        drop((model, bridge));
        for folder in [query, sms] {
            fs::remove_dir_all(folder).expect("it was made");
        }
        let (found, well) = report(&url, &data(&world));
        assert!(well && found["read_models"]["is"] == "none", "{found}");
        assert!(
            !data(&world).join("query").exists() && !data(&world).join("sms").exists(),
            "nothing is made"
        );
    });
}

#[test]
fn a_bit_in_the_bridges_folder_is_named_and_its_rows_are_those_of_the_log_again() {
    story(|world| async move {
        let [_, sms] = folders(&world).await;
        let states = flipped(&world, &sms, true).await;
        assert!(states.iter().any(|state| state != "equal"), "{states:?}");
    });
}

#[test]
fn a_bit_in_the_read_models_is_named() {
    story(|world| async move {
        let [query, _] = folders(&world).await;
        let states = flipped(&world, &query, false).await;
        assert!(states.iter().any(|state| state == "differs" || state == "torn"), "{states:?}");
    });
}

/// What is said of a folder for each place of the bit. Where none of its rows stands nothing is wrong with it.
async fn flipped(world: &World, folder: &Path, is_mended: bool) -> Vec<String> {
    let places = places(folder);
    let mut states = Vec::new();
    for (file, byte) in places {
        let copied = tempfile::tempdir().expect("a temporary folder can be made");
        let torn = copied.path().join(folder.file_name().expect("it has one"));
        copy(folder, &torn);
        flip(&torn.join(&file), byte, 4);
        let before = files(&torn);
        let found = state(&world.log, &torn).await;
        assert!(files(&torn) == before, "nothing is written there");
        let is = found["is"].as_str().expect("a name").to_owned();
        if is_mended {
            caught_up(&world.log, &torn).await;
            let after = state(&world.log, &torn).await;
            assert_eq!(after["is"], "equal", "{} byte {byte}: {found}, then {after}", file.display());
        }
        states.push(is);
    }
    states
}

/// Bytes of its files that are not zero, spread over them.
fn places(folder: &Path) -> Vec<(PathBuf, usize)> {
    let of_file = |(path, bytes): (PathBuf, Vec<u8>)| {
        let name = path.strip_prefix(folder).expect("it is in it").to_owned();
        let used = bytes.into_iter().enumerate().filter(|(_, byte)| *byte != 0);
        used.map(move |(place, _)| (name.clone(), place))
    };
    let all: Vec<_> = files(folder).into_iter().flat_map(of_file).collect();
    let step = (all.len() / PLACES_LEN).max(1);
    all.into_iter().step_by(step).collect()
}
