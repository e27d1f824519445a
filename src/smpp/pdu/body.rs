//! The bodies of PDUs, for either end: an ESME and an SMSC read and write all of them.

use super::bind::{Bind, BindKind, BindResp, Outbind};
use super::command as id;
use super::frame::{Frame, Header, put};
use super::message::{Address, ShortMessage};
use super::octets::{Octets, put_c_string};
use super::query::{CancelSm, QuerySm, QuerySmResp};

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    Bind(Bind),
    BindResp(BindResp),
    Outbind(Outbind),
    Unbind,
    UnbindResp,
    SubmitSm(ShortMessage),
    /// The message_id; responses often come without a body.
    SubmitSmResp(String),
    DeliverSm(ShortMessage),
    /// The message_id is not used (4.6.2).
    DeliverSmResp,
    DataSm(ShortMessage),
    DataSmResp(String),
    QuerySm(QuerySm),
    QuerySmResp(QuerySmResp),
    CancelSm(CancelSm),
    CancelSmResp,
    EnquireLink,
    EnquireLinkResp,
    GenericNack,
    AlertNotification(Alert),
    /// A command that we do not know: a vendor's, or of another version. The frame has its octets.
    Foreign(u32),
    /// A command we know, whose mandatory fields cannot be read. The frame has its octets.
    Broken(u32),
}

/// A handset that can be reached again (4.12.1). Nobody answers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alert {
    pub source: Address,
    pub esme: Address,
}

impl Body {
    /// Octets behind what the command needs are ignored.
    pub fn of(frame: &Frame) -> Body {
        let command = frame.header.command;
        let octets = &mut Octets::of(frame.body());
        let read = match command {
            id::BIND_RECEIVER => Bind::read(BindKind::Receiver, octets).map(Body::Bind),
            id::BIND_TRANSMITTER => Bind::read(BindKind::Transmitter, octets).map(Body::Bind),
            id::BIND_TRANSCEIVER => Bind::read(BindKind::Transceiver, octets).map(Body::Bind),
            id::BIND_RECEIVER_RESP => Some(Body::BindResp(BindResp::read(BindKind::Receiver, octets))),
            id::BIND_TRANSMITTER_RESP => Some(Body::BindResp(BindResp::read(BindKind::Transmitter, octets))),
            id::BIND_TRANSCEIVER_RESP => Some(Body::BindResp(BindResp::read(BindKind::Transceiver, octets))),
            id::OUTBIND => {
                Some(Body::Outbind(Outbind { system_id: octets.c_string(), password: octets.c_string() }))
            }
            id::UNBIND => Some(Body::Unbind),
            id::UNBIND_RESP => Some(Body::UnbindResp),
            id::SUBMIT_SM => ShortMessage::read(octets).map(Body::SubmitSm),
            id::SUBMIT_SM_RESP => Some(Body::SubmitSmResp(octets.message_id())),
            id::DELIVER_SM => ShortMessage::read(octets).map(Body::DeliverSm),
            id::DELIVER_SM_RESP => Some(Body::DeliverSmResp),
            id::DATA_SM => ShortMessage::read_data(octets).map(Body::DataSm),
            id::DATA_SM_RESP => Some(Body::DataSmResp(octets.message_id())),
            id::QUERY_SM => QuerySm::read(octets).map(Body::QuerySm),
            id::QUERY_SM_RESP => Some(Body::QuerySmResp(QuerySmResp::read(octets))),
            id::CANCEL_SM => CancelSm::read(octets).map(Body::CancelSm),
            id::CANCEL_SM_RESP => Some(Body::CancelSmResp),
            id::ENQUIRE_LINK => Some(Body::EnquireLink),
            id::ENQUIRE_LINK_RESP => Some(Body::EnquireLinkResp),
            id::GENERIC_NACK => Some(Body::GenericNack),
            id::ALERT_NOTIFICATION => Alert::read(octets).map(Body::AlertNotification),
            foreign => Some(Body::Foreign(foreign)),
        };
        read.unwrap_or(Body::Broken(command))
    }

    pub fn command(&self) -> u32 {
        match self {
            Body::Bind(bind) => bind.kind.command(),
            Body::BindResp(resp) => id::response_to(resp.kind.command()),
            Body::Outbind(_) => id::OUTBIND,
            Body::Unbind => id::UNBIND,
            Body::UnbindResp => id::UNBIND_RESP,
            Body::SubmitSm(_) => id::SUBMIT_SM,
            Body::SubmitSmResp(_) => id::SUBMIT_SM_RESP,
            Body::DeliverSm(_) => id::DELIVER_SM,
            Body::DeliverSmResp => id::DELIVER_SM_RESP,
            Body::DataSm(_) => id::DATA_SM,
            Body::DataSmResp(_) => id::DATA_SM_RESP,
            Body::QuerySm(_) => id::QUERY_SM,
            Body::QuerySmResp(_) => id::QUERY_SM_RESP,
            Body::CancelSm(_) => id::CANCEL_SM,
            Body::CancelSmResp => id::CANCEL_SM_RESP,
            Body::EnquireLink => id::ENQUIRE_LINK,
            Body::EnquireLinkResp => id::ENQUIRE_LINK_RESP,
            Body::GenericNack => id::GENERIC_NACK,
            Body::AlertNotification(_) => id::ALERT_NOTIFICATION,
            Body::Foreign(command) | Body::Broken(command) => *command,
        }
    }

    /// Appends the PDU. What is foreign or broken is written without its body.
    pub fn put(&self, out: &mut Vec<u8>, status: u32, sequence: u32) {
        let header = Header { command: self.command(), status, sequence };
        put(out, header, |out| match self {
            Body::Bind(bind) => bind.put(out),
            Body::BindResp(resp) => resp.put(out),
            Body::Outbind(Outbind { system_id, password }) => {
                put_c_string(out, system_id);
                put_c_string(out, password);
            }
            Body::SubmitSm(message) | Body::DeliverSm(message) => message.put(out),
            Body::DataSm(message) => message.put_data(out),
            Body::SubmitSmResp(message_id) | Body::DataSmResp(message_id) => put_c_string(out, message_id),
            // 4.6.2: a message_id that is not used, and is NUL.
            Body::DeliverSmResp => out.push(0),
            Body::QuerySm(query) => query.put(out),
            Body::QuerySmResp(resp) => resp.put(out),
            Body::CancelSm(cancel) => cancel.put(out),
            Body::AlertNotification(alert) => alert.put(out),
            Body::Unbind
            | Body::UnbindResp
            | Body::CancelSmResp
            | Body::EnquireLink
            | Body::EnquireLinkResp
            | Body::GenericNack
            | Body::Foreign(_)
            | Body::Broken(_) => (),
        });
    }

    /// The PDU alone.
    pub fn to_vec(&self, status: u32, sequence: u32) -> Vec<u8> {
        let mut out = Vec::new();
        self.put(&mut out, status, sequence);
        out
    }
}

impl ShortMessage {
    /// Appends the submit_sm without being taken.
    pub fn put_submit(&self, out: &mut Vec<u8>, sequence: u32) {
        put(out, Header { command: id::SUBMIT_SM, status: 0, sequence }, |out| self.put(out));
    }
}

impl QuerySm {
    /// Appends the query_sm without being taken.
    pub fn put_query(&self, out: &mut Vec<u8>, sequence: u32) {
        put(out, Header { command: id::QUERY_SM, status: 0, sequence }, |out| self.put(out));
    }
}

impl Alert {
    fn read(octets: &mut Octets<'_>) -> Option<Alert> {
        Some(Alert { source: Address::read(octets)?, esme: Address::read(octets)? })
    }

    fn put(&self, out: &mut Vec<u8>) {
        self.source.put(out);
        self.esme.put(out);
    }
}
