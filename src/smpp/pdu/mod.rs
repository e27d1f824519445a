//! SMPP 3.4 protocol data units as they stand on the wire: framed, encoded, leniently decoded.
//!
//! A peer's PDU is never an error of the session, but for a length that cannot be. What cannot be read is kept raw.

mod bind;
mod body;
pub mod command;
mod frame;
mod ids;
mod message;
mod octets;
mod query;
mod receipt;
pub mod status;
#[cfg(test)]
mod tests;
mod time;
pub mod tlv;

pub use bind::{Bind, BindKind, BindResp, INTERFACE_VERSION, Outbind};
pub use body::{Alert, Body};
pub use frame::{Frame, FrameReader, HEADER_LEN, Header, ImpossibleLength, PDU_BYTES_MAX};
pub use ids::IdForm;
pub use message::{Address, SHORT_MESSAGE_LEN_MAX, ShortMessage, SubmitSm};
pub use query::{CancelSm, QuerySm, QuerySmResp};
pub use receipt::{Receipt, ReceiptState};
pub use time::absolute_time;
pub use tlv::Tlvs;
