//! `homing listen`: an instant-messaging client in the terminal.
//!
//! Invariant: a message is shown once, and confirmed only after it was shown.
//! Invariant: nothing here waits for an outcome in the way of live messages.

mod catch_up;
mod confirm;
mod lease;
mod seen;
mod session;
mod typing;

use super::choice::choice;
use super::client::Speaker;
use super::output::{Failure, Output};
use super::roles;
use super::settings::Settings;
use crate::rules::command::{DeviceClass, Online};
use crate::words::{DeviceName, Span};
use session::Session;

/// Be online: show messages as they come, confirm them, and send what is typed
///
/// Examples:
///   homing listen --user bob
///   homing listen --user bob --device phone --json --count 1
///
/// Typing: `@alice on my way` sends to alice, a plain line answers whoever wrote last, `/quit` leaves. With --json
/// each message is one line of JSON, and so is the outcome of each line typed. Times are UTC.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    /// What this device is called; two at once need two names
    #[arg(long, value_name = "NAME", default_value = "terminal")]
    device: DeviceName,
    /// `pc` takes messages live; `pull` fetches them at each heartbeat
    #[arg(long, default_value = "pc", value_parser = choice::<DeviceClass>(&["pc", "pull"]))]
    class: DeviceClass,
    /// How long after the last heartbeat you count as gone; a heartbeat goes out three times as often
    #[arg(long, value_name = "TIME", default_value = "45s")]
    lease: Span,
    /// Leave after this many messages
    #[arg(long, value_name = "N")]
    count: Option<u64>,
}

/// Without a line for each attempt to connect again: the person is told once.
const LOG: &str = "warn,homing::log::connection=error";

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_log(LOG);
    let stopping = roles::asked_to_stop();
    tokio::pin!(stopping);
    let user = args.speaker.name(settings)?;
    let client = args.speaker.connect(settings).await?;
    let online = Online { device: args.device, class: args.class, lease: args.lease };
    let mut session = Session::start(client, user, online, output).await?;
    let ended = tokio::select! {
        () = &mut stopping => Ok(()),
        ended = session.until_left(args.count) => ended,
    };
    session.leave().await;
    ended
}
