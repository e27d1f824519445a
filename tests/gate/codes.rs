//! One-time codes: they let in once, whoever guesses and however many gates there are.

use std::path::Path;
use std::process::Command;
use std::time::Duration;

use futures_util::future::join_all;
use homing::log::Log;
use homing::server::{Keys, gated};
use serde_json::Value;
use tokio::task::{block_in_place, yield_now};
use tokio::time::{Instant, timeout, timeout_at};

use crate::support::Homing;
use crate::support::users::Guarded;
use crate::world::{address, register, says, signs_in};

const HERE: &str = "127.0.0.1";
const WITHIN: Duration = Duration::from_secs(60);
/// A code by its shape, and hardly the one.
const WRONG: &str = "00000-00000";

/// A fresh code of somebody's.
fn code(url: &str, name: &str) -> String {
    let told = says(url, &["user", "passwd", name, "--code", "--json"], "").succeeded("a code");
    let given: Value = serde_json::from_str(&told.stdout).unwrap();
    let code = given.get("one_time_code").and_then(Value::as_str);
    code.unwrap_or_else(|| panic!("{given}")).to_owned()
}

async fn comes_in(address: &str, name: &str, said: &str) -> bool {
    signs_in(address, HERE, name, said).await
}

/// How many of so many that say the same at once come in.
async fn of_many(address: &str, name: &str, said: &str, many: usize) -> usize {
    let came_in = join_all((0..many).map(|_| comes_in(address, name, said))).await;
    came_in.into_iter().filter(|came_in| *came_in).count()
}

/// What a stream holds of these subjects, up to the `last`th that ends so: its subjects and payloads.
async fn held(
    log: &Log,
    stream: &'static str,
    subjects: &[&str],
    last: (&str, usize),
) -> Vec<(String, String)> {
    let mut follower =
        log.follow_all(stream, subjects.iter().map(|subject| (*subject).to_owned()).collect(), 1);
    let mut held = Vec::new();
    let until = Instant::now() + WITHIN;
    while held.iter().filter(|(subject, _): &&(String, String)| subject.ends_with(last.0)).count() < last.1 {
        let records = timeout_at(until, follower.next()).await.expect("it is there in time").unwrap();
        let told = records.iter().map(|record| {
            (record.subject.to_string(), String::from_utf8_lossy(&record.payload).into_owned())
        });
        held.extend(told);
    }
    held
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_no_password_comes_in_once_by_a_code_and_sets_one() {
    let homing = block_in_place(Homing::start_unsynced);
    let (url, address) = (homing.url(), address(&homing));
    let once = block_in_place(|| {
        says(url, &["user", "register", "ann"], "").succeeded("registering");
        code(url, "ann")
    });
    assert!(!comes_in(address, "ann", WRONG).await);
    assert!(comes_in(address, "ann", &once.replace('-', "").to_lowercase()).await, "as it is read aloud");
    assert!(!comes_in(address, "ann", &once).await, "a code is used once");
    let once = block_in_place(|| code(url, "ann"));
    assert_eq!(of_many(address, "ann", &once, 8).await, 1, "of eight at once one comes in");

    let before = block_in_place(|| code(url, "ann"));
    let once = block_in_place(|| code(url, "ann"));
    assert!(!comes_in(address, "ann", &before).await, "a newer code ends the one before");
    let hers = format!("nats://ann:{once}@{address}");
    let told = block_in_place(|| says(&hers, &["user", "passwd", "ann", "--stdin"], "her own\n"));
    assert_eq!(told.succeeded("her own password").stdout, "ann has a new password\n");
    assert!(comes_in(address, "ann", "her own").await && !comes_in(address, "ann", &once).await);

    let unused = block_in_place(|| code(url, "ann"));
    let hers = format!("nats://ann:her%20own@{address}");
    block_in_place(|| says(&hers, &["user", "passwd", "ann", "--stdin"], "another\n")).succeeded("another");
    assert!(!comes_in(address, "ann", &unused).await, "another password ends a code");
    let told = block_in_place(|| says(&hers, &["user", "passwd", "bob", "--stdin"], "his\n"));
    assert_eq!(told.status.code(), Some(1), "nobody sets another's: {}", told.stderr);

    let unused = block_in_place(|| code(url, "ann"));
    for changes in ["suspend", "resume"] {
        block_in_place(|| says(url, &["user", changes, "ann"], "")).succeeded(changes);
        assert!(!comes_in(address, "ann", &unused).await, "a suspension ends a code");
    }
    let log = Log::connect(url, "test").await.unwrap();
    let facts = held(&log, "EVENTS", &["homing.evt.user.*"], ("user.resumed", 1)).await;
    let commands = held(&log, "COMMANDS", &["homing.cmd.*.*.*"], ("user.resume", 1)).await;
    for code in [&once, &before, &unused] {
        let bare = code.replace('-', "");
        for text in [code, &bare] {
            assert!(!homing.log().contains(text), "a log line holds a code");
            let leak = facts.iter().chain(&commands).find(|(_, payload)| payload.contains(text));
            assert!(leak.is_none(), "{leak:?} holds a code");
        }
    }
    assert!(block_in_place(|| homing.stop()).success());
}

#[tokio::test(flavor = "multi_thread")]
async fn five_wrong_codes_end_it_and_guessing_on_fills_no_log() {
    let homing = block_in_place(Homing::start_unsynced);
    let (url, address) = (homing.url(), address(&homing));
    let first = block_in_place(|| {
        register(url, "ann", &[]);
        // A password that has the shape of a code.
        says(url, &["user", "passwd", "ann", "--stdin"], "helloworld\n").succeeded("a password");
        code(url, "ann")
    });
    for _ in 0..6 {
        assert!(comes_in(address, "ann", "helloworld").await, "her password is no try of the code");
    }
    for guess in ["guess", "00000-0000", ""] {
        assert!(!comes_in(address, "ann", guess).await, "what is no code is no try of it");
    }
    let wrong = join_all((0..20_u8).map(|place| {
        let from = format!("127.0.0.{}", 100 + place);
        async move { signs_in(address, &from, "ann", WRONG).await }
    }));
    assert!(wrong.await.iter().all(|came_in| !came_in));
    assert!(!signs_in(address, "127.0.0.99", "ann", &first).await, "it has ended");
    let next = block_in_place(|| code(url, "ann"));
    assert!(signs_in(address, "127.0.0.98", "ann", &next).await, "another one was not tried");
    let log = Log::connect(url, "test").await.unwrap();
    let facts = held(&log, "EVENTS", &["homing.evt.user.*"], ("code_used", 1)).await;
    assert_eq!(facts.iter().filter(|(subject, _)| subject.ends_with("code_missed")).count(), 5);
    let said = held(&log, "COMMANDS", &["homing.cmd.*.*.*"], ("give-code", 2)).await;
    let last = said.iter().rposition(|(subject, _)| subject.ends_with("give-code")).unwrap();
    let told = said.iter().take(last).filter(|(subject, _)| subject.ends_with("try-code")).count();
    assert_eq!(told, 5, "a gate tells of five");
    assert!(signs_in(address, "127.0.0.97", "ann", "helloworld").await);
    assert!(block_in_place(|| homing.stop()).success());
}

/// A data folder of another gate's, with the keys.
fn keys_copied(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    let mut copy = Command::new("cp");
    copy.arg("-a").arg(from.join("keys")).arg(to);
    assert!(copy.status().unwrap().success());
}

#[tokio::test(flavor = "multi_thread")]
async fn several_gates_agree_who_has_used_a_code_and_how_often_it_was_tried() {
    let folder = tempfile::tempdir().unwrap();
    let (data, other) = (folder.path().join("data"), folder.path().join("other"));
    let keys = Keys::of(&data).unwrap();
    let server = block_in_place(|| Guarded::start(&gated(&keys)));
    let admin = server.url(&format!("_admin:{}", keys.admin_password()));
    let address = admin.rsplit_once('@').unwrap().1;
    keys_copied(&data, &other);
    let first = block_in_place(|| Homing::serve(&data, &server.url(""), "decider,query,gate"));
    let second = block_in_place(|| Homing::serve(&other, &server.url(""), "gate"));
    block_in_place(|| says(&admin, &["user", "register", "ann"], "")).succeeded("registering");
    for _ in 0..4 {
        let once = block_in_place(|| code(&admin, "ann"));
        let one = async {
            // The other gate may not know of it yet when one does.
            loop {
                match of_many(address, "ann", &once, 8).await {
                    0 => yield_now().await,
                    came_in => return came_in,
                }
            }
        };
        let came_in = timeout(WITHIN, one).await.expect("somebody comes in");
        assert_eq!(came_in, 1, "of eight at once, at two gates, one comes in");
    }
    let once = block_in_place(|| code(&admin, "ann"));
    for _ in 0..3 {
        assert!(!comes_in(address, "ann", WRONG).await);
    }
    block_in_place(|| second.kill());
    assert!(block_in_place(|| first.stop()).success());
    let again = block_in_place(|| Homing::serve(&data, &server.url(""), "decider,query,gate"));
    let tried = Log::connect(&admin, "test").await.unwrap();
    let missed = async || {
        let facts = held(&tried, "EVENTS", &["homing.evt.user.*"], ("code_missed", 1)).await;
        facts.iter().filter(|(subject, _)| subject.ends_with("code_missed")).count()
    };
    let until = Instant::now() + WITHIN;
    // Each gate tells of what it checked; one that did not know of the code yet checked none.
    while missed().await < 5 {
        assert!(!signs_in(address, "127.0.0.90", "ann", WRONG).await);
        assert!(Instant::now() < until, "the wrong ones are counted");
    }
    assert!(!signs_in(address, "127.0.0.91", "ann", &once).await, "the tries before are known after a start");
    assert!(block_in_place(|| again.stop()).success());
}
