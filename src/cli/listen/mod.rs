//! `homing listen`: an instant-messaging client in the terminal.
//!
//! Invariant: a message is shown once, and confirmed only after it was shown.
//! Invariant: whom a line goes to is what the person chose last; nothing that comes changes it.
//! Invariant: nothing here waits for an outcome in the way of live messages.

mod catch_up;
mod confirm;
mod contacts;
mod lease;
mod news;
mod offline;
mod own;
mod refused;
mod screen;
mod seen;
mod session;
mod typing;

use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use super::choice::choice;
use super::client::Speaker;
use super::kept_contacts::KeptContacts;
use super::lines;
use super::output::{Failure, Output};
use super::roles;
use super::settings::Settings;
use crate::rules::presence::{DeviceClass, Online};
use crate::words::{Address, DeviceName, Span};
use screen::{Screen, Terminal};
use session::Session;

/// Go online: show messages as they arrive, confirm them, and send what is typed
///
/// Examples:
///   homing listen --user bob
///   homing listen --user bob --to alice
///   homing listen --user bob --device phone --json --count 1
///
/// Typing: `@alice` chooses whom your lines go to from now on, `@alice on my way` also sends at once, `/contacts` shows
/// your contact list, `/quit` leaves.
/// Who writes to you does not change it, and the prompt names whom you have chosen. With --json each message is one
/// line of JSON, and so is the outcome of each line typed, with whom it went to, and each note: that somebody got or
/// read what you sent, that it came to nothing, or that what was sent to you is recalled. Times are UTC.
///
/// Your contact list is kept on this device. Where the server cannot be reached, it is shown as it was last, and the
/// connection is tried again and again; where no list is kept, that is a failure.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    /// Whom your lines go to at first, with commas between several
    #[arg(long, value_name = "TO", value_delimiter = ',', value_parser = crate::cli::send::address)]
    to: Vec<Address>,
    /// What this device is called; two at once need two names [default: terminal- and 7 random hexadecimal digits]
    #[arg(long, value_name = "NAME")]
    device: Option<DeviceName>,
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
    settings.start_client_log_with(LOG);
    let stopping = roles::asked_to_stop();
    tokio::pin!(stopping);
    let user = args.speaker.name(settings)?;
    let device = args.device.map_or_else(any_device, Ok)?;
    let online = Online { device, class: args.class, lease: args.lease };
    let to = (!args.to.is_empty()).then_some(args.to);
    let screen = Arc::new(Screen::new(output, to.as_deref()));
    let mut terminal = Terminal { screen, lines: lines::lines() };
    let connected = tokio::select! {
        () = &mut stopping => return Ok(()),
        connected = offline::connect(&args.speaker, settings, &user, &mut terminal) => connected?,
    };
    let Some(client) = connected else { return Ok(()) };
    let kept = KeptContacts::of(settings, &user)?;
    let mut session = Session::start(client, user, online, terminal, kept, to).await?;
    let ended = tokio::select! {
        () = &mut stopping => Ok(()),
        ended = session.until_left(args.count) => ended,
    };
    // To whom the server does not listen there is no farewell.
    if !ended.as_ref().is_err_and(|failure| failure.is("auth.refused")) {
        session.leave().await;
    }
    ended
}

/// Of a name of its own: when one of two ends, it takes its own device offline and not the other's.
fn any_device() -> Result<DeviceName, Failure> {
    // 28 bits by chance, for at most 16 devices of a user.
    let chance = RandomState::new().hash_one(()) & 0xfff_ffff;
    let name = format!("terminal-{chance:07x}").parse();
    name.map_err(|error| Failure::failed(format!("a device's name is {error}")))
}
