//! `homing contact invite`: somebody who has only a phone is asked by SMS to open an account.

use crate::cli::client::Speaker;
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::rules::Command;
use crate::rules::contacts::InviteContact;
use crate::words::Phone;

/// Invite someone who has only a phone: they answer YES by SMS, choose a name, and get a one-time code
///
/// Example: homing contact invite --user alice +447700900007 --text "the quiz is on Friday."
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    /// Their phone
    phone: Phone,
    /// Your own words, up to 160 bytes
    #[arg(long)]
    text: Option<String>,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let Args { speaker, phone, text } = args;
    let client = speaker.connect(settings).await?;
    let outcome = client.accepted(&Command::from(InviteContact { phone, text })).await?;
    output.result(&outcome, || format!("invited {phone}"));
    Ok(())
}
