//! `homing read`: messages are marked as read, for their senders to see.

use super::client::Speaker;
use super::output::{Failure, Output};
use super::settings::Settings;
use crate::rules::Command;
use crate::rules::message::{Confirm, Read};
use crate::words::MessageId;

/// Mark messages as read: their senders see it, and what was not confirmed yet is confirmed too
///
/// Example: homing read --user bob m42 m43
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    /// The messages' ids, as `inbox` and `history` show them
    #[arg(required = true, num_args = 1..=1_000)]
    messages: Vec<MessageId>,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let client = args.speaker.connect(settings).await?;
    let read = Read(Confirm { message: None, messages: Some(args.messages.clone()) });
    let outcome = client.accepted(&Command::from(read)).await?;
    output.result(&outcome, || {
        let read: Vec<String> = args.messages.iter().map(ToString::to_string).collect();
        format!("read {}", read.join(", "))
    });
    Ok(())
}
