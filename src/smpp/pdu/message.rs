//! A short message as submit_sm, deliver_sm (one layout: SMPP 3.4, 4.4.1 and 4.6.1) or data_sm (4.7.1) carries it.

use super::octets::{Octets, put_c_string};
use super::tlv::{self, Tlvs, put_tlv};

/// sm_length (5.2.21) ends here; longer messages go into message_payload.
pub const SHORT_MESSAGE_LEN_MAX: usize = 254;
/// One part of a concatenated message in the default alphabet, an octet for each septet (3GPP TS 23.040).
const PART_SEPTETS_MAX: usize = 153;
/// One part of octets, or of UCS-2.
const PART_OCTETS_MAX: usize = 134;

/// Type of number (5.2.5), numbering plan (5.2.6), and what is dialled, or an alphanumeric name.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct Address {
    pub ton: u8,
    pub npi: u8,
    pub text: String,
}

impl Address {
    pub fn new(ton: u8, npi: u8, text: impl Into<String>) -> Address {
        Address { ton, npi, text: text.into() }
    }

    pub(super) fn read(octets: &mut Octets<'_>) -> Option<Address> {
        Some(Address { ton: octets.u8()?, npi: octets.u8()?, text: octets.c_string() })
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        out.extend_from_slice(&[self.ton, self.npi]);
        put_c_string(out, &self.text);
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ShortMessage {
    pub service_type: String,
    pub source: Address,
    pub dest: Address,
    pub esm_class: u8,
    /// Not in a data_sm, as the next two.
    pub protocol_id: u8,
    pub priority_flag: u8,
    pub schedule_delivery_time: String,
    /// See [`super::absolute_time`]. Not in a data_sm.
    pub validity_period: String,
    pub registered_delivery: u8,
    /// Not in a data_sm.
    pub replace_if_present: u8,
    pub data_coding: u8,
    /// Not in a data_sm.
    pub sm_default_msg_id: u8,
    /// The short_message, or the message_payload where that came instead.
    pub octets: Vec<u8>,
    /// Without the message_payload that stands in `octets`.
    pub tlvs: Tlvs,
}

/// What an ESME submits.
pub type SubmitSm = ShortMessage;

impl ShortMessage {
    /// The body of a submit_sm or deliver_sm. `None` when it ends before sm_length does.
    pub(super) fn read(octets: &mut Octets<'_>) -> Option<ShortMessage> {
        let mut message = ShortMessage {
            service_type: octets.c_string(),
            source: Address::read(octets)?,
            dest: Address::read(octets)?,
            esm_class: octets.u8()?,
            protocol_id: octets.u8()?,
            priority_flag: octets.u8()?,
            schedule_delivery_time: octets.c_string(),
            validity_period: octets.c_string(),
            registered_delivery: octets.u8()?,
            replace_if_present: octets.u8()?,
            data_coding: octets.u8()?,
            sm_default_msg_id: octets.u8()?,
            octets: Vec::new(),
            tlvs: Tlvs::default(),
        };
        let sm_length = octets.u8()?;
        message.octets = octets.clipped(usize::from(sm_length)).to_vec();
        message.tlvs = Tlvs::read(*octets);
        message.unfold_payload();
        Some(message)
    }

    /// The body of a data_sm.
    pub(super) fn read_data(octets: &mut Octets<'_>) -> Option<ShortMessage> {
        let mut message = ShortMessage {
            service_type: octets.c_string(),
            source: Address::read(octets)?,
            dest: Address::read(octets)?,
            esm_class: octets.u8()?,
            registered_delivery: octets.u8()?,
            data_coding: octets.u8()?,
            ..ShortMessage::default()
        };
        message.tlvs = Tlvs::read(*octets);
        message.unfold_payload();
        Some(message)
    }

    /// Where both are there, against 5.3.2.32, the short_message counts and the other stays a parameter.
    fn unfold_payload(&mut self) {
        if self.octets.is_empty() {
            self.octets = self.tlvs.take(tlv::MESSAGE_PAYLOAD).unwrap_or_default();
        }
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        put_c_string(out, &self.service_type);
        self.source.put(out);
        self.dest.put(out);
        out.extend_from_slice(&[self.esm_class, self.protocol_id, self.priority_flag]);
        put_c_string(out, &self.schedule_delivery_time);
        put_c_string(out, &self.validity_period);
        out.extend_from_slice(&[self.registered_delivery, self.replace_if_present]);
        out.extend_from_slice(&[self.data_coding, self.sm_default_msg_id]);
        match u8::try_from(self.octets.len()).ok().filter(|len| usize::from(*len) <= SHORT_MESSAGE_LEN_MAX) {
            Some(sm_length) => {
                out.push(sm_length);
                out.extend_from_slice(&self.octets);
            }
            None => {
                out.push(0);
                put_tlv(out, tlv::MESSAGE_PAYLOAD, &self.octets);
            }
        }
        self.tlvs.put(out);
    }

    pub(super) fn put_data(&self, out: &mut Vec<u8>) {
        put_c_string(out, &self.service_type);
        self.source.put(out);
        self.dest.put(out);
        out.extend_from_slice(&[self.esm_class, self.registered_delivery, self.data_coding]);
        if !self.octets.is_empty() {
            put_tlv(out, tlv::MESSAGE_PAYLOAD, &self.octets);
        }
        self.tlvs.put(out);
    }

    /// How many the SMSC makes of it: more than one only of a message_payload.
    pub fn segments(&self) -> usize {
        // 5.2.19: 0 is the SMSC's default, 1 ASCII, 3 Latin-1: a septet or more for each octet.
        let part = if matches!(self.data_coding, 0 | 1 | 3) { PART_SEPTETS_MAX } else { PART_OCTETS_MAX };
        if self.octets.len() <= SHORT_MESSAGE_LEN_MAX { 1 } else { self.octets.len().div_ceil(part) }
    }
}
