//! The load process: a few connections that hold a subscription for each online member, and count what comes on each.
//!
//! They read the protocol themselves and look at no payload: what is measured is who sends, not a client that hears.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicUsize, Ordering};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::sync::Notify;
use tokio::time::{Instant, timeout};
use tokio_util::task::AbortOnDropHandle;

use crate::cli::output::Failure;
use crate::lab::bench::world::World;
use crate::wire::subjects;
use crate::words::UserName;

const READ_BYTES: usize = 65_536;
/// Nothing for this long means that something was lost.
const SILENCE_MAX: Duration = Duration::from_secs(20);

pub(super) struct Listeners {
    heard: Arc<Heard>,
    _listening: Vec<AbortOnDropHandle<()>>,
}

/// What was heard since it was last asked for.
struct Heard {
    of_each: Vec<AtomicU32>,
    all: AtomicUsize,
    wanted: AtomicUsize,
    complete: Notify,
}

impl Listeners {
    /// Subscribes for these people, on so many connections.
    pub(super) async fn open(
        world: &World,
        people: &[UserName],
        connections: usize,
    ) -> Result<Listeners, Failure> {
        let heard = Arc::new(Heard {
            of_each: people.iter().map(|_| AtomicU32::new(0)).collect(),
            all: AtomicUsize::new(0),
            wanted: AtomicUsize::new(usize::MAX),
            complete: Notify::new(),
        });
        let numbered: Vec<(usize, &UserName)> = people.iter().enumerate().collect();
        let mut listening = Vec::with_capacity(connections);
        for share in numbered.chunks(people.len().div_ceil(connections.max(1)).max(1)) {
            let failed = |error: std::io::Error| Failure::failed(format!("could not listen: {error}"));
            let stream = subscribed(world, share).await.map_err(failed)?;
            listening.push(AbortOnDropHandle::new(tokio::spawn(listen(stream, Arc::clone(&heard)))));
        }
        Ok(Listeners { heard, _listening: listening })
    }

    /// Forgets what was heard, and waits for so many messages to each from now on.
    pub(super) fn expect(&self, of_each: usize) {
        self.heard.all.store(0, Ordering::SeqCst);
        self.heard.of_each.iter().for_each(|heard| heard.store(0, Ordering::SeqCst));
        self.heard.wanted.store(of_each * self.heard.of_each.len(), Ordering::SeqCst);
    }

    /// Waits until the last one is heard. Each must have heard all of them, once.
    pub(super) async fn complete(&self, of_each: usize) -> Result<Instant, Failure> {
        let wanted = of_each * self.heard.of_each.len();
        let mut before = 0;
        while timeout(SILENCE_MAX, self.heard.complete.notified()).await.is_err() {
            let all = self.heard.all.load(Ordering::SeqCst);
            if all == before {
                return Err(Failure::failed(format!("{all} of {wanted} live messages came, then none")));
            }
            before = all;
        }
        let ended = Instant::now();
        let once = |heard: &&AtomicU32| heard.load(Ordering::SeqCst) as usize != of_each;
        match self.heard.of_each.iter().filter(once).count() {
            0 => Ok(ended),
            wrong => Err(Failure::failed(format!("{wrong} members have not heard each message once"))),
        }
    }
}

impl Heard {
    /// Counts what a connection has read at once.
    fn add(&self, count: usize) {
        let wanted = self.wanted.load(Ordering::SeqCst);
        let before = self.all.fetch_add(count, Ordering::SeqCst);
        if (before..before + count).contains(&wanted.wrapping_sub(1)) {
            self.complete.notify_one();
        }
    }
}

/// A connection with the subscriptions of these, each under its number; they are in force when this returns.
async fn subscribed(world: &World, people: &[(usize, &UserName)]) -> std::io::Result<TcpStream> {
    let url = world.url();
    let mut stream = TcpStream::connect(url.trim_start_matches("nats://")).await?;
    let subscribe =
        people.iter().map(|(number, user)| format!("SUB {} {number}\r\n", subjects::live_of(user)));
    let connect = r#"{"verbose":false,"pedantic":false,"headers":true,"name":"homing bench listeners"}"#;
    let said = format!("CONNECT {connect}\r\n{}PING\r\n", subscribe.collect::<String>());
    stream.write_all(said.as_bytes()).await?;
    let (mut said, mut read) = (Vec::new(), [0; 4_096]);
    while !said.ends_with(b"PONG\r\n") {
        match stream.read(&mut read).await? {
            0 => return Err(std::io::ErrorKind::UnexpectedEof.into()),
            len => said.extend_from_slice(read.get(..len).unwrap_or_default()),
        }
    }
    let refused =
        String::from_utf8_lossy(&said).lines().find(|line| line.starts_with("-ERR")).map(str::to_owned);
    refused.map_or(Ok(stream), |refused| Err(std::io::Error::other(refused)))
}

async fn listen(mut stream: TcpStream, heard: Arc<Heard>) {
    let (mut lines, mut read) = (Lines::default(), vec![0; READ_BYTES]);
    while let Ok(len @ 1..) = stream.read(&mut read).await {
        let (mut count, mut asked) = (0, false);
        lines.feed(read.get(..len).unwrap_or_default(), |line| match line {
            Line::Message(number) => {
                count += 1;
                heard.of_each.get(number).into_iter().for_each(|of_each| {
                    of_each.fetch_add(1, Ordering::Relaxed);
                });
            }
            Line::Ping => asked = true,
        });
        heard.add(count);
        if asked && stream.write_all(b"PONG\r\n").await.is_err() {
            return;
        }
    }
}

enum Line {
    /// The number of its subscription.
    Message(usize),
    Ping,
}

/// The server's side of the protocol, as it comes.
#[derive(Default)]
struct Lines {
    begun: Vec<u8>,
    /// Of headers and payload, what is to be read yet.
    skip: usize,
}

impl Lines {
    fn feed(&mut self, mut bytes: &[u8], mut tell: impl FnMut(Line)) {
        while !bytes.is_empty() {
            let skipped = self.skip.min(bytes.len());
            self.skip -= skipped;
            bytes = bytes.get(skipped..).unwrap_or_default();
            let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else {
                self.begun.extend_from_slice(bytes);
                return;
            };
            let (line, behind) = bytes.split_at(end + 1);
            bytes = behind;
            if self.begun.is_empty() {
                self.line(line).into_iter().for_each(&mut tell);
            } else {
                let mut whole = std::mem::take(&mut self.begun);
                whole.extend_from_slice(line);
                self.line(&whole).into_iter().for_each(&mut tell);
            }
        }
    }

    fn line(&mut self, line: &[u8]) -> Option<Line> {
        let line = std::str::from_utf8(line).ok()?.trim_end();
        if line == "PING" {
            return Some(Line::Ping);
        }
        let arguments = line.strip_prefix("HMSG ").or_else(|| line.strip_prefix("MSG "))?;
        let number = arguments.split(' ').nth(1)?.parse().ok()?;
        let len: usize = arguments.rsplit(' ').next()?.parse().ok()?;
        self.skip = len + "\r\n".len();
        Some(Line::Message(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_messages_wherever_the_reads_are_cut() {
        let said = b"INFO {}\r\nHMSG homing.to.bob.m1 7 12 17\r\nNATS/1.0\r\n\r\na\nMSG \r\nPING\r\nMSG homing.to.ann.m1 3 0\r\n\r\n";
        for cut in 0..said.len() {
            let (mut lines, mut told) = (Lines::default(), Vec::new());
            for part in <[&[u8]; 2]>::from(said.split_at(cut)) {
                lines.feed(part, |line| {
                    told.push(match line {
                        Line::Message(number) => number,
                        Line::Ping => 0,
                    });
                });
            }
            assert_eq!(told, [7, 0, 3], "cut at {cut}");
        }
    }
}
