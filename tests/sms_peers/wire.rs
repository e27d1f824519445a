//! The wire, written down as a capture that tshark reads.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};

use crate::support::run;

/// Registered for SMPP.
const PORT: u16 = 2775;
const ESME_PORT: u16 = 40_000;
/// As much as one IPv4 packet carries.
const PACKET_OCTETS_MAX: usize = 60_000;
/// A capture of IPv4 packets without a link layer (tcpdump.org/linktypes.html).
const RAW_IP: u32 = 101;

/// It loads a hundred dissectors first.
const READ_WITHIN: Duration = Duration::from_secs(60);

/// Whether the ESME said it, and what.
type Said = (bool, Vec<u8>);

/// A place between an ESME and its SMSC where everything is heard.
pub struct Tap {
    pub port: u16,
    said: Arc<Mutex<Vec<Said>>>,
}

impl Tap {
    pub async fn before(smsc: u16) -> Tap {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("loopback is there");
        let port = listener.local_addr().expect("it listens").port();
        let said = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&said);
        tokio::spawn(async move {
            while let Ok((esme, _)) = listener.accept().await {
                let smsc = TcpStream::connect(("127.0.0.1", smsc)).await.expect("the SMSC listens");
                let ((from_esme, to_esme), (from_smsc, to_smsc)) = (esme.into_split(), smsc.into_split());
                tokio::spawn(carry(from_esme, to_smsc, true, Arc::clone(&heard)));
                tokio::spawn(carry(from_smsc, to_esme, false, Arc::clone(&heard)));
            }
        });
        Tap { port, said }
    }

    /// Writes all of it down as one connection.
    pub fn capture(&self, path: &Path) {
        let said = self.said.lock().unwrap_or_else(PoisonError::into_inner);
        let mut octets = Vec::new();
        for word in [0xA1B2_C3D4, 0x0002_0004, 0, 0, 65_535, RAW_IP] {
            octets.extend_from_slice(&u32::to_ne_bytes(word));
        }
        // The version's halves are two numbers of 16 bits.
        octets[4..8].copy_from_slice(&[2_u16.to_ne_bytes(), 4_u16.to_ne_bytes()].concat());
        let mut sequences = [1_u32, 1];
        for (at, (by_esme, octets_said)) in said.iter().enumerate() {
            let (own, other) = (usize::from(!by_esme), usize::from(*by_esme));
            let packet = packet(*by_esme, sequences[own], sequences[other], octets_said);
            let len = u32::try_from(packet.len()).expect("a packet");
            let second = u32::try_from(at).expect("a short talk");
            for word in [second, 0, len, len] {
                octets.extend_from_slice(&word.to_ne_bytes());
            }
            octets.extend_from_slice(&packet);
            sequences[own] += u32::try_from(octets_said.len()).expect("a packet");
        }
        fs::write(path, octets).expect("a temporary file can be written");
    }
}

/// What tshark saw.
#[derive(Debug, PartialEq, Eq)]
pub struct Read {
    pub submits: usize,
    pub responses: usize,
    pub delivers: usize,
}

/// # Panics
/// Where tshark calls something malformed, or cannot read what stands behind a header.
pub fn read(tshark: &Command, capture: &Path) -> Read {
    let mut command = Command::new(tshark.get_program());
    command.envs(tshark.get_envs().filter_map(|(name, value)| Some((name, value?))));
    // Its own settings, not those of who runs the test.
    command.env("HOME", capture.parent().expect("it lies in a folder")).arg("-r").arg(capture);
    command.args(["-d", &format!("tcp.port=={PORT},smpp"), "-V"]);
    let read = run(&mut command, READ_WITHIN).succeeded("tshark").stdout;
    let complaints: Vec<_> = read
        .lines()
        .filter(|line| ["Malformed", "malformed", "Expert Info (Error"].iter().any(|bad| line.contains(bad)))
        .collect();
    assert!(complaints.is_empty(), "{complaints:#?}");
    let operations =
        |name: &str| read.lines().filter(|line| line.contains("Operation:") && line.contains(name)).count();
    Read {
        submits: operations("Submit_sm (0x"),
        responses: operations("Submit_sm - resp (0x"),
        delivers: operations("Deliver_sm (0x"),
    }
}

async fn carry(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, by_esme: bool, said: Arc<Mutex<Vec<Said>>>) {
    let mut octets = vec![0; PACKET_OCTETS_MAX];
    while let Ok(len @ 1..) = from.read(&mut octets).await {
        said.lock().unwrap_or_else(PoisonError::into_inner).push((by_esme, octets[..len].to_vec()));
        if to.write_all(&octets[..len]).await.is_err() {
            break;
        }
    }
}

/// IPv4 and TCP (RFC 791, RFC 9293) without options; their checksums are zero, which tshark does not mind.
fn packet(by_esme: bool, sequence: u32, acknowledged: u32, octets: &[u8]) -> Vec<u8> {
    const HEADERS_LEN: usize = 40;
    let (esme, smsc) = ([127, 0, 0, 1], [127, 0, 0, 2]);
    let ((from, from_port), (to, to_port)) =
        if by_esme { ((esme, ESME_PORT), (smsc, PORT)) } else { ((smsc, PORT), (esme, ESME_PORT)) };
    let len = u16::try_from(HEADERS_LEN + octets.len()).expect("a packet");
    [
        &[0x45, 0][..],
        &len.to_be_bytes(),
        &[0, 0, 0, 0, 64, 6, 0, 0],
        &from,
        &to,
        &from_port.to_be_bytes(),
        &to_port.to_be_bytes(),
        &sequence.to_be_bytes(),
        &acknowledged.to_be_bytes(),
        // Five words of header; PSH and ACK.
        &[0x50, 0x18, 0xFF, 0xFF, 0, 0, 0, 0],
        octets,
    ]
    .concat()
}
