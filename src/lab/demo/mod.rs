//! `homing demo`: the main job, shown from end to end on real parts, in under a minute.

mod by_sms;
mod class;
mod client;
mod events;
mod later;
mod phones;
mod play;

use tokio_util::sync::CancellationToken;

use crate::cli::output::{Failure, Output};
use crate::cli::roles::{self, RoleSettings};
use crate::cli::settings::Settings;
use crate::cli::up::{Door, Whole};
use crate::cli::which_server::{self, Server};
use phones::Phones;

/// Show the main job: a message reaches people live, waits for them, or goes to their phones by SMS
///
/// Runs everything in a temporary data folder with a nats-server and a small SMSC of its own on free ports, and leaves
/// nothing behind. No SMS leaves this machine.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) async fn run(_args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log_with("error");
    which_server::must_not_be_named(settings)?;
    let stopping = roles::asked_to_stop();
    tokio::pin!(stopping);
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::failed(format!("could not make a temporary folder: {error}")))?;
    let phones = Phones::start().await?;
    let of_roles = RoleSettings { sms: phones.settings()?, ..RoleSettings::default() };
    let server = (Server::Own(0), Door::Gate, None);
    let starting = Whole::start_in(folder.path(), server, settings.sync(), of_roles, output);
    let whole = tokio::select! {
        started = starting => started?,
        () = &mut stopping => return Err(interrupted()),
    };
    let left = CancellationToken::new();
    let smsc = phones.smsc();
    let played = tokio::select! {
        played = play::play(whole.address(), whole.as_operator(), output, left.clone(), phones) => played,
        () = &mut stopping => Err(interrupted()),
    };
    left.cancel();
    whole.stop().await?;
    smsc.stop().await;
    played
}

/// What was not shown did not happen.
fn interrupted() -> Failure {
    Failure::failed("stopped before the end".to_owned())
}
