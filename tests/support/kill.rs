//! Killing what a test has started, as a crash would, and finding it again afterwards.

use std::net::TcpListener;
use std::path::Path;
use std::sync::atomic::{AtomicU16, Ordering};

use rustix::process::{Pid, Signal, kill_process};

/// Below the ports that systems give to outgoing connections: a client that tries to reconnect to one of those may meet itself.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let first = u16::try_from(std::process::id() % 5_000).expect("it is below 5,000");
    let ports = std::iter::repeat_with(|| 20_000 + (first + NEXT.fetch_add(1, Ordering::Relaxed)) % 10_000);
    ports.take(10_000).find(|port| TcpListener::bind(("127.0.0.1", *port)).is_ok()).expect("a port is free")
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
