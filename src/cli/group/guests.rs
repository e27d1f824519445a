//! `homing group invite`: people are asked to join a group.

use crate::cli::client::Speaker;
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::rules::{Command, group};
use crate::words::{Address, GroupNumber};

/// Ask people to join a group; whoever has no account is asked by SMS
///
/// Example: homing group invite --user alice 3001 bob +447700900007
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    /// The group's number
    group: GroupNumber,
    /// User names, phones, IM numbers
    #[arg(required = true)]
    who: Vec<Address>,
    /// They join at once and are not asked; whoever has no account is asked in any case
    #[arg(long)]
    now: bool,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let Args { speaker, group, who, now } = args;
    let client = speaker.connect(settings).await?;
    let command = group::Invite { group, who, confirm: now.then_some(false), id: None };
    let outcome = client.accepted(&Command::from(command)).await?;
    output.result(&outcome, || format!("invited to group {group}"));
    Ok(())
}
