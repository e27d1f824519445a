//! In which encoding a text goes, and where it is cut: what counting and segmenting have in common.

use std::ops::Range;

use super::encoding::{Encoded, Encoding};
use super::gsm::{CARRIAGE_RETURN, Shift};
use super::packed;
use super::style::{Alphabet, Long, Style};

/// Characters that a segment holds at the very most: longer texts are too long whatever their tables.
const CHARACTERS_MAX: usize = 160;

#[derive(Debug)]
pub(super) struct Plan {
    pub encoded: Encoded,
    /// Typographic characters were replaced.
    pub smart: bool,
    /// Of the octets, one for each short message on the air; never none.
    pub parts: Vec<Range<usize>>,
    /// Units that the last part has room for.
    pub left: usize,
}

type Encoder = fn(&str, Encoding) -> Option<Encoded>;

impl Plan {
    pub(super) fn of(text: &str, style: &Style) -> Plan {
        let exact = || Plan::seven_bit(text, style, Encoded::exactly);
        let smart = || {
            let plan = style.smart.then(|| Plan::seven_bit(text, style, Encoded::smartly)).flatten()?;
            Some(Plan { smart: true, ..plan })
        };
        exact().or_else(smart).unwrap_or_else(|| {
            let encoded = Encoded::exactly(text, Encoding::Ucs2).expect("UTF-16 has every character");
            Plan::cut(encoded, style.long)
        })
    }

    /// In the SMSC's own alphabet; with national tables only where that lacks a character.
    fn seven_bit(text: &str, style: &Style, encode: Encoder) -> Option<Plan> {
        let plain = encode(text, Encoding::of(style.alphabet, Shift::default()));
        plain.map(|encoded| Plan::cut(encoded, style.long)).or_else(|| Plan::national(text, style, encode))
    }

    /// The tables that take the fewest segments.
    fn national(text: &str, style: &Style, encode: Encoder) -> Option<Plan> {
        let too_long = text.chars().count() > CHARACTERS_MAX * usize::from(style.segments_max);
        if too_long {
            return None;
        }
        let plans = shifts(style).filter_map(|shift| {
            let encoded = encode(text, Encoding::of(style.alphabet, shift))?;
            let plan = Plan::cut(encoded, style.long);
            // An SMSC that takes a payload apart makes the headers, and knows nothing of tables.
            (style.long != Long::Payload || plan.parts.len() == 1).then_some(plan)
        });
        plans.min_by_key(|plan| {
            let header = header_octets(plan.encoded.encoding.shift(), 0);
            (plan.parts.len(), plan.encoded.units(), header)
        })
    }

    fn cut(encoded: Encoded, long: Long) -> Plan {
        let shift = encoded.encoding.shift();
        let whole = encoded.encoding.capacity(header_octets(shift, 0));
        let units = encoded.units();
        if let Some(left) = whole.checked_sub(units) {
            let all = 0..encoded.octets.len();
            return Plan { encoded, smart: false, parts: vec![all], left };
        }
        let capacity = encoded.encoding.capacity(header_octets(shift, part_octets(long)));
        let own = match long {
            Long::Udh8 | Long::Udh16 => header_octets(shift, part_octets(long)),
            Long::Sar | Long::Payload => header_octets(shift, 0),
        };
        let (parts, units) = parts(&encoded, capacity, own);
        Plan { encoded, smart: false, parts, left: capacity - units }
    }
}

/// Every pairing of the allowed tables, but for the default ones.
pub(super) fn shifts(style: &Style) -> impl Iterator<Item = Shift> {
    let allowed: &[_] = match style.alphabet {
        Alphabet::Gsm7 | Alphabet::Gsm7Packed => &style.national,
        Alphabet::Latin1 | Alphabet::Ascii => &[],
    };
    let single = move || std::iter::once(None).chain(allowed.iter().copied().map(Some));
    let locking = single().filter(|language| language.is_none_or(|language| language.has_locking()));
    let pairs = locking.flat_map(move |locking| single().map(move |single| Shift { locking, single }));
    pairs.filter(|shift| *shift != Shift::default())
}

/// The element that tells a part (TS 23.040 section 9.2.3.24). An SMSC makes it itself of the sar_ TLVs, whose
/// reference has 16 bits, and of a payload, commonly with 8.
fn part_octets(long: Long) -> usize {
    match long {
        Long::Udh8 | Long::Payload => 5,
        Long::Udh16 | Long::Sar => 6,
    }
}

/// A header with this element and those of the tables, its length octet included.
fn header_octets(shift: Shift, part_octets: usize) -> usize {
    let tables = shift.locking.iter().chain(&shift.single).count();
    match part_octets + 3 * tables {
        0 => 0,
        elements => 1 + elements,
    }
}

/// Cuts between characters; says also how many units the last part has. `own` octets of header are in our hands.
fn parts(encoded: &Encoded, capacity: usize, own: usize) -> (Vec<Range<usize>>, usize) {
    let mut parts = Vec::new();
    let (mut start, mut end, mut units) = (0_usize, 0_usize, 0_usize);
    for piece in &encoded.pieces {
        if units + usize::from(piece.units) > capacity {
            let last = end.checked_sub(1).and_then(|last| encoded.octets.get(last));
            // There it would be read as padding.
            let moves = encoded.encoding.is_packed()
                && last == Some(&CARRIAGE_RETURN)
                && packed::ends_on_octet(own, units);
            units = usize::from(moves);
            parts.push(start..end - units);
            start = end - units;
        }
        units += usize::from(piece.units);
        end += usize::from(piece.octets);
    }
    parts.push(start..end);
    (parts, units)
}
