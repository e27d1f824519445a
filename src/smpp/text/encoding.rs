//! A text as octets in one encoding, with the places where it must not be cut.

use super::gsm::{ESCAPE, Septets, Shift};
use super::smart;
use super::style::Alphabet;

/// How a text stands on the wire.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    Gsm7 { packed: bool, shift: Shift },
    Latin1,
    Ascii,
    Ucs2,
}

/// TP-UD: what a short message holds on the air, header included (TS 23.040 section 9.2.3.24).
const USER_DATA_OCTETS: usize = 140;

impl Encoding {
    pub(super) fn of(alphabet: Alphabet, shift: Shift) -> Encoding {
        match alphabet {
            Alphabet::Gsm7 => Encoding::Gsm7 { packed: false, shift },
            Alphabet::Gsm7Packed => Encoding::Gsm7 { packed: true, shift },
            Alphabet::Latin1 => Encoding::Latin1,
            Alphabet::Ascii => Encoding::Ascii,
        }
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Encoding::Gsm7 { packed: false, .. } => "gsm7",
            Encoding::Gsm7 { packed: true, .. } => "gsm7-packed",
            Encoding::Latin1 => "latin1",
            Encoding::Ascii => "ascii",
            Encoding::Ucs2 => "ucs2",
        }
    }

    /// SMPP 3.4 section 5.2.19.
    pub(super) fn data_coding(self) -> u8 {
        match self {
            Encoding::Gsm7 { .. } | Encoding::Latin1 | Encoding::Ascii => 0,
            Encoding::Ucs2 => 8,
        }
    }

    pub(super) fn shift(self) -> Shift {
        match self {
            Encoding::Gsm7 { shift, .. } => shift,
            Encoding::Latin1 | Encoding::Ascii | Encoding::Ucs2 => Shift::default(),
        }
    }

    pub(super) fn is_packed(self) -> bool {
        matches!(self, Encoding::Gsm7 { packed: true, .. })
    }

    /// Units that fit behind a header: 160 septets without one, 153 behind 6 octets; 140 octets; 70 of UCS-2.
    pub(super) fn capacity(self, header_octets: usize) -> usize {
        let octets = USER_DATA_OCTETS - header_octets;
        match self {
            Encoding::Gsm7 { .. } | Encoding::Ascii => octets * 8 / 7,
            Encoding::Latin1 => octets,
            Encoding::Ucs2 => octets / 2,
        }
    }

    /// Adds a character's octets; says how many units it weighs, or that it has no place here.
    fn put(self, c: char, octets: &mut Vec<u8>) -> Option<u8> {
        match self {
            Encoding::Gsm7 { shift, .. } => match shift.encode(c)? {
                Septets::One(code) => octets.push(code),
                Septets::Escaped(code) => {
                    octets.extend([ESCAPE, code]);
                    return Some(2);
                }
            },
            Encoding::Latin1 => octets.push(u8::try_from(c).ok()?),
            Encoding::Ascii => {
                octets.push(u8::try_from(c).ok().filter(u8::is_ascii)?);
                let escaped = matches!(Shift::default().encode(c), Some(Septets::Escaped(_)));
                return Some(if escaped { 2 } else { 1 });
            }
            Encoding::Ucs2 => {
                let mut units = [0; 2];
                let units = c.encode_utf16(&mut units);
                octets.extend(units.iter().flat_map(|unit| unit.to_be_bytes()));
                return Some(if units.len() == 1 { 1 } else { 2 });
            }
        }
        Some(1)
    }
}

/// One character as it stands on the wire: whole in one segment.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece {
    pub octets: u8,
    /// Septets, octets or UTF-16 units.
    pub units: u8,
}

#[derive(Debug)]
pub(super) struct Encoded {
    pub encoding: Encoding,
    pub octets: Vec<u8>,
    pub pieces: Vec<Piece>,
}

impl Encoded {
    /// The text as it is; `None` where a character has no place in the encoding.
    pub(super) fn exactly(text: &str, encoding: Encoding) -> Option<Encoded> {
        Encoded::with(text, encoding, |_| None)
    }

    /// The text with typographic characters replaced where the encoding lacks them.
    pub(super) fn smartly(text: &str, encoding: Encoding) -> Option<Encoded> {
        Encoded::with(text, encoding, smart::plain)
    }

    fn with(
        text: &str,
        encoding: Encoding,
        instead: impl Fn(char) -> Option<&'static str>,
    ) -> Option<Encoded> {
        let mut encoded = Encoded { encoding, octets: Vec::with_capacity(text.len()), pieces: Vec::new() };
        for c in text.chars() {
            if !encoded.push(c) {
                let replaced = instead(c)?;
                replaced.chars().all(|c| encoded.push(c)).then_some(())?;
            }
        }
        Some(encoded)
    }

    fn push(&mut self, c: char) -> bool {
        let before = self.octets.len();
        let Some(units) = self.encoding.put(c, &mut self.octets) else { return false };
        let octets = u8::try_from(self.octets.len() - before).expect("a character has at most four octets");
        self.pieces.push(Piece { octets, units });
        true
    }

    pub(super) fn units(&self) -> usize {
        self.pieces.iter().map(|piece| usize::from(piece.units)).sum()
    }
}

/// Whether a character has a place in the encoding.
pub(super) fn fits(c: char, encoding: Encoding) -> bool {
    encoding.put(c, &mut Vec::new()).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smpp::text::Language;

    #[test]
    fn a_short_message_holds_what_the_specification_says() {
        let gsm = Encoding::of(Alphabet::Gsm7, Shift::default());
        for (encoding, capacities) in [
            (gsm, [(0, 160), (6, 153), (7, 152), (4, 155), (9, 149), (12, 146)]),
            (Encoding::Ascii, [(0, 160), (6, 153), (7, 152), (4, 155), (9, 149), (12, 146)]),
            (Encoding::Latin1, [(0, 140), (6, 134), (7, 133), (4, 136), (9, 131), (12, 128)]),
            (Encoding::Ucs2, [(0, 70), (6, 67), (7, 66), (4, 68), (9, 65), (12, 64)]),
        ] {
            for (header, units) in capacities {
                assert_eq!(encoding.capacity(header), units, "{} behind {header}", encoding.name());
            }
        }
    }

    #[test]
    fn a_character_weighs_its_units() {
        let gsm = Encoding::of(Alphabet::Gsm7, Shift::default());
        let turkish = Shift { locking: None, single: Some(Language::Turkish) };
        let turkish = Encoding::of(Alphabet::Gsm7, turkish);
        for (text, encoding, want) in [
            ("a€é", gsm, Some((4, 4))),
            ("ş", gsm, None),
            ("aş", turkish, Some((3, 3))),
            ("é[", Encoding::Ascii, None),
            ("a[`", Encoding::Ascii, Some((3, 4))),
            ("é€", Encoding::Latin1, None),
            ("é[", Encoding::Latin1, Some((2, 2))),
            ("ж😀", Encoding::Ucs2, Some((6, 3))),
            ("", gsm, Some((0, 0))),
        ] {
            let encoded = Encoded::exactly(text, encoding);
            assert_eq!(encoded.map(|encoded| (encoded.octets.len(), encoded.units())), want, "{text}");
        }
    }
}
