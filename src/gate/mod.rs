//! The gate: who comes in, by a password or an nkey, and what nats-server lets them do.
//!
//! Invariant: what somebody may do is a list of what is allowed, made of their own name; the server holds them to it.
//! Invariant: a password is in memory while it is checked, and in no command, event or log; its hash is Argon2id's.
//! Invariant: wrong passwords cost one core at most, and nobody but their own address and name their time.
//! Invariant: who signs in by a one-time code comes in once the log says that it is theirs; a code of which a gate knows that it was tried five
//! times is not checked there again.
//! Invariant: who says so much at once that everybody else would wait is shut out for a while, whatever they say.
//! Invariant: who is suspended, or has another password, nkey or access, loses the connections that they have.
//! Invariant: the folder is disposable. Whatever is wrong with it, it is set aside and rebuilt from the log.
//!
//! [limits]: crate::wire#limits
#![doc = include_str!("README.md")]

mod answer;
mod callout;
mod codes;
mod jwt;
mod known;
mod passwords;
mod rates;
mod remembered;
mod sessions;
mod table;
mod turns;

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use nkeys::KeyPair;
use sha2::{Digest, Sha256};
use tokio_util::sync::CancellationToken;
use tracing::info;

use crate::log::{Fault, Follower, Log, NatsUrl, blocking, ending, rebuilding};
use crate::words::{EventSeq, UserName};
use callout::Callout;
use codes::Tries;
use jwt::Signer;
use known::Known;
use rates::Rates;
use remembered::Remembered;
use sessions::Sessions;
use turns::Turns;

pub use codes::one_time_code;
pub use passwords::{PASSWORD_BYTES_MAX, hash};

/// Several gates share the work.
const QUEUE: &str = "homing-gate";

/// What the gate is given beside the log.
#[derive(Clone)]
pub struct Settings {
    /// The server's own account, in which it asks who comes.
    pub system: NatsUrl,
    /// The seed of the key with which it is answered.
    pub issuer: String,
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("system", &self.system).finish_non_exhaustive()
    }
}

/// Works until `stop`. What is known of people is in `<data>/gate`.
///
/// # Errors
/// Where the disk or the server does not work, or the keys are none.
pub async fn run(log: Log, settings: Settings, data: &Path, stop: CancellationToken) -> Result<(), Fault> {
    let folder = data.join("gate");
    rebuilding(&folder, "who is known to the gate", || once(&log, &settings, &folder, &stop)).await
}

/// Until `stop`, or until the folder turns out to be torn. Nobody is answered before all is read that the log holds at the start.
async fn once(log: &Log, settings: &Settings, folder: &Path, stop: &CancellationToken) -> Result<(), Fault> {
    let known = Arc::new(Known::of(log, folder).await?);
    let mut events = log.follow_all("EVENTS", Known::reads(), known.position().next().0);
    let changed = match stop.run_until_cancelled(catch_up(log, &known, &mut events)).await {
        Some(done) => done?,
        None => return Ok(()),
    };
    let system = Log::at(&settings.system, "gate").await?;
    let sessions = Arc::new(Sessions::new(system.clone(), Arc::clone(&known)));
    let (turns, queue) = Turns::new();
    let rates = Rates::new(system.clone(), &sessions);
    let callout = Arc::new(Callout {
        system,
        log: log.clone(),
        signer: Signer::new(&settings.issuer)?,
        known: Arc::clone(&known),
        turns,
        tries: Tries::new(),
        remembered: Remembered::new(random()?),
        sessions: Arc::clone(&sessions),
        nobodys: callout::nobodys(random()?).await?,
        told: Default::default(),
    });
    let asked = callout.listen().await?;
    info!(seq = known.position().0, "the gate is open to who is known");
    // What ends first ends the others.
    let ends = stop.child_token();
    let check = ending(&ends, Box::pin(queue.run(&ends)));
    let let_in = ending(&ends, Box::pin(Arc::clone(&callout).run(asked, &ends)));
    let watch = ending(&ends, Box::pin(watch(&callout, changed, &ends)));
    let answer = ending(&ends, Box::pin(answer::run(log, &known, &sessions, &ends)));
    let follow = ending(&ends, Box::pin(follow(&known, events, &callout, &ends)));
    let count = ending(&ends, Box::pin(rates.run(&ends)));
    let (checked, let_in, watched, answered, followed, counted) =
        tokio::join!(check, let_in, watch, answer, follow, count);
    followed.and(checked).and(let_in).and(watched).and(answered).and(counted)?;
    blocking(move || known.flush()).await
}

/// Ends the connections of `changed`, who may do something else since the folder was written, and watches who comes and goes.
async fn watch(callout: &Callout, changed: Vec<UserName>, ends: &CancellationToken) -> Result<(), Fault> {
    // From here on nobody comes unheard.
    let events = callout.sessions.events().await?;
    // Only in the server's own account is this answered: elsewhere nobody would ever ask.
    callout.sessions.look().await.map_err(|fault| {
        Fault::later("be the gate of this server: its configuration has to name it (`homing server config`)")
            .because(fault)
    })?;
    callout.changed(changed).await;
    callout.sessions.run(events, ends).await
}

/// 32 bytes that nobody can guess.
fn random() -> Result<[u8; 32], Fault> {
    let seed = KeyPair::new_user().seed().map_err(|error| Fault::never("get randomness").because(error))?;
    Ok(Sha256::digest(seed).into())
}

/// Those who may do something else now.
async fn catch_up(log: &Log, known: &Arc<Known>, events: &mut Follower) -> Result<Vec<UserName>, Fault> {
    let end = EventSeq(log.last_seq_of("EVENTS", &Known::reads()).await?);
    let mut changed = BTreeSet::new();
    while known.position() < end {
        changed.extend(take(known, events).await?);
    }
    Ok(changed.into_iter().collect())
}

async fn follow(
    known: &Arc<Known>,
    mut events: Follower,
    callout: &Callout,
    ends: &CancellationToken,
) -> Result<(), Fault> {
    while let Some(changed) = ends.run_until_cancelled(take(known, &mut events)).await {
        callout.changed(changed?).await;
    }
    Ok(())
}

async fn take(known: &Arc<Known>, events: &mut Follower) -> Result<Vec<UserName>, Fault> {
    let (known, records) = (Arc::clone(known), events.next().await?);
    blocking(move || known.take(&records)).await
}
