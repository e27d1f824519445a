//! Message ids that compare equal: SMSCs write one in hexadecimal here and in decimal there, padded or not.

use serde::{Deserialize, Serialize};

/// The field's limit (SMPP 3.4, 5.2.23) and its double: a longer "number" is not converted.
const DIGITS_MAX: usize = 130;

/// How an SMSC writes its ids in a submit_sm_resp and in a receipt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub enum IdForm {
    /// But for case and leading zeros.
    #[default]
    #[serde(rename = "same")]
    Same,
    #[serde(rename = "resp-hex")]
    ResponseHexReceiptDecimal,
    #[serde(rename = "resp-dec")]
    ResponseDecimalReceiptHex,
}

impl IdForm {
    /// The form of an id of a response (also of a query_sm_resp) that compares.
    pub fn of_response(self, id: &str) -> String {
        match self {
            IdForm::Same | IdForm::ResponseDecimalReceiptHex => plain(id),
            IdForm::ResponseHexReceiptDecimal => decimal(id),
        }
    }

    /// The form of an id of a receipt that compares.
    pub fn of_receipt(self, id: &str) -> String {
        match self {
            IdForm::Same | IdForm::ResponseHexReceiptDecimal => plain(id),
            IdForm::ResponseDecimalReceiptHex => decimal(id),
        }
    }
}

/// Without case and leading zeros.
fn plain(id: &str) -> String {
    let id = id.trim().to_lowercase();
    match id.trim_start_matches('0') {
        "" if !id.is_empty() => "0".to_owned(),
        stripped => stripped.to_owned(),
    }
}

/// A hexadecimal number in decimal; what is no such number stays.
fn decimal(id: &str) -> String {
    let plain = plain(id);
    let hex = plain.strip_prefix('x').unwrap_or(&plain);
    let digits: Option<Vec<u32>> = hex.chars().map(|digit| digit.to_digit(16)).collect();
    match digits {
        Some(digits) if !digits.is_empty() && digits.len() <= DIGITS_MAX => in_decimal(&digits),
        _ => plain,
    }
}

fn in_decimal(hex_digits: &[u32]) -> String {
    // Least first.
    let mut decimals = vec![0_u32];
    for digit in hex_digits {
        let mut carry = *digit;
        for place in &mut decimals {
            let value = *place * 16 + carry;
            (*place, carry) = (value % 10, value / 10);
        }
        while carry > 0 {
            decimals.push(carry % 10);
            carry /= 10;
        }
    }
    decimals.iter().rev().filter_map(|digit| char::from_digit(*digit, 10)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_sides_of_one_message_compare_equal() {
        use IdForm::{ResponseDecimalReceiptHex, ResponseHexReceiptDecimal, Same};
        for (form, response, receipt) in [
            (Same, "00A1b2", "a1B2"),
            (Same, "0", "000"),
            (Same, "8d2f-77:x", "8D2F-77:X"),
            (Same, "x", " x "),
            (ResponseHexReceiptDecimal, "0000001A", "26"),
            (ResponseHexReceiptDecimal, "0x1a", "0026"),
            (ResponseHexReceiptDecimal, "no-number", "NO-NUMBER"),
            (ResponseHexReceiptDecimal, "FFFFFFFFFFFFFFFFFFFF", "1208925819614629174706175"),
            (ResponseDecimalReceiptHex, "4294967295", "ffffffff"),
            (ResponseDecimalReceiptHex, "0", "0x0"),
        ] {
            assert_eq!(form.of_response(response), form.of_receipt(receipt), "{form:?} {response}");
        }
        for (form, response, receipt) in
            [(Same, "1a", "26"), (ResponseHexReceiptDecimal, "26", "26"), (Same, "", "0")]
        {
            assert_ne!(form.of_response(response), form.of_receipt(receipt), "{form:?} {response}");
        }
    }
}
