//! Delivery receipts (SMPP 3.4, 4.6 and appendix B): by their parameters, else by the text that every SMSC writes its own way.

use serde::{Deserialize, Serialize};

use super::message::ShortMessage;
use super::octets::{bounded, text_of};

/// Bits 5 to 2 of esm_class say what kind a message is (5.2.12).
const KIND: u8 = 0b0011_1100;
const RECEIPT: u8 = 0x04;
const INTERMEDIATE: u8 = 0x20;
/// A network's error has three octets (5.3.2.31), `err:` three digits; SMSCs write words there too.
const ERROR_BYTES_MAX: usize = 64;
/// data_coding of UCS-2 (5.2.19).
const UCS2: u8 = 0x08;

/// message_state (5.2.28).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReceiptState {
    Enroute,
    Delivered,
    Expired,
    Deleted,
    Undeliverable,
    Accepted,
    Unknown,
    Rejected,
}

impl ReceiptState {
    pub fn of_number(number: u8) -> ReceiptState {
        match number {
            // 0 is SCHEDULED of SMPP 5.0: its delivery has not begun.
            0 | 1 => ReceiptState::Enroute,
            2 => ReceiptState::Delivered,
            3 => ReceiptState::Expired,
            4 => ReceiptState::Deleted,
            5 => ReceiptState::Undeliverable,
            6 => ReceiptState::Accepted,
            8 => ReceiptState::Rejected,
            _ => ReceiptState::Unknown,
        }
    }

    pub fn number(self) -> u8 {
        match self {
            ReceiptState::Enroute => 1,
            ReceiptState::Delivered => 2,
            ReceiptState::Expired => 3,
            ReceiptState::Deleted => 4,
            ReceiptState::Undeliverable => 5,
            ReceiptState::Accepted => 6,
            ReceiptState::Unknown => 7,
            ReceiptState::Rejected => 8,
        }
    }

    /// `DELIVRD` and the others of appendix B, written out too, and some that are not there but are sent.
    fn of_word(word: &str) -> ReceiptState {
        const WORDS: [(&str, ReceiptState); 12] = [
            ("ENROU", ReceiptState::Enroute),
            ("BUFF", ReceiptState::Enroute),
            ("RETR", ReceiptState::Enroute),
            ("SCHED", ReceiptState::Enroute),
            ("DELIV", ReceiptState::Delivered),
            ("EXPIR", ReceiptState::Expired),
            ("DELET", ReceiptState::Deleted),
            ("UNDEL", ReceiptState::Undeliverable),
            ("FAIL", ReceiptState::Undeliverable),
            ("ACCEP", ReceiptState::Accepted),
            ("ACKED", ReceiptState::Accepted),
            ("REJEC", ReceiptState::Rejected),
        ];
        let word = word.to_ascii_uppercase();
        let known = WORDS.iter().find(|(start, _)| word.starts_with(start));
        known.map_or(ReceiptState::Unknown, |(_, state)| *state)
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Receipt {
    /// As it came, and not empty; see [`super::IdForm`].
    pub id: Option<String>,
    /// Of an intermediate notification (2.11.2) always [`ReceiptState::Enroute`]: another receipt follows, whatever it says
    /// of the attempt that it is about.
    pub state: ReceiptState,
    /// The network's error, as the SMSC writes it.
    pub error: Option<String>,
    /// `done date`, as the SMSC writes it: in its own zone, which nobody knows.
    pub done: Option<String>,
}

impl ShortMessage {
    /// The receipt that this deliver_sm or data_sm is, if it is one: its esm_class says so, or a receipt's parameters are there.
    /// The text alone does not: anybody can write it.
    pub fn receipt(&self) -> Option<Receipt> {
        let kind = self.esm_class & KIND;
        let (id, state) = (self.tlvs.receipted_message_id(), self.tlvs.message_state());
        let by_parameters = kind == 0 && (id.is_some() || state.is_some());
        if !by_parameters && kind != RECEIPT && kind != INTERMEDIATE {
            return None;
        }
        let text = self.receipt_text();
        let fields = Fields::of(&text);
        let error = self.tlvs.network_error_code().or_else(|| fields.get("err"));
        Some(Receipt {
            id: id.filter(|id| !id.is_empty()).or_else(|| fields.get("id")).and_then(bounded),
            state: match state {
                _ if kind == INTERMEDIATE => ReceiptState::Enroute,
                Some(number) => ReceiptState::of_number(number),
                None => fields.get("stat").map_or(ReceiptState::Unknown, |word| ReceiptState::of_word(&word)),
            },
            error: error.filter(|error| error.len() <= ERROR_BYTES_MAX),
            done: fields.get("done date"),
        })
    }

    fn receipt_text(&self) -> String {
        if self.data_coding != UCS2 {
            return text_of(&self.octets);
        }
        let units = self.octets.chunks_exact(2);
        let units: Vec<u16> =
            units.filter_map(|unit| Some(u16::from_be_bytes(unit.try_into().ok()?))).collect();
        String::from_utf16_lossy(&units)
    }
}

/// `id:… sub:… dlvrd:… submit date:… done date:… stat:… err:… text:…` in any order and case, with any of them missing.
struct Fields<'a>(Vec<(&'static str, &'a str)>);

/// Each name and how it is written.
const NAMES: [(&str, &[&str]); 8] = [
    ("id", &["id", "message id", "msgid"]),
    ("sub", &["sub"]),
    ("dlvrd", &["dlvrd"]),
    ("submit date", &["submit date", "submit_date", "submitdate"]),
    ("done date", &["done date", "done_date", "donedate"]),
    ("stat", &["stat", "status"]),
    ("err", &["err", "error"]),
    ("text", &["text"]),
];

impl<'a> Fields<'a> {
    fn of(text: &'a str) -> Fields<'a> {
        let mut fields = Vec::new();
        let mut open: Option<(&str, &str)> = None;
        let mut rest = text;
        while let Some((before, name, behind)) = next_name(rest) {
            fields.extend(
                open.map(|(name, from)| (name, from.get(..from.len() - rest.len() + before).unwrap_or(from))),
            );
            open = Some((name, behind));
            rest = behind;
            if name == "text" {
                // The message's own words: what stands there is nobody's field.
                break;
            }
        }
        fields.extend(open);
        Fields(fields)
    }

    /// The first of this name that is not empty.
    fn get(&self, name: &str) -> Option<String> {
        let mut values = self.0.iter().filter(|(of, _)| *of == name).map(|(_, value)| value.trim());
        values.find(|value| !value.is_empty()).map(str::to_owned)
    }
}

/// The next `name:`: what stands before it, which it is, what follows.
fn next_name(text: &str) -> Option<(usize, &'static str, &str)> {
    let mut from = 0;
    while let Some(colon) = text.get(from..)?.find(':').map(|at| from + at) {
        let before = text.get(..colon)?.trim_end();
        for (name, spellings) in NAMES {
            let at = spellings.iter().find_map(|spelling| start_of_word(before, spelling));
            if let Some(at) = at {
                return Some((at, name, text.get(colon + 1..)?));
            }
        }
        from = colon + 1;
    }
    None
}

/// Where `word` begins at the end of `text`, if it stands there alone.
fn start_of_word(text: &str, word: &str) -> Option<usize> {
    let at = text.len().checked_sub(word.len())?;
    let (before, last) = text.split_at_checked(at)?;
    let alone = !before.ends_with(|c: char| c.is_alphanumeric());
    (alone && last.eq_ignore_ascii_case(word)).then_some(at)
}

#[cfg(test)]
mod tests {
    use super::super::tlv;
    use super::*;

    fn message(esm_class: u8, text: &str) -> ShortMessage {
        ShortMessage { esm_class, octets: text.as_bytes().to_vec(), ..ShortMessage::default() }
    }

    #[test]
    fn reads_every_smscs_text() {
        use ReceiptState::{Delivered, Enroute, Expired, Rejected, Undeliverable, Unknown};
        for (text, id, state, err) in [
            (
                "id:0123456789 sub:001 dlvrd:001 submit date:2611201625 done date:2611201626 stat:DELIVRD err:000 text:hello",
                Some("0123456789"),
                Delivered,
                Some("000"),
            ),
            ("STAT:UNDELIV ERR:1B ID:8d2f-77aa", Some("8d2f-77aa"), Undeliverable, Some("1B")),
            ("id: a:b/c stat: rejected", Some("a:b/c"), Rejected, None),
            ("message id: 7 status:EXPIRED error: 34", Some("7"), Expired, Some("34")),
            ("id:7 err: stat:ENROUTE text:stat:DELIVRD id:8", Some("7"), Enroute, None),
            ("id:7 stat:WHAT", Some("7"), Unknown, None),
            ("id:7 stat:RETRY", Some("7"), Enroute, None),
            ("Ваше сообщение: доставлено", None, Unknown, None),
            ("grid:1 stat:DELIVRD", None, Delivered, None),
            (":::", None, Unknown, None),
            ("", None, Unknown, None),
        ] {
            let receipt = message(0x04, text).receipt().unwrap();
            let found = (receipt.id.as_deref(), receipt.state, receipt.error.as_deref());
            assert_eq!(found, (id, state, err), "{text}");
        }
        let done = message(0x04, "id:1 done date:2611201626 stat:DELIVRD").receipt().unwrap().done;
        assert_eq!(done.as_deref(), Some("2611201626"));
    }

    #[test]
    fn is_one_by_its_class_or_its_parameters() {
        for (esm_class, state) in [
            (0x04, Some(ReceiptState::Undeliverable)),
            (0x44, Some(ReceiptState::Undeliverable)),
            // An attempt that failed; others follow.
            (0x20, Some(ReceiptState::Enroute)),
            (0x00, None),
            (0x40, None),
            (0x08, None),
        ] {
            let receipt = message(esm_class, "id:1 stat:UNDELIV").receipt();
            assert_eq!(receipt.map(|receipt| receipt.state), state, "{esm_class:#x}");
        }
        let mut silent = message(0, "not its words");
        silent.tlvs.push(tlv::RECEIPTED_MESSAGE_ID, *b"9\0");
        silent.tlvs.push(tlv::MESSAGE_STATE, [5]);
        silent.tlvs.push(tlv::NETWORK_ERROR_CODE, [3, 0, 34]);
        let receipt = silent.receipt().unwrap();
        assert_eq!(receipt.id.as_deref(), Some("9"));
        assert_eq!(receipt.state, ReceiptState::Undeliverable);
        assert_eq!(receipt.error.as_deref(), Some("3:34"));
    }

    #[test]
    fn parameters_go_before_the_text_which_may_be_ucs2() {
        let mut both = message(0x04, "");
        both.data_coding = UCS2;
        both.octets = "id:5 stat:DELIVRD err:000".encode_utf16().flat_map(u16::to_be_bytes).collect();
        assert_eq!(both.receipt().unwrap().state, ReceiptState::Delivered);
        both.tlvs.push(tlv::MESSAGE_STATE, [0, 8]);
        both.tlvs.push(tlv::RECEIPTED_MESSAGE_ID, *b"6");
        let receipt = both.receipt().unwrap();
        assert_eq!((receipt.id.as_deref(), receipt.state), (Some("6"), ReceiptState::Rejected));
    }

    #[test]
    fn a_state_has_one_number_and_one_name() {
        for number in 1..=8 {
            assert_eq!(ReceiptState::of_number(number).number(), number);
        }
        assert_eq!(ReceiptState::of_number(0), ReceiptState::Enroute);
        assert_eq!(serde_json::to_string(&ReceiptState::Undeliverable).unwrap(), "\"undeliverable\"");
    }

    #[test]
    fn what_an_smsc_writes_without_end_is_not_carried_on() {
        let endless = "9".repeat(60_000);
        let receipt = message(0x04, &format!("id:{endless} stat:UNDELIV err:{endless}")).receipt().unwrap();
        assert_eq!((receipt.id, receipt.state, receipt.error), (None, ReceiptState::Undeliverable, None));
        let spelt = "9".repeat(130);
        let receipt = message(0x04, &format!("id:{spelt} stat:UNDELIV err:lost")).receipt().unwrap();
        assert_eq!((receipt.id, receipt.error.as_deref()), (Some(spelt), Some("lost")));
    }
}
