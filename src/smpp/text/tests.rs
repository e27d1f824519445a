//! Properties of every text: it comes back whole, fits its segments, and nothing that comes in is too much.

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::gsm::ESCAPE;
use super::*;

const CASES: u32 = 1_024;
/// SMPP 3.4 section 4.4.1: short_message.
const SHORT_MESSAGE_OCTETS: usize = 254;
/// TS 23.040 section 9.2.3.24: TP-UD.
const USER_DATA_OCTETS: usize = 140;

fn texts() -> impl Strategy<Value = String> {
    let plain = "[ -~\n\r]{0,400}";
    let gsm = proptest::collection::vec(
        prop_oneof![4 => Just('a'), 2 => Just('€'), 1 => Just('@'), 1 => Just('\r')],
        0..400,
    );
    let latin = "[ -ÿ]{0,400}";
    let turkish = "[a-zşğıİçÇ€\\[]{0,400}";
    let indian = "[a-z\u{905}-\u{914}\u{93e}-\u{94d}A-Z]{0,300}";
    let wide = proptest::collection::vec(prop_oneof![Just('ж'), Just('😀'), Just('a')], 0..300);
    let spell = |characters: Vec<char>| characters.into_iter().collect::<String>();
    prop_oneof![
        plain,
        gsm.prop_map(spell),
        latin,
        turkish,
        indian,
        wide.prop_map(spell),
        "\\PC{0,200}",
        proptest::collection::vec(any::<char>(), 0..200).prop_map(spell),
    ]
}

fn styles() -> impl Strategy<Value = Style> {
    let alphabet = proptest::sample::select(Alphabet::ALL);
    let long = proptest::sample::select(Long::ALL);
    let national = proptest::sample::subsequence(Language::ALL, 0..=3);
    (alphabet, long, national).prop_map(|(alphabet, long, national)| Style {
        alphabet,
        long,
        smart: false,
        national,
        segments_max: 20,
    })
}

fn received(segments: &[Segment], style: &Style) -> Vec<Fragment> {
    let reading = Reading { alphabet: style.alphabet, ..Reading::default() };
    segments.iter().map(|one| fragment(&one.user_data, one.data_coding, one.udhi, &reading)).collect()
}

/// A packed text's last carriage return may be read as padding (TS 23.038 section 6.1.2.3.1).
fn but_padding<'a>(text: &'a str, style: &Style) -> &'a str {
    if style.alphabet == Alphabet::Gsm7Packed { text.trim_end_matches('\r') } else { text }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: CASES, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_text_comes_back_whole(text in texts(), style in styles(), reference in any::<u16>()) {
        let counted = count(&text, &style);
        let made = segment(&text, &style, reference);
        let Ok(segments) = made else {
            prop_assert!(counted.segments > 20, "{made:?}");
            return Ok(());
        };
        let fragments = received(&segments, &style);
        let read = join(&fragments);
        prop_assert_eq!(but_padding(&read, &style), but_padding(&text, &style));
        let long = counted.segments > 1;
        prop_assert_eq!(segments.len(), if style.long == Long::Payload { 1 } else { counted.segments });
        for ((one, fragment), number) in segments.iter().zip(&fragments).zip(1..) {
            let part = |reference| Some(Sar { reference, total: segments.len() as u8, number });
            let (concat, sar) = match style.long {
                _ if !long => (None, None),
                Long::Udh8 => (part(reference & 0xff), None),
                Long::Udh16 => (part(reference), None),
                Long::Sar => (None, part(reference)),
                Long::Payload => (None, None),
            };
            prop_assert_eq!((fragment.concat, one.sar), (concat, sar));
            prop_assert_eq!(one.payload, long && style.long == Long::Payload);
        }
    }

    #[test]
    fn no_segment_is_too_large(text in texts(), style in styles()) {
        let Ok(segments) = segment(&text, &style, 7) else { return Ok(()) };
        for one in segments.iter().filter(|one| !one.payload) {
            prop_assert!(one.user_data.len() <= SHORT_MESSAGE_OCTETS);
            let header = if one.udhi { 1 + usize::from(one.user_data[0]) } else { 0 };
            let body = &one.user_data[header..];
            // What the SMSC makes of the sar_ TLVs: an element of six octets, and a length where there is none.
            let added = if one.sar.is_some() { 6 + usize::from(header == 0) } else { 0 };
            let bits = match (one.data_coding, style.alphabet) {
                (0, Alphabet::Gsm7) => body.len() * 7,
                (0, Alphabet::Ascii) => {
                    body.iter().map(|octet| if b"^{}\\[~]|\x0c".contains(octet) { 14 } else { 7 }).sum()
                }
                _ => body.len() * 8,
            };
            let octets = header + added + bits.div_ceil(8);
            prop_assert!(octets <= USER_DATA_OCTETS, "{octets} octets");
        }
    }

    #[test]
    fn no_character_is_cut_in_two(text in texts(), style in styles()) {
        let Ok(segments) = segment(&text, &style, 7) else { return Ok(()) };
        for fragment in received(&segments, &style) {
            match fragment.charset {
                Charset::Gsm7 | Charset::Gsm7Packed => {
                    let escapes = fragment.octets.iter().rev().take_while(|septet| **septet == ESCAPE).count();
                    prop_assert_eq!(escapes, 0);
                }
                Charset::Ascii
                | Charset::Latin1
                | Charset::Iso8859_5
                | Charset::Iso8859_8
                | Charset::Ucs2
                | Charset::Utf8
                | Charset::Binary => {
                    let unread = join(&[fragment]).contains(char::REPLACEMENT_CHARACTER);
                    prop_assert!(!unread || text.contains(char::REPLACEMENT_CHARACTER));
                }
            }
        }
    }

    #[test]
    fn smart_mapping_is_all_or_nothing(text in "[a-zA-Z’“”…–\u{a0}½ﬁ]{0,80}ж?", style in styles()) {
        let style = Style { smart: true, national: Vec::new(), ..style };
        let fragments = received(&segment(&text, &style, 7).expect("it is short"), &style);
        let read = join(&fragments);
        prop_assert_eq!(text.contains('ж'), fragments[0].charset == Charset::Ucs2, "{}", read);
        prop_assert!(read == text || !text.contains('ж'));
    }

    #[test]
    fn anything_that_comes_in_is_read(
        parts in proptest::collection::vec(
            (proptest::collection::vec(any::<u8>(), 0..200), any::<u8>(), any::<bool>(), any::<bool>()), 0..5,
        ),
        alphabet in proptest::sample::select(Alphabet::ALL),
        overrides in proptest::collection::btree_map(any::<u8>(), proptest::sample::select(Charset::ALL), 0..4),
    ) {
        let reading = Reading { alphabet, overrides: BTreeMap::clone(&overrides) };
        let read = |(user_data, coding, udhi, short): &(Vec<u8>, u8, bool, bool)| {
            let mut user_data = user_data.clone();
            if let (true, Some(len)) = (*short, user_data.first_mut()) {
                *len %= 16;
            }
            fragment(&user_data, *coding, *udhi, &reading)
        };
        let fragments: Vec<_> = parts.iter().map(read).collect();
        for fragment in &fragments {
            prop_assert!(fragment.concat.is_none_or(|part| (1..=part.total).contains(&part.number)));
            prop_assert!(join(std::slice::from_ref(fragment)).chars().count() <= 2 * fragment.octets.len());
        }
        let whole = join(&fragments);
        prop_assert!(whole.len() <= 4 * 2 * 200 * parts.len());
    }
}
