//! `homing recall`: a message is taken back from whoever has not got it yet.

use super::client::Speaker;
use super::output::{Failure, Output};
use super::settings::Settings;
use crate::rules::Command;
use crate::rules::message::Recall;
use crate::words::MessageId;

/// Take a message back from whoever has not confirmed it yet
///
/// Example: homing recall --user alice m42
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    /// The message's id, as `send` printed it
    message: MessageId,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let client = args.speaker.connect(settings).await?;
    let outcome = client.accepted(&Command::from(Recall { message: args.message, id: None })).await?;
    output.result(&outcome, || format!("recalled {}", args.message));
    Ok(())
}
