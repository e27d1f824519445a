//! The user data header before a text (TS 23.040 section 9.2.3.24): parts, ports, national tables.

use serde::{Deserialize, Serialize};

use super::gsm::Shift;
use super::language::Language;

/// Information element identifiers of TS 23.040 section 9.2.3.24.
const CONCATENATED_8: u8 = 0x00;
const PORTS_8: u8 = 0x04;
const PORTS_16: u8 = 0x05;
const CONCATENATED_16: u8 = 0x08;
const SINGLE_SHIFT: u8 = 0x24;
const LOCKING_SHIFT: u8 = 0x25;

/// Which part of a long text a short message is, as the header or the sar_ TLVs say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Sar {
    /// Zero is as good as any. Where 8 bits are carried they are the lower ones.
    pub reference: u16,
    pub total: u8,
    /// From 1.
    pub number: u8,
}

impl Sar {
    /// `None` where there is no such part: number zero, or beyond the total (TS 23.040 section 9.2.3.24.1).
    pub fn checked(reference: u16, total: u8, number: u8) -> Option<Sar> {
        (1..=total).contains(&number).then_some(Sar { reference, total, number })
    }
}

/// Application ports (TS 23.040 sections 9.2.3.24.3 and 4): the text is for a program, not for a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ports {
    pub destination: u16,
    pub source: u16,
}

/// What we read from a header. Of an element that comes twice, the last counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Header {
    pub concat: Option<Sar>,
    pub ports: Option<Ports>,
    pub shift: Shift,
}

impl Header {
    /// The header and what stands behind it; `None` where there is no whole header.
    pub(super) fn split(user_data: &[u8]) -> Option<(Header, &[u8])> {
        let (len, behind) = user_data.split_first()?;
        let (mut elements, text) = behind.split_at_checked(usize::from(*len))?;
        let mut header = Header::default();
        while let [id, len, rest @ ..] = elements {
            let (data, further) = rest.split_at_checked(usize::from(*len))?;
            header.take(*id, data);
            elements = further;
        }
        elements.is_empty().then_some((header, text))
    }

    fn take(&mut self, id: u8, data: &[u8]) {
        match (id, data) {
            (CONCATENATED_8, &[reference, total, number]) => {
                self.concat = Sar::checked(u16::from(reference), total, number);
            }
            (CONCATENATED_16, &[high, low, total, number]) => {
                self.concat = Sar::checked(u16::from_be_bytes([high, low]), total, number);
            }
            (PORTS_8, &[destination, source]) => {
                self.ports = Some(Ports { destination: destination.into(), source: source.into() });
            }
            (PORTS_16, &[a, b, c, d]) => {
                let (destination, source) = (u16::from_be_bytes([a, b]), u16::from_be_bytes([c, d]));
                self.ports = Some(Ports { destination, source });
            }
            (SINGLE_SHIFT, &[id]) => self.shift.single = Language::from_id(id),
            (LOCKING_SHIFT, &[id]) => {
                self.shift.locking = Language::from_id(id).filter(|language| language.has_locking());
            }
            // Of no use for a text, or of the wrong length.
            _ => {}
        }
    }
}

/// How a part is told in the header.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Concat {
    Narrow(Sar),
    Wide(Sar),
}

/// The octets of a header, its length first; none where there is nothing to say.
pub(super) fn write(concat: Option<Concat>, shift: Shift) -> Vec<u8> {
    let mut elements = Vec::new();
    match concat {
        Some(Concat::Narrow(Sar { reference, total, number })) => {
            let [_, low] = reference.to_be_bytes();
            elements.extend([CONCATENATED_8, 3, low, total, number]);
        }
        Some(Concat::Wide(Sar { reference, total, number })) => {
            let [high, low] = reference.to_be_bytes();
            elements.extend([CONCATENATED_16, 4, high, low, total, number]);
        }
        None => {}
    }
    elements.extend(shift.locking.iter().flat_map(|language| [LOCKING_SHIFT, 1, language.id()]));
    elements.extend(shift.single.iter().flat_map(|language| [SINGLE_SHIFT, 1, language.id()]));
    if let Ok(len @ 1..) = u8::try_from(elements.len()) {
        elements.insert(0, len);
    }
    elements
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_header_is_read() {
        let part = |reference, total, number| Header {
            concat: Some(Sar { reference, total, number }),
            ..Header::default()
        };
        let shift = |locking, single| Header { shift: Shift { locking, single }, ..Header::default() };
        let ports =
            |destination, source| Header { ports: Some(Ports { destination, source }), ..Header::default() };
        for (octets, want) in [
            (&b"\x05\x00\x03\x2a\x02\x01hi"[..], part(42, 2, 1)),
            (b"\x05\x00\x03\x00\x02\x02hi", part(0, 2, 2)),
            (b"\x06\x08\x04\x01\x2a\x02\x01hi", part(298, 2, 1)),
            (b"\x05\x00\x03\x2a\x02\x00hi", Header::default()),
            (b"\x05\x00\x03\x2a\x02\x03hi", Header::default()),
            (b"\x05\x00\x03\x2a\x00\x00hi", Header::default()),
            (b"\x04\x00\x02\x2a\x02hi", Header::default()),
            (b"\x06\x05\x04\x0b\x84\x23\xf0hi", ports(2948, 9200)),
            (b"\x04\x04\x02\xf0\xf1hi", ports(240, 241)),
            (b"\x06\x25\x01\x01\x24\x01\x02hi", shift(Some(Language::Turkish), Some(Language::Spanish))),
            (b"\x06\x25\x01\x02\x24\x01\x63hi", shift(None, None)),
            (b"\x03\x70\x01\x01hi", Header::default()),
            (b"\x00hi", Header::default()),
        ] {
            assert_eq!(Header::split(octets), Some((want, &b"hi"[..])), "{octets:x?}");
        }
        for octets in [&b""[..], b"\x05", b"\x05\x00\x03\x2a\x02", b"\x03\x00\x03\x2ahi", b"\x01\x00hi"] {
            assert_eq!(Header::split(octets), None, "{octets:x?}");
        }
    }

    #[test]
    fn a_header_is_written_as_it_is_read() {
        let part = Sar { reference: 0x0102, total: 3, number: 2 };
        let turkish = Shift { locking: Some(Language::Turkish), single: Some(Language::Turkish) };
        for (concat, shift, want) in [
            (None, Shift::default(), &b""[..]),
            (Some(Concat::Narrow(part)), Shift::default(), b"\x05\x00\x03\x02\x03\x02"),
            (Some(Concat::Wide(part)), Shift::default(), b"\x06\x08\x04\x01\x02\x03\x02"),
            (None, turkish, b"\x06\x25\x01\x01\x24\x01\x01"),
            (Some(Concat::Narrow(part)), turkish, b"\x0b\x00\x03\x02\x03\x02\x25\x01\x01\x24\x01\x01"),
        ] {
            assert_eq!(write(concat, shift), want);
        }
    }
}
