//! A Homing with people who have passwords, and logins on the wire from any address of this machine.

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::time::Duration;

use homing::log::{Log, NatsUrl};
use homing::server::{Keys, gated};
use tempfile::TempDir;
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpSocket;

use crate::support::users::Guarded;
use crate::support::{Ended, HOMING, Homing, run_reading};

pub const WITHIN: Duration = Duration::from_secs(60);

/// A nats-server as `homing server config` configures it, for roles that run beside it.
pub struct Apart {
    server: Guarded,
    folder: TempDir,
    /// As the operator.
    pub admin: String,
}

impl Apart {
    pub fn start() -> Apart {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::of(&folder.path().join("data")).unwrap();
        let server = Guarded::start(&gated(&keys));
        let admin = server.url(&format!("_admin:{}", keys.admin_password()));
        Apart { server, folder, admin }
    }

    /// These roles, of which the gate is one, in the folder that has the keys.
    pub fn homing(&self, roles: &str) -> Homing {
        Homing::serve(&self.folder.path().join("data"), &self.server.url(""), roles)
    }

    /// One role in a folder of its own, with no key but its own.
    pub fn part(&self, role: &str, flags: &[&str]) -> Homing {
        let key = self.key(role);
        let flags = [&["--roles", role, "--nkey", key.to_str().unwrap()], flags].concat();
        Homing::serve_with(&self.folder.path().join(role), &self.server.url(""), &flags)
    }

    pub fn key(&self, role: &str) -> PathBuf {
        self.folder.path().join("data/keys").join(format!("{role}.nk"))
    }

    pub fn address(&self) -> &str {
        self.admin.rsplit_once('@').unwrap().1
    }
}

pub fn password(name: &str) -> String {
    format!("the password of {name}")
}

/// What the command line says to whom this URL names.
pub fn says(url: &str, args: &[&str], typed: &str) -> Ended {
    let mut command = Command::new(HOMING);
    command.args(args).env("NATS_URL", url).env_remove("HOMING_USER");
    let file = tempfile::NamedTempFile::new().unwrap();
    fs::write(file.path(), typed).unwrap();
    run_reading(&mut command, Stdio::from(file.reopen().unwrap()), WITHIN)
}

/// Registers somebody with a password.
pub fn register(url: &str, name: &str, flags: &[&str]) {
    let args = [&["user", "register", name, "--passwd", "--stdin"], flags].concat();
    says(url, &args, &format!("{}\n", password(name))).succeeded("registering");
}

/// `nats://127.0.0.1:4222` without who connects.
pub fn address(homing: &Homing) -> &str {
    homing.url().rsplit_once('@').unwrap().1
}

/// A connection of somebody's, by their password.
pub async fn comes(address: &str, name: &str) -> Result<Log, homing::log::Fault> {
    let at: NatsUrl = format!("nats://{address}").parse().unwrap();
    Log::of_user(&at.with_password(name, &password(name)), name).await
}

/// Signs in from this address of the machine; whether the server lets it in. The connection is closed then.
pub async fn signs_in(address: &str, from: &str, name: &str, password: &str) -> bool {
    let socket = TcpSocket::new_v4().unwrap();
    socket.set_reuseaddr(true).unwrap();
    socket.bind(format!("{from}:0").parse().unwrap()).unwrap();
    let Ok(stream) = socket.connect(address.parse().unwrap()).await else { return false };
    let mut stream = BufReader::new(stream);
    let mut line = String::new();
    if stream.read_line(&mut line).await.is_err() {
        return false;
    }
    let connect = serde_json::json!({ "verbose": false, "user": name, "pass": password });
    let said = format!("CONNECT {connect}\r\nPING\r\n");
    if stream.get_mut().write_all(said.as_bytes()).await.is_err() {
        return false;
    }
    loop {
        line.clear();
        match stream.read_line(&mut line).await {
            Ok(0) | Err(_) => return false,
            Ok(_) if line.starts_with("-ERR") => return false,
            Ok(_) if line.starts_with("PONG") => return true,
            Ok(_) => {}
        }
    }
}
