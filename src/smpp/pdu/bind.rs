//! Binds (SMPP 3.4, 4.1): how an ESME says who it is and which way messages go.

use serde::Serialize;

use super::command;
use super::octets::{Octets, put_c_string};
use super::tlv::Tlvs;

/// 5.2.4
pub const INTERFACE_VERSION: u8 = 0x34;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum BindKind {
    Receiver,
    Transmitter,
    Transceiver,
}

impl BindKind {
    pub fn command(self) -> u32 {
        match self {
            BindKind::Receiver => command::BIND_RECEIVER,
            BindKind::Transmitter => command::BIND_TRANSMITTER,
            BindKind::Transceiver => command::BIND_TRANSCEIVER,
        }
    }

    /// Submits go through it.
    pub fn transmits(self) -> bool {
        self != BindKind::Receiver
    }
}

#[derive(Clone, PartialEq, Eq)]
pub struct Bind {
    pub kind: BindKind,
    pub system_id: String,
    pub password: String,
    pub system_type: String,
    pub interface_version: u8,
    pub addr_ton: u8,
    pub addr_npi: u8,
    pub address_range: String,
}

impl std::fmt::Debug for Bind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut shown = f.debug_struct("Bind");
        shown.field("kind", &self.kind).field("system_id", &self.system_id);
        shown.field("interface_version", &self.interface_version).finish_non_exhaustive()
    }
}

impl Bind {
    pub(super) fn read(kind: BindKind, octets: &mut Octets<'_>) -> Option<Bind> {
        Some(Bind {
            kind,
            system_id: octets.c_string(),
            password: octets.c_string(),
            system_type: octets.c_string(),
            interface_version: octets.u8()?,
            addr_ton: octets.u8()?,
            addr_npi: octets.u8()?,
            address_range: octets.c_string(),
        })
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        for text in [&self.system_id, &self.password, &self.system_type] {
            put_c_string(out, text);
        }
        out.extend_from_slice(&[self.interface_version, self.addr_ton, self.addr_npi]);
        put_c_string(out, &self.address_range);
    }
}

/// A refusal may come without a body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BindResp {
    pub kind: BindKind,
    pub system_id: String,
    pub tlvs: Tlvs,
}

impl BindResp {
    pub(super) fn read(kind: BindKind, octets: &mut Octets<'_>) -> BindResp {
        BindResp { kind, system_id: octets.c_string(), tlvs: Tlvs::read(*octets) }
    }

    pub(super) fn put(&self, out: &mut Vec<u8>) {
        put_c_string(out, &self.system_id);
        self.tlvs.put(out);
    }
}

/// An SMSC's wish that we bind (4.1.7).
#[derive(Clone, PartialEq, Eq)]
pub struct Outbind {
    pub system_id: String,
    pub password: String,
}

impl std::fmt::Debug for Outbind {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Outbind").field("system_id", &self.system_id).finish_non_exhaustive()
    }
}
