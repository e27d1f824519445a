//! A nats-server that asks who connects, as an operator would configure it.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::mpsc::sync_channel;
use std::thread;
use std::time::Duration;

use homing::server::{Search, find};
use tempfile::TempDir;

use super::process::{Child, say};
use super::{READY_WITHIN, peers};

/// Dropped, it is killed.
pub struct Guarded {
    port: u16,
    _child: Child,
    _folder: TempDir,
}

impl Guarded {
    /// With JetStream, on a free port, and with these lines in its configuration.
    pub fn start(lines: &str) -> Guarded {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        let config = folder.path().join("nats-server.conf");
        let store = folder.path().join("store");
        let text = format!(
            "host: 127.0.0.1\nport: -1\nmax_payload: 4MB\njetstream {{ store_dir: \"{}\" }}\n{lines}\n",
            store.display()
        );
        fs::write(&config, text).expect("a file can be written");
        let mut search = Search::from_env().expect("the environment is in order");
        search.named = peers::nats_server().or(search.named);
        let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
        let binary = runtime.block_on(find(&search, &|line| say(line))).expect("there is a nats-server");
        let mut command = Command::new(binary.path);
        let mut child =
            Child::spawn(command.arg("--config").arg(config).stdin(Stdio::null()).stderr(Stdio::piped()));
        let (told, port) = sync_channel(1);
        let stderr = child.take_stderr();
        thread::spawn(move || {
            let (mut said, mut port) = (String::new(), None);
            for line in BufReader::new(stderr).lines().map_while(Result::ok) {
                let listening = line.split_once("client connections on 127.0.0.1:");
                port = listening.and_then(|(_, port)| port.trim().parse().ok()).or(port);
                if line.contains("Server is ready") {
                    let _nobody_waits_any_more = told.send(port.ok_or(said.clone()));
                }
                said += &format!("{line}\n");
            }
            // Where it never was ready, what it said tells why.
            let _told_already = told.try_send(Err(said));
        });
        let port = port.recv_timeout(READY_WITHIN + Duration::from_secs(1)).expect("it tells in time");
        let port = port.unwrap_or_else(|said| panic!("nats-server is not ready:\n{said}"));
        Guarded { port, _child: child, _folder: folder }
    }

    /// What the server answers to one line of a client that has connected as this user.
    pub fn answers(&self, user: &str, password: &str, line: &str) -> String {
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the server listens");
        stream.set_read_timeout(Some(READY_WITHIN)).expect("a timeout can be set");
        let mut stream = BufReader::new(stream);
        let mut answer = String::new();
        let connect = format!(r#"CONNECT {{"verbose":true,"user":"{user}","pass":"{password}"}}"#);
        for said in ["", &connect, line] {
            if !said.is_empty() {
                write!(stream.get_mut(), "{said}\r\n").expect("the server reads");
            }
            answer.clear();
            stream.read_line(&mut answer).expect("the server answers");
        }
        answer.trim_end().to_owned()
    }

    /// `who` is `user:password`.
    pub fn url(&self, who: &str) -> String {
        let at = if who.is_empty() { "" } else { "@" };
        format!("nats://{who}{at}127.0.0.1:{}", self.port)
    }
}
