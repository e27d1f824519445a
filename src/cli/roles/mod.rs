//! The parts of Homing that run as consumers, started together and stopped together.

mod keep;
mod standing;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::task::JoinSet;
use tokio_util::sync::CancellationToken;
use tokio_util::task::AbortOnDropHandle;
use tracing::{info, warn};

use super::settings::Settings;
use crate::decider::KeepCommands;
use crate::log::{Fault, Log, NatsUrl};
use crate::wire::subjects;
use crate::{decider, fanout, gate, presence, query, scheduler, sms};
use standing::Board;

/// A part that can run alone, twice, or on another machine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, clap::ValueEnum)]
pub(crate) enum Role {
    Decider,
    Fanout,
    Scheduler,
    Presence,
    Query,
    Sms,
    /// Lets people in, on a server that is configured for it (`homing server config`)
    Gate,
}

/// Those that need nothing of the server but JetStream.
pub(crate) const ALL: [Role; 6] =
    [Role::Decider, Role::Fanout, Role::Scheduler, Role::Presence, Role::Query, Role::Sms];

/// The contract: stopped cleanly within ten seconds, all in all.
const STOP_WITHIN: Duration = Duration::from_secs(4);
const BRIDGE_STOPS_WITHIN: Duration = Duration::from_secs(5);

/// How often a start looks whether the parts answer yet.
const LOOK_EVERY: Duration = Duration::from_millis(10);

/// What roles are told that not every one needs.
#[derive(Debug, Clone, Default)]
pub(crate) struct RoleSettings {
    pub(crate) sms: sms::Settings,
    pub(crate) keep_commands: KeepCommands,
    /// Of the gate, where it runs.
    pub(crate) gate: Option<gate::Settings>,
}

/// How the role of the decider is told what it keeps.
#[derive(Debug, clap::Args)]
pub(crate) struct DeciderArgs {
    /// How long commands that are decided stay in COMMANDS, as in 30d, or forever [default: 7d]
    #[arg(long, env = "HOMING_KEEP_COMMANDS", value_name = "TIME")]
    keep_commands: Option<KeepCommands>,
}

impl DeciderArgs {
    /// A flag or the environment, else what the file says.
    pub(crate) fn settle(&self, settings: &Settings) -> KeepCommands {
        self.keep_commands.or(settings.keep_commands).unwrap_or_default()
    }
}

/// Roles under way.
pub(crate) struct Running {
    tasks: JoinSet<(Role, Result<(), Fault>)>,
    stop: CancellationToken,
    /// The SMS bridge stops first, for it waits for the decider's answers.
    bridge: Option<CancellationToken>,
    board: Board,
    _answering: AbortOnDropHandle<()>,
}

impl Running {
    /// Starts each role on a connection of its own.
    pub(crate) async fn start(
        at: &NatsUrl,
        data: &Path,
        roles: &[Role],
        settings: &RoleSettings,
    ) -> Result<Running, Fault> {
        let (board, stop) = (Board::default(), CancellationToken::new());
        let answering = board.answer(Log::at(at, "status").await?).await?;
        let (mut tasks, mut bridge) = (JoinSet::new(), None);
        for role in roles.iter().copied() {
            if role == Role::Sms && settings.sms.accounts.is_empty() {
                info!("no SMSC is named (--smsc): SMS wait on OUTBOX");
                continue;
            }
            let mut stop = stop.clone();
            if role == Role::Sms {
                stop = bridge.insert(CancellationToken::new()).clone();
            }
            let (at, data, settings, board) = (at.clone(), data.to_owned(), settings.clone(), board.clone());
            tasks.spawn(async move {
                let decides = board.decides();
                let start =
                    || run(role, at.clone(), data.clone(), settings.clone(), decides.clone(), stop.clone());
                (role, keep::keep(role, &board, &stop, start).await)
            });
        }
        Ok(Running { tasks, stop, bridge, board, _answering: answering })
    }

    /// Waits until commands are decided and questions answered, by whichever process, where these are roles of ours.
    pub(crate) async fn ready(&mut self, at: &NatsUrl, roles: &[Role]) -> Result<(), Fault> {
        let log = Log::at(at, "ready").await?;
        let sessions = subjects::query(subjects::OPERATOR, "sessions");
        let answering = [
            (Role::Decider, subjects::ACTIVE_DECIDER),
            (Role::Query, subjects::PING),
            (Role::Gate, sessions.as_str()),
        ];
        for (_, subject) in answering.into_iter().filter(|(role, _)| roles.contains(role)) {
            while log.client().request(subject.to_owned(), "{}".into()).await.is_err() {
                tokio::select! {
                    fault = self.failed() => return Err(fault),
                    () = tokio::time::sleep(LOOK_EVERY) => {}
                }
            }
        }
        self.board.ready();
        Ok(())
    }

    /// Resolves with the reason when a role ends while the program still starts; later they are started again.
    pub(crate) async fn failed(&mut self) -> Fault {
        let (role, ended) = match self.tasks.join_next().await {
            Some(Ok(ended)) => ended,
            Some(Err(error)) => return Fault::never("go on: a part has failed").because(error),
            None => std::future::pending().await,
        };
        if role == Role::Sms {
            // Nothing is to be waited for at the stop.
            self.bridge = None;
        }
        ended.err().unwrap_or_else(|| Fault::never(format!("go on: {} has ended", name(role))))
    }

    /// Lets each role finish what it has begun.
    pub(crate) async fn stop(mut self) {
        if let Some(bridge) = self.bridge.take() {
            bridge.cancel();
            // What it has written and not ended by then is unknown at the next start.
            let _ = tokio::time::timeout(BRIDGE_STOPS_WITHIN, self.ended(Some(Role::Sms))).await;
        }
        self.stop.cancel();
        if tokio::time::timeout(STOP_WITHIN, self.ended(None)).await.is_err() {
            warn!("some parts did not stop in time; what they left open is done at the next start");
        }
        info!("stopped");
    }

    /// Waits until one role has ended, or all have.
    async fn ended(&mut self, awaited: Option<Role>) {
        while let Some(ended) = self.tasks.join_next().await {
            let Ok((role, result)) = ended else { continue };
            if let Err(fault) = result {
                warn!(%fault, "{} did not stop cleanly", name(role));
            }
            if Some(role) == awaited {
                break;
            }
        }
    }
}

/// Runs a role on a connection of its own.
async fn run(
    role: Role,
    at: NatsUrl,
    data: PathBuf,
    settings: RoleSettings,
    decides: Arc<AtomicBool>,
    stop: CancellationToken,
) -> Result<(), Fault> {
    let log = Log::at(&at, &name(role)).await?;
    match role {
        Role::Decider => decider::run(log, &data, settings.keep_commands, &decides, stop).await,
        Role::Fanout => fanout::run(log, stop).await,
        Role::Scheduler => scheduler::run(log, stop).await,
        Role::Presence => presence::run(log, &data, stop).await,
        Role::Query => query::run(log, &data, query::Priority::Yields, stop).await,
        Role::Sms => sms::run(log, &data, settings.sms, stop).await,
        Role::Gate => match settings.gate {
            Some(gate) => gate::run(log, gate, &data, stop).await,
            None => Err(Fault::never("run the gate: it was given no keys")),
        },
    }
}

/// Its name, as it is typed.
pub(super) fn name(role: Role) -> String {
    format!("{role:?}").to_lowercase()
}

/// Resolves when a person or a supervisor asks us to stop.
pub(crate) async fn asked_to_stop() {
    use tokio::signal::unix::{SignalKind, signal};
    let (Ok(mut interrupt), Ok(mut terminate)) =
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()))
    else {
        return;
    };
    tokio::select! {
        _ = interrupt.recv() => {}
        _ = terminate.recv() => {}
    }
}
