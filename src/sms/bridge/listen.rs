//! The listener to an SMSC: receipts, people's SMS, and what nobody can read; each acknowledged when it is stored.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream::FuturesUnordered;
use tokio::sync::mpsc;
use tokio::time::timeout;
use tracing::warn;

use super::inbound::{Reader, Said, hash};
use super::matching::{About, Found, state_of};
use super::opt_outs::tell;
use super::repeated::Repeated;
use crate::log::{Fault, Log};
use crate::rules::attempt::{Adapter, Receipt, Report, Stray};
use crate::rules::presence::Encoding;
use crate::smpp::link::{Inbound, Incoming};
use crate::smpp::pdu::status::{ROK, RX_T_APPN};
use crate::smpp::pdu::{self, ShortMessage};
use crate::sms::number;
use crate::wire::{command, work};

/// PDUs under way at once: far more than an SMSC has outstanding. With more, the link answers "try again later".
const UNDER_WAY_MAX: usize = 8_000;
/// With so many under way nothing more is submitted for a while: what is submitted comes back as receipts.
pub(super) const BACKLOG_LEN_MAX: usize = 1_000;
/// JetStream is away: the SMSC keeps it and sends it again. SMSCs wait longer than this for an answer.
const STORED_WITHIN: Duration = Duration::from_secs(5);

/// What one bridge leaves to the next of what people said, and where it may not have been heard.
pub(super) struct Listening {
    pub(super) repeated: Repeated,
    /// Set where it ends with people's SMS that are stored, perhaps, and not acknowledged.
    pub(super) unacknowledged: Arc<AtomicBool>,
}

/// Listens to one account's link.
pub(super) struct Listener {
    pub(super) log: Log,
    pub(super) reader: Reader,
    /// How many are under way.
    pub(super) backlog: Arc<AtomicUsize>,
    pub(super) listening: Listening,
}

/// A person's SMS that was answered.
struct Answered {
    said: Said,
    /// The SMSC has heard that it is stored.
    acknowledged: bool,
}

impl Listener {
    pub(super) async fn run(mut self, mut incoming: mpsc::Receiver<Incoming>) {
        let mut repeated = std::mem::take(&mut self.listening.repeated);
        let mut under_way = FuturesUnordered::new();
        loop {
            self.backlog.store(under_way.len(), Ordering::Relaxed);
            tokio::select! {
                Some(answered) = under_way.next() => note(&mut repeated, answered),
                next = incoming.recv(), if under_way.len() < UNDER_WAY_MAX => {
                    let Some(next) = next else { break };
                    let reading = self.reader.reading(&self.log, &next, &mut repeated);
                    under_way.push(self.take(next, reading));
                }
            }
        }
        while let Some(answered) = under_way.next().await {
            note(&mut repeated, answered);
        }
        let open = repeated.has_open(tokio::time::Instant::now());
        self.listening.unacknowledged.fetch_or(open, Ordering::Relaxed);
    }

    async fn take(&self, mut incoming: Incoming, reading: Option<Said>) -> Option<Answered> {
        let pdu = std::mem::replace(&mut incoming.pdu, Inbound::Undecodable(Vec::new()));
        let stored = match (pdu, &reading) {
            (_, Some(said)) => timeout(STORED_WITHIN, self.store(said)).await,
            (Inbound::Message(message), None) => timeout(STORED_WITHIN, self.receipt(&message)).await,
            (Inbound::Undecodable(raw), None) => timeout(STORED_WITHIN, self.park(&raw)).await,
        };
        let status = match stored {
            Ok(Ok(())) => ROK,
            Ok(Err(fault)) => {
                warn!(connector = self.reader.account.name(), %fault, "the SMSC is to send it again");
                RX_T_APPN
            }
            Err(_) => {
                warn!(
                    connector = self.reader.account.name(),
                    "it is not stored in time; the SMSC is to send it again"
                );
                RX_T_APPN
            }
        };
        let Some(said) = reading else {
            incoming.answer(status);
            return None;
        };
        let heard = incoming.answer_heard(status).await;
        Some(Answered { said, acknowledged: heard && status == ROK })
    }

    async fn receipt(&self, message: &ShortMessage) -> Result<(), Fault> {
        let Some(pdu::Receipt { id, state, error, .. }) = message.receipt() else { return Ok(()) };
        let phone = number::of_sms(&message.source.text, message.source.ton, self.reader.region);
        let about = About {
            connector: self.reader.account.name(),
            id: id.as_deref(),
            phone,
            dest: &message.dest.text,
            reference: message.tlvs.user_message_reference(),
        };
        let found = self.reader.shared.matching.find(&about).await?;
        let state = state_of(state);
        let report = match found {
            Found::ById(known) => self.reader.shared.news(&known, state)?.then(|| known.says(state, error)),
            Found::ByPhone(known) => Some(Receipt { id, ..known.says(state, error) }),
            Found::Nothing => {
                let (connector, id) = (about.connector.to_owned(), id.unwrap_or_default());
                let stray = Stray { connector, id, state, error, phone };
                return self.hand_in(Report::Unmatched(stray)).await;
            }
        };
        match report {
            Some(receipt) => self.hand_in(Report::Receipt(receipt)).await,
            None => Ok(()),
        }
    }

    async fn hand_in(&self, report: Report) -> Result<(), Fault> {
        let stored = self.reader.shared.channel.report(report).await;
        stored.await.map_err(|_| Fault::later("store a receipt"))
    }

    /// What cannot be read is kept where a person sees it, and acknowledged, or it would come for ever.
    async fn park(&self, raw: &[u8]) -> Result<(), Fault> {
        let identity = hash(&[self.reader.account.name().as_bytes(), raw]);
        let why = format!("a PDU from {} cannot be read", self.reader.account.name());
        warn!(connector = self.reader.account.name(), "a PDU cannot be read; it is parked on OUTBOX");
        let parked = work::parked_pdu(&identity, &why, raw);
        self.log.publish(parked, &identity).await.map(drop)
    }

    async fn store(&self, said: &Said) -> Result<(), Fault> {
        let outgoing = command::outgoing(Adapter::Sms.part(), &said.command, Encoding::Msgpack);
        tell(&self.log, &said.command).await;
        self.log.command(outgoing).await.map(drop)
    }
}

fn note(repeated: &mut Repeated, answered: Option<Answered>) {
    if let Some(Answered { said, acknowledged }) = answered {
        repeated.answered(&said.content, &said.id, acknowledged);
    }
}
