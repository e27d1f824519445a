//! An SMSC on a raw socket that does what its test says, right or wrong; PDUs are cut by the codec under test, bodies by hand.

#![allow(dead_code, reason = "each test file uses the part of it that it needs")]

use std::net::SocketAddr;
use std::time::Duration;

use homing::smpp::link::{Connector, Incoming, Link, Status};
use homing::smpp::pdu::{Address, Body, Frame, FrameReader, HEADER_LEN, SubmitSm, Tlvs, command, tlv};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_util::sync::CancellationToken;

/// Anything that is awaited comes within this, or never; also on a loaded machine.
pub const COMES_WITHIN: Duration = Duration::from_secs(30);

/// # Panics
/// When it does not come.
pub async fn soon<T>(what: &str, future: impl Future<Output = T>) -> T {
    tokio::time::timeout(COMES_WITHIN, future).await.unwrap_or_else(|_| panic!("{what} never came"))
}

pub struct RawSmsc {
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
}

pub trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// One connection of an ESME.
pub struct Peer {
    pub stream: Box<dyn Stream>,
    frames: FrameReader,
}

impl RawSmsc {
    pub async fn listen() -> RawSmsc {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback is there");
        RawSmsc { listener, tls: None }
    }

    pub async fn listen_tls(acceptor: TlsAcceptor) -> RawSmsc {
        RawSmsc { tls: Some(acceptor), ..RawSmsc::listen().await }
    }

    pub fn address(&self) -> SocketAddr {
        self.listener.local_addr().expect("it listens")
    }

    /// With quick timers, and other settings as `&key=value`.
    pub fn connector(&self, more: &str) -> Connector {
        let scheme = if self.tls.is_some() { "smpps" } else { "smpp" };
        let url = format!("{scheme}://esme:secret@{}?bind_again=1s{more}", self.address());
        url.parse().expect("a connector")
    }

    pub async fn accept(&self) -> Peer {
        let (stream, _) = soon("a connection", self.listener.accept()).await.expect("it listens");
        stream.set_nodelay(true).expect("a TCP connection");
        let stream: Box<dyn Stream> = match &self.tls {
            Some(tls) => Box::new(soon("TLS", tls.accept(stream)).await.expect("a handshake")),
            None => Box::new(stream),
        };
        Peer { stream, frames: FrameReader::new(1024 * 1024) }
    }

    /// Whether somebody came whose TLS handshake failed.
    pub async fn accept_fails(&self) -> bool {
        let (Ok((stream, _)), Some(tls)) = (self.listener.accept().await, &self.tls) else { return false };
        tls.accept(stream).await.is_err()
    }

    /// Accepts the bind too.
    pub async fn bound(&self) -> Peer {
        let mut peer = self.accept().await;
        peer.accept_bind().await;
        peer
    }
}

impl Peer {
    pub async fn accept_bind(&mut self) -> Frame {
        let bind = self.next().await.expect("a bind");
        assert!(matches!(Body::of(&bind), Body::Bind(_)), "{bind:?}");
        self.send(&pdu(bind.header.command | 0x8000_0000, 0, bind.header.sequence, b"SMSC\0")).await;
        bind
    }

    /// `None` at the end of the connection.
    pub async fn next(&mut self) -> Option<Frame> {
        loop {
            if let Some(frame) = self.frames.next_frame().expect("the ESME keeps its frames") {
                return Some(frame);
            }
            let read = self.stream.read_buf(self.frames.room(64 * 1024));
            if !matches!(soon("a PDU", read).await, Ok(1..)) {
                return None;
            }
        }
    }

    /// The next that is no enquire_link; those are answered.
    pub async fn next_but_enquiries(&mut self) -> Option<Frame> {
        loop {
            let frame = self.next().await?;
            if frame.header.command != command::ENQUIRE_LINK {
                return Some(frame);
            }
            self.send(&pdu(command::ENQUIRE_LINK_RESP, 0, frame.header.sequence, b"")).await;
        }
    }

    pub async fn send(&mut self, octets: &[u8]) {
        self.stream.write_all(octets).await.expect("the ESME reads");
        self.stream.flush().await.expect("the ESME reads");
    }

    /// Answers a request with status 0 and the rest of a body.
    pub async fn answer(&mut self, request: &Frame, body: &[u8]) {
        self.send(&pdu(request.header.command | 0x8000_0000, 0, request.header.sequence, body)).await;
    }

    /// The session goes on: an enquire_link is answered after all that was sent before. Gives what came until then.
    pub async fn is_alive(&mut self) -> Vec<Frame> {
        const PROBE: u32 = 0x0FFF_FFF1;
        self.send(&pdu(command::ENQUIRE_LINK, 0, PROBE, b"")).await;
        let mut before = Vec::new();
        loop {
            let frame = self.next().await.expect("the session goes on");
            if frame.header.command == command::ENQUIRE_LINK_RESP && frame.header.sequence == PROBE {
                return before;
            }
            before.push(frame);
        }
    }
}

/// A PDU with a right length.
pub fn pdu(command: u32, status: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(HEADER_LEN + body.len()).expect("a short body");
    [&[length, command, status, sequence].map(u32::to_be_bytes).concat()[..], body].concat()
}

/// A message of which the reference tells the number.
pub fn submit(reference: u16, octets: Vec<u8>) -> SubmitSm {
    SubmitSm {
        source: Address::new(5, 0, "TEAM"),
        dest: Address::new(1, 1, "491701234567"),
        octets,
        tlvs: Tlvs::default().with(tlv::USER_MESSAGE_REFERENCE, reference.to_be_bytes()),
        ..SubmitSm::default()
    }
}

/// The number of a submit_sm.
pub fn reference(frame: &Frame) -> u16 {
    let Body::SubmitSm(message) = Body::of(frame) else { panic!("no submit_sm: {:?}", frame.header) };
    message.tlvs.user_message_reference().expect("each has one")
}

/// A link that is stopped with its test.
pub struct Started {
    pub link: Link,
    pub incoming: mpsc::Receiver<Incoming>,
    pub stop: CancellationToken,
    pub task: JoinHandle<()>,
}

pub fn start(connector: Connector) -> Started {
    let stop = CancellationToken::new();
    let (link, incoming, task) = homing::smpp::link::start(connector.into(), stop.clone());
    Started { link, incoming, stop, task }
}

impl Started {
    pub async fn is(&self, what: &str, wanted: impl FnMut(&Status) -> bool) -> Status {
        let mut status = self.link.status();
        soon(what, status.wait_for(wanted)).await.expect("it is kept").clone()
    }

    pub async fn is_bound(&self) {
        self.is("a bound session", Status::is_bound).await;
    }

    /// Stops it and waits until it has.
    pub async fn stops(self) {
        self.stop.cancel();
        soon("the end", self.task).await.expect("it does not panic");
    }
}

/// Of this process, in KiB.
pub fn resident_kib() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").expect("Linux");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("it says so");
    line.trim().trim_end_matches(" kB").parse().expect("a number")
}
