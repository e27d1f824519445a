//! The managed nats-server on a real machine: found, obtained, started, killed and stopped.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::fs::{self, File, OpenOptions};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::Mutex;
use std::time::Duration;

use homing::log::Fault;
use homing::server::{
    Binary, Folder, Managed, Search, ServerOptions, Sync, Version, Way, find, start, start_binary,
};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::process::Command;
use tokio::time::timeout;

/// What a killed process needs to be gone, with much room for a busy machine.
const WAIT: Duration = Duration::from_secs(20);

fn options(data: &Path, port: u16) -> ServerOptions {
    let launcher = env!("CARGO_BIN_EXE_homing").into();
    ServerOptions { data: data.to_owned(), port, sync: Sync::Always, keys: None, certificate: None, launcher }
}

async fn binary() -> Binary {
    find(&Search::from_env().unwrap(), &|line| eprintln!("{line}")).await.unwrap()
}

async fn started(data: &Path, port: u16) -> Result<Managed, Fault> {
    start_binary(options(data, port), &binary().await).await
}

async fn greeting(url: &str) -> String {
    let stream = TcpStream::connect(url.strip_prefix("nats://").unwrap()).await.unwrap();
    let mut line = String::new();
    timeout(WAIT, BufReader::new(stream).read_line(&mut line)).await.unwrap().unwrap();
    line
}

fn kill(pid: u32) {
    kill_process(Pid::from_raw(i32::try_from(pid).unwrap()).unwrap(), Signal::KILL).unwrap();
}

#[tokio::test]
async fn it_starts_greets_and_stops() {
    let data = tempfile::tempdir().unwrap();
    let server = start(options(data.path(), 0), &|line| eprintln!("{line}")).await.unwrap();
    let info = greeting(&server.url()).await;
    for part in
        [r#""jetstream":true"#, r#""max_payload":4194304"#, r#""host":"127.0.0.1""#, server.binary_version()]
    {
        assert!(info.contains(part), "{info}\nshould have held: {part}");
    }
    server.stop().await.unwrap();
    // The lock is the server's own: free, so it is gone.
    File::open(data.path().join("nats/lock")).unwrap().try_lock().unwrap();
    let log = fs::read_to_string(data.path().join("nats/nats-server.log")).unwrap();
    assert!(data.path().join("nats/jetstream").is_dir());
    assert!(log.contains("Server Exiting"), "stopped, not killed: {log}");
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn its_memory_has_a_limit_unless_one_is_set() {
    let folder = tempfile::tempdir().unwrap();
    let server = started(folder.path(), 0).await.unwrap();
    let limit = std::env::var("GOMEMLIMIT").unwrap_or_else(|_| "2GiB".to_owned());
    let environment = std::fs::read_to_string(format!("/proc/{}/environ", server.pid())).unwrap();
    assert!(
        environment.split('\0').any(|variable| variable == format!("GOMEMLIMIT={limit}")),
        "{environment}"
    );
    server.stop().await.unwrap();
}

#[tokio::test]
async fn a_second_on_the_same_folder_is_refused_with_the_holder_named() {
    let data = tempfile::tempdir().unwrap();
    let folder = Folder::claim(data.path(), "09:00").unwrap();
    let refused = Folder::claim(data.path(), "09:01").unwrap_err().to_string();
    assert!(refused.contains(&format!("in use by process {} (", std::process::id())), "{refused}");

    let first = started(folder.path(), 0).await.unwrap();
    let refused = started(folder.path(), 0).await.unwrap_err().to_string();
    let want = format!("the nats-server of this folder still runs as process {}", first.pid());
    assert!(refused.contains(&want), "{refused}");
    greeting(&first.url()).await;
    first.stop().await.unwrap();
}

#[tokio::test]
async fn a_port_in_use_is_named() {
    let data = tempfile::tempdir().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port();
    let fault = started(data.path(), port).await.unwrap_err().to_string();
    assert!(
        fault.contains(&format!("port {port} of 127.0.0.1 is in use")) && fault.contains("--nats-port"),
        "{fault}"
    );
}

#[tokio::test]
async fn a_server_that_dies_is_noticed_and_can_be_started_again() {
    let data = tempfile::tempdir().unwrap();
    let mut server = started(data.path(), 0).await.unwrap();
    kill(server.pid());
    let ended = timeout(WAIT, server.exited()).await.unwrap().to_string();
    assert!(ended.contains("signal: 9") && ended.contains("Server is ready"), "{ended}");
    let again = started(data.path(), 0).await.unwrap();
    greeting(&again.url()).await;
    again.stop().await.unwrap();
}

/// The server's standard error is a pipe here: it ends when the last process that holds it is gone.
#[cfg(target_os = "linux")]
#[tokio::test]
async fn it_dies_with_a_parent_that_is_killed() {
    let data = tempfile::tempdir().unwrap();
    let config = data.path().join("c");
    let store = data.path().join("jetstream");
    fs::write(
        &config,
        format!("host: 127.0.0.1\nport: -1\njetstream {{ store_dir: \"{}\" }}\n", store.display()),
    )
    .unwrap();
    let script = r#""$1" __nats-server --parent $$ --lock "$2" --binary "$3" --conf "$4" & wait"#;
    let mut parent = Command::new("sh");
    parent.args(["-c", script, "sh", env!("CARGO_BIN_EXE_homing")]).arg(data.path().join("lock"));
    parent.arg(binary().await.path).arg(&config).stderr(Stdio::piped());
    let mut parent = parent.spawn().unwrap();

    let mut said = BufReader::new(parent.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("Server is ready") {
        line.clear();
        assert_ne!(timeout(WAIT, said.read_line(&mut line)).await.unwrap().unwrap(), 0, "it ended early");
    }
    let lock = OpenOptions::new().write(true).open(data.path().join("lock")).unwrap();
    assert!(lock.try_lock().is_err(), "nats-server holds it");

    kill(parent.id().unwrap());
    timeout(WAIT, said.read_to_string(&mut line)).await.expect("it outlives its parent").unwrap();
    lock.try_lock().unwrap();
}

/// An empty cache, and nothing but this way to fill it.
fn only(way: Way) -> (TempDir, Search) {
    let cache = tempfile::tempdir().unwrap();
    let search =
        Search { named: None, cache: cache.path().join("nats-server"), way: Some(way), ..env_search() };
    (cache, search)
}

fn env_search() -> Search {
    Search { named: None, path: std::env::var_os("PATH").unwrap(), cache: PathBuf::new(), way: None }
}

/// Without its tools a test cannot run: said aloud here, a failure where everything has to be tested. An absolute name is
/// that file, another one is looked up on PATH.
fn have(tools: &[&str]) -> bool {
    let path = std::env::var_os("PATH").unwrap();
    let found = |tool: &&str| std::env::split_paths(&path).any(|folder| folder.join(tool).is_file());
    if tools.iter().all(found) {
        return true;
    }
    let needs = tools.join(", ");
    assert!(std::env::var_os("CI").is_none(), "CI needs {needs}");
    eprintln!("not run: needs {needs}");
    false
}

async fn obtains(way: Way, announcement: &str) {
    let (_cache, search) = only(way);
    let said = Mutex::new(Vec::new());
    let tell = |line: &str| said.lock().unwrap().push(line.to_owned());
    // Both at once: one obtains, the other waits for it.
    let (one, other) = tokio::join!(find(&search, &tell), find(&search, &tell));
    let binary = one.unwrap();
    assert_eq!(binary, other.unwrap());
    assert!(binary.version >= Version::PINNED);
    assert!(binary.path.ends_with(format!("nats-server/{}/nats-server", Version::PINNED)), "{binary:?}");
    let said_so_far = said.lock().unwrap().clone();
    let count = |part: &str| said_so_far.iter().filter(|line| line.contains(part)).count();
    assert_eq!((count(announcement), count("waiting for it")), (1, 1), "{said_so_far:?}");
    let left: Vec<_> = fs::read_dir(&search.cache).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 2, "the version and the log: {left:?}");

    assert_eq!(find(&search, &tell).await.unwrap(), binary);
    assert_eq!(
        said.lock().unwrap().iter().filter(|line| line.contains(announcement)).count(),
        1,
        "from the cache"
    );
    let data = tempfile::tempdir().unwrap();
    start_binary(options(data.path(), 0), &binary).await.unwrap().stop().await.unwrap();
}

#[tokio::test]
async fn go_fills_an_empty_cache() {
    if have(&["go"]) {
        obtains(Way::Go, "building it with Go").await;
    }
}

#[tokio::test]
async fn apt_fills_an_empty_cache() {
    // Ubuntu has apt too, but neither Debian's archive in its lists nor its keyring.
    if have(&["apt-get", "dpkg-deb", "/usr/share/keyrings/debian-archive-keyring.gpg"]) {
        obtains(Way::Apt, "fetching Debian's package").await;
    }
}

/// By Ctrl-C, or too fast to tell anybody. What a real `go` starts (compilers, linkers) a `sleep` stands for here; it holds
/// a pipe open for as long as it lives.
#[tokio::test]
async fn a_build_ends_with_the_homing_that_asked_for_it() {
    for signal in [Signal::INT, Signal::KILL] {
        let home = tempfile::tempdir().unwrap();
        let pipe = home.path().join("pipe");
        // Written by a shell: a file that this process had open for writing could be held so by a child that another
        // test is just starting, and then could not be run.
        let script = r#"cd "$1" && mkfifo pipe && umask 077 &&
            printf '#!/bin/sh\n(echo building; exec /bin/sleep 60) >"%s" & wait\n' "$1/pipe" > go && chmod 700 go"#;
        let mut made = Command::new("sh");
        assert!(made.args(["-c", script, "sh"]).arg(home.path()).status().await.unwrap().success());

        let mut homing = Command::new(env!("CARGO_BIN_EXE_homing"));
        homing.args(["up", "--nats-port", "0", "--data"]).arg(home.path().join("data")).env_clear();
        homing.env("PATH", home.path()).env("HOME", home.path()).kill_on_drop(true);
        let mut homing = homing.spawn().unwrap();
        let mut build = Command::new("cat");
        let mut build = build.arg(&pipe).stdout(Stdio::piped()).kill_on_drop(true).spawn().unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(build.stdout.take().unwrap());
        timeout(WAIT, said.read_line(&mut line)).await.expect("it builds").unwrap();
        assert_eq!(line, "building\n");

        let pid = i32::try_from(homing.id().unwrap()).unwrap();
        kill_process(Pid::from_raw(pid).unwrap(), signal).unwrap();
        timeout(WAIT, homing.wait()).await.expect("Homing ends").unwrap();
        timeout(WAIT, build.wait()).await.unwrap_or_else(|_| panic!("it outlives {signal:?}")).unwrap();
    }
}
