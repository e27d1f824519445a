//! The sweep: receipts that do not come are asked after, parts that do not come are done without, the old is forgotten.

use std::sync::Arc;
use std::time::Duration;

use tokio::time::{MissedTickBehavior, interval};
use tokio_util::sync::CancellationToken;
use tracing::{debug, info, warn};

use super::connector::Connector;
use super::found;
use super::join::{self, join};
use super::matching::state_of;
use super::pdus;
use super::shared::Shared;
use crate::log::{Fault, Log, Retry, blocking, clock};
use crate::rules::attempt::Report;
use crate::smpp::link::QueryAnswer;
use crate::smpp::pdu::{Address, QuerySm, ReceiptState};
use crate::sms::settings::{Patience, Settings};
use crate::sms::state::{Delivery, Known, State};
use crate::words::{Instant, MessageId, Party, Span};

const LOOK_EVERY: Duration = Duration::from_secs(5);
/// What is old is forgotten this often: once for so many looks.
const FORGET_EVERY: u32 = 120;
/// Asked after again when this many times as long has gone by.
const QUERY_AGAIN: i64 = 4;

pub(super) async fn run(
    log: &Log,
    shared: &Arc<Shared>,
    connectors: &[Connector],
    settings: &Settings,
    ends: &CancellationToken,
) -> Result<(), Fault> {
    // Until the rows hold all that had happened when the bridge began, what looks open may have ended long ago.
    let caught_up = async {
        shared.state.reached(shared.begun_at).await;
        join::all(log, shared).await
    };
    ends.run_until_cancelled(caught_up).await.unwrap_or(Ok(()))?;
    let mut look = interval(LOOK_EVERY);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    let mut looks = 0_u32;
    while ends.run_until_cancelled(look.tick()).await.is_some() {
        looks = looks.wrapping_add(1);
        let sweep = Sweep { log, shared, connectors, patience: settings.patience };
        let swept = ends.run_until_cancelled(sweep.once(looks.is_multiple_of(FORGET_EVERY))).await;
        match swept {
            Some(Err(fault)) if fault.retry == Retry::Reload => return Err(fault),
            Some(Err(fault)) => warn!(%fault, "looked after later"),
            Some(Ok(())) | None => {}
        }
    }
    Ok(())
}

struct Sweep<'a> {
    log: &'a Log,
    shared: &'a Arc<Shared>,
    connectors: &'a [Connector],
    patience: Patience,
}

impl Sweep<'_> {
    async fn once(&self, forget: bool) -> Result<(), Fault> {
        let now = clock::now();
        for (message, to, delivery) in self.rows(move |state| state.overdue(now)).await? {
            self.look_after(message, to, delivery).await?;
        }
        self.join_what_waits(now).await?;
        found::report(self.shared, self.shared.state.matched()?, found::Late::Yes).await;
        if forget {
            self.forget(now).await?;
        }
        Ok(())
    }

    /// Works on the rows, which may wait for commits that are written.
    async fn rows<T: Send + 'static>(
        &self,
        work: impl FnOnce(&State) -> Result<T, Fault> + Send + 'static,
    ) -> Result<T, Fault> {
        let state = Arc::clone(&self.shared.state);
        blocking(move || work(&state)).await
    }

    /// One that cannot be joined holds up no other, and is not joined again at once.
    async fn join_what_waits(&self, now: Instant) -> Result<(), Fault> {
        for row in self.shared.state.waited_for(self.patience.join_within, now)? {
            info!("parts of a long SMS did not come; it goes on without them");
            let whole = row.part.whole;
            if let Err(fault) = join(self.log, self.shared, &whole, true).await {
                warn!(%fault, "a long SMS is joined later");
                match fault.retry {
                    Retry::Reload => return Err(fault),
                    Retry::Later => continue,
                    Retry::Never => {}
                }
            }
            self.rows(move |state| state.went_on(&whole, now)).await?;
        }
        Ok(())
    }

    /// Some at a time, so that nothing else waits for the disk.
    async fn forget(&self, now: Instant) -> Result<(), Fault> {
        let mut from = Some(Vec::new());
        while let Some(start) = from {
            from = self.rows(move |state| state.forget_receipts(now, &start)).await?;
        }
        let before = now + Span::from_ms(-self.patience.keep.ms());
        let mut from = Some(Vec::new());
        while let Some(start) = from {
            from = self.rows(move |state| state.forget(before, &start)).await?;
        }
        Ok(())
    }

    async fn look_after(&self, message: MessageId, to: Party, delivery: Delivery) -> Result<(), Fault> {
        let now = clock::now();
        if delivery.at + self.patience.keep <= now {
            drop(self.shared.channel.report(Report::Silent { message, to }).await.await);
            return Ok(());
        }
        let connector = self
            .connectors
            .iter()
            .find(|connector| connector.name() == delivery.connector && connector.link.free() > 0);
        if let Some(connector) = connector {
            self.query(connector, message, &to, &delivery).await;
        }
        let later = now + Span::from_ms(self.patience.query_after.ms() * QUERY_AGAIN);
        // Reports of what was found may have changed it since; then there is nothing to put off.
        self.rows(move |state| state.put_off(message, &to, &delivery, later)).await
    }

    /// Asks the SMSC after each segment that it has named and that has no final receipt.
    async fn query(&self, connector: &Connector, message: MessageId, to: &Party, delivery: &Delivery) {
        let (ton, npi) = pdus::source_kind(&connector.account.connector);
        let segments = u8::try_from(delivery.ids.len()).unwrap_or(u8::MAX);
        for (segment, id) in (0..segments).zip(&delivery.ids) {
            let asked = !delivery.has_ended(segment);
            let Some(id) = id.as_ref().filter(|id| asked && !id.is_empty()) else { continue };
            let source = Address::new(ton, npi, self.shared.service.sender(delivery.from));
            let answer = connector.link.query(QuerySm { message_id: id.clone(), source }).await;
            let QueryAnswer::Response { status: 0, response } = answer else {
                debug!(%message, connector = connector.name(), "the SMSC does not say what became of it");
                return;
            };
            let Some(state) = response.message_state.map(ReceiptState::of_number).map(state_of) else {
                continue;
            };
            if !delivery.said.contains(&(segment, state)) {
                let known = Known { message, to: to.clone(), segment, segments };
                let error = response.error_code.filter(|code| *code != 0).map(|code| code.to_string());
                drop(self.shared.channel.report(Report::Receipt(known.says(state, error))).await.await);
            }
        }
    }
}
