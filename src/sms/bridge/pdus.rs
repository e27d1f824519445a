//! A segment of a delivery as the submit_sm that carries it.

use crate::rules::attempt::Granted;
use crate::smpp::link::Connector;
use crate::smpp::pdu::{Address, SubmitSm, Tlvs, absolute_time, tlv};
use crate::smpp::text::Segment;
use crate::sms::settings::{Account, ServiceNumber};
use crate::words::Instant;

/// SMPP 3.4 section 5.2.12: the user data begins with a header.
const UDHI: u8 = 0x40;
/// Type of number and numbering plan (sections 5.2.5, 5.2.6): a number of the SMSC's own network, and E.164.
const NETWORK_SPECIFIC: u8 = 3;
const INTERNATIONAL: u8 = 1;
const UNKNOWN_PLAN: u8 = 0;
const E164: u8 = 1;

pub(super) fn submit(
    account: &Account,
    service: &ServiceNumber,
    granted: &Granted,
    expires: Option<Instant>,
    reference: u16,
    segment: Segment,
) -> SubmitSm {
    let connector = &account.connector;
    let phone = granted.phone.to_string();
    let mut tlvs = Tlvs::default().with(tlv::USER_MESSAGE_REFERENCE, reference.to_be_bytes());
    if let Some(sar) = segment.sar {
        tlvs.push(tlv::SAR_MSG_REF_NUM, sar.reference.to_be_bytes());
        tlvs.push(tlv::SAR_TOTAL_SEGMENTS, [sar.total]);
        tlvs.push(tlv::SAR_SEGMENT_SEQNUM, [sar.number]);
    }
    let mut octets = segment.user_data;
    if segment.payload {
        tlvs.push(tlv::MESSAGE_PAYLOAD, std::mem::take(&mut octets));
    }
    SubmitSm {
        service_type: connector.service_type.clone(),
        source: source(account, service, granted),
        dest: Address::new(
            connector.dest_ton.unwrap_or(INTERNATIONAL),
            connector.dest_npi.unwrap_or(E164),
            phone.trim_start_matches('+'),
        ),
        esm_class: if segment.udhi { UDHI } else { 0 },
        validity_period: expires.and_then(|at| absolute_time(at.unix_ms())).unwrap_or_default(),
        registered_delivery: connector.receipts.registered_delivery(),
        data_coding: segment.data_coding,
        octets,
        tlvs,
        ..SubmitSm::default()
    }
}

/// What the phone shows as the sender, and replies to.
fn source(account: &Account, service: &ServiceNumber, granted: &Granted) -> Address {
    let (ton, npi) = source_kind(&account.connector);
    Address::new(ton, npi, service.sender(granted.from))
}

/// TON and NPI of our numbers.
pub(super) fn source_kind(connector: &Connector) -> (u8, u8) {
    (connector.source_ton.unwrap_or(NETWORK_SPECIFIC), connector.source_npi.unwrap_or(UNKNOWN_PLAN))
}
