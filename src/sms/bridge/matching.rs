//! Which delivery a receipt is about, also when it comes before the response that names its id.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;

use crate::log::Fault;
use crate::rules::sms::{Receipt, Report};
use crate::sms::pdu;
use crate::sms::state::{Known, State, Terms};
use crate::words::{MessageId, Phone};

/// Ids that the projection may not hold yet; it is behind by milliseconds.
const RECENT_LEN_MAX: usize = 20_000;
/// A response is on its way when its receipt is here; one that takes longer finds the receipt in the log.
const EARLY_WAIT: Duration = Duration::from_secs(2);

type Id = (String, String);

/// The ids of this process's submits, before they are projected.
#[derive(Debug)]
pub(super) struct Matching {
    state: Arc<State>,
    terms: Terms,
    inner: Mutex<Inner>,
    /// A clone for each delivery whose ids are waited for, and this one.
    expecting: Arc<()>,
}

/// Ids of a delivery will be named, until this is dropped: not only while its submits are in flight, for a response is
/// read a moment before it is named.
pub(super) struct Expecting(#[expect(dead_code, reason = "it is counted")] Arc<()>);

#[derive(Debug, Default)]
struct Inner {
    recent: HashMap<Id, Known>,
    by_age: VecDeque<Id>,
    waiting: HashMap<Id, Vec<oneshot::Sender<Known>>>,
}

/// What a receipt is about.
pub(super) struct About<'a> {
    pub(super) connector: &'a str,
    /// Whose phone it names.
    pub(super) phone: Option<Phone>,
    /// What the submit gave along, where the SMSC gives it back.
    pub(super) reference: Option<u16>,
}

/// What a receipt's id names.
pub(super) enum Found {
    Known(Known),
    /// Nothing yet; where it is named after all, this tells.
    Nothing(Option<oneshot::Receiver<Known>>),
}

impl Matching {
    pub(super) fn new(state: Arc<State>, terms: Terms) -> Matching {
        Matching { state, terms, inner: Mutex::default(), expecting: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn expecting(&self) -> Expecting {
        Expecting(Arc::clone(&self.expecting))
    }

    /// Takes note of an id that a response named, and gives the receipts that came for it long before.
    pub(super) fn named(&self, connector: &str, id: &str, known: &Known) -> Result<Vec<Report>, Fault> {
        let key = (connector.to_owned(), self.terms.of_response(connector, id));
        let mut inner = self.lock();
        let waiting = inner.waiting.remove(&key).unwrap_or_default();
        waiting.into_iter().for_each(|told| drop(told.send(known.clone())));
        inner.recent.insert(key.clone(), known.clone());
        inner.by_age.push_back(key);
        if inner.by_age.len() > RECENT_LEN_MAX
            && let Some(old) = inner.by_age.pop_front()
        {
            inner.recent.remove(&old);
        }
        drop(inner);
        let Some(row) = self.state.unmatched(connector, id)? else { return Ok(Vec::new()) };
        let late = row.receipts.into_iter().map(|receipt| known.says(receipt.state, receipt.error));
        Ok(late.map(Report::Receipt).collect())
    }

    /// What a receipt's id names. Waits a little for the response while submits are under way.
    pub(super) async fn find(&self, id: Option<&str>, about: &About<'_>) -> Result<Found, Fault> {
        let Some(id) = id else {
            return Ok(self.by_phone(about)?.map_or(Found::Nothing(None), Found::Known));
        };
        let key = (about.connector.to_owned(), self.terms.of_receipt(about.connector, id));
        let mut told = {
            let mut inner = self.lock();
            if let Some(known) = inner.recent.get(&key) {
                return Ok(Found::Known(known.clone()));
            }
            let (tell, told) = oneshot::channel();
            inner.waiting.entry(key.clone()).or_default().push(tell);
            told
        };
        let known = match self.state.known(about.connector, id)? {
            Some(known) => Some(known),
            // Nothing is expected any more; it may have been named since it was looked up.
            None if Arc::strong_count(&self.expecting) == 1 => told.try_recv().ok(),
            None => tokio::time::timeout(EARLY_WAIT, &mut told).await.ok().and_then(Result::ok),
        };
        self.lock().waiting.retain(|_, waiting| {
            waiting.retain(|told| !told.is_closed());
            !waiting.is_empty()
        });
        match known {
            Some(known) => Ok(Found::Known(known)),
            None => Ok(self.by_phone(about)?.map_or(Found::Nothing(Some(told)), Found::Known)),
        }
    }

    /// The one delivery to this phone of which nobody knows whether the SMSC has it: a receipt says that it does.
    fn by_phone(&self, about: &About<'_>) -> Result<Option<Known>, Fault> {
        let Some(phone) = about.phone else { return Ok(None) };
        let mut unknown = self.state.unknown_to(phone)?;
        if let Some(reference) = about.reference {
            unknown.retain(|(message, _)| reference_of(*message) == reference);
        }
        let [(message, to)] = unknown.as_slice() else { return Ok(None) };
        let Some(delivery) = self.state.delivery(*message, to)? else { return Ok(None) };
        let segments = delivery.ids.len().max(1);
        // With several segments: the first that has no id, or no receipt.
        let lacks = |segment: &usize| {
            delivery.ids.get(*segment).is_none_or(Option::is_none)
                && delivery.receipts.get(*segment).is_none_or(Option::is_none)
        };
        let segment = (0..segments).find(lacks).unwrap_or_default();
        let small = |number: usize| u8::try_from(number).unwrap_or(u8::MAX);
        Ok(Some(Known {
            message: *message,
            to: to.clone(),
            segment: small(segment),
            segments: small(segments),
        }))
    }
}

/// What a submit gives along as user_message_reference (SMPP 3.4 section 5.3.2.17), and the reference of a long text's parts.
pub(super) fn reference_of(message: MessageId) -> u16 {
    let [.., high, low] = message.command().0.to_be_bytes();
    u16::from_be_bytes([high, low])
}

impl Known {
    pub(super) fn says(&self, state: crate::rules::sms::ReceiptState, error: Option<String>) -> Receipt {
        let Known { message, to, segment, segments } = self.clone();
        Receipt { message, to, segment, segments, state, error }
    }
}

/// The link's word for a state as the log's.
pub(super) fn state_of(state: pdu::ReceiptState) -> crate::rules::sms::ReceiptState {
    use crate::rules::sms::ReceiptState as Log;
    match state {
        pdu::ReceiptState::Enroute => Log::Enroute,
        pdu::ReceiptState::Delivered => Log::Delivered,
        pdu::ReceiptState::Expired => Log::Expired,
        pdu::ReceiptState::Deleted => Log::Deleted,
        pdu::ReceiptState::Undeliverable => Log::Undeliverable,
        pdu::ReceiptState::Accepted => Log::Accepted,
        pdu::ReceiptState::Unknown => Log::Unknown,
        pdu::ReceiptState::Rejected => Log::Rejected,
    }
}
