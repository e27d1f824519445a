//! The readiness of a started server: it has told its port, and it greets with `INFO` there.

use std::fs;
use std::path::Path;
use std::time::Duration;

use serde::Deserialize;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, BufReader};
use tokio::net::TcpStream;
use tokio::time;

/// Nothing tells us when the server writes its port, so we look; a start takes some 30 ms.
const LOOK_EVERY_MS: u64 = 10;
/// A greeting takes microseconds. One that does not come is asked for again.
const GREETING_WAIT_MS_MAX: u64 = 2_000;
/// `INFO {...}` is under 1 KiB.
const GREETING_BYTES_MAX: u64 = 16_384;

/// What nats-server writes into its ports file.
#[derive(Deserialize)]
struct Ports {
    #[serde(default)]
    nats: Vec<String>,
}

/// Returns the port. Never ends if the server never is ready: the caller sets the limit and watches the process.
///
/// The port is taken from a file only this process writes, so another server on the same port is not mistaken for ours.
pub(super) async fn ready(ports_folder: &Path, pid: u32) -> u16 {
    let mut look = time::interval(Duration::from_millis(LOOK_EVERY_MS));
    look.set_missed_tick_behavior(time::MissedTickBehavior::Delay);
    loop {
        look.tick().await;
        if let Some(port) = told_port(ports_folder, pid)
            && greets(port).await
        {
            return port;
        }
    }
}

/// From `<executable>_<pid>.ports`; not there, or half written: not yet.
fn told_port(ports_folder: &Path, pid: u32) -> Option<u16> {
    let suffix = format!("_{pid}.ports");
    let mut files = fs::read_dir(ports_folder).ok()?.flatten();
    let file = files.find(|file| file.file_name().to_string_lossy().ends_with(&suffix))?;
    parse(&fs::read_to_string(file.path()).ok()?)
}

fn parse(text: &str) -> Option<u16> {
    let ports: Ports = serde_json::from_str(text).ok()?;
    ports.nats.iter().find_map(|url| url.rsplit_once(':')?.1.parse().ok())
}

async fn greets(port: u16) -> bool {
    let greeting = async {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.ok()?;
        let mut line = String::new();
        BufReader::new(stream.take(GREETING_BYTES_MAX)).read_line(&mut line).await.ok()?;
        Some(line.starts_with("INFO ") && line.ends_with('\n'))
    };
    matches!(time::timeout(Duration::from_millis(GREETING_WAIT_MS_MAX), greeting).await, Ok(Some(true)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_port_is_read_from_the_ports_file() {
        let check = |text: &str, want: Option<u16>| assert_eq!(parse(text), want, "{text:?}");
        check(r#"{"nats":["nats://127.0.0.1:40123"]}"#, Some(40_123));
        check(r#"{"nats":["nats://127.0.0.1:40123"#, None);
        check(r#"{"monitoring":["http://127.0.0.1:8222"]}"#, None);
        check("", None);
    }

    #[test]
    fn another_process_file_is_not_taken() {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("nats-server_17.ports"), r#"{"nats":["nats://127.0.0.1:1"]}"#).unwrap();
        assert_eq!(told_port(folder.path(), 7), None);
        assert_eq!(told_port(folder.path(), 17), Some(1));
    }
}
