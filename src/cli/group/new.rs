//! `homing group new`: a group is created.

use crate::cli::client::Speaker;
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::cli::table::or_dash;
use crate::rules::{Command, group};
use crate::words::Address;

/// Create a group; it gets a number
///
/// Example: homing group new --user alice "Class 3b" bob carol +447700900007
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    /// What its members see it as
    name: String,
    /// Who is invited: user names, phones, IM numbers
    #[arg(value_name = "WHO")]
    members: Vec<Address>,
    /// They join at once and are not asked; whoever has no account is asked in any case
    #[arg(long)]
    now: bool,
    /// The most who are in it or asked [default: 200]
    #[arg(long, value_name = "N")]
    cap: Option<u32>,
    /// Group SMS a day [default: 3]
    #[arg(long, value_name = "N")]
    sms_day: Option<u32>,
    /// Group SMS a month [default: 31]
    #[arg(long, value_name = "N")]
    sms_month: Option<u32>,
    /// Where its days begin and end, as in Europe/London [default: the owner's]
    #[arg(long)]
    zone: Option<String>,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let Args { speaker, name, members, now, cap, sms_day, sms_month, zone } = args;
    let client = speaker.connect(settings).await?;
    let members = (!members.is_empty()).then_some(members);
    let confirm = now.then_some(false);
    let command = group::Create { name, members, confirm, cap, sms_day, sms_month, zone, id: None };
    let outcome = client.accepted(&Command::from(command)).await?;
    output.result(&outcome, || {
        let number = or_dash(outcome.group);
        format!("created group {number}; write to it with: homing send '#{number}' TEXT")
    });
    Ok(())
}
