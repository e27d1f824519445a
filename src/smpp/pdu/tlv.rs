//! Optional parameters (SMPP 3.4, 5.3): kept as they came, unknown ones too, and read through typed doors.

use super::octets::{Octets, text_of};

/// 5.3.2.12
pub const RECEIPTED_MESSAGE_ID: u16 = 0x001E;
/// 5.3.2.17
pub const USER_MESSAGE_REFERENCE: u16 = 0x0204;
/// 5.3.2.20
pub const SOURCE_PORT: u16 = 0x020A;
/// 5.3.2.21
pub const DESTINATION_PORT: u16 = 0x020B;
/// 5.3.2.22
pub const SAR_MSG_REF_NUM: u16 = 0x020C;
/// 5.3.2.23
pub const SAR_TOTAL_SEGMENTS: u16 = 0x020E;
/// 5.3.2.24
pub const SAR_SEGMENT_SEQNUM: u16 = 0x020F;
/// 5.3.2.25
pub const SC_INTERFACE_VERSION: u16 = 0x0210;
/// 5.3.2.31
pub const NETWORK_ERROR_CODE: u16 = 0x0423;
/// 5.3.2.32
pub const MESSAGE_PAYLOAD: u16 = 0x0424;
/// 5.3.2.35
pub const MESSAGE_STATE: u16 = 0x0427;

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Tlv {
    pub tag: u16,
    pub value: Vec<u8>,
}

/// In the order in which they came.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Tlvs(Vec<Tlv>);

/// One part of a concatenated message (5.3.2.22 to 24).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sar {
    pub reference: u16,
    pub total: u8,
    /// From 1.
    pub sequence: u8,
}

impl Tlvs {
    /// What stands behind the mandatory fields. A tail that is no whole parameter is ignored.
    pub(super) fn read(mut octets: Octets<'_>) -> Tlvs {
        let mut tlvs = Vec::new();
        while let (Some(tag), Some(len)) = (octets.u16(), octets.u16()) {
            let Some(value) = octets.exactly(usize::from(len)) else { break };
            tlvs.push(Tlv { tag, value: value.to_vec() });
        }
        Tlvs(tlvs)
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        self.0.iter().for_each(|Tlv { tag, value }| put_tlv(out, *tag, value));
    }

    pub fn push(&mut self, tag: u16, value: impl Into<Vec<u8>>) {
        self.0.push(Tlv { tag, value: value.into() });
    }

    /// As [`Tlvs::push`], for building.
    #[must_use]
    pub fn with(mut self, tag: u16, value: impl Into<Vec<u8>>) -> Tlvs {
        self.push(tag, value);
        self
    }

    /// The value of the first with this tag.
    pub fn get(&self, tag: u16) -> Option<&[u8]> {
        self.iter().find(|tlv| tlv.tag == tag).map(|tlv| tlv.value.as_slice())
    }

    pub fn iter(&self) -> impl Iterator<Item = &Tlv> {
        self.0.iter()
    }

    /// Takes the first with this tag out.
    pub(super) fn take(&mut self, tag: u16) -> Option<Vec<u8>> {
        let at = self.0.iter().position(|tlv| tlv.tag == tag)?;
        Some(self.0.remove(at).value)
    }

    /// With or without its NUL, of any length.
    pub fn receipted_message_id(&self) -> Option<String> {
        let value = self.get(RECEIPTED_MESSAGE_ID)?;
        Some(text_of(value.split(|octet| *octet == 0).next().unwrap_or_default()))
    }

    /// Of one octet; where there are more, the last counts.
    pub fn message_state(&self) -> Option<u8> {
        self.get(MESSAGE_STATE)?.last().copied()
    }

    /// Network type and error code as text, `3:21`; of a wrong length, its octets in hexadecimal.
    pub fn network_error_code(&self) -> Option<String> {
        let value = self.get(NETWORK_ERROR_CODE)?;
        Some(match value {
            [] => return None,
            [kind, high, low] => format!("{kind}:{}", u16::from_be_bytes([*high, *low])),
            other => other.iter().map(|octet| format!("{octet:02x}")).collect(),
        })
    }

    pub fn user_message_reference(&self) -> Option<u16> {
        self.number(USER_MESSAGE_REFERENCE)
    }

    /// `None` unless all three are there.
    pub fn sar(&self) -> Option<Sar> {
        let octet = |tag| u8::try_from(self.number(tag)?).ok();
        Some(Sar {
            reference: self.number(SAR_MSG_REF_NUM)?,
            total: octet(SAR_TOTAL_SEGMENTS)?,
            sequence: octet(SAR_SEGMENT_SEQNUM)?,
        })
    }

    /// Of any number of octets, when its value fits.
    fn number(&self, tag: u16) -> Option<u16> {
        let value = self.get(tag)?;
        let widened = |sum: u16, octet: &u8| Some(sum.checked_mul(256)? + u16::from(*octet));
        if value.is_empty() { None } else { value.iter().try_fold(0, widened) }
    }
}

/// A length has 16 bits; what is beyond them is not sent.
pub(super) fn put_tlv(out: &mut Vec<u8>, tag: u16, value: &[u8]) {
    let len = u16::try_from(value.len()).unwrap_or(u16::MAX);
    out.extend_from_slice(&tag.to_be_bytes());
    out.extend_from_slice(&len.to_be_bytes());
    out.extend(value.iter().take(usize::from(len)));
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(octets: &[u8]) -> Tlvs {
        Tlvs::read(Octets::of(octets))
    }

    #[test]
    fn a_torn_tail_is_ignored_and_an_unknown_tag_kept() {
        let whole = [0x14, 0x00, 0, 2, 7, 8];
        for tail in [&[][..], &[0], &[0, 1], &[1, 2, 3], &[0x04, 0x27, 0, 5, 1]] {
            let tlvs = read(&[&whole[..], tail].concat());
            assert_eq!(tlvs.iter().count(), 1, "{tail:?}");
            assert_eq!(tlvs.get(0x1400), Some(&[7, 8][..]));
        }
    }

    #[test]
    fn typed_doors_take_what_peers_send() {
        let with = |tag: u16, value: &[u8]| Tlvs::default().with(tag, value);
        for (value, id) in [(&b"42\0"[..], "42"), (b"42", "42"), (b"", ""), (b"4\xe9\0rest", "4é")] {
            let tlvs = with(RECEIPTED_MESSAGE_ID, value);
            assert_eq!(tlvs.receipted_message_id().as_deref(), Some(id));
        }
        for (value, state) in [(&[2][..], Some(2)), (&[0, 2], Some(2)), (&[], None)] {
            assert_eq!(with(MESSAGE_STATE, value).message_state(), state);
        }
        for (value, code) in
            [(&[3, 0, 21][..], Some("3:21")), (&[3, 0, 21, 0], Some("03001500")), (&[], None)]
        {
            assert_eq!(with(NETWORK_ERROR_CODE, value).network_error_code().as_deref(), code);
        }
        for (value, number) in [(&[1, 2][..], Some(258)), (&[9], Some(9)), (&[1, 0, 0], None), (&[], None)] {
            assert_eq!(with(USER_MESSAGE_REFERENCE, value).user_message_reference(), number);
        }
        let sar = with(SAR_MSG_REF_NUM, &[0, 0]).with(SAR_TOTAL_SEGMENTS, [2]).with(SAR_SEGMENT_SEQNUM, [1]);
        assert_eq!(sar.sar(), Some(Sar { reference: 0, total: 2, sequence: 1 }));
        assert_eq!(with(SAR_MSG_REF_NUM, &[0, 0]).sar(), None);
    }
}
