//! Who gets in, by what, and when they are put out again.

use std::time::Duration;

use homing::log::{Log, NatsUrl};
use homing::rules::Command;
use homing::rules::identity::Register;
use nkeys::KeyPair;
use serde_json::Value;
use tokio::task::{block_in_place, yield_now};

use crate::support::world::says as publishes;
use crate::support::{HOMING, Homing, peers, run};
use crate::world::{address, comes, password, register, says, signs_in};

const HERE: &str = "127.0.0.1";
const WITHIN: Duration = Duration::from_secs(30);

/// Asks the operator's command line until the answer is so.
async fn until(url: &str, args: &[&str], holds: impl Fn(&Value) -> bool) {
    let asked = async {
        loop {
            let told = block_in_place(|| says(url, &[args, &["--json"]].concat(), ""));
            if serde_json::from_str(&told.stdout).is_ok_and(|answer| holds(&answer)) {
                return;
            }
            yield_now().await;
        }
    };
    tokio::time::timeout(WITHIN, asked).await.expect("it comes to hold");
}

/// The connection ends; a client that may come again does.
async fn is_put_out(log: &Log) {
    let ended = async {
        while log.connects() == 1
            && log.client().connection_state() == async_nats::connection::State::Connected
        {
            yield_now().await;
        }
    };
    tokio::time::timeout(WITHIN, ended).await.expect("the connection ends");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_no_longer_loses_the_connections_that_are_open() {
    let homing = block_in_place(Homing::start_unsynced);
    let (url, address) = (homing.url(), address(&homing));
    block_in_place(|| {
        register(url, "alice", &[]);
        register(url, "bob", &[]);
    });
    let bob = comes(address, "bob").await.unwrap();
    for (changes, typed, may_come) in [
        (&["user", "suspend", "alice"][..], "", false),
        (&["user", "resume", "alice"], "", true),
        (&["user", "set", "alice", "--access", "producer"], "", true),
        (&["user", "passwd", "alice", "--stdin"], "another one\n", false),
    ] {
        let before = comes(address, "alice").await;
        if let Ok(before) = &before {
            until(url, &["user", "sessions", "alice"], |answer| answer["count"] != 0).await;
            block_in_place(|| says(url, changes, typed)).succeeded("the change");
            is_put_out(before).await;
        } else {
            block_in_place(|| says(url, changes, typed)).succeeded("the change");
        }
        drop(before);
        if may_come {
            let again = async {
                while !signs_in(address, HERE, "alice", &password("alice")).await {
                    yield_now().await;
                }
            };
            tokio::time::timeout(WITHIN, again).await.expect("she may come again");
        } else {
            assert!(!signs_in(address, HERE, "alice", &password("alice")).await, "after {changes:?}");
        }
    }
    assert!(signs_in(address, HERE, "alice", "another one").await);
    assert_eq!(bob.client().connection_state(), async_nats::connection::State::Connected);
    block_in_place(|| says(url, &["user", "sessions", "bob", "--end"], "")).succeeded("ending bob's");
    is_put_out(&bob).await;
    assert!(block_in_place(|| homing.stop()).success());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_nkey_signs_in_and_another_one_does_not() {
    let homing = block_in_place(Homing::start_unsynced);
    let (url, address) = (homing.url(), address(&homing));
    let (key, other) = (KeyPair::new_user(), KeyPair::new_user());
    block_in_place(|| register(url, "alice", &["--public-nkey", &key.public_key()]));
    let at = |key: &KeyPair| {
        let at: NatsUrl = format!("nats://{address}").parse().unwrap();
        at.with_nkey(&key.seed().unwrap())
    };
    let alice = Log::of_user(&at(&key), "alice").await.unwrap();
    until(url, &["user", "sessions", "alice"], |answer| answer["items"][0]["user"] == "alice").await;
    let answer = alice.client().request("homing.query.alice.inbox", "{}".into()).await.unwrap();
    assert!(String::from_utf8_lossy(&answer.payload).contains("items"));
    assert!(Log::of_user(&at(&other), "alice").await.is_err(), "nobody has that key");
    block_in_place(|| says(url, &["user", "set", "alice", "--public-nkey", &other.public_key()], ""))
        .succeeded("a new key");
    is_put_out(&alice).await;
    assert!(Log::of_user(&at(&key), "alice").await.is_err(), "the old key is worth nothing");
    drop(Log::of_user(&at(&other), "alice").await.unwrap());
    block_in_place(|| says(url, &["user", "set", "alice", "--public-nkey", "none"], "")).succeeded("no key");
    assert!(signs_in(address, HERE, "alice", &password("alice")).await, "the password stays");
    assert!(block_in_place(|| homing.stop()).success());
}

/// What `homing up` writes down, the `nats` command line and Homing's own find and use.
#[test]
fn an_operator_types_no_password() {
    let Some(tools) = peers::nats_tools() else { return };
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let homing = Homing::start_at(&data, 0, &[]);
    let mut command = std::process::Command::new(tools.join("nats"));
    command.arg("--context").arg(data.join("nats-context.json")).args(["stream", "ls", "--names"]);
    let told = run(&mut command, WITHIN).succeeded("nats stream ls");
    assert!(told.stdout.contains("COMMANDS") && told.stdout.contains("EVENTS"), "{}", told.stdout);
    let mut command = std::process::Command::new(HOMING);
    command.args(["user", "register", "alice", "--nats"]).arg(format!("nats://{}", address(&homing)));
    command.arg("--data").arg(&data).env_remove("NATS_URL");
    run(&mut command, WITHIN).succeeded("registering");
    assert!(homing.stop().success());
}

/// The streams stay what they were, and without the gate whoever says who they are is let in as well.
#[tokio::test(flavor = "multi_thread")]
async fn a_data_folder_may_be_opened_and_closed() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    for (number, flags) in [&["--open"][..], &[], &["--open"]].into_iter().enumerate() {
        let homing = block_in_place(|| Homing::start_at(&data, 0, flags));
        let url = homing.url().to_owned();
        block_in_place(|| register(&url, &format!("user{number}"), &[]));
        let told = block_in_place(|| says(&url, &["user", "ls", "--json"], "")).succeeded("listing");
        let listed: Value = serde_json::from_str(&told.stdout).unwrap();
        assert_eq!(listed["items"].as_array().map(Vec::len), Some(number + 1), "{listed}");
        let address = url.rsplit(['@', '/']).next().unwrap();
        assert!(signs_in(address, HERE, "user0", &password("user0")).await);
        assert_eq!(signs_in(address, HERE, "user0", "guess").await, !flags.is_empty());
        assert!(block_in_place(|| homing.stop()).success());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nobody_comes_in_without_being_known() {
    let homing = block_in_place(Homing::start_unsynced);
    let (url, address) = (homing.url(), address(&homing));
    block_in_place(|| {
        register(url, "alice", &[]);
        says(url, &["user", "register", "bob"], "").succeeded("registering");
    });
    for (name, said) in [
        ("", ""),
        ("alice", ""),
        ("alice", "guess"),
        ("alice", &password("bob")),
        ("Alice", &password("alice")),
        ("bob", ""),
        ("bob", "guess"),
        ("nobody", "guess"),
        ("_admin", "guess"),
        ("_admin", ""),
        ("_sms", ""),
        ("*", "guess"),
        ("alice.bob", "guess"),
        (">", ">"),
    ] {
        assert!(!signs_in(address, HERE, name, said).await, "{name:?} with {said:?}");
    }
    assert!(signs_in(address, HERE, "alice", &password("alice")).await);
    let (login, _) = url.strip_prefix("nats://").unwrap().rsplit_once('@').unwrap();
    assert!(signs_in(address, HERE, "_admin", login.split_once(':').unwrap().1).await);
    for secret in [&password("alice"), login.split_once(':').unwrap().1, "guess"] {
        assert!(!homing.log().contains(secret), "the log holds a password");
    }
    assert!(block_in_place(|| homing.stop()).success());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_weaker_hash_is_made_anew_when_its_owner_comes() {
    /// Of `weak`, with 8 MiB and one pass.
    const WEAK: &str = "$argon2id$v=19$m=8192,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$";
    let homing = block_in_place(Homing::start_unsynced);
    let log = Log::connect(homing.url(), "test").await.unwrap();
    let hashed = weak_hash("weak");
    assert!(hashed.starts_with(WEAK.split("$c29").next().unwrap()));
    let carol = Register { secret: Some(hashed), ..Register::named("carol".parse().unwrap()) };
    publishes(&log, "_admin", &Command::from(carol)).await;
    let comes = || async {
        while !signs_in(address(&homing), HERE, "carol", "weak").await {
            yield_now().await;
        }
    };
    tokio::time::timeout(WITHIN, comes()).await.expect("she is registered by then");
    let mut events = log.follow("EVENTS", None, 1);
    let changed = async {
        loop {
            for record in events.next().await.unwrap() {
                if String::from_utf8_lossy(&record.payload).contains("$argon2id$v=19$m=19456,t=2,p=1$") {
                    return;
                }
            }
        }
    };
    tokio::time::timeout(WITHIN, changed).await.expect("her hash is as strong as today's");
    // Who comes just when the gate takes the new one in is told to try again.
    tokio::time::timeout(WITHIN, comes()).await.expect("the same password fits it");
    assert!(block_in_place(|| homing.stop()).success());
}

fn weak_hash(password: &str) -> String {
    use argon2::password_hash::PasswordHasher;
    let params = argon2::Params::new(8_192, 1, 1, None).unwrap();
    let argon2 = argon2::Argon2::new(argon2::Algorithm::Argon2id, argon2::Version::V0x13, params);
    argon2.hash_password(password.as_bytes()).unwrap().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_user_has_so_many_connections_and_others_have_theirs() {
    const EACH_MAX: usize = 64;
    let homing = block_in_place(Homing::start_unsynced);
    let (url, address) = (homing.url(), address(&homing));
    block_in_place(|| {
        register(url, "alice", &[]);
        register(url, "bob", &[]);
    });
    let mut open = Vec::new();
    for _ in 0..EACH_MAX {
        open.push(comes(address, "alice").await.unwrap());
    }
    assert!(!signs_in(address, HERE, "alice", &password("alice")).await, "one too many");
    assert!(signs_in(address, HERE, "bob", &password("bob")).await);
    open.truncate(EACH_MAX - 1);
    until(url, &["user", "sessions", "alice"], |answer| answer["count"] == EACH_MAX - 1).await;
    assert!(signs_in(address, HERE, "alice", &password("alice")).await, "there is room again");
    assert!(block_in_place(|| homing.stop()).success());
}
