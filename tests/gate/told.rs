//! What people are told who are not let in, or may not do something: once, in words, and what to do.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::Duration;

use homing::log::{Log, NatsUrl};
use homing::wire::Outgoing;
use nkeys::KeyPair;
use serde_json::Value;
use tokio::task::block_in_place;

use crate::support::{Child, HOMING, Homing, run_reading};
use crate::world::{Apart, address, password, register, says};

const WITHIN: Duration = Duration::from_secs(60);

fn named(name: &str, said: &str, address: &str) -> String {
    format!("nats://{name}:{}@{address}", said.replace(' ', "%20"))
}

#[test]
fn a_listener_whose_credentials_are_refused_says_so_once_and_ends() {
    let homing = Homing::start_unsynced();
    let (url, address) = (homing.url(), address(&homing));
    let device = tempfile::tempdir().unwrap();
    register(url, "alice", &[]);
    for (changes, typed) in
        [(&["user", "suspend", "alice"][..], ""), (&["user", "passwd", "alice", "--stdin"], "new\n")]
    {
        let mut command = Command::new(HOMING);
        command
            .args(["listen", "--user", "alice"])
            .env("NATS_URL", named("alice", &password("alice"), address))
            .env("HOMING_DATA", device.path());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        let mut alice = Child::spawn(&mut command);
        let mut lines = BufReader::new(alice.take_stderr());
        let mut told = String::new();
        while !told.contains("alice is online as") {
            assert!(lines.read_line(&mut told).unwrap() > 0, "it ended: {told}");
        }
        says(url, changes, typed).succeeded("the change");
        let status = alice.ended_within(WITHIN).expect("it ends");
        lines.read_to_string(&mut told).unwrap();
        assert_eq!(status.code(), Some(1), "{told}");
        assert_eq!(told.matches("the server refuses these credentials").count(), 1, "{told}");
        assert!(told.contains("(auth.refused)") && told.contains("homing user passwd"), "{told}");
        assert!(!told.contains("authorization violation"), "the library's own words: {told}");
        says(url, &["user", "resume", "alice"], "").succeeded("she may come again");
    }
    let first = says(&named("alice", "wrong", address), &["inbox", "--user", "alice", "--json"], "");
    let refused: Value = serde_json::from_str(&first.stdout).unwrap();
    assert_eq!((first.status.code(), &refused["error"]["code"]), (Some(1), &"auth.refused".into()));
    assert_eq!(first.stderr, "", "the refusal is in the JSON");
    assert!(
        homing.log().contains("refused host=\"127.0.0.1\" user=\"alice\""),
        "the log names whom it refused"
    );
    says(&named("mypassword", "alice", address), &["inbox", "--user", "alice"], "");
    assert!(!homing.log().contains("mypassword"), "what is nobody's name may be a password");
    assert!(homing.stop().success());
}

#[test]
fn the_sessions_of_nobody_are_refused_and_of_who_is_not_there_are_none() {
    let homing = Homing::start_unsynced();
    let url = homing.url();
    register(url, "alice", &[]);
    let shown = says(url, &["user", "sessions", "alice"], "").succeeded("hers");
    assert_eq!(shown.stdout, "no connections\n");
    let shown = says(url, &["user", "sessions", "alice", "--json"], "").succeeded("hers");
    assert_eq!(serde_json::from_str::<Value>(&shown.stdout).unwrap()["items"], Value::Array(Vec::new()));
    for args in [&["user", "sessions", "nobody"][..], &["user", "sessions", "nobody", "--end"]] {
        let told = says(url, args, "");
        assert_eq!(told.status.code(), Some(1));
        assert_eq!(told.stderr, "homing: refused: nobody is not registered (user.unknown)\n", "{args:?}");
    }
    assert!(homing.stop().success());
}

#[test]
fn who_is_registered_is_shown_with_what_they_may_do_and_how_they_sign_in() {
    let homing = Homing::start_unsynced();
    let url = homing.url();
    let key = KeyPair::new_user();
    register(url, "alice", &["--public-nkey", &key.public_key(), "--access", "viewer"]);
    register(url, "bob", &[]);
    says(url, &["user", "register", "carol"], "").succeeded("registering");
    says(url, &["user", "register", "dave", "--public-nkey", &KeyPair::new_user().public_key()], "")
        .succeeded("registering");
    says(url, &["user", "set", "dave", "--access", "producer", "--public-nkey", "none"], "")
        .succeeded("changing");
    let told = says(url, &["user", "ls", "--json"], "").succeeded("listing");
    assert!(!told.stdout.contains("argon2"), "{}", told.stdout);
    let listed: Value = serde_json::from_str(&told.stdout).unwrap();
    let people: Vec<_> = listed["items"].as_array().unwrap().iter().collect();
    let shown = |user: &&Value| format!("{} {} {}", user["name"], user["access"], user["sign_in"]);
    assert_eq!(
        people.iter().map(shown).collect::<Vec<_>>(),
        [
            r#""alice" "viewer" ["password","nkey"]"#,
            r#""bob" "user" ["password"]"#,
            r#""carol" "user" []"#,
            r#""dave" "producer" []"#,
        ]
    );
    let table = says(url, &["user", "ls"], "").succeeded("listing").stdout;
    assert!(table.contains("password, nkey") && table.contains("none"), "{table}");
    assert!(homing.stop().success());
}

/// The server lets each hear answers in an inbox of their own name, and an nkey says no name.
#[test]
fn a_viewer_who_signs_in_by_an_nkey_reads_and_one_who_may_not_is_told_in_one_line() {
    let homing = Homing::start_unsynced();
    let (url, address) = (homing.url(), address(&homing));
    let key = KeyPair::new_user();
    register(url, "vera", &["--public-nkey", &key.public_key(), "--access", "viewer"]);
    let seed = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(seed.path(), key.seed().unwrap()).unwrap();
    let by_key = |nats: String, args: &[&str]| {
        let seed = seed.path().to_str().unwrap();
        says(&nats, &[args, &["--nkey", seed]].concat(), "")
    };
    for args in [&["user", "ls"], &["user", "sessions"]] {
        by_key(format!("nats://vera@{address}"), args).succeeded("asking");
    }
    let unnamed = by_key(format!("nats://{address}"), &["user", "ls"]);
    assert_eq!((unnamed.status.code(), unnamed.stderr.lines().count()), (Some(1), 1), "{}", unnamed.stderr);
    assert!(unnamed.stderr.contains("nats://NAME@host:4222"), "{}", unnamed.stderr);
    for (who, args) in [
        (named("vera", &password("vera"), address), &["user", "suspend", "vera"][..]),
        (named("vera", &password("vera"), address), &["send", "vera", "hello", "--user", "vera"]),
    ] {
        let told = says(&who, args, "");
        assert_eq!((told.status.code(), told.stderr.lines().count()), (Some(1), 1), "{}", told.stderr);
        assert!(told.stderr.contains("permission"), "{}", told.stderr);
    }
    assert!(homing.stop().success());
}

/// Its acknowledgement would come to an inbox of the other's name, and a publish that is not acknowledged is said again for a minute.
#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_by_a_key_beside_a_wrong_name_ends_at_once() {
    let homing = block_in_place(Homing::start_unsynced);
    let (url, address) = (homing.url(), address(&homing));
    let key = KeyPair::new_user();
    block_in_place(|| register(url, "ann", &["--public-nkey", &key.public_key()]));
    block_in_place(|| register(url, "bob", &[]));
    let at: NatsUrl = format!("nats://bob@{address}").parse().unwrap();
    let seed = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(seed.path(), key.seed().unwrap()).unwrap();
    let send = |args: &[&str]| {
        let by_key = [&["send", "bob", "hello", "--nkey", seed.path().to_str().unwrap()], args].concat();
        block_in_place(|| says(&format!("nats://bob@{address}"), &by_key, ""))
    };
    let refused = send(&["--user", "ann"]);
    assert_eq!(refused.status.code(), Some(2), "{}", refused.stderr);
    assert!(refused.stderr.contains("this nkey is bob's"), "{}", refused.stderr);
    let denied = send(&[]);
    // Which of the two the server says last is not certain.
    let whys = ["there is no permission", "hear answers below _INBOX_bob"];
    assert!(whys.iter().any(|why| denied.stderr.contains(why)), "{}", denied.stderr);
    let shown = block_in_place(|| says(url, &["history", "bob", "--user", "ann", "--json"], ""));
    assert!(!shown.stdout.contains("hello"), "nothing was sent: {}", shown.stdout);
    let log = Log::of_user(&at.with_nkey(&key.seed().unwrap()), "ann").await.unwrap();
    let subject = "homing.cmd.ann.preference.set".to_owned();
    let command = Outgoing { subject, headers: Vec::new(), payload: br#"{"findable": true}"#.to_vec() };
    let told = tokio::time::timeout(Duration::from_secs(10), log.command(command)).await.expect("it ends");
    let told = told.unwrap_err().to_string();
    assert!(told.contains("hear answers below _INBOX_bob"), "{told}");
    assert!(block_in_place(|| homing.stop()).success());
}

/// The server waits ten seconds for a gate, and the client library takes its first sign of life for a welcome.
#[test]
fn where_no_gate_answers_a_client_says_so_and_the_operator_comes_in_by_the_folder() {
    let apart = Apart::start();
    let homing = apart.homing("decider,gate,query");
    register(&apart.admin, "alice", &[]);
    let data = apart.key("homing");
    let data = data.parent().unwrap().parent().unwrap();
    let mut operator = Command::new(HOMING);
    operator.args(["user", "ls", "--nats", &format!("nats://{}", apart.address())]);
    operator.env_remove("NATS_URL").env("HOMING_DATA", data);
    let listed = run_reading(&mut operator, Stdio::null(), WITHIN).succeeded("listing");
    assert!(listed.stdout.contains("alice"), "{}", listed.stdout);
    assert!(homing.stop().success());
    let told = says(&named("alice", &password("alice"), apart.address()), &["inbox"], "");
    assert_eq!((told.status.code(), told.stderr.lines().count()), (Some(1), 1), "{}", told.stderr);
    assert!(told.stderr.contains("no Homing with the role `gate` answers"), "{}", told.stderr);
}
