//! Ears of a noisy bench: connections of one user that hear all the user may hear, and cost the bench itself as little as they can.
//!
//! They read from the socket and do not look at it: what is measured is what this costs the server and everybody else, not a client.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde_json::json;
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::TcpStream;
use tokio_util::task::AbortOnDropHandle;

use super::world::{PASSWORD, World};
use crate::cli::output::Failure;
use crate::wire::subjects;
use crate::words::UserName;

const READ_BYTES: usize = 65_536;

pub(super) struct Ears {
    bytes: Arc<AtomicU64>,
    listening: Vec<AbortOnDropHandle<()>>,
}

impl Ears {
    pub(super) async fn open(world: &World, user: &UserName, connections: usize) -> Result<Ears, Failure> {
        let (bytes, mut listening) = (Arc::new(AtomicU64::new(0)), Vec::with_capacity(connections));
        for _ in 0..connections {
            let stream = comes(world, user).await?;
            listening.push(AbortOnDropHandle::new(tokio::spawn(listen(stream, Arc::clone(&bytes)))));
        }
        Ok(Ears { bytes, listening })
    }

    /// Megabytes that were heard so far.
    pub(super) fn mb(&self) -> f64 {
        self.bytes.load(Ordering::Relaxed) as f64 / 1_000_000.0
    }

    /// Those that the server has not cut off.
    pub(super) fn open_still(&self) -> usize {
        self.listening.iter().filter(|listening| !listening.is_finished()).count()
    }
}

async fn comes(world: &World, user: &UserName) -> Result<BufReader<TcpStream>, Failure> {
    let failed = |why: &dyn std::fmt::Display| Failure::failed(format!("{user} did not get in: {why}"));
    let url = world.url();
    let address = url.trim_start_matches("nats://");
    let mut stream = BufReader::new(TcpStream::connect(address).await.map_err(|error| failed(&error))?);
    let connect = json!({ "verbose": false, "headers": true, "user": user, "pass": PASSWORD });
    let own = [
        subjects::live_of(user),
        subjects::notes_of(user),
        subjects::outcome_of(user.as_str()),
        format!("{}.>", subjects::inbox_prefix(user.as_str())),
    ];
    let subscribe = own.iter().enumerate().map(|(number, subject)| format!("SUB {subject} {number}\r\n"));
    let said = format!("CONNECT {connect}\r\n{}PING\r\n", subscribe.collect::<String>());
    let mut line = String::new();
    stream.read_line(&mut line).await.map_err(|error| failed(&error))?;
    stream.get_mut().write_all(said.as_bytes()).await.map_err(|error| failed(&error))?;
    // The server's own question is answered too soon, and not again: a bench is over before it asks twice more.
    while !line.starts_with("PONG") {
        line.clear();
        let read = stream.read_line(&mut line).await.map_err(|error| failed(&error))?;
        if read == 0 || line.starts_with("-ERR") {
            return Err(failed(&line.trim()));
        }
    }
    stream.get_mut().write_all(b"PONG\r\n").await.map_err(|error| failed(&error))?;
    Ok(stream)
}

async fn listen(mut stream: BufReader<TcpStream>, bytes: Arc<AtomicU64>) {
    let mut unread = vec![0; READ_BYTES];
    while let Ok(read @ 1..) = stream.read(&mut unread).await {
        bytes.fetch_add(read as u64, Ordering::Relaxed);
    }
}
