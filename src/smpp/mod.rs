//! SMPP 3.4 for an ESME: the PDUs, the link to an SMSC, and the texts that SMS carry.
//!
//! Invariant: it knows nothing of Homing: messages, deliveries and the log are other rooms' words.
//! Invariant: `pdu` and `text` do no I/O.

pub mod link;
pub mod pdu;
pub mod text;
