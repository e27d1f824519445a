//! The character sets that a short message may come in, each read without ever failing.

use super::gsm::{self, Shift};
use crate::words::named;

named! {
    /// What octets mean. Where octets mean nothing, U+FFFD is read.
    "character set" Charset {
        /// TS 23.038 section 6.2.1, a septet in each octet.
        Gsm7 = "gsm7",
        /// The same, packed.
        Gsm7Packed = "gsm7-packed",
        /// IA5; octets above 0x7F are unknown.
        Ascii = "ascii",
        /// ISO 8859-1.
        Latin1 = "latin1",
        /// Cyrillic.
        Iso8859_5 = "iso-8859-5",
        /// Hebrew.
        Iso8859_8 = "iso-8859-8",
        /// Read as UTF-16BE: phones send surrogate pairs.
        Ucs2 = "ucs2",
        /// What some gateways put on a data_coding of their own.
        Utf8 = "utf8",
        /// Octets that are no text; shown, they are read as UTF-8.
        Binary = "binary",
    }
}

impl Charset {
    /// `septets` for the packed set too: fragments hold them unpacked.
    pub(super) fn decode(self, octets: &[u8], shift: Shift) -> String {
        match self {
            Charset::Gsm7 | Charset::Gsm7Packed => gsm::decode(octets, shift),
            Charset::Ascii => octets.iter().map(|octet| ascii(*octet)).collect(),
            Charset::Latin1 => octets.iter().map(|octet| char::from(*octet)).collect(),
            Charset::Iso8859_5 => octets.iter().map(|octet| iso_8859_5(*octet)).collect(),
            Charset::Iso8859_8 => octets.iter().map(|octet| iso_8859_8(*octet)).collect(),
            Charset::Ucs2 => utf_16be(octets),
            Charset::Utf8 | Charset::Binary => String::from_utf8_lossy(octets).into_owned(),
        }
    }
}

fn ascii(octet: u8) -> char {
    if octet.is_ascii() { char::from(octet) } else { char::REPLACEMENT_CHARACTER }
}

/// The upper half is U+0401 to U+045F in order, but for three characters.
fn iso_8859_5(octet: u8) -> char {
    match octet {
        0x00..=0xa0 | 0xad => char::from(octet),
        0xf0 => '№',
        0xfd => '§',
        0xa1..=0xff => moved(octet, 0x0360),
    }
}

/// The Hebrew letters are U+05D0 to U+05EA in order; a few signs are those of ISO 8859-1.
fn iso_8859_8(octet: u8) -> char {
    match octet {
        0xaa => '×',
        0xba => '÷',
        0x00..=0xa0 | 0xa2..=0xbe => char::from(octet),
        0xdf => '‗',
        0xe0..=0xfa => moved(octet, 0x04f0),
        0xfd => '\u{200e}',
        0xfe => '\u{200f}',
        0xa1 | 0xbf..=0xde | 0xfb | 0xfc | 0xff => char::REPLACEMENT_CHARACTER,
    }
}

fn moved(octet: u8, by: u32) -> char {
    char::from_u32(u32::from(octet) + by).unwrap_or(char::REPLACEMENT_CHARACTER)
}

/// An odd last octet is half of nothing, and dropped.
fn utf_16be(octets: &[u8]) -> String {
    let units = octets.as_chunks().0.iter().map(|pair| u16::from_be_bytes(*pair));
    char::decode_utf16(units).map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn octets_are_read_by_their_character_set() {
        for (charset, octets, text) in [
            (Charset::Gsm7, &b"\x00\x1be"[..], "@€"),
            (Charset::Ascii, b"@a\xe9", "@a\u{fffd}"),
            (Charset::Latin1, b"@\xe9\xff", "@éÿ"),
            (Charset::Iso8859_5, b"a\xb0\xd0\xf0\xfd\xa1\xff", "aАа№§Ёџ"),
            (Charset::Iso8859_8, b"a\xe0\xfa\xaa\xba\xa1", "aאת×÷\u{fffd}"),
            (Charset::Ucs2, b"\x04\x36\xd8\x3d\xde\x00", "ж😀"),
            (Charset::Ucs2, b"\x04\x36\xd8\x3d\x00", "ж\u{fffd}"),
            (Charset::Ucs2, b"\xde\x00\x00a\x04", "\u{fffd}a"),
            (Charset::Utf8, b"\xc3\xa9\xc3", "é\u{fffd}"),
            (Charset::Binary, b"BEGIN:VCARD\xff", "BEGIN:VCARD\u{fffd}"),
        ] {
            assert_eq!(charset.decode(octets, Shift::default()), text, "{charset}");
        }
    }
}
