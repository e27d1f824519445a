//! The bridge: SMPP links on one side, `channel` on the other; receipts, people's SMS and opt-outs between them.
//!
//! Invariant: what an SMSC sends is acknowledged after it is stored.
//! Invariant: an opt-out is heeded from the moment it is heard, before it is decided.

mod answer;
mod connector;
mod found;
mod inbound;
mod join;
mod late;
mod listen;
mod matching;
mod opt_outs;
mod pdus;
mod repeated;
mod sender;
mod shared;
mod sweep;
mod throttled;
mod worst;

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::settings::Settings;
use super::state::State;
use crate::channel::{Performer, Protocol};
use crate::log::{Fault, Log, Record, Retry, blocking, ending, rebuilding};
use crate::rules::attempt::{Adapter, Attempt};
use crate::smpp::pdu::status;
use crate::wire::subjects;
use crate::words::EventSeq;
use connector::Connector;
use listen::Listening;
use matching::Matching;
use opt_outs::OptOuts;
use repeated::Repeated;
use shared::Shared;

/// A disk that is full, or a server that is away, is looked at again after this time.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Works until `stop`. The projection is in `<data>/sms`.
///
/// # Errors
/// Only what trying again cannot mend.
pub async fn run(log: Log, data: &Path, settings: Settings, stop: CancellationToken) -> Result<(), Fault> {
    let folder = data.join("sms");
    loop {
        let work = || once(&log, &folder, &settings, &stop);
        match rebuilding(&folder, "the state of the SMS bridge", work).await {
            // A full disk: sled has to be opened anew when there is room again.
            Err(fault) if fault.retry == Retry::Later => {
                warn!(%fault, "the SMS bridge waits");
                if stop.run_until_cancelled(tokio::time::sleep(AGAIN_AFTER)).await.is_none() {
                    return Ok(());
                }
            }
            ended => return ended,
        }
    }
}

/// Until `stop`, or until the folder turns out to be torn.
async fn once(log: &Log, folder: &Path, settings: &Settings, stop: &CancellationToken) -> Result<(), Fault> {
    let (state, begun_at) = opened(log, folder, settings).await?;
    let mut repeated = Repeated::begin(log, &state).await?;
    let unacknowledged = Arc::new(AtomicBool::new(false));
    let mut performer =
        Performer::begin::<Bridge>(log, folder, state.position(), settings.on_unknown).await?;
    let shared = Arc::new(Shared {
        state: Arc::clone(&state),
        begun_at,
        matching: Matching::new(Arc::clone(&state), settings.terms(), settings.service.clone()),
        opt_outs: OptOuts::default(),
        channel: Arc::clone(performer.channel()),
        service: settings.service.clone(),
    });
    // What ends first ends the others; the links end last, for their responses are waited for.
    let ends = stop.child_token();
    let links = CancellationToken::new();
    let (mut connectors, mut tasks) = (Vec::new(), Vec::<JoinHandle<()>>::new());
    for account in &settings.accounts {
        let repeated = repeated.take(account.name());
        let listening = Listening { repeated, unacknowledged: Arc::clone(&unacknowledged) };
        let (connector, kept) = Connector::open(log, account, settings, &shared, listening, links.clone());
        connectors.push(connector);
        tasks.extend(kept);
    }
    let bridge = Bridge { log: log.clone(), shared, connectors };
    let done = bridge.work(&mut performer, settings, &ends).await;
    links.cancel();
    drop(bridge);
    for task in tasks {
        // A sender or listener that panicked has said so.
        let _ = task.await;
    }
    performer.finish().await;
    done?;
    let acknowledged = !unacknowledged.load(Ordering::Relaxed);
    blocking(move || {
        if acknowledged {
            state.end()?;
        }
        state.flush()
    })
    .await
}

/// The rows, and where EVENTS stands for them.
async fn opened(log: &Log, folder: &Path, settings: &Settings) -> Result<(Arc<State>, EventSeq), Fault> {
    let state = Arc::new(State::of(log, folder, settings.terms()).await?);
    if state.position().0 == 0 && log.last_seq("EVENTS").await? > 0 {
        info!("the state of the SMS bridge is rebuilt from the log");
    }
    info!(seq = state.position().0, "the state of the SMS bridge is open");
    let begun_at = EventSeq(log.last_seq_of("EVENTS", &State::reads()).await?);
    Ok((state, begun_at))
}

/// A running bridge.
struct Bridge {
    log: Log,
    shared: Arc<Shared>,
    connectors: Vec<Connector>,
}

impl Bridge {
    async fn work(
        &self,
        performer: &mut Performer,
        settings: &Settings,
        ends: &CancellationToken,
    ) -> Result<(), Fault> {
        let Bridge { log, shared, connectors } = self;
        let perform = ending(ends, Box::pin(performer.run(self, ends)));
        let opt_outs = ending(ends, Box::pin(hear_opt_outs(log, shared, ends)));
        let sweep = ending(ends, Box::pin(sweep::run(log, shared, connectors, settings, ends)));
        let answer = ending(ends, Box::pin(answer::run(log, shared, connectors, ends)));
        let (a, b, c, d) = tokio::join!(perform, opt_outs, sweep, answer);
        a.and(b).and(c).and(d)
    }
}

impl Protocol for Bridge {
    const CHANNEL: Adapter = Adapter::Sms;
    type Connector = Connector;

    fn connectors(&self) -> &[Connector] {
        &self.connectors
    }

    async fn resume(&self) {
        let Shared { channel, matching, .. } = &*self.shared;
        let account = |name: &str| {
            let mut accounts = self.connectors.iter().map(|connector| &connector.account);
            accounts.find(|account| account.name() == name)
        };
        let receipts = |name: &str| account(name).is_none_or(|account| account.asks_for_receipts());
        let class = |name: &str, status| {
            let class = account(name).map(|account| account.connector.status.class(status));
            worst::deferred(class.unwrap_or_else(|| status::class(status)))
        };
        let known = |attempt: &Attempt| {
            for (place, id) in attempt.ids.iter().enumerate() {
                if let Some(id) = id {
                    self.shared.named(attempt, (place, attempt.ids.len()), id);
                }
            }
        };
        let _expecting = matching.expecting();
        channel.conclude(receipts, class, known).await;
    }

    fn reads() -> Vec<String> {
        State::reads()
    }

    fn position(&self) -> EventSeq {
        self.shared.state.position()
    }

    async fn project(&self, records: Arc<Vec<Record>>) -> Result<(), Fault> {
        // Until then the sweep joins what is complete.
        let joins = self.shared.has_caught_up();
        let (state, batch) = (Arc::clone(&self.shared.state), Arc::clone(&records));
        let matched = blocking(move || state.apply(&batch)).await?;
        found::report(&self.shared, matched, found::Late::No).await;
        if joins {
            join::joined(&self.log, &self.shared, &records).await;
        }
        Ok(())
    }
}

/// Hears of opt-outs from the other bridges before they are decided, and from EVENTS when they are.
async fn hear_opt_outs(log: &Log, shared: &Arc<Shared>, ends: &CancellationToken) -> Result<(), Fault> {
    let subscribed = log.client().subscribe(subjects::SMS_STOPS).await;
    let mut stops = subscribed.map_err(|error| Fault::later("hear of STOP").because(error))?;
    let from = log.last_seq("EVENTS").await? + 1;
    let mut follower = log.follow_all("EVENTS", subjects::events_with(opt_outs::READS), from);
    loop {
        tokio::select! {
            () = ends.cancelled() => return Ok(()),
            Some(stop) = stops.next() => shared.opt_outs.told(&stop.payload),
            records = follower.next() => shared.opt_outs.read(&records?),
        }
    }
}
