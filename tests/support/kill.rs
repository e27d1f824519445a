//! Killing what a test has started, as a crash would, or freezing it; and finding it again afterwards.

use std::fs::File;
use std::net::TcpListener;
use std::path::Path;
use std::sync::Mutex;

use rustix::process::{Pid, Signal, kill_process};

const PORTS_FROM: u16 = 20_000;
const PORTS_LEN: u16 = 10_000;

/// A port that is this process's until it ends: other test processes see that it is claimed, others that it is bound.
///
/// Below the ports that systems give to outgoing connections: a client that tries to reconnect to one of those may meet itself.
pub fn free_port() -> u16 {
    static CLAIMED: Mutex<Vec<File>> = Mutex::new(Vec::new());
    let claims = std::env::temp_dir().join("homing-test-ports");
    std::fs::create_dir_all(&claims).expect("a folder for claims can be made");
    let first = std::process::id() % u32::from(PORTS_LEN);
    let ports =
        (0..PORTS_LEN).map(|n| PORTS_FROM + (u16::try_from(first).expect("it is small") + n) % PORTS_LEN);
    for port in ports {
        // Of another user of this machine, perhaps.
        let Ok(claim) = File::create(claims.join(port.to_string())) else { continue };
        if claim.try_lock().is_ok() && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            CLAIMED.lock().expect("nobody panics with it").push(claim);
            return port;
        }
    }
    panic!("no port is free from {PORTS_FROM} on");
}

/// The nats-server that a `homing up` in this folder has started, as its lock names it.
pub fn nats_server_of(data: &Path) -> u32 {
    let lock = std::fs::read_to_string(data.join("nats/lock")).expect("there is a lock");
    lock.trim().parse().expect("it names a process")
}

/// SIGKILL to a process that this test has started.
pub fn kill_9(pid: u32) {
    let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("a process id");
    let _gone_already = kill_process(pid, Signal::KILL);
}

/// A process that is stopped; dropped, it goes on.
pub struct Frozen(Pid);

impl Frozen {
    /// SIGSTOP to a process that this test has started; when this returns, each of its threads stands still.
    pub fn freeze(pid: u32) -> Frozen {
        let pid = i32::try_from(pid).ok().and_then(Pid::from_raw).expect("a process id");
        kill_process(pid, Signal::STOP).expect("it runs");
        // On a busy machine its threads go on until the signal has come round.
        while !is_stopped(pid) {
            std::thread::yield_now();
        }
        Frozen(pid)
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        let _gone = kill_process(self.0, Signal::CONT);
    }
}

/// Whether each of its threads is (proc(5): the state stands behind the name in parentheses).
fn is_stopped(pid: Pid) -> bool {
    let threads = std::fs::read_dir(format!("/proc/{}/task", pid.as_raw_nonzero())).expect("it runs");
    threads.flatten().all(|thread| {
        let stat = std::fs::read_to_string(thread.path().join("stat")).unwrap_or_default();
        stat.rsplit_once(") ").is_some_and(|(_, state)| state.starts_with('T'))
    })
}
