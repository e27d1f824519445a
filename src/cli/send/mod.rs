//! `homing send`: a message from the command line.

mod attach;
mod text;

use std::path::PathBuf;

use super::choice::choice;
use super::client::Speaker;
use super::output::{Failure, Output};
use super::settings::Settings;
use super::table::or_dash;
use crate::rules::Command;
use crate::rules::command::{Route, Send};
use crate::words::{Address, Span};

pub(super) use text::addresses;

/// Send a message, and say what became of the wish: accepted with its id, or refused with a code
///
/// Examples:
///   homing send bob "on my way" --user alice
///   homing send bob,+8613800138000 "on my way" --user alice --route sms
///   homing send --to bob --to carol "on my way" --user alice --expires-in 1h
///   uptime | homing send bob --user alice
///   homing send bob --attach plan.png "the plan" --user alice
///
/// Who is online gets it live; who is not, or does not confirm in time, gets an SMS, if there is a way.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
#[command(override_usage = "homing send [OPTIONS] <TO>[,<TO>...] [TEXT]\n       \
                            homing send [OPTIONS] --to <TO>... [TEXT]")]
pub(super) struct Args {
    /// Recipients, then the text; with --to only the text. A recipient is a user name (bob), a phone
    /// (+8613800138000) or an IM number (100002). Without a text, or with -, the text is standard input
    #[arg(num_args = 0..=2, value_name = "TO TEXT")]
    words: Vec<String>,
    #[command(flatten)]
    speaker: Speaker,
    /// A recipient; repeatable
    #[arg(long, value_name = "TO", value_delimiter = ',')]
    to: Vec<Address>,
    /// How it may travel
    #[arg(long, default_value = "auto", value_parser = choice::<Route>(&["auto", "im", "sms", "mms"]))]
    route: Route,
    /// Makes the wish happen once: the same id again within seven days changes nothing
    #[arg(long)]
    id: Option<String>,
    /// Give up after this time, as in 1h
    #[arg(long, value_name = "TIME")]
    expires_in: Option<Span>,
    /// How long to wait for a live delivery's confirmation before another way is tried, as in 30s
    #[arg(long, value_name = "TIME")]
    escalate_after: Option<Span>,
    /// A file to send along; repeatable
    #[arg(long, value_name = "FILE")]
    attach: Vec<PathBuf>,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_log("warn");
    let speaker = args.speaker.name(settings)?;
    let command = Command::Send(message(args)?);
    let client = super::client::Client::connect(settings, speaker.as_str()).await?;
    let outcome = client.accepted(&command).await?;
    output.result(&outcome, || format!("accepted {}", or_dash(outcome.message)));
    Ok(())
}

fn message(args: Args) -> Result<Send, Failure> {
    let Args { words, speaker: _, to, route, id, expires_in, escalate_after, attach } = args;
    let (to, given) = text::recipients_and_text(to, words)?;
    let text = text::read(given, attach.is_empty())?;
    let (text, parts) = match attach.is_empty() {
        true => (text, None),
        false => (None, Some(attach::parts(text, &attach)?)),
    };
    Ok(Send { to, text, parts, route, id, expires_in, escalate_after, ..Send::default() })
}
