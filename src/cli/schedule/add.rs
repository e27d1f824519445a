//! `homing schedule add`: a message and when it is to be sent.

use super::home;
use super::when_args::WhenArgs;
use crate::cli::client::Speaker;
use crate::cli::output::{Failure, Output};
use crate::cli::send::MessageArgs;
use crate::cli::settings::Settings;
use crate::cli::table::or_dash;
use crate::rules::Command;
use crate::rules::quota::OverQuota;
use crate::rules::schedule::Create;
use crate::wire::outcome::OutcomeBody;

/// Send a message later, once or repeatedly
///
/// Examples:
///   homing schedule add bob "stand-up" --every weekday --time 9:00 --zone Europe/London --user alice
///   homing schedule add bob "call me" --at "tomorrow 9:00" --user alice
///   homing schedule add bob "rent" --every month --on last --time 16:00 --user alice
///   homing schedule add bob "pills" --every "2 days" --time 8:00,20:00 --until 2026-12-31 --user alice
///   homing schedule add bob "report" --cron "0 9 * * 1-5" --user alice
///
/// `homing schedule preview` shows when a rule fires, before or after it is added.
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
#[command(override_usage = "homing schedule add [OPTIONS] <TO>[,<TO>...] [TEXT] --at <WHEN>\n       \
                            homing schedule add [OPTIONS] <TO>[,<TO>...] [TEXT] --every <HOW-OFTEN>")]
pub(super) struct Args {
    #[command(flatten)]
    message: MessageArgs,
    #[command(flatten)]
    when: WhenArgs,
    #[command(flatten)]
    speaker: Speaker,
    /// Makes the command happen once: the same id again within seven days changes nothing
    #[arg(long, help_heading = "Options")]
    id: Option<String>,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let Args { message, when, speaker, id } = args;
    let client = speaker.connect(settings).await?;
    let zone = home::zone(when.zone(), &client).await?;
    let create = Create { message: message.read()?, when: when.when(zone)?, id };
    let outcome = client.accepted(&Command::from(create)).await?;
    output.result(&outcome, || added(&outcome));
    Ok(())
}

/// What was accepted, and which firings the quota would stop.
pub(in crate::cli) fn added(outcome: &OutcomeBody) -> String {
    let over = outcome
        .over_quota
        .iter()
        .map(|OverQuota { nominal, code, .. }| format!("\n  {nominal} would not be sent: {code}"));
    let accepted = format!("accepted {}", or_dash(outcome.schedule));
    std::iter::once(accepted).chain(over).collect()
}
