//! `homing send`: a message from the command line.

mod attach;
mod message;
mod text;

use super::client::Speaker;
use super::output::{Failure, Output};
use super::settings::Settings;
use super::table::or_dash;
use crate::rules::Command;
use crate::rules::message::Send;

pub(super) use message::MessageArgs;
pub(super) use text::{address, addresses};

/// Send a message, and print whether it was accepted, with its id, or refused, with a code
///
/// Examples:
///   homing send bob "on my way" --user alice
///   homing send bob,+8613800138000 "on my way" --user alice --route sms
///   homing send --to bob --to carol "on my way" --user alice --expires-in 1h
///   uptime | homing send bob --user alice
///   homing send bob --attach plan.png "the plan" --user alice
///   homing send '#3001' "no school tomorrow" --as-group --user alice
///
/// Who is online gets it live; who is not, or does not confirm in time, gets an SMS, if there is a way.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
#[command(override_usage = "homing send [OPTIONS] <TO>[,<TO>...] [TEXT]\n       \
                            homing send [OPTIONS] --to <TO>... [TEXT]")]
pub(super) struct Args {
    #[command(flatten)]
    message: MessageArgs,
    #[command(flatten)]
    speaker: Speaker,
    /// Makes the command happen once: the same id again within seven days changes nothing
    #[arg(long)]
    id: Option<String>,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let speaker = args.speaker.name(settings)?;
    let command = Command::from(Send { id: args.id, ..args.message.read()? });
    let client = super::client::Client::connect(settings, speaker.as_str()).await?;
    let outcome = client.accepted(&command).await?;
    output.result(&outcome, || format!("accepted {}", or_dash(outcome.message)));
    Ok(())
}
