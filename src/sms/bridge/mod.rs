//! Work from OUTBOX to SMSCs, and what they say back to the decider.
//!
//! Invariant: nothing is submitted without the decider's leave, one for each submit; leave is a fact before it is used.
//! Invariant: what is handed to a socket stands in the journal before, or there is no journal.
//! Invariant: an item on OUTBOX is settled after its result is stored.
//! Invariant: what an SMSC sends is acknowledged after it is stored.

mod answer;
mod connector;
mod found;
mod inbound;
mod items;
mod join;
mod journal;
mod late;
mod listen;
mod matching;
mod opt_outs;
mod outbox;
mod pdus;
mod refused;
mod repeated;
mod report;
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
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tracing::{info, warn};

use super::settings::Settings;
use super::state::{Matched, State};
use crate::log::{Fault, Log, Projection, Record, Retry, blocking};
use crate::wire::subjects;
use crate::words::EventSeq;
use connector::Connector;
use journal::Journal;
use listen::Listening;
use matching::Matching;
use opt_outs::OptOuts;
use repeated::Repeated;
use report::Reporter;
use sender::Over;
use shared::Shared;

/// A folder that tears again and again is not mended by one more attempt.
const REBUILDS_MAX: usize = 3;
/// Grant that waits in a lane; the desk asks for no more than the window takes.
const GRANTS_LEN_MAX: usize = 1_024;
/// Its file in the bridge's folder: it goes where the folder goes.
const JOURNAL: &str = "sent";
/// A disk that is full, or a server that is away, is looked at again after this time.
const AGAIN_AFTER: Duration = Duration::from_secs(2);

/// Works until `stop`. The projection is in `<data>/sms`.
///
/// # Errors
/// Only what trying again cannot mend.
pub async fn run(log: Log, data: &Path, settings: Settings, stop: CancellationToken) -> Result<(), Fault> {
    let folder = data.join("sms");
    let mut rebuilds = 0;
    loop {
        match once(&log, &folder, &settings, &stop).await {
            Err(fault) if fault.retry == Retry::Reload && rebuilds < REBUILDS_MAX => {
                rebuilds += 1;
                warn!(%fault, "the state of the SMS bridge is torn and is rebuilt from the log");
                Projection::set_aside(&folder)?;
            }
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
    let refusals = refused::first(log, &state).await?;
    let unacknowledged = Arc::new(AtomicBool::new(false));
    let (reporter, publishing) = Reporter::start(log.clone());
    let sent = folder.join(JOURNAL);
    let shared = Arc::new(Shared {
        state: Arc::clone(&state),
        begun_at,
        matching: Matching::new(Arc::clone(&state), settings.terms(), settings.service.clone()),
        opt_outs: OptOuts::default(),
        journal: blocking(move || Ok(Journal::open(sent))).await?,
        reporter,
        service: settings.service.clone(),
        on_unknown: settings.on_unknown,
    });
    // What ends first ends the others; the links end last, for their responses are waited for.
    let ends = stop.child_token();
    let links = CancellationToken::new();
    let (over, concluded) = mpsc::channel::<Over>(GRANTS_LEN_MAX);
    let (mut connectors, mut tasks) = (Vec::new(), Vec::<JoinHandle<()>>::new());
    for account in &settings.accounts {
        let repeated = repeated.take(account.name());
        let listening = Listening { repeated, unacknowledged: Arc::clone(&unacknowledged) };
        let (connector, kept) =
            Connector::open(log, account, settings, &shared, (over.clone(), listening), links.clone());
        connectors.push(connector);
        tasks.extend(kept);
    }
    drop(over);
    let done = {
        let guarded = |work| ending(&ends, work);
        let (commits, answers) = mpsc::channel(GRANTS_LEN_MAX);
        // Answers are read until the last question has its own.
        let reading = CancellationToken::new();
        let refused = guarded(Box::pin(refused::run(log, refusals, commits.clone(), &ends)) as Work<'_>);
        let follow = guarded(Box::pin(follow(log, &shared, commits, &reading)));
        let opt_outs = guarded(Box::pin(hear_opt_outs(log, &shared, &ends)));
        let submit = outbox::run(log, &shared, &connectors, answers, concluded, &ends);
        let submit = guarded(Box::pin(async {
            let _reading = reading.clone().drop_guard();
            match ends.run_until_cancelled(conclude(&shared, settings)).await {
                Some(()) => submit.await,
                None => Ok(()),
            }
        }));
        let sweep = guarded(Box::pin(sweep::run(log, &shared, &connectors, settings, &ends)));
        let answer = guarded(Box::pin(answer::run(log, &shared, &connectors, &ends)));
        let (a, b, c, d, e, f) = tokio::join!(follow, opt_outs, submit, sweep, answer, refused);
        a.and(b).and(c).and(d).and(e).and(f)
    };
    links.cancel();
    drop(connectors);
    for task in tasks {
        // A lane or listener that panicked has said so.
        let _ = task.await;
    }
    drop(shared);
    let _ = publishing.await;
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

type Work<'a> = std::pin::Pin<Box<dyn Future<Output = Result<(), Fault>> + Send + 'a>>;

/// Work that ends all other work when it ends.
async fn ending(ends: &CancellationToken, work: Work<'_>) -> Result<(), Fault> {
    let _ends = ends.clone().drop_guard();
    work.await
}

/// Projects what the bridge asked and reported, and hands it on: who looks things up finds what the log holds.
async fn follow(
    log: &Log,
    shared: &Arc<Shared>,
    commits: mpsc::Sender<Vec<Record>>,
    reading: &CancellationToken,
) -> Result<(), Fault> {
    let mut follower = log.follow_all("EVENTS", State::reads(), shared.state.position().0 + 1);
    let mut joins = false;
    loop {
        if !joins && shared.has_caught_up() {
            joins = true;
            join::all(log, shared).await?;
        }
        let Some(records) = reading.run_until_cancelled(follower.next()).await else { return Ok(()) };
        let records = Arc::new(records?);
        let matched = project(&shared.state, &records).await?;
        found::report(shared, matched, found::Late::No).await;
        if joins {
            join::joined(log, shared, &records).await;
        }
        let records = Arc::into_inner(records).unwrap_or_default();
        if commits.send(records).await.is_err() {
            return Ok(());
        }
    }
}

/// Reports what an earlier run has begun, before anything is asked for anew.
async fn conclude(shared: &Shared, settings: &Settings) {
    let receipts = |connector: &str| {
        let account = settings.accounts.iter().find(|account| account.name() == connector);
        account.is_none_or(|account| account.asks_for_receipts())
    };
    let _expecting = shared.matching.expecting();
    let mut told = Vec::new();
    for (attempt, report) in shared.journal.left(receipts) {
        for (place, id) in attempt.ids.iter().enumerate() {
            if let Some(id) = id {
                shared.named(&attempt, (place, attempt.ids.len()), id);
            }
        }
        told.push((attempt, shared.reporter.hand_in(report).await));
    }
    for (attempt, stored) in told {
        if stored.await.is_ok() {
            shared.journal.over(attempt.message, &attempt.to);
        }
    }
}

async fn project(state: &Arc<State>, records: &Arc<Vec<Record>>) -> Result<Vec<Matched>, Fault> {
    let (state, records) = (Arc::clone(state), Arc::clone(records));
    blocking(move || state.apply(&records)).await
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
