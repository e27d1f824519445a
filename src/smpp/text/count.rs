//! The cost of a text before it is sent: its encoding, how many short messages it takes, and what made it so.

use serde::Serialize;

use super::encoding::{Encoding, fits};
use super::gsm::Shift;
use super::language::Language;
use super::plan::{Plan, shifts};
use super::smart;
use super::style::Style;

/// A person mends a few characters at a time.
const SHOWN_LEN_MAX: usize = 8;

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Count {
    /// `gsm7`, `gsm7-packed`, `latin1`, `ascii` or `ucs2`.
    pub encoding: &'static str,
    /// National tables in use (TS 23.038 annex A).
    pub locking: Option<Language>,
    pub single: Option<Language>,
    /// Unicode scalar values of the text as given.
    pub characters: usize,
    /// Septets, octets of Latin-1, or UTF-16 units; without headers.
    pub units: usize,
    /// As on the air, also where the SMSC takes the text apart.
    pub segments: usize,
    /// Units that the last segment has room for.
    pub left: usize,
    /// Typographic characters that became plain ones, each once.
    pub smart: Vec<Mapped>,
    /// The first characters that only UCS-2 has, each once.
    pub forced: Vec<char>,
}

/// What smart mapping put instead of a character.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Mapped {
    pub from: char,
    pub to: &'static str,
}

/// Counts what [`segment`](super::segment) would make, however long the text.
pub fn count(text: &str, style: &Style) -> Count {
    let plan = Plan::of(text, style);
    let encoding = plan.encoded.encoding;
    let Shift { locking, single } = encoding.shift();
    let replaced = text.chars().filter(|c| plan.smart && !fits(*c, encoding));
    let smart = firsts(replaced).filter_map(|from| Some(Mapped { from, to: smart::plain(from)? }));
    Count {
        encoding: encoding.name(),
        locking,
        single,
        characters: text.chars().count(),
        units: plan.encoded.units(),
        segments: plan.parts.len(),
        left: plan.left,
        smart: smart.take(SHOWN_LEN_MAX).collect(),
        forced: if encoding == Encoding::Ucs2 { forced(text, style) } else { Vec::new() },
    }
}

/// Those that no table has; or, where each is in some table but all are in none, those that the default one lacks.
fn forced(text: &str, style: &Style) -> Vec<char> {
    let default = Encoding::of(style.alphabet, Shift::default());
    let beyond = |c: &char| !(fits(*c, default) || style.smart && smart::plain(*c).is_some());
    let nowhere =
        |c: &char| beyond(c) && shifts(style).all(|shift| !fits(*c, Encoding::of(style.alphabet, shift)));
    let first = |which: &dyn Fn(&char) -> bool| -> Vec<char> {
        firsts(text.chars().filter(which)).take(SHOWN_LEN_MAX).collect()
    };
    let forced = first(&nowhere);
    if forced.is_empty() { first(&beyond) } else { forced }
}

/// Each character where it first stands.
fn firsts(characters: impl Iterator<Item = char>) -> impl Iterator<Item = char> {
    let mut seen = std::collections::HashSet::new();
    characters.filter(move |c| seen.insert(*c))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smpp::text::{Alphabet, Long};

    #[test]
    fn texts_are_counted_as_others_count_them() {
        let emoji = "😀";
        for (text, encoding, segments, last, room) in [
            (String::new(), "gsm7", 1, 0, 160),
            ("a".repeat(160), "gsm7", 1, 160, 160),
            ("a".repeat(161), "gsm7", 2, 8, 153),
            ("a".repeat(306), "gsm7", 2, 153, 153),
            ("a".repeat(307), "gsm7", 3, 1, 153),
            ("€".repeat(80), "gsm7", 1, 160, 160),
            ("€".repeat(80) + "a", "gsm7", 2, 9, 153),
            ("a".repeat(152) + "€" + &"a".repeat(20), "gsm7", 2, 22, 153),
            ("ж".repeat(70), "ucs2", 1, 70, 70),
            ("ж".repeat(71), "ucs2", 2, 4, 67),
            ("ж".repeat(134), "ucs2", 2, 67, 67),
            ("ж".repeat(135), "ucs2", 3, 1, 67),
            (emoji.repeat(35), "ucs2", 1, 70, 70),
            (emoji.repeat(36), "ucs2", 2, 6, 67),
            ("ж".repeat(66) + emoji + &"ж".repeat(10), "ucs2", 2, 12, 67),
            ("naïve café".to_owned(), "ucs2", 1, 10, 70),
        ] {
            let got = count(&text, &Style { smart: false, ..Style::default() });
            assert_eq!((got.encoding, got.segments, got.left), (encoding, segments, room - last), "{text}");
            assert_eq!(got.characters, text.chars().count());
        }
    }

    #[test]
    fn what_made_it_so_is_told() {
        let turkish = vec![Language::Turkish];
        let check = |text, smart, national: &[Language], encoding, mapped: &str, forced: &[char]| {
            let style = Style { smart, national: national.to_vec(), ..Style::default() };
            let got = count(text, &style);
            let shown: String = got.smart.iter().map(|one| format!("{}{}", one.from, one.to)).collect();
            assert_eq!(
                (got.encoding, shown.as_str(), got.forced.as_slice()),
                (encoding, mapped, forced),
                "{text}"
            );
        };
        check("“it’s…”", true, &[], "gsm7", "“\"’'…...”\"", &[]);
        check("“it’s…”", false, &[], "ucs2", "", &['“', '’', '…', '”']);
        check("it’s ж ж", true, &[], "ucs2", "", &['ж']);
        check("it’s ş", true, &turkish, "gsm7", "’'", &[]);
        check("ş ж", true, &turkish, "ucs2", "", &['ж']);
        check("ş ж", true, &[], "ucs2", "", &['ş', 'ж']);
        check("абвгдежзик", true, &[], "ucs2", "", &['а', 'б', 'в', 'г', 'д', 'е', 'ж', 'з']);
    }

    #[test]
    fn the_carrier_takes_its_room() {
        let text = "a".repeat(306);
        for (long, alphabet, segments) in [
            (Long::Udh8, Alphabet::Gsm7, 2),
            (Long::Payload, Alphabet::Gsm7, 2),
            (Long::Udh16, Alphabet::Gsm7, 3),
            (Long::Sar, Alphabet::Gsm7, 3),
            (Long::Udh8, Alphabet::Latin1, 3),
            (Long::Udh8, Alphabet::Ascii, 2),
        ] {
            assert_eq!(count(&text, &Style { long, alphabet, ..Style::default() }).segments, segments);
        }
    }
}
