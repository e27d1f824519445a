//! What an SMSC sends: receipts, people's SMS, and what nobody can read; each acknowledged when it is stored.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tracing::warn;

use super::inbound::{Ear, Inbox, Said, hash};
use super::matching::{About, Found, state_of};
use super::wishes::tell;
use crate::log::{Fault, Log};
use crate::rules::sms::{Report, Unmatched};
use crate::sms::link::{Inbound, Incoming};
use crate::sms::number;
use crate::sms::pdu::status::{ROK, RX_T_APPN};
use crate::sms::pdu::{Receipt, ShortMessage};
use crate::wire::work;

/// PDUs under way at once: far more than an SMSC has outstanding. With more, the link answers "try again later".
const UNDER_WAY_MAX: usize = 8_000;
/// With so many under way nothing more is submitted for a while: what is submitted comes back as receipts.
pub(super) const BACKLOG_LEN_MAX: usize = 1_000;
/// JetStream is away: the SMSC keeps it and sends it again. SMSCs wait longer than this for an answer.
const STORED_WITHIN: Duration = Duration::from_secs(5);

/// The projection is behind by milliseconds.
const PROJECTED_WITHIN: Duration = Duration::from_secs(1);

/// Listens to one account's link.
pub(super) struct Listener {
    pub(super) log: Log,
    pub(super) ear: Ear,
    /// How many are under way.
    pub(super) backlog: Arc<AtomicUsize>,
}

impl Listener {
    pub(super) async fn run(self, mut incoming: mpsc::Receiver<Incoming>) {
        let mut inbox = Inbox::default();
        let mut under_way = FuturesUnordered::new();
        loop {
            self.backlog.store(under_way.len(), Ordering::Relaxed);
            tokio::select! {
                Some(()) = under_way.next() => {}
                next = incoming.recv(), if under_way.len() < UNDER_WAY_MAX => {
                    let Some(next) = next else { break };
                    let reading = inbox.reading(&self.ear, &next.pdu);
                    under_way.push(self.take(next, reading));
                }
            }
        }
        while under_way.next().await.is_some() {}
    }

    async fn take(&self, mut incoming: Incoming, reading: Option<Said>) {
        let pdu = std::mem::replace(&mut incoming.pdu, Inbound::Undecodable(Vec::new()));
        let stored = match (pdu, reading) {
            (_, Some(said)) => timeout(STORED_WITHIN, self.store(said)).await,
            (Inbound::Message(message), None) => timeout(STORED_WITHIN, self.receipt(&message)).await,
            (Inbound::Undecodable(raw), None) => timeout(STORED_WITHIN, self.park(&raw)).await,
        };
        let status = match stored {
            Ok(Ok(())) => ROK,
            Ok(Err(fault)) => {
                warn!(connector = self.ear.account.name(), %fault, "the SMSC is to send it again");
                RX_T_APPN
            }
            Err(_) => {
                warn!(
                    connector = self.ear.account.name(),
                    "it is not stored in time; the SMSC is to send it again"
                );
                RX_T_APPN
            }
        };
        incoming.answer(status);
    }

    async fn receipt(&self, message: &ShortMessage) -> Result<(), Fault> {
        let Some(Receipt { id, state, error, .. }) = message.receipt() else { return Ok(()) };
        let phone = number::of_sms(&message.source.text, message.source.ton, self.ear.region);
        let reference = message.tlvs.user_message_reference();
        let about = About { connector: self.ear.account.name(), phone, reference };
        let found = self.ear.shared.matching.find(id.as_deref(), &about).await?;
        let state = state_of(state);
        let told = match found {
            Found::Known(known) => return self.hand_in(Report::Receipt(known.says(state, error))).await,
            Found::Nothing(told) => told,
        };
        let unmatched = Unmatched {
            connector: self.ear.account.name().to_owned(),
            id: id.unwrap_or_default(),
            state,
            error: error.clone(),
            phone,
        };
        self.hand_in(Report::Unmatched(unmatched)).await?;
        if let Some(told) = told {
            // Its id may be named before the projection holds what was just stored; it is told here then.
            let reporter = self.ear.shared.reporter.clone();
            tokio::spawn(async move {
                if let Ok(Ok(known)) = timeout(PROJECTED_WITHIN, told).await {
                    drop(reporter.hand_in(Report::Receipt(known.says(state, error))).await);
                }
            });
        }
        Ok(())
    }

    async fn hand_in(&self, report: Report) -> Result<(), Fault> {
        let stored = self.ear.shared.reporter.hand_in(report).await;
        stored.await.map_err(|_| Fault::later("store a receipt"))
    }

    /// What cannot be read is kept where a person sees it, and acknowledged, or it would come for ever.
    async fn park(&self, raw: &[u8]) -> Result<(), Fault> {
        let identity = hash(&[self.ear.account.name().as_bytes(), raw]);
        let why = format!("a PDU from {} cannot be read", self.ear.account.name());
        warn!(connector = self.ear.account.name(), "a PDU cannot be read; it is parked on OUTBOX");
        let parked = work::parked_pdu(&identity, &why, raw);
        self.log.publish(parked, &identity).await.map(drop)
    }

    async fn store(&self, said: Said) -> Result<(), Fault> {
        use crate::rules::command::Encoding;
        let outgoing = crate::wire::command::outgoing("_sms", &said.command, Encoding::Msgpack);
        tell(&self.log, &said.command).await;
        self.log.publish(outgoing, &said.identity).await.map(drop)
    }
}
