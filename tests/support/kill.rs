//! Killing what a test has started, as a crash would, and finding it again afterwards.

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
