//! The text style of a connector: which alphabet its SMSC speaks, and how long texts are carried.

use serde::{Deserialize, Serialize};

use super::language::Language;
use crate::words::named;

/// More than a person reads as one text, and far below the 255 of TS 23.040 section 9.2.3.24.1.
const SEGMENTS_MAX: u8 = 20;

named! {
    /// What data_coding 0, "SMSC default alphabet" (SMPP 3.4 section 5.2.19), means at an SMSC.
    "alphabet" Alphabet {
        /// The 7-bit default alphabet of TS 23.038 section 6.2.1, one septet in each octet: the custom.
        Gsm7 = "gsm7",
        /// The same, with eight septets in seven octets (TS 23.038 section 6.1.2.1).
        Gsm7Packed = "gsm7-packed",
        /// ISO 8859-1, an octet for each character.
        Latin1 = "latin1",
        /// What the SMSC turns into the default alphabet itself, so that `^{}\[~]|` weigh two septets here too.
        Ascii = "ascii",
    }
}

named! {
    /// How a text that takes more than one short message is carried.
    "way to carry long texts" Long {
        /// User data header with an 8-bit reference (TS 23.040 section 9.2.3.24.1): understood everywhere.
        Udh8 = "udh8",
        /// User data header with a 16-bit reference (TS 23.040 section 9.2.3.24.8).
        Udh16 = "udh16",
        /// The TLVs sar_msg_ref_num, sar_total_segments and sar_segment_seqnum (SMPP 3.4 sections 5.3.2.22 to 24).
        Sar = "sar",
        /// One message_payload TLV (SMPP 3.4 section 5.3.2.32), which the SMSC takes apart.
        Payload = "payload",
    }
}

/// How texts are made into short messages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Style {
    pub alphabet: Alphabet,
    pub long: Long,
    /// Typographic characters become plain ones where that keeps the whole text out of UCS-2.
    pub smart: bool,
    /// Whose national tables may be used (TS 23.038 annex A): few phones know them all.
    pub national: Vec<Language>,
    pub segments_max: u8,
}

impl Default for Style {
    fn default() -> Style {
        Style {
            alphabet: Alphabet::Gsm7,
            long: Long::Udh8,
            smart: true,
            national: Vec::new(),
            segments_max: SEGMENTS_MAX,
        }
    }
}
