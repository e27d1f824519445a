//! Settings by flag, environment and file: no secret among them is ever shown, and two of them that contradict are an error.

mod support;

use std::fs::{self, File};
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use support::users::Guarded;
use support::{Child, Ended, HOMING, run};

/// A connection that is refused is refused at once; one that is not answered takes five seconds.
const ENDED_WITHIN: Duration = Duration::from_secs(30);
const READY_WITHIN: Duration = Duration::from_secs(60);
/// As it stands in a URL, and as it is.
const PASSWORD: &str = "hunter2%40%2Fx";
const USERS: &str = r#"authorization { users: [ { user: homing, password: "hunter2@/x" } ] }"#;
/// Nothing listens there.
const NOWHERE: &str = "127.0.0.1:9";

/// Homing with nothing of the caller's own settings.
fn homing(args: &[&str], env: &[(&str, &str)]) -> Command {
    let mut command = Command::new(HOMING);
    for name in [
        "NATS_URL",
        "HOMING_SMSC",
        "HOMING_SYNC",
        "HOMING_KEEP_COMMANDS",
        "HOMING_DATA",
        "HOMING_CONFIG",
        "HOMING_LOG",
        "HOMING_USER",
    ] {
        command.env_remove(name);
    }
    command.args(args).envs(env.iter().copied());
    command
}

/// At home in a folder of its own, so that nobody else holds its data.
fn says(args: &[&str], env: &[(&str, &str)], code: i32) -> String {
    let home = tempfile::tempdir().expect("a temporary folder can be made");
    let mut command = homing(args, env);
    command.env("HOME", home.path()).env_remove("XDG_DATA_HOME").env_remove("XDG_CONFIG_HOME");
    let Ended { status, stdout, stderr } = run(&mut command, ENDED_WITHIN);
    let said = format!("{stdout}{stderr}");
    assert_eq!(status.code(), Some(code), "{args:?} with {env:?}: {said}");
    said
}

fn keeps_the_secret(where_it_was: &str, said: &str) {
    assert!(!said.contains("hunter2"), "{where_it_was} shows the password: {said}");
}

#[test]
fn a_password_is_not_shown_by_help_manual_completions_or_errors() {
    let nowhere = format!("nats://homing:{PASSWORD}@{NOWHERE}");
    let env = [("NATS_URL", nowhere.as_str()), ("HOMING_SMSC", "smpp://main:hunter2@127.0.0.1:9")];
    let mut commands = vec![vec!["--help"], vec!["-h"], vec!["man"], vec!["completions", "bash"]];
    for name in [
        "up", "serve", "send", "schedule", "compose", "demo", "listen", "inbox", "history", "streams",
        "bench",
    ] {
        commands.push(vec![name, "--help"]);
        commands.push(vec![name, "-h"]);
    }
    for args in commands {
        keeps_the_secret(&format!("{args:?}"), &says(&args, &env, 0));
    }
    let folder = tempfile::tempdir().unwrap();
    let pages = folder.path().to_str().unwrap();
    says(&["man", "--dir", pages], &env, 0);
    for page in fs::read_dir(pages).unwrap() {
        let page = page.unwrap().path();
        keeps_the_secret(&page.display().to_string(), &fs::read_to_string(&page).unwrap());
    }
    for args in [
        vec!["streams", "check"],
        vec!["send", "bob", "hi", "--user", "alice"],
        vec!["send", "bob", "hi", "--user", "alice", "--json"],
        vec!["listen", "--user", "alice", "--log", "trace"],
        vec!["serve", "--data", pages, "--log", "trace"],
        vec!["up", "--data", pages, "--log", "trace"],
    ] {
        let said = says(&args, &env, 1);
        keeps_the_secret(&format!("{args:?}"), &said);
        assert!(said.contains(&format!("nats://{NOWHERE}")), "{args:?} names the server: {said}");
    }
}

#[test]
fn what_cannot_be_read_as_an_address_is_not_shown_either() {
    for url in [
        "nats://homing:hunter2@127.0.0.1:port",
        "nats://homing:9/hunter2@127.0.0.1:4222",
        "nats://homing:9#hunter2@127.0.0.1:4222",
        "http://homing:hunter2@127.0.0.1",
        "nats://homing:hunter2 @",
    ] {
        for args in
            [["up"].as_slice(), &["serve"], &["send", "bob", "hi", "--user", "alice"], &["streams", "check"]]
        {
            let said = says(args, &[("NATS_URL", url)], 2);
            keeps_the_secret(url, &said);
            assert!(
                said.contains("NATS_URL") && said.contains("nats://user:password@host"),
                "{args:?}: {said}"
            );
        }
        keeps_the_secret(url, &says(&["up", "--nats", url], &[], 2));
    }
    // Who needs no server is not stopped by it.
    says(&["sms", "count", "hi"], &[("NATS_URL", "nonsense://")], 0);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("homing.toml");
    for text in [
        "nats = \"nats://homing:hunter2@127.0.0.1:port\"",
        "nats_port = \"nats://homing:hunter2@h\"",
        "[[smsc]]\nurl = \"smpp://main:hunter2\"",
        "nats = hunter2",
    ] {
        fs::write(&file, text).unwrap();
        keeps_the_secret(text, &says(&["up", "--config", file.to_str().unwrap()], &[], 2));
    }
    for smsc in [
        "main:hunter2@127.0.0.1:2775",
        "smpp://main:9/hunter2@h",
        "smpp://main:h hunter2@h",
        "smpp://main:hunter2@h:port",
        "smpp://m@h?hunter2=1",
    ] {
        keeps_the_secret(smsc, &says(&["up"], &[("HOMING_SMSC", smsc)], 2));
        keeps_the_secret(smsc, &says(&["serve", "--smsc", smsc], &[], 2));
    }
}

#[test]
fn how_long_commands_are_kept_is_told_by_flag_environment_or_file_and_what_is_none_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("homing.toml");
    let nowhere = format!("nats://{NOWHERE}");
    let nowhere = ("NATS_URL", nowhere.as_str());
    for (time, code) in [("30d", 1), ("forever", 1), ("a week", 2), ("7", 2)] {
        fs::write(&file, format!("keep_commands = \"{time}\"")).unwrap();
        let told = [
            says(&["serve", "--keep-commands", time], &[nowhere], code),
            says(&["serve"], &[nowhere, ("HOMING_KEEP_COMMANDS", time)], code),
            says(&["serve", "--config", file.to_str().unwrap()], &[nowhere], code),
        ];
        for said in told {
            assert_eq!(said.contains("duration"), code == 2, "{time}: {said}");
        }
    }
}

/// Starts it, and gives its first lines and all that it logs until it has stopped. The folder's lock is read meanwhile.
fn started_and_stopped(args: &[&str], env: &[(&str, &str)], lines: usize, folder: &Path) -> [String; 3] {
    let log = folder.join("log");
    let mut command = homing(args, env);
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(File::create(&log).expect("a log can be written"));
    let mut child = Child::spawn(&mut command);
    let stdout = BufReader::new(child.take_stdout());
    let (told, first) = sync_channel(lines);
    thread::spawn(move || {
        for line in stdout.lines().map_while(Result::ok) {
            let _enough = told.try_send(line);
        }
    });
    let first = (0..lines).map(|_| first.recv_timeout(READY_WITHIN));
    let first: Result<Vec<String>, _> = first.collect();
    let log_now = || fs::read_to_string(&log).expect("there is a log");
    let first = first.unwrap_or_else(|error| panic!("{args:?}: {error}\n{}", log_now())).join("\n");
    let lock = fs::read_to_string(folder.join("data/lock")).expect("there is a lock");
    child.terminate();
    child.ended_within(ENDED_WITHIN).expect("it stops when asked to");
    [first, log_now(), lock]
}

#[test]
fn a_password_is_not_shown_by_what_runs_with_it() {
    let server = Guarded::start(USERS);
    let url = server.url(&format!("homing:{PASSWORD}"));
    let shown = server.url("").replace('@', "");
    for (args, lines) in [
        (["serve"].as_slice(), 1),
        (&["serve", "--json"], 1),
        (&["up"], 3),
        (&["up", "--json"], 1),
        (&["up", "--nats", &url, "--smsc", "smpp://main:hunter2@127.0.0.1:9"], 3),
    ] {
        let folder = tempfile::tempdir().unwrap();
        let data = folder.path().join("data");
        let args = [args, &["--log", "trace", "--data", data.to_str().unwrap()]].concat();
        let env = [("NATS_URL", url.as_str())];
        let [first, log, lock] = started_and_stopped(&args, &env, lines, folder.path());
        assert!(first.contains(&shown), "{args:?} says where: {first}");
        for said in [&first, &log, &lock] {
            keeps_the_secret(&format!("{args:?}"), said);
        }
    }
    let said = says(&["user", "ls"], &[("NATS_URL", &server.url("homing:hunter2"))], 1);
    keeps_the_secret("a refused connection", &said);
    assert!(said.contains("the server refused the credentials"), "{said}");
}

type Env = &'static [(&'static str, &'static str)];
const URL: Env = &[("NATS_URL", "nats://127.0.0.1:9")];
const SYNC: Env = &[("HOMING_SYNC", "off")];
const URL_AND_SYNC: Env = &[("NATS_URL", "nats://127.0.0.1:9"), ("HOMING_SYNC", "off")];

/// Code 2: a contradiction, told with both sides. Code 1: clear, and that server is asked for (in vain).
const ASKED: &[(&str, Env, i32, [&str; 2])] = &[
    ("up --nats-port 0", URL, 2, ["--nats-port is", "NATS_URL in the environment names"]),
    ("up --sync off", URL, 2, ["--sync is", "env -u NATS_URL homing up"]),
    ("up", URL_AND_SYNC, 2, ["HOMING_SYNC in the environment is", "NATS_URL in the environment names"]),
    ("up --config port.toml", URL, 2, ["`nats_port` in the configuration file is", "NATS_URL"]),
    ("up --config sync.toml", URL, 2, ["`sync` in the configuration file is", "NATS_URL"]),
    ("up --data used", URL, 2, ["the streams in", "NATS_URL in the environment names"]),
    ("up --nats nats://127.0.0.1:9 --nats-port 0", &[], 2, ["--nats-port is", "leave --nats out"]),
    ("--nats nats://127.0.0.1:9 up --nats-port 0", &[], 2, ["--nats-port is", "leave --nats out"]),
    ("up --nats nats://127.0.0.1:9 --sync off", URL, 2, ["--sync is", "--nats names"]),
    ("up --config nats.toml --nats-port 0", &[], 2, ["--nats-port is", "take `nats` in"]),
    ("up --config nats.toml", SYNC, 2, ["HOMING_SYNC", "`nats` in the configuration file names"]),
    ("up --config both.toml", &[], 2, ["`nats_port` in", "`nats` in the configuration file names"]),
    ("serve --sync off", URL, 2, ["--sync is", "sync_interval"]),
    ("demo --nats nats://127.0.0.1:9", &[], 2, ["a nats-server of its own", "leave --nats out"]),
    ("bench sms --nats nats://127.0.0.1:9", &[], 2, ["a nats-server of its own", "leave --nats out"]),
    (
        "up",
        URL,
        1,
        ["could not connect to NATS at nats://127.0.0.1:9", "NATS_URL in the environment names that"],
    ),
    ("up --nats nats://127.0.0.1:9", SYNC, 1, ["could not connect", "--nats names that"]),
    ("up --nats nats://127.0.0.1:9 --config port.toml", &[], 1, ["could not connect", "--nats names that"]),
    ("up --nats nats://127.0.0.1:9 --data used", &[], 1, ["could not connect", "--nats names that"]),
    ("up --config nats.toml --data used", &[], 1, ["could not connect", "`nats` in the"]),
    ("up --config nats.toml", &[], 1, ["could not connect", "`nats` in the configuration file names"]),
    ("serve", URL_AND_SYNC, 1, ["could not connect", "nats://127.0.0.1:9"]),
];

#[test]
fn another_server_and_one_of_ones_own_are_a_contradiction() {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir_all(folder.path().join("used/nats/jetstream")).unwrap();
    for (name, text) in [
        ("nats.toml", "nats = \"nats://127.0.0.1:9\""),
        ("port.toml", "nats_port = 0"),
        ("sync.toml", "sync = \"off\""),
        ("both.toml", "nats = \"nats://127.0.0.1:9\"\nnats_port = 0"),
    ] {
        fs::write(folder.path().join(name), text).unwrap();
    }
    for (args, env, code, told) in ASKED {
        let words: Vec<&str> = args.split(' ').collect();
        let mut command = homing(&words, env);
        let Ended { status, stdout, stderr } =
            run(command.env("HOMING_DATA", "empty").current_dir(folder.path()), ENDED_WITHIN);
        let said = format!("{stdout}{stderr}");
        assert_eq!(status.code(), Some(*code), "{args} with {env:?}: {said}");
        assert!(
            told.iter().all(|part| said.contains(part)),
            "{args} with {env:?} should say {told:?}: {said}"
        );
    }
}

#[test]
fn a_variable_that_is_empty_names_no_server() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let args = ["up", "--nats-port", "0", "--data", data.to_str().unwrap()];
    let [first, ..] = started_and_stopped(&args, &[("NATS_URL", "")], 1, folder.path());
    assert!(first.starts_with("Homing is up: nats://127.0.0.1:"), "{first}");
    assert!(data.join("nats/jetstream").is_dir(), "the server is its own");
}

#[test]
fn who_speaks_is_whom_the_address_names_and_a_key_goes_with_its_owners_name() {
    let folder = tempfile::tempdir().unwrap();
    let seed = folder.path().join("alice.nk");
    fs::write(&seed, nkeys::KeyPair::new_user().seed().unwrap()).unwrap();
    let (key, folder) = (format!("--nkey {}", seed.display()), format!("--nkey {}", folder.path().display()));
    let (key, connects, who) = (key.as_str(), "could not connect", "say who you are with --user");
    for (url, flags, code, told) in [
        ("alice:pw@", "", 1, connects),
        ("alice@", key, 1, connects),
        ("alice@", &format!("{key} --user alice"), 1, connects),
        ("", &format!("{key} --user alice"), 1, connects),
        ("alice:pw@", "--user bob", 1, connects),
        ("", "", 2, who),
        ("", key, 2, who),
        ("_admin:pw@", "", 2, who),
        ("alice@", "", 2, who),
        ("alice@", &format!("{key} --user bob"), 2, "this nkey is alice's"),
        ("", &folder, 2, "it is a folder"),
    ] {
        let flags = ["send", "bob", "hi"].into_iter().chain(flags.split_whitespace());
        let said = says(&flags.collect::<Vec<_>>(), &[("NATS_URL", &format!("nats://{url}{NOWHERE}"))], code);
        assert!(said.contains(told), "{url}: {said}");
    }
}

#[test]
fn where_nothing_names_a_server_the_data_folder_does() {
    let data = tempfile::tempdir().unwrap();
    let context = format!(r#"{{"description":"","url":"nats://{NOWHERE}","inbox_prefix":"_INBOX__admin"}}"#);
    let file = data.path().join("nats-context.json");
    fs::write(&file, context).unwrap();
    let data = data.path().to_str().unwrap();
    let (here, there) = ("nats://127.0.0.1:9\n", "nats://127.0.0.2:9");
    for (args, env, at) in [
        (&["user", "ls", "--data", data][..], &[][..], here),
        (&["user", "ls"], &[("HOMING_DATA", data)], here),
        (&["user", "ls"], &[("HOMING_DATA", data), ("NATS_URL", there)], there),
        (&["user", "ls", "--nats", there], &[("HOMING_DATA", data)], there),
    ] {
        let said = says(args, env, 1).replace(": IO error", "\n");
        assert!(said.contains(&format!("could not connect to NATS at {at}")), "{args:?} {env:?}: {said}");
        assert_eq!(said.contains("nats-context.json"), at == here, "{args:?} {env:?}: {said}");
    }
}

#[test]
fn a_file_of_tls_that_does_not_do_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, text: &str| {
        let file = folder.path().join(name);
        fs::write(&file, text).unwrap();
        file.to_str().unwrap().to_owned()
    };
    let made = rcgen::generate_simple_self_signed(["127.0.0.1".to_owned()]).unwrap();
    let cert = file("cert.pem", &made.cert.pem());
    let other = file("other.key", &rcgen::KeyPair::generate().unwrap().serialize_pem());
    let empty = file("empty.pem", "");
    for (flags, told) in [
        (&["--nats-ca", "nowhere.pem"][..], "nowhere.pem, which --nats-ca names"),
        (&["--nats-ca", &empty], "it holds no certificate, as PEM"),
        (&["--nats-cert", &cert, "--nats-key", &cert], "it holds no private key, as PEM"),
        (&["--nats-cert", &cert, "--nats-key", &other], "they do not belong together"),
    ] {
        let said = says(&[&["user", "ls"], flags].concat(), &[], 1);
        assert!(said.contains(told) && !said.contains("Is Homing running"), "{flags:?}: {said}");
    }
}
