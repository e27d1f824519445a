//! The running nats-server of our own: started, watched and stopped.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{self, Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use std::{fmt, process};

use rustix::process::{Pid, Signal, kill_process};
use tokio::sync::{oneshot, watch};
use tokio::time;

use super::accounts;
use super::config::{self, Layout};
use super::find::find;
use super::keys::{Certificate, Keys, write_secret};
use super::search::{Binary, Search};
use super::tail::last_lines;
use super::{Progress, Sync, ready};
use crate::log::Fault;
use crate::wire::rights::Account;

/// A large store is read at start, after a kill all of it. Later than this a person should look.
const READY_WAIT_S_MAX: u64 = 600;
/// Between asking the server to end and killing it.
const STOP_WAIT_S_MAX: u64 = 10;
const LOG_LINES_MAX: usize = 8;
/// The accounts in which the streams are: with the gate, and on a server that knows no accounts.
const GATED: &str = Account::Homing.as_str();
const OPEN: &str = "$G";

#[derive(Debug, Clone)]
pub struct ServerOptions {
    /// Homing's data folder; the server's files are in `nats/` below it.
    pub data: PathBuf,
    /// 0 picks a free one.
    pub port: u16,
    pub sync: Sync,
    /// Of the gate; without them everybody may do everything.
    pub keys: Option<Arc<Keys>>,
    /// Without one it speaks no TLS.
    pub certificate: Option<Certificate>,
    /// The homing executable, whose `__nats-server` subcommand calls [`super::become_server`].
    pub launcher: PathBuf,
}

/// How the server ended without having been asked to.
#[derive(Debug, Clone)]
pub struct Ended {
    /// None when the system did not tell (SIGCHLD is ignored, say).
    pub status: Option<ExitStatus>,
    /// The end of its log.
    pub last_lines: String,
}

impl fmt::Display for Ended {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.status {
            Some(status) => write!(f, "nats-server ended ({status})")?,
            None => f.write_str("nats-server ended")?,
        }
        write!(f, "; it said last: {}", self.last_lines)
    }
}

#[derive(Debug, Clone, Copy)]
enum Life {
    Running,
    Over(Option<ExitStatus>),
}

/// Dropping it without [`Managed::stop`] asks the server to end and waits for nothing.
#[derive(Debug)]
pub struct Managed {
    pid: u32,
    port: u16,
    version: String,
    layout: Layout,
    /// How long the log was when this server began.
    log_start: u64,
    life: watch::Receiver<Life>,
}

/// Finds nats-server, obtains it if need be, and starts it. The caller has claimed the data folder.
pub async fn start(options: ServerOptions, progress: &Progress<'_>) -> Result<Managed, Fault> {
    let binary = find(&Search::from_env()?, progress).await?;
    start_binary(options, &binary).await
}

/// Starts this nats-server; returns when it takes connections.
pub async fn start_binary(options: ServerOptions, binary: &Binary) -> Result<Managed, Fault> {
    let layout = write_files(&options)
        .map_err(|error| Fault::never(format!("prepare {}", options.data.display())).because(error))?;
    let (command, log_start) = command(&options.launcher, &layout, &binary.path)
        .map_err(|error| Fault::never(format!("open {}", layout.log().display())).because(error))?;
    let (pid, life) = spawn(command).await.map_err(|error| {
        Fault::never(format!("start nats-server with {}", options.launcher.display())).because(error)
    })?;
    let version = binary.version.to_string();
    let mut managed = Managed { pid, port: options.port, version, layout, log_start, life };
    let ports = managed.layout.ports();
    tokio::select! {
        port = ready::ready(&ports, pid) => managed.port = port,
        ended = managed.exited() => return Err(start_failed(&ended, options.port)),
        () = time::sleep(Duration::from_secs(READY_WAIT_S_MAX)) => {
            let said = managed.last_lines();
            managed.stop().await?;
            let doing = format!("wait for nats-server: not ready after {READY_WAIT_S_MAX} s");
            return Err(Fault::later(doing).because(format!("it said last: {said}")));
        }
    }
    tracing::info!(pid, port = managed.port, version = managed.version, "nats-server is ready");
    Ok(managed)
}

impl Managed {
    pub fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn pid(&self) -> u32 {
        self.pid
    }

    pub fn binary_version(&self) -> &str {
        &self.version
    }

    /// Resolves when the server ended by itself. May be dropped and called again.
    pub async fn exited(&mut self) -> Ended {
        let over = self.life.wait_for(|life| matches!(life, Life::Over(_))).await;
        let status = match over.as_deref() {
            Ok(Life::Over(status)) => *status,
            Ok(Life::Running) | Err(_) => None,
        };
        drop(over);
        Ended { status, last_lines: self.last_lines() }
    }

    /// Asks the server to end, and kills it when it has not after 10 s.
    pub async fn stop(mut self) -> Result<(), Fault> {
        for signal in [Signal::TERM, Signal::KILL] {
            self.signal(signal).map_err(|error| Fault::never("stop nats-server").because(error))?;
            if time::timeout(Duration::from_secs(STOP_WAIT_S_MAX), self.exited()).await.is_ok() {
                return Ok(());
            }
            tracing::warn!(pid = self.pid, ?signal, "nats-server did not end in time");
        }
        Err(Fault::later(format!("stop nats-server, process {}: it outlives SIGKILL", self.pid)))
    }

    /// A process that is over gets none: its id may be another's by now.
    fn signal(&self, signal: Signal) -> io::Result<()> {
        if matches!(*self.life.borrow(), Life::Over(_)) {
            return Ok(());
        }
        let Some(pid) = i32::try_from(self.pid).ok().and_then(Pid::from_raw) else {
            return Err(io::Error::from(io::ErrorKind::InvalidInput));
        };
        match kill_process(pid, signal) {
            Ok(()) | Err(rustix::io::Errno::SRCH) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    fn last_lines(&self) -> String {
        last_lines(&self.layout.log(), self.log_start, LOG_LINES_MAX)
    }
}

impl Drop for Managed {
    fn drop(&mut self) {
        // Nobody is left to tell, and the server ends with us at the latest.
        let _ = self.signal(Signal::TERM);
    }
}

/// The folders and the configuration, readable for their owner only.
fn write_files(options: &ServerOptions) -> io::Result<Layout> {
    let mut folders = DirBuilder::new();
    folders.recursive(true).mode(0o700);
    folders.create(&options.data)?;
    let data = options.data.canonicalize()?;
    if data.to_str().is_none() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "nats-server needs a path that is UTF-8"));
    }
    let layout = Layout { root: data.join("nats") };
    folders.create(layout.ports())?;
    for leftover in fs::read_dir(layout.ports())?.flatten() {
        fs::remove_file(leftover.path())?;
    }
    let (mine, others) = if options.keys.is_some() { (GATED, OPEN) } else { (OPEN, GATED) };
    adopt_streams(&layout.store(others), &layout.store(mine))?;
    let accounts = options.keys.as_deref().map(accounts::gated).unwrap_or_default();
    let accounts = accounts + &options.certificate.as_ref().map(accounts::tls).unwrap_or_default();
    // It holds the operator's password.
    write_secret(&layout.config(), &config::text(&layout, options.port, options.sync, &accounts))?;
    Ok(layout)
}

/// With the gate the streams are in another account than without.
fn adopt_streams(others: &Path, mine: &Path) -> io::Result<()> {
    match (others.is_dir(), mine.exists()) {
        (true, false) => fs::rename(others, mine),
        (true, true) => Err(io::Error::other(format!(
            "{} and {} both hold streams: move away the one whose streams are not Homing's latest",
            others.display(),
            mine.display()
        ))),
        (false, _) => Ok(()),
    }
}

/// In a process group of its own: Ctrl-C in the terminal reaches Homing alone, which drains before it stops the server.
fn command(launcher: &Path, layout: &Layout, binary: &Path) -> io::Result<(Command, u64)> {
    let log = OpenOptions::new().create(true).append(true).open(layout.log())?;
    let log_start = log.metadata()?.len();
    let mut command = Command::new(path::absolute(launcher)?);
    command.arg("__nats-server").arg("--parent").arg(process::id().to_string());
    command.arg("--lock").arg(layout.lock());
    command.arg("--binary").arg(path::absolute(binary)?).arg("--conf").arg(layout.config());
    command.stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    command.current_dir(&layout.root).process_group(0);
    Ok((command, log_start))
}

/// Linux's tie between child and parent is one to the parent's *thread*: this one lives until the server has ended.
async fn spawn(mut command: Command) -> io::Result<(u32, watch::Receiver<Life>)> {
    let (told, life) = watch::channel(Life::Running);
    let (started, pid) = oneshot::channel();
    thread::Builder::new().name("nats-server".to_owned()).spawn(move || match command.spawn() {
        Ok(mut child) => {
            let nobody_listens = started.send(Ok(child.id())).is_err();
            if nobody_listens {
                // The start was given up meanwhile.
                let _ = child.kill();
            }
            let status = child.wait().ok();
            told.send_replace(Life::Over(status));
        }
        Err(error) => {
            let _ = started.send(Err(error));
        }
    })?;
    let pid = pid.await.map_err(io::Error::other)??;
    Ok((pid, life))
}

fn start_failed(ended: &Ended, port: u16) -> Fault {
    if ended.last_lines.contains("address already in use") {
        return Fault::never(format!(
            "start nats-server: port {port} of 127.0.0.1 is in use; choose another with --nats-port (0 picks a free one)"
        ));
    }
    Fault::never("start nats-server").because(ended.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_port_in_use_names_the_option() {
        let ended = |last_lines: &str| Ended { status: None, last_lines: last_lines.to_owned() };
        let check = |last_lines: &str, want: &str| {
            assert_eq!(start_failed(&ended(last_lines), 4222).to_string(), want);
        };
        check(
            "[FTL] Error listening on port: listen tcp 127.0.0.1:4222: bind: address already in use",
            "could not start nats-server: port 4222 of 127.0.0.1 is in use; choose another with --nats-port (0 picks a free one)",
        );
        check("no luck", "could not start nats-server: nats-server ended; it said last: no luck");
    }
}
