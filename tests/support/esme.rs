//! An ESME on a raw socket that asks what its test says, for the SMSC's side of SMPP.

use homing::smpp::pdu::{Bind, BindKind, Body, FrameReader, PDU_BYTES_MAX};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::wire::soon;

/// An ESME that says what its test says.
pub struct Raw {
    stream: TcpStream,
    frames: FrameReader,
}

impl Raw {
    pub async fn to(port: u16) -> Raw {
        let stream = TcpStream::connect(("127.0.0.1", port)).await.expect("it listens");
        Raw { stream, frames: FrameReader::new(PDU_BYTES_MAX) }
    }

    pub async fn says(&mut self, body: &Body, sequence: u32) {
        self.stream.write_all(&body.to_vec(0, sequence)).await.expect("it reads");
    }

    /// `None` at the end of the connection.
    pub async fn next(&mut self) -> Option<(Body, u32, u32)> {
        loop {
            if let Some(frame) = self.frames.next_frame().expect("it keeps its frames") {
                return Some((Body::of(&frame), frame.header.status, frame.header.sequence));
            }
            let read = self.stream.read_buf(self.frames.room(1024));
            if !matches!(soon("a PDU", read).await, Ok(1..)) {
                return None;
            }
        }
    }

    pub async fn asks(&mut self, body: &Body, sequence: u32) -> (Body, u32) {
        self.says(body, sequence).await;
        let (body, status, answered) = self.next().await.expect("the session goes on");
        assert_eq!(answered, sequence, "{body:?}");
        (body, status)
    }
}

pub fn bind(kind: BindKind) -> Body {
    Body::Bind(Bind {
        kind,
        system_id: "raw".into(),
        password: String::new(),
        system_type: String::new(),
        interface_version: 0x34,
        addr_ton: 0,
        addr_npi: 0,
        address_range: String::new(),
    })
}
