//! data_coding: what it says of the octets beside it (SMPP 3.4 section 5.2.19, TS 23.038 section 4).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::charset::Charset;
use super::style::Alphabet;

/// How an SMSC's data_coding is read: what 0 means there, and where it has a mind of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Reading {
    pub alphabet: Alphabet,
    /// By data_coding, before anything else.
    pub overrides: BTreeMap<u8, Charset>,
}

impl Default for Reading {
    fn default() -> Reading {
        Reading { alphabet: Alphabet::Gsm7, overrides: BTreeMap::new() }
    }
}

impl Reading {
    pub fn charset(&self, data_coding: u8) -> Charset {
        self.overrides.get(&data_coding).copied().unwrap_or_else(|| self.standard(data_coding))
    }

    /// Values up to 14 are SMPP's own table; the others, and what that leaves free, are the coding groups of TS 23.038.
    fn standard(&self, data_coding: u8) -> Charset {
        match data_coding {
            1 => Charset::Ascii,
            2 => Charset::Binary,
            3 => Charset::Latin1,
            6 => Charset::Iso8859_5,
            7 => Charset::Iso8859_8,
            // JIS, pictograms, ISO-2022-JP, extended Kanji, KS C 5601: only their ASCII is read.
            5 | 9 | 10 | 13 | 14 => Charset::Ascii,
            // General data coding, bit 5 "compressed": no phone does it, and nobody reads it.
            0x20..=0x3f | 0x60..=0x7f => Charset::Binary,
            // General data coding: the alphabet in bits 3 and 2.
            0x00..=0x7f => self.alphabet_bits(data_coding >> 2),
            // Message waiting, store, UCS-2.
            0xe0..=0xef => Charset::Ucs2,
            // Message class: bit 2 says 8-bit data.
            0xf0..=0xff if data_coding & 0b100 != 0 => Charset::Binary,
            // Message class, message waiting in the default alphabet, and reserved groups, which are read as it.
            0x80..=0xff => self.default_alphabet(),
        }
    }

    fn alphabet_bits(&self, bits: u8) -> Charset {
        match bits & 0b11 {
            0b01 => Charset::Binary,
            0b10 => Charset::Ucs2,
            // 11 is reserved.
            _ => self.default_alphabet(),
        }
    }

    fn default_alphabet(&self) -> Charset {
        match self.alphabet {
            Alphabet::Gsm7 => Charset::Gsm7,
            Alphabet::Gsm7Packed => Charset::Gsm7Packed,
            Alphabet::Latin1 => Charset::Latin1,
            Alphabet::Ascii => Charset::Ascii,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_data_coding_names_a_character_set() {
        let reading = Reading { alphabet: Alphabet::Latin1, ..Reading::default() };
        for (codings, charset) in [
            (&[0x00, 0x0c, 0x0f, 0x10, 0x13, 0x1c, 0x40, 0x80, 0xbf][..], Charset::Latin1),
            (&[0xc0, 0xc8, 0xdf, 0xf0, 0xf3, 0xf8], Charset::Latin1),
            (&[0x01, 0x05, 0x09, 0x0a, 0x0d, 0x0e], Charset::Ascii),
            (&[0x02, 0x04, 0x14, 0x17, 0x44, 0x20, 0x7f, 0xf4, 0xf7, 0xfc, 0xff], Charset::Binary),
            (&[0x06], Charset::Iso8859_5),
            (&[0x07], Charset::Iso8859_8),
            (&[0x08, 0x0b, 0x18, 0x1b, 0x48, 0xe0, 0xef], Charset::Ucs2),
        ] {
            for coding in codings {
                assert_eq!(reading.charset(*coding), charset, "{coding:#04x}");
            }
        }
    }

    #[test]
    fn settings_name_data_codings_by_number() {
        let read: Reading = toml::from_str("alphabet = \"latin1\"\noverrides = { 4 = \"utf8\" }").unwrap();
        let overrides = BTreeMap::from([(4, Charset::Utf8)]);
        assert_eq!(read, Reading { alphabet: Alphabet::Latin1, overrides });
    }

    #[test]
    fn an_override_comes_first() {
        let overrides = BTreeMap::from([(0, Charset::Utf8), (8, Charset::Latin1)]);
        let reading = Reading { overrides, ..Reading::default() };
        assert_eq!(
            [0, 8, 16].map(|coding| reading.charset(coding)),
            [Charset::Utf8, Charset::Latin1, Charset::Gsm7]
        );
    }
}
