//! Cuts a stream of octets into PDUs by their length alone (SMPP 3.4, 3.2): whatever a body holds, the next one is found.

use bytes::{Buf, Bytes, BytesMut};

/// command_length, command_id, command_status, sequence_number.
pub const HEADER_LEN: usize = 16;
/// A message_payload (5.3.2.32) holds up to 64 KiB; a length above is a stream that lost its frames, or hostile.
pub const PDU_BYTES_MAX: usize = 64 * 1024;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Header {
    pub command: u32,
    pub status: u32,
    pub sequence: u32,
}

/// One PDU: its header, and all its octets.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    pub header: Header,
    raw: Bytes,
}

impl Frame {
    pub fn body(&self) -> &[u8] {
        self.raw.get(HEADER_LEN..).unwrap_or_default()
    }

    /// With the header.
    pub fn raw(&self) -> &[u8] {
        &self.raw
    }
}

/// The only error of framing: where the next PDU begins is not known, the session is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a PDU of {0} octets cannot be")]
pub struct ImpossibleLength(pub u32);

/// Octets go in at one end, PDUs come out at the other. It holds one PDU and what was read with it.
#[derive(Debug)]
pub struct FrameReader {
    buffer: BytesMut,
    pdu_bytes_max: usize,
}

impl FrameReader {
    pub fn new(pdu_bytes_max: usize) -> FrameReader {
        FrameReader { buffer: BytesMut::new(), pdu_bytes_max }
    }

    /// Where what was read is to be appended, with room for at least `len` octets.
    pub fn room(&mut self, len: usize) -> &mut BytesMut {
        self.buffer.reserve(len);
        &mut self.buffer
    }

    /// `None` until a whole PDU is there.
    ///
    /// # Errors
    /// When the length is less than a header or above the limit; it stays so.
    pub fn next_frame(&mut self) -> Result<Option<Frame>, ImpossibleLength> {
        let mut head: &[u8] = &self.buffer;
        let Some(length) = head.try_get_u32().ok() else { return Ok(None) };
        let len = usize::try_from(length).unwrap_or(usize::MAX);
        if !(HEADER_LEN..=self.pdu_bytes_max).contains(&len) {
            return Err(ImpossibleLength(length));
        }
        if self.buffer.len() < len {
            return Ok(None);
        }
        let header = Header { command: head.get_u32(), status: head.get_u32(), sequence: head.get_u32() };
        Ok(Some(Frame { header, raw: self.buffer.split_to(len).freeze() }))
    }
}

/// Appends a PDU: a header around the body that `body` appends.
pub(super) fn put(out: &mut Vec<u8>, header: Header, body: impl FnOnce(&mut Vec<u8>)) {
    let start = out.len();
    out.extend_from_slice(&[0; 4]);
    for word in [header.command, header.status, header.sequence] {
        out.extend_from_slice(&word.to_be_bytes());
    }
    body(out);
    let length = u32::try_from(out.len() - start).unwrap_or(u32::MAX);
    if let Some(place) = out.get_mut(start..start + 4) {
        place.copy_from_slice(&length.to_be_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reader_of(octets: &[u8]) -> FrameReader {
        let mut reader = FrameReader::new(PDU_BYTES_MAX);
        reader.room(octets.len()).extend_from_slice(octets);
        reader
    }

    #[test]
    fn a_body_that_nobody_expects_moves_no_frame() {
        let mut octets = Vec::new();
        let header = |sequence| Header { command: super::super::command::ENQUIRE_LINK, status: 0, sequence };
        put(&mut octets, header(1), |out| out.extend_from_slice(b"abc"));
        put(&mut octets, header(2), |_| ());
        let mut reader = reader_of(&octets);
        for (sequence, body) in [(1, &b"abc"[..]), (2, &b""[..])] {
            let frame = reader.next_frame().unwrap().unwrap();
            assert_eq!((frame.header.sequence, frame.body()), (sequence, body));
        }
        assert_eq!(reader.next_frame(), Ok(None));
    }

    #[test]
    fn a_pdu_comes_when_its_last_octet_does() {
        let mut octets = Vec::new();
        put(&mut octets, Header { command: 4, status: 0, sequence: 7 }, |out| out.extend_from_slice(b"body"));
        let mut reader = FrameReader::new(PDU_BYTES_MAX);
        for octet in octets.split_last().unwrap().1 {
            reader.room(1).extend_from_slice(&[*octet]);
            assert_eq!(reader.next_frame(), Ok(None));
        }
        reader.room(1).extend_from_slice(b"y");
        assert_eq!(reader.next_frame().unwrap().unwrap().body(), b"body");
    }

    #[test]
    fn only_an_impossible_length_is_an_error() {
        for (length, wrong) in [
            (0, true),
            (12, true),
            (15, true),
            (16, false),
            (65_536, false),
            (65_537, true),
            (u32::MAX, true),
        ] {
            let found = reader_of(&length.to_be_bytes()).next_frame();
            assert_eq!(found, if wrong { Err(ImpossibleLength(length)) } else { Ok(None) });
        }
    }
}
