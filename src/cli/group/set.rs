//! `homing group set`: what a group is called, and what it may.

use crate::cli::choice::choice;
use crate::cli::client::Speaker;
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::rules::Command;
use crate::rules::group::{self, Whoever};
use crate::words::GroupNumber;

/// Change a group; what is not named stays as it is (its owner and administrators)
///
/// Example: homing group set --user alice 3001 --writes admins
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    /// The group's number
    group: GroupNumber,
    #[command(flatten)]
    changes: Changes,
}

#[derive(Debug, clap::Args)]
#[group(required = true, multiple = true)]
struct Changes {
    /// What its members see it as
    #[arg(long)]
    name: Option<String>,
    /// The most who are in it or asked
    #[arg(long, value_name = "N")]
    cap: Option<u32>,
    /// Group SMS a day
    #[arg(long, value_name = "N")]
    sms_day: Option<u32>,
    /// Group SMS a month
    #[arg(long, value_name = "N")]
    sms_month: Option<u32>,
    /// Where its days begin and end, as in Europe/London
    #[arg(long)]
    zone: Option<String>,
    /// Who writes to all members
    #[arg(long, value_name = "WHO", value_parser = choice::<Whoever>(&["everyone", "admins"]))]
    writes: Option<Whoever>,
    /// Who invites
    #[arg(long, value_name = "WHO", value_parser = choice::<Whoever>(&["everyone", "admins"]))]
    invites: Option<Whoever>,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let Args { speaker, group, changes } = args;
    let Changes { name, cap, sms_day, sms_month, zone, writes, invites } = changes;
    let client = speaker.connect(settings).await?;
    let command = group::SetGroup { group, name, cap, sms_day, sms_month, zone, writes, invites };
    let outcome = client.accepted(&Command::from(command)).await?;
    output.result(&outcome, || format!("changed group {group}"));
    Ok(())
}
