//! `homing demo`: the main job, shown from end to end on real parts, in under a minute.

mod client;
mod events;
mod play;

use tokio_util::sync::CancellationToken;

use super::output::{Failure, Output};
use super::roles;
use super::settings::Settings;
use super::up::Whole;
use crate::sms;

/// Show the main job: a message reaches Bob live, waits while he is away, and reaches him when he returns
///
/// Runs everything in a temporary data folder with a nats-server of its own on a free port, and leaves nothing behind.
#[derive(Debug, clap::Args)]
pub(super) struct Args {}

pub(super) async fn run(_args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_log("error");
    let stopping = roles::asked_to_stop();
    tokio::pin!(stopping);
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::failed(format!("could not make a temporary folder: {error}")))?;
    let sms = sms::Settings::default();
    let starting = Whole::start_in(folder.path(), None, settings.sync, 0, &sms, output);
    let whole = tokio::select! {
        started = starting => started?,
        () = &mut stopping => return Ok(()),
    };
    let left = CancellationToken::new();
    let played = tokio::select! {
        played = play::play(whole.url(), output, left.clone()) => played,
        () = &mut stopping => Ok(()),
    };
    left.cancel();
    whole.stop().await?;
    played
}
