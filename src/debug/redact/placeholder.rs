//! Placeholders: a text of the same length, each character of which takes the same room in an SMS.

use crate::rules::service::{Language, Text};

/// What one octet of an SMS holds (3GPP TS 23.038 section 6.2.1), letters and digits of ASCII aside.
const BASIC: &str = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./:;<=>?¡ÄÖÑÜ§¿äöñüà";
/// What takes two (section 6.2.1.1).
const EXTENSION: &str = "\u{c}^{}\\[~]|€";

/// The words that rules of when are made of, their shapes of times aside.
const RULE_WORDS: &str = "mon tue wed thu fri sat sun monday tuesday wednesday thursday friday saturday sunday jan feb mar apr may jun jul \
     aug sep oct nov dec second seconds minute minutes hour hours day days week weeks month months weekday weekdays t z l w";

/// Neither which characters stood there nor how often one of them: only how much room each takes.
pub(super) fn of(text: &str) -> String {
    text.chars().map(of_char).collect()
}

fn of_char(char: char) -> char {
    match char {
        _ if char.is_ascii_alphanumeric() || BASIC.contains(char) => 'x',
        _ if EXTENSION.contains(char) => '~',
        // UCS-2 has one unit for these, and two for what is beyond.
        _ if char.len_utf16() == 1 => '字',
        _ => '😀',
    }
}

/// With the names in braces, which Homing fills in.
pub(super) fn of_wording(text: &str) -> String {
    let mut pieces = text.split('{');
    let mut whole = of(pieces.next().unwrap_or_default());
    for piece in pieces {
        match piece.split_once('}').filter(|(name, _)| is_filled_in(name)) {
            Some((name, behind)) => whole += &format!("{{{name}}}{}", of(behind)),
            None => whole += &of(&format!("{{{piece}")),
        }
    }
    whole
}

fn is_filled_in(name: &str) -> bool {
    let named = format!("{{{name}}}");
    Text::ALL.iter().any(|text| text.wording(Language::English).contains(&named))
}

/// What has the shape of a time, a day, a field of cron or one of their words stays as it is.
pub(super) fn of_rule(text: &str) -> String {
    const DIGITS_MAX: usize = 6;
    const CHARS_MAX: usize = 64;
    let is_sign = |char: char| " :-/.,*+#?".contains(char);
    let shaped = text.chars().all(|char| char.is_ascii_alphanumeric() || is_sign(char));
    let words = text.split(|char: char| !char.is_ascii_alphabetic()).filter(|word| !word.is_empty());
    let known = |word: &str| RULE_WORDS.split(' ').any(|one| one == word.to_ascii_lowercase());
    let mut numbers = text.split(|char: char| !char.is_ascii_digit());
    let short = numbers.all(|digits| digits.len() <= DIGITS_MAX) && text.chars().count() <= CHARS_MAX;
    let is_rule = shaped && short && { words }.all(known);
    if is_rule { text.to_owned() } else { of(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_placeholder_takes_the_same_room_and_says_nothing() {
        for (text, want) in [
            ("", ""),
            ("on my way\n", "xxxxxxxxxx"),
            ("é 5 €", "xxxx~"),
            ("在路上!", "字字字x"),
            ("see 🐟", "xxxx😀"),
        ] {
            assert_eq!(of(text), want);
        }
        assert_eq!(of_wording("Hi {name}, {Bob} {"), "xxx{name}xx~xxx~x~");
        for kept in ["09:00", "weekday", "0 9 * * MON-FRI", "2026-12-01T09:00:00+01:00", "-1"] {
            assert_eq!(of_rule(kept), kept);
        }
        for text in ["+447700900123", "call me", "079009001"] {
            assert_ne!(of_rule(text), text);
        }
    }
}
