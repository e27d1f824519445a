//! Asking after a message and taking it back: query_sm (SMPP 3.4, 4.8) and cancel_sm (4.9).

use super::message::Address;
use super::octets::{Octets, put_c_string};

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct QuerySm {
    pub message_id: String,
    /// As in the submit_sm.
    pub source: Address,
}

impl QuerySm {
    pub(super) fn read(octets: &mut Octets<'_>) -> Option<QuerySm> {
        Some(QuerySm { message_id: octets.c_string(), source: Address::read(octets)? })
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        put_c_string(out, &self.message_id);
        self.source.put(out);
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct QuerySmResp {
    pub message_id: String,
    /// Empty until the message has reached a final state.
    pub final_date: String,
    /// 5.2.28; `None` where the response ends before it.
    pub message_state: Option<u8>,
    pub error_code: Option<u8>,
}

impl QuerySmResp {
    pub(super) fn read(octets: &mut Octets<'_>) -> QuerySmResp {
        QuerySmResp {
            message_id: octets.message_id(),
            final_date: octets.c_string(),
            message_state: octets.u8(),
            error_code: octets.u8(),
        }
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        put_c_string(out, &self.message_id);
        put_c_string(out, &self.final_date);
        out.extend(self.message_state);
        out.extend(self.message_state.and(self.error_code));
    }
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct CancelSm {
    pub service_type: String,
    pub message_id: String,
    pub source: Address,
    pub dest: Address,
}

impl CancelSm {
    pub(super) fn read(octets: &mut Octets<'_>) -> Option<CancelSm> {
        Some(CancelSm {
            service_type: octets.c_string(),
            message_id: octets.c_string(),
            source: Address::read(octets)?,
            dest: Address::read(octets)?,
        })
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        put_c_string(out, &self.service_type);
        put_c_string(out, &self.message_id);
        self.source.put(out);
        self.dest.put(out);
    }
}
