//! Fragments of incoming texts: one short message's user data taken apart, and several read as one.

use serde::{Deserialize, Serialize};

use super::charset::Charset;
use super::data_coding::Reading;
use super::gsm::Shift;
use super::language::Language;
use super::packed;
use super::udh::{Header, Ports, Sar};

/// One short message, or one part of a longer text; kept until all its parts are there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fragment {
    pub charset: Charset,
    /// The text without its header; packed septets are unpacked.
    #[serde(with = "serde_bytes")]
    pub octets: Vec<u8>,
    /// Which part it is, where the header says so; the sar_ TLVs of the same message are the caller's.
    pub concat: Option<Sar>,
    pub ports: Option<Ports>,
    /// National tables (TS 23.038 annex A).
    pub locking: Option<Language>,
    pub single: Option<Language>,
}

impl Fragment {
    fn shift(&self) -> Shift {
        Shift { locking: self.locking, single: self.single }
    }

    fn reads_like(&self, other: &Fragment) -> bool {
        (self.charset, self.shift()) == (other.charset, other.shift())
    }
}

/// Takes the user data of a short message apart. It never fails: what is no header, though `udhi` says so, is text.
pub fn fragment(user_data: &[u8], data_coding: u8, udhi: bool, reading: &Reading) -> Fragment {
    let split = udhi.then(|| Header::split(user_data)).flatten();
    let (header, text) = split.unwrap_or((Header::default(), user_data));
    let charset = reading.charset(data_coding);
    let octets = match charset {
        Charset::Gsm7Packed => packed::unpack(text, user_data.len() - text.len()),
        Charset::Gsm7
        | Charset::Ascii
        | Charset::Latin1
        | Charset::Iso8859_5
        | Charset::Iso8859_8
        | Charset::Ucs2
        | Charset::Utf8
        | Charset::Binary => text.to_vec(),
    };
    let Header { concat, ports, shift: Shift { locking, single } } = header;
    Fragment { charset, octets, concat, ports, locking, single }
}

/// The text of fragments in the order of their parts. A character cut in two between them is whole again.
pub fn join(fragments: &[Fragment]) -> String {
    fragments.chunk_by(Fragment::reads_like).map(read).collect()
}

fn read(run: &[Fragment]) -> String {
    let Some(first) = run.first() else { return String::new() };
    let halves = run.iter().filter(|fragment| fragment.octets.len() % 2 == 1).count();
    // Halves of one UTF-16 unit in two fragments are put together; one alone would shift all that follows.
    let drops = first.charset == Charset::Ucs2 && !halves.is_multiple_of(2);
    let mut octets = Vec::new();
    for fragment in run {
        let whole = fragment.octets.len() & !usize::from(drops);
        octets.extend(fragment.octets.iter().take(whole));
    }
    first.charset.decode(&octets, first.shift())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smpp::text::Alphabet;

    #[test]
    fn user_data_is_taken_apart() {
        let packed = Reading { alphabet: Alphabet::Gsm7Packed, ..Reading::default() };
        let plain = Reading::default();
        let second = Some(Sar { reference: 7, total: 2, number: 2 });
        for (user_data, coding, udhi, reading, concat, text) in [
            (&b"\x02 5\x00"[..], 0, false, &plain, None, "$ 5@"),
            (b"\x05\x00\x03\x07\x02\x02hi", 0, true, &plain, second, "hi"),
            (b"\x06\x08\x04\x00\x07\x02\x02\x04\x36", 8, true, &plain, second, "ж"),
            (b"\x05\x00\x03\x07\x02\x02\xd0\x69", 0, true, &packed, second, "hi"),
            (b"\xd4\xf2\x9c\x0e", 0, false, &packed, None, "Test"),
            (b"\x03\x24\x01\x01\x1bs", 0, true, &plain, None, "ş"),
            (b"\x03\x25\x01\x01\x1d", 0, true, &plain, None, "ş"),
            // Said to have a header, and has none.
            (b"hi", 0, true, &plain, None, "hi"),
            (b"", 0, true, &plain, None, ""),
            (b"\x05\x00\x03\x07\x02\x03hi", 0, true, &plain, None, "hi"),
        ] {
            let got = fragment(user_data, coding, udhi, reading);
            assert_eq!((got.concat, join(&[got]).as_str()), (concat, text), "{user_data:x?}");
        }
    }

    #[test]
    fn a_character_cut_in_two_is_whole_again() {
        let check = |parts: &[&[u8]], coding, text| {
            let read = |part: &&[u8]| fragment(part, coding, false, &Reading::default());
            assert_eq!(join(&parts.iter().map(read).collect::<Vec<_>>()), text);
        };
        check(&[b"a\x1b", b"eb"], 0, "a€b");
        check(&[b"\0a\xd8\x3d", b"\xde\0\0b"], 8, "a😀b");
        check(&[b"\0a\0", b"b\0c"], 8, "abc");
        check(&[b"\0a\0", b"\0b", b"\0c"], 8, "abc");
        check(&[b"\0a", b"\0b\0"], 8, "ab");
        check(&[], 0, "");
    }

    #[test]
    fn a_fragment_is_read_as_it_was_written_down() {
        let user_data = b"\x0e\x05\x04\x0b\x84\x23\xf0\x00\x03\x07\x02\x02\x24\x01\x01hi";
        let whole = fragment(user_data, 0, true, &Reading::default());
        assert_eq!(whole.ports, Some(Ports { destination: 2948, source: 9200 }));
        let json = serde_json::to_string(&whole).unwrap();
        assert_eq!(serde_json::from_str::<Fragment>(&json).unwrap(), whole);
        let bytes = rmp_serde::to_vec_named(&whole).unwrap();
        assert_eq!(rmp_serde::from_slice::<Fragment>(&bytes).unwrap(), whole);
    }
}
