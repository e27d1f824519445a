//! A text as the short messages that carry it.

use super::encoding::Encoded;
use super::packed;
use super::plan::Plan;
use super::style::{Long, Style};
use super::udh::{self, Concat, Sar};

/// What one submit_sm says of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// SMPP 3.4 section 5.2.19.
    pub data_coding: u8,
    /// esm_class 0x40: a header stands before the text (SMPP 3.4 section 5.2.12).
    pub udhi: bool,
    /// For short_message, the header first; for message_payload where `payload` says so.
    pub user_data: Vec<u8>,
    /// For the sar_ TLVs.
    pub sar: Option<Sar>,
    pub payload: bool,
}

/// A text that takes more segments than are sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the text takes {segments} short messages, and at most {max} are sent")]
pub struct TooLong {
    pub segments: usize,
    pub max: u8,
}

/// Makes the short messages of a text, in order. All parts of a text bear its `reference`; texts from one sender to one
/// person that are under way together need different ones.
///
/// # Errors
/// [`TooLong`] for more than `style.segments_max`, counted as on the air also where the SMSC takes the text apart.
pub fn segment(text: &str, style: &Style, reference: u16) -> Result<Vec<Segment>, TooLong> {
    let Plan { encoded, parts, .. } = Plan::of(text, style);
    let total = u8::try_from(parts.len()).ok().filter(|total| *total <= style.segments_max);
    let total = total.ok_or(TooLong { segments: parts.len(), max: style.segments_max })?;
    if total == 1 {
        return Ok(vec![one(&encoded, &encoded.octets, None)]);
    }
    if style.long == Long::Payload {
        return Ok(vec![Segment { payload: true, ..one(&encoded, &encoded.octets, None) }]);
    }
    let segments = (1..=total).zip(parts).map(|(number, part)| {
        let sar = Sar { reference, total, number };
        let octets = encoded.octets.get(part).unwrap_or_default();
        match style.long {
            Long::Udh8 => one(&encoded, octets, Some(Concat::Narrow(sar))),
            Long::Udh16 => one(&encoded, octets, Some(Concat::Wide(sar))),
            Long::Sar | Long::Payload => Segment { sar: Some(sar), ..one(&encoded, octets, None) },
        }
    });
    Ok(segments.collect())
}

fn one(encoded: &Encoded, octets: &[u8], concat: Option<Concat>) -> Segment {
    let header = udh::write(concat, encoded.encoding.shift());
    let udhi = !header.is_empty();
    let body =
        if encoded.encoding.is_packed() { packed::pack(octets, header.len()) } else { octets.to_vec() };
    Segment {
        data_coding: encoded.encoding.data_coding(),
        udhi,
        user_data: [header, body].concat(),
        sar: None,
        payload: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::smpp::text::{Alphabet, Language};

    fn hex(octets: &[u8]) -> String {
        octets.iter().map(|octet| format!("{octet:02x}")).collect()
    }

    #[test]
    fn a_long_text_is_carried_as_the_style_says() {
        let text = "a".repeat(200);
        for (long, alphabet, want) in [
            (Long::Udh8, Alphabet::Gsm7, &[("0500032c0201", 159), ("0500032c0202", 53)][..]),
            (Long::Udh16, Alphabet::Gsm7, &[("0608042b2c0201", 159), ("0608042b2c0202", 55)]),
            (Long::Sar, Alphabet::Gsm7, &[("6161", 152), ("6161", 48)]),
            (Long::Payload, Alphabet::Gsm7, &[("6161", 200)]),
            (Long::Udh8, Alphabet::Latin1, &[("0500032c0201", 140), ("0500032c0202", 72)]),
            (Long::Udh8, Alphabet::Ascii, &[("0500032c0201", 159), ("0500032c0202", 53)]),
            (Long::Udh8, Alphabet::Gsm7Packed, &[("0500032c0201c2", 140), ("0500032c0202c2", 48)]),
        ] {
            let style = Style { alphabet, long, ..Style::default() };
            let segments = segment(&text, &style, 0x2b2c).unwrap();
            assert_eq!(segments.len(), want.len(), "{long} {alphabet}");
            for ((made, (begins, octets)), number) in segments.iter().zip(want).zip(1..) {
                assert!(hex(&made.user_data).starts_with(begins), "{}", hex(&made.user_data));
                assert_eq!((made.user_data.len(), made.data_coding), (*octets, 0), "{long} {alphabet}");
                assert_eq!(made.udhi, matches!(long, Long::Udh8 | Long::Udh16));
                assert_eq!(made.payload, long == Long::Payload);
                let sar = Sar { reference: 0x2b2c, total: 2, number };
                assert_eq!(made.sar, (long == Long::Sar).then_some(sar));
            }
        }
    }

    #[test]
    fn national_tables_are_used_where_they_are_allowed() {
        let turkish = Style { national: vec![Language::Turkish], ..Style::default() };
        let both = Style { national: vec![Language::Turkish, Language::Spanish], ..Style::default() };
        for (text, style, coding, begins) in [
            ("ş", &Style::default(), 8, "015f"),
            ("a", &turkish, 0, "61"),
            // The locking table costs less than two escapes.
            ("şşş", &turkish, 0, "032501011d1d1d"),
            ("şáş", &both, 0, "0625010124010"),
            ("şжş", &both, 8, "015f"),
        ] {
            let made = segment(text, style, 1).unwrap().remove(0);
            assert_eq!(made.data_coding, coding, "{text}");
            assert!(hex(&made.user_data).starts_with(begins), "{text}: {}", hex(&made.user_data));
        }
    }

    #[test]
    fn a_text_of_too_many_segments_is_refused() {
        for (text, max, want) in [
            ("a".repeat(306), 2, Ok(2)),
            ("a".repeat(307), 2, Err(TooLong { segments: 3, max: 2 })),
            ("a".repeat(255 * 153), 255, Ok(255)),
            ("a".repeat(255 * 153 + 1), 255, Err(TooLong { segments: 256, max: 255 })),
        ] {
            for long in [Long::Udh8, Long::Payload] {
                let style = Style { segments_max: max, long, ..Style::default() };
                let made = segment(&text, &style, 0).map(|segments| segments.len());
                assert_eq!(made, if long == Long::Payload { want.map(|_| 1) } else { want });
            }
        }
    }
}
