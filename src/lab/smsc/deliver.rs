//! deliver_sm to an ESME: what a phone sends, and receipts; again where the ESME says "later", or nothing.

use std::time::Duration;

use super::event::{Event, INTERNATIONAL};
use super::joining::UDHI;
use super::shared::Shared;
use crate::smpp::pdu::status::{Named, RMSGQFUL, ROK, RSYSERR, RTHROTTLED, RX_T_APPN};
use crate::smpp::pdu::{Address, ShortMessage};
use crate::smpp::text::{Segment, Style, TooLong, segment};
use crate::words::Phone;

/// Type of number (SMPP 3.4, 5.2.5) and numbering plan (5.2.6).
const NETWORK_SPECIFIC: u8 = 3;
const UNKNOWN_PLAN: u8 = 0;
const E164: u8 = 1;
/// An ESME that is busy is asked again after so long.
const AGAIN_AFTER: Duration = Duration::from_secs(1);
/// A gateway that is away with its database is back within half a minute, or a person looks.
const TRIES_MAX: u32 = 30;

/// Why what a phone sent has not arrived; of a long text some parts may have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotTyped {
    #[error("nobody is bound as a receiver")]
    NobodyIsBound,
    #[error(transparent)]
    TooLong(#[from] TooLong),
    #[error("the ESME answers {}", Named(*.0))]
    Refused(u32),
    #[error("the ESME does not answer")]
    NoAnswer,
}

/// Says in how many parts it went.
pub(super) async fn typed(shared: &Shared, phone: Phone, to: &str, text: &str) -> Result<usize, NotTyped> {
    // A phone changes no characters, and is stopped by the header's limit alone.
    let style = Style { smart: false, segments_max: u8::MAX, ..Style::default() };
    let parts = segment(text, &style, shared.next_reference())?;
    for part in &parts {
        match to_anybody(shared, &message(phone, to, part)).await? {
            ROK => (),
            status => return Err(NotTyped::Refused(status)),
        }
    }
    let (from, to, text) = (phone.to_string(), to.to_owned(), text.to_owned());
    shared.tell(Event::Typed { from, to, text, parts: parts.len() }).await;
    Ok(parts.len())
}

fn message(phone: Phone, to: &str, part: &Segment) -> ShortMessage {
    let dest = match to.strip_prefix('+') {
        Some(digits) => Address::new(INTERNATIONAL, E164, digits),
        None => Address::new(NETWORK_SPECIFIC, UNKNOWN_PLAN, to),
    };
    ShortMessage {
        source: Address::new(INTERNATIONAL, E164, phone.to_string().trim_start_matches('+')),
        dest,
        esm_class: if part.udhi { UDHI } else { 0 },
        data_coding: part.data_coding,
        octets: part.user_data.clone(),
        ..ShortMessage::default()
    }
}

/// The ESME's answer.
async fn to_anybody(shared: &Shared, message: &ShortMessage) -> Result<u32, NotTyped> {
    let mut ended = NotTyped::NoAnswer;
    for _ in 0..TRIES_MAX {
        let esme = shared.receiver().ok_or(NotTyped::NobodyIsBound)?;
        match esme.deliver(message).await {
            Some(status) if !is_passing(status) => return Ok(status),
            answer => {
                ended = answer.map_or(NotTyped::NoAnswer, NotTyped::Refused);
                tokio::time::sleep(AGAIN_AFTER).await;
            }
        }
    }
    Err(ended)
}

/// The answer of an account's ESME, which is waited for while it is not bound. `None` where it never answers.
pub(super) async fn to_account(shared: &Shared, system_id: &str, message: &ShortMessage) -> Option<u32> {
    let mut last = None;
    for _ in 0..TRIES_MAX {
        last = shared.receiver_of(system_id).await?.deliver(message).await;
        match last {
            Some(status) if !is_passing(status) => break,
            Some(_) | None => tokio::time::sleep(AGAIN_AFTER).await,
        }
    }
    last
}

fn is_passing(status: u32) -> bool {
    matches!(status, RX_T_APPN | RTHROTTLED | RMSGQFUL | RSYSERR)
}
