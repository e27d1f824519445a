//! The match of a receipt with its delivery, also when it comes before the response that names its id.
//!
//! Two that are far apart, a receipt in the log and a response minutes later, find each other in the projection.

use std::collections::{HashMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::oneshot;
use tokio::time::{Instant, sleep, timeout};

use crate::log::Fault;
use crate::rules::attempt::Receipt;
use crate::smpp::pdu;
use crate::sms::settings::ServiceNumber;
use crate::sms::state::{Delivery, Known, Stage, State, Terms};
use crate::words::{MessageId, Party, Phone};

/// Ids that the projection may not hold yet; it is behind by milliseconds.
const RECENT_LEN_MAX: usize = 20_000;
/// A response is on its way when its receipt is here; one that takes longer finds the receipt in the log.
const EARLY_WAIT: Duration = Duration::from_secs(2);
/// How often a delivery that has no id yet is looked at while its response is waited for.
const LOOK_EVERY: Duration = Duration::from_millis(20);

type Id = (String, String);

/// The ids of this process's submits, before they are projected.
#[derive(Debug)]
pub(super) struct Matching {
    state: Arc<State>,
    terms: Terms,
    service: ServiceNumber,
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

/// What a receipt is about, as far as it says.
pub(super) struct About<'a> {
    pub(super) connector: &'a str,
    pub(super) id: Option<&'a str>,
    /// Whose phone it names.
    pub(super) phone: Option<Phone>,
    /// To whom it comes: the number that its message was sent from.
    pub(super) dest: &'a str,
    /// What the submit gave along, where the SMSC gives it back.
    pub(super) reference: Option<u16>,
}

/// What a receipt is found to be about.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Found {
    /// The segment that its id names.
    ById(Known),
    /// The only segment that it can be about.
    ByPhone(Known),
    Nothing,
}

impl Matching {
    pub(super) fn new(state: Arc<State>, terms: Terms, service: ServiceNumber) -> Matching {
        Matching { state, terms, service, inner: Mutex::default(), expecting: Arc::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn expecting(&self) -> Expecting {
        Expecting(Arc::clone(&self.expecting))
    }

    /// Takes note of an id that a response named. An empty one names nothing.
    pub(super) fn named(&self, connector: &str, id: &str, known: &Known) {
        let key = (connector.to_owned(), self.terms.of_response(connector, id));
        if key.1.is_empty() {
            return;
        }
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
    }

    /// What a receipt is about. Waits a little for the response while submits are under way.
    pub(super) async fn find(&self, about: &About<'_>) -> Result<Found, Fault> {
        if let Some(id) = about.id
            && let Some(known) = self.by_id(id, about).await?
        {
            return Ok(Found::ById(known));
        }
        Ok(self.by_phone(about).await?.map_or(Found::Nothing, Found::ByPhone))
    }

    async fn by_id(&self, id: &str, about: &About<'_>) -> Result<Option<Known>, Fault> {
        let key = (about.connector.to_owned(), self.terms.of_receipt(about.connector, id));
        let (tell, mut told) = oneshot::channel();
        let recent = {
            let mut inner = self.lock();
            inner.waiting.entry(key.clone()).or_default().push(tell);
            inner.recent.get(&key).cloned()
        };
        let found = match recent {
            Some(known) => Some(known),
            None => self.state.known(about.connector, id)?,
        };
        let found = match found {
            Some(known) => self.is_meant(&known, about.phone)?.then_some(known),
            None => None,
        };
        let known = match found {
            Some(known) => Some(known),
            // Nothing is expected any more; it may have been named since it was looked up.
            None if Arc::strong_count(&self.expecting) == 1 => told.try_recv().ok(),
            None => timeout(EARLY_WAIT, &mut told).await.ok().and_then(Result::ok),
        };
        drop(told);
        let mut inner = self.lock();
        if let Some(waiting) = inner.waiting.get_mut(&key) {
            waiting.retain(|told| !told.is_closed());
            if waiting.is_empty() {
                inner.waiting.remove(&key);
            }
        }
        Ok(known)
    }

    fn is_meant(&self, known: &Known, phone: Option<Phone>) -> Result<bool, Fault> {
        let delivery = self.state.delivery(known.message, &known.to)?;
        // One that is not projected yet has just been named.
        Ok(delivery.is_none_or(|delivery| delivery.may_be_meant(known.segment, phone)))
    }

    /// The one delivery to this phone, from the number that the receipt comes to, that the SMSC has, or may have, without
    /// an id. While that is being submitted its response is waited for: it tells the number of segments, and its id.
    async fn by_phone(&self, about: &About<'_>) -> Result<Option<Known>, Fault> {
        let until = Instant::now() + EARLY_WAIT;
        loop {
            let candidates = self.nameless(about)?;
            let [(message, to, delivery)] = candidates.as_slice() else { return Ok(None) };
            if delivery.stage != Stage::Attempted {
                let Some(segment) = delivery.nameless_segment() else { return Ok(None) };
                let (message, to, segments) = (*message, to.clone(), delivery.segments());
                return Ok(Some(Known { message, to, segment, segments }));
            }
            if about.id.is_some() || Instant::now() >= until {
                return Ok(None);
            }
            sleep(LOOK_EVERY).await;
        }
    }

    fn nameless(&self, about: &About<'_>) -> Result<Vec<(MessageId, Party, Delivery)>, Fault> {
        let Some(phone) = about.phone else { return Ok(Vec::new()) };
        let mut candidates = self.state.nameless_to(phone)?;
        candidates.retain(|(message, _, delivery)| {
            // Of one that is being submitted, or whose bridge is lost, it is not known to whom.
            let connector = delivery.stage == Stage::Attempted
                || delivery.connector.is_empty()
                || delivery.connector == about.connector;
            let reference = about.reference.is_none_or(|reference| reference_of(*message) == reference);
            // With whatever the SMSC writes before a number.
            connector && reference && about.dest.ends_with(&self.service.sender(delivery.from))
        });
        Ok(candidates)
    }
}

/// What a submit gives along as user_message_reference (SMPP 3.4 section 5.3.2.17), and the reference of a long text's parts.
pub(super) fn reference_of(message: MessageId) -> u16 {
    let [.., high, low] = message.command().0.to_be_bytes();
    u16::from_be_bytes([high, low])
}

impl Known {
    pub(super) fn says(&self, state: crate::rules::attempt::ReceiptState, error: Option<String>) -> Receipt {
        let Known { message, to, segment, segments } = self.clone();
        Receipt { message, to, segment, segments, state, error, id: None }
    }
}

/// The link's word for a state as the log's.
pub(super) fn state_of(state: pdu::ReceiptState) -> crate::rules::attempt::ReceiptState {
    use crate::rules::attempt::ReceiptState as Log;
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
