//! The line of an event at the SMSC, for a person; its object, for a program.

use serde::Serialize;

use crate::cli::table::one_line;
use crate::lab::smsc::Event;
use crate::smpp::pdu::status::{Named, ROK};
use crate::smpp::pdu::{BindKind, ReceiptState};
use crate::words::Instant;

/// An event with its time.
#[derive(Debug, Serialize)]
pub(super) struct Told<'a> {
    pub(super) at: String,
    #[serde(flatten)]
    pub(super) event: &'a Event,
}

impl Told<'_> {
    pub(super) fn of(event: &Event, at: Instant) -> Told<'_> {
        Told { at: at.to_string(), event }
    }

    /// With the time of day, in UTC.
    pub(super) fn line(&self) -> String {
        format!("{}  {}", self.at.get(11..19).unwrap_or(&self.at), said(self.event))
    }
}

fn said(event: &Event) -> String {
    match event {
        Event::Bound { system_id, kind } => format!("{} is bound as {}", one_line(system_id), role(*kind)),
        Event::BindRefused { system_id, status } => {
            format!("{} may not bind: {}", one_line(system_id), Named(*status))
        }
        Event::Unbound { system_id } => format!("{} is unbound", one_line(system_id)),
        Event::Submitted { from, to, text, parts, reached } => {
            let (from, to, text, parts) = (one_line(from), one_line(to), one_line(text), in_parts(*parts));
            let lost = if *reached { "" } else { " cannot be reached;" };
            format!("{to}{lost} from {from}{parts}: {text}")
        }
        Event::Refused { from, to, status } => {
            format!("refused from {} to {}: {}", one_line(from), one_line(to), Named(*status))
        }
        Event::Receipt { id, phone, state, status } => {
            let not_taken =
                if *status == ROK { String::new() } else { format!("; the ESME answers {}", Named(*status)) };
            format!("receipt {id} of {}: {}{not_taken}", one_line(phone), word(*state))
        }
        Event::Typed { from, to, text, parts } => {
            format!("{from} to {to}{}: {}", in_parts(*parts), one_line(text))
        }
    }
}

fn in_parts(parts: usize) -> String {
    if parts == 1 { String::new() } else { format!(" in {parts} parts") }
}

fn role(kind: BindKind) -> &'static str {
    match kind {
        BindKind::Receiver => "receiver",
        BindKind::Transmitter => "transmitter",
        BindKind::Transceiver => "transceiver",
    }
}

fn word(state: ReceiptState) -> &'static str {
    match state {
        ReceiptState::Enroute => "en route",
        ReceiptState::Delivered => "delivered",
        ReceiptState::Expired => "expired",
        ReceiptState::Deleted => "deleted",
        ReceiptState::Undeliverable => "undeliverable",
        ReceiptState::Accepted => "accepted",
        ReceiptState::Unknown => "unknown",
        ReceiptState::Rejected => "rejected",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_a_line() {
        let at = "2026-12-01T09:41:07Z".parse().unwrap();
        let (phone, service) = ("+447700900001".to_owned(), "12520100001".to_owned());
        let submitted = |text: &str, parts, reached| Event::Submitted {
            from: service.clone(),
            to: phone.clone(),
            text: text.to_owned(),
            parts,
            reached,
        };
        let receipt = |status| Event::Receipt {
            id: "7".to_owned(),
            phone: phone.clone(),
            state: ReceiptState::Delivered,
            status,
        };
        let system_id = "homing".to_owned();
        for (event, want) in [
            (submitted("on my way", 1, true), "+447700900001 from 12520100001: on my way"),
            (submitted("a\nb", 3, true), "+447700900001 from 12520100001 in 3 parts: a ⏎ b"),
            (submitted("hi", 1, false), "+447700900001 cannot be reached; from 12520100001: hi"),
            (receipt(0), "receipt 7 of +447700900001: delivered"),
            (receipt(0x65), "receipt 7 of +447700900001: delivered; the ESME answers 0x65 ESME_RX_P_APPN"),
            (
                Event::Refused { from: service.clone(), to: phone.clone(), status: 0x58 },
                "refused from 12520100001 to +447700900001: 0x58 ESME_RTHROTTLED",
            ),
            (
                Event::Typed { from: phone.clone(), to: service.clone(), text: "ok".to_owned(), parts: 1 },
                "+447700900001 to 12520100001: ok",
            ),
            (
                Event::Bound { system_id: system_id.clone(), kind: BindKind::Transceiver },
                "homing is bound as transceiver",
            ),
            (
                Event::BindRefused { system_id: system_id.clone(), status: 0x0E },
                "homing may not bind: 0x0E ESME_RINVPASWD",
            ),
            (Event::Unbound { system_id }, "homing is unbound"),
        ] {
            assert_eq!(Told::of(&event, at).line(), format!("09:41:07  {want}"));
        }
        let told = serde_json::to_value(Told::of(&receipt(0), at)).unwrap();
        let want = serde_json::json!({ "at": "2026-12-01T09:41:07.000Z", "event": "receipt", "id": "7",
            "phone": "+447700900001", "state": "delivered", "status": 0 });
        assert_eq!(told, want);
    }
}
