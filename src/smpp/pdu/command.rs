//! The command ids of SMPP 3.4, 5.1.2.1, by the names of the specification.

pub const GENERIC_NACK: u32 = 0x8000_0000;
pub const BIND_RECEIVER: u32 = 0x0000_0001;
pub const BIND_TRANSMITTER: u32 = 0x0000_0002;
pub const QUERY_SM: u32 = 0x0000_0003;
pub const SUBMIT_SM: u32 = 0x0000_0004;
pub const DELIVER_SM: u32 = 0x0000_0005;
pub const UNBIND: u32 = 0x0000_0006;
pub const CANCEL_SM: u32 = 0x0000_0008;
pub const BIND_TRANSCEIVER: u32 = 0x0000_0009;
pub const OUTBIND: u32 = 0x0000_000B;
pub const ENQUIRE_LINK: u32 = 0x0000_0015;
pub const ALERT_NOTIFICATION: u32 = 0x0000_0102;
pub const DATA_SM: u32 = 0x0000_0103;

pub const BIND_RECEIVER_RESP: u32 = response_to(BIND_RECEIVER);
pub const BIND_TRANSMITTER_RESP: u32 = response_to(BIND_TRANSMITTER);
pub const QUERY_SM_RESP: u32 = response_to(QUERY_SM);
pub const SUBMIT_SM_RESP: u32 = response_to(SUBMIT_SM);
pub const DELIVER_SM_RESP: u32 = response_to(DELIVER_SM);
pub const UNBIND_RESP: u32 = response_to(UNBIND);
pub const CANCEL_SM_RESP: u32 = response_to(CANCEL_SM);
pub const BIND_TRANSCEIVER_RESP: u32 = response_to(BIND_TRANSCEIVER);
pub const ENQUIRE_LINK_RESP: u32 = response_to(ENQUIRE_LINK);
pub const DATA_SM_RESP: u32 = response_to(DATA_SM);

/// Bit 31 tells a response from a request.
const RESPONSE: u32 = 0x8000_0000;

pub const fn response_to(request: u32) -> u32 {
    request | RESPONSE
}

/// `generic_nack` too.
pub const fn is_response(command: u32) -> bool {
    command & RESPONSE != 0
}
