//! Phone numbers at the edge: what people type and SMSCs send, normalised to E.164; and which numbers get no SMS.
//!
//! The metadata of the `phonenumber` crate decides nothing that is replayed: what comes out of here is written down.

use phonenumber::{Mode, PhoneNumber, Type, country, metadata::DATABASE};

use crate::words::{Phone, WordError};

/// A region as two letters (ISO 3166-1), whose national numbers are understood.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Region(country::Id);

impl std::str::FromStr for Region {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        let region = text.to_ascii_uppercase().parse().map(Region);
        region.map_err(|_| WordError("not a region: two letters of ISO 3166-1, as in GB".to_owned()))
    }
}

/// Type of number in SMPP (3.4 section 5.2.5): 1 international, 5 alphanumeric.
const INTERNATIONAL: u8 = 1;
const ALPHANUMERIC: u8 = 5;
/// Dialled before an international number: in most of the world, and in North America.
const PREFIXES: [&str; 2] = ["00", "011"];

/// Shorter numbers without a plus are national ones, or short codes.
const PLAIN_LEN_MIN: usize = 10;

/// The number of an SMS's sender, if it is one.
pub fn of_sms(text: &str, ton: u8, region: Option<Region>) -> Option<Phone> {
    if ton == ALPHANUMERIC {
        return None;
    }
    let digits = text.trim();
    if ton == INTERNATIONAL && !digits.starts_with('+') {
        return strict(&format!("+{digits}"));
    }
    // The metadata does not know every number that is in use; a long one without its plus is taken at its word.
    let plainly = || strict(&format!("+{digits}")).filter(|_| digits.len() >= PLAIN_LEN_MIN);
    read(digits, region).ok().or_else(plainly)
}

/// A number as a person writes it: `+44 7700 900123`, `0044…`, or a national one where the region is known.
///
/// # Errors
/// What is wrong, and what is allowed.
pub fn read(text: &str, region: Option<Region>) -> Result<Phone, WordError> {
    let text = text.trim();
    if text.starts_with('+') {
        return strict(text).ok_or_else(wrong);
    }
    // The crate knows these prefixes only with a region.
    let international =
        PREFIXES.iter().find_map(|prefix| text.strip_prefix(prefix)).map(|rest| format!("+{rest}"));
    if let Some(phone) = international.as_deref().and_then(valid) {
        return Ok(phone);
    }
    // An SMSC's number without its plus goes before a national one that reads the same.
    if let Some(phone) = valid(&format!("+{text}")) {
        return Ok(phone);
    }
    let national = region.and_then(|Region(region)| phonenumber::parse(Some(region), text).ok());
    national.filter(PhoneNumber::is_valid).and_then(|number| e164(&number)).ok_or_else(wrong)
}

/// Whether an SMS may be sent there: not to premium rates, which cost their caller, and cost us.
pub fn gets_sms(phone: Phone) -> bool {
    match phonenumber::parse(None, phone.to_string()) {
        Ok(number) => !matches!(number.number_type(&DATABASE), Type::PremiumRate),
        // A country code that the metadata does not know: the SMSC may.
        Err(_) => true,
    }
}

/// With its plus, whatever stands between the digits. Not checked further: the crate does not know every valid number.
fn strict(text: &str) -> Option<Phone> {
    let digits: String =
        text.chars().filter(|c| !matches!(c, ' ' | '-' | '(' | ')' | '.' | '/' | '\u{a0}')).collect();
    digits.parse().ok()
}

fn valid(text: &str) -> Option<Phone> {
    let number = phonenumber::parse(None, text).ok().filter(PhoneNumber::is_valid)?;
    e164(&number)
}

fn e164(number: &PhoneNumber) -> Option<Phone> {
    number.format().mode(Mode::E164).to_string().parse().ok()
}

fn wrong() -> WordError {
    WordError(
        "not a phone number: write it as +447700900123; a national one needs the region it is of".to_owned(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_and_smscs_write_them() {
        for (text, region, want) in [
            ("+44 7700 900123", None, Some("+447700900123")),
            ("+44 (0)", None, None),
            ("004915112345678", None, Some("+4915112345678")),
            ("011447911123456", None, Some("+447911123456")),
            ("447911123456", None, Some("+447911123456")),
            ("07911 123456", Some("GB"), Some("+447911123456")),
            ("07911 123456", None, None),
            ("0151 12345678", Some("de"), Some("+4915112345678")),
            ("4915112345678", Some("DE"), Some("+4915112345678")),
            ("06 698 12345", Some("IT"), Some("+390669812345")),
            ("13800138000", Some("CN"), Some("+8613800138000")),
            ("BANK", Some("GB"), None),
            ("", Some("GB"), None),
            ("12520", Some("CN"), None),
        ] {
            let region = region.map(|region| region.parse().unwrap());
            let got = read(text, region).ok().map(|phone| phone.to_string());
            assert_eq!(got.as_deref(), want, "{text}");
        }
        assert!("Atlantis".parse::<Region>().is_err());
    }

    #[test]
    fn an_smscs_number_is_international_where_it_says_so() {
        for (text, ton, want) in [
            ("8613800138000", 1, Some("+8613800138000")),
            ("8613800138000", 0, Some("+8613800138000")),
            ("447700900123", 1, Some("+447700900123")),
            ("447700900123", 0, Some("+447700900123")),
            ("12520", 0, None),
            ("0123456789", 0, None),
            ("ALERTS", 5, None),
            ("", 0, None),
        ] {
            assert_eq!(of_sms(text, ton, None).map(|phone| phone.to_string()).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn premium_rates_get_no_sms() {
        for (phone, want) in [("+611900123456", false), ("+447911123456", true), ("+8613800138000", true)] {
            assert_eq!(gets_sms(phone.parse().unwrap()), want, "{phone}");
        }
    }
}
