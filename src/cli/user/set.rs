//! `homing user set`: a person's phone, zone, quotas or limits change.

use super::details::Details;
use super::limits::Limits;
use crate::cli::client::{Client, OPERATOR};
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::rules::Command;
use crate::words::UserName;

/// Change a person's phone, zone, quotas or limits; what is not named stays as it was
///
/// Examples:
///   homing user set bob --phone +8613800138001 --day 500
///   homing user set bob --day none --phone none        (as many as he likes; no SMS reach him)
///   homing user set bob --mailbox 500 --expires-in 7d --recipients-per-s 10
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    name: UserName,
    #[command(flatten)]
    details: Details,
    #[command(flatten)]
    limits: Limits,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let limits = args.limits.changes();
    if args.details.is_empty() && limits.is_none() {
        let what = "name what to change: --phone, --zone, --day, --month or a limit, as --help lists them";
        return Err(Failure::usage(what.to_owned()));
    }
    let client = Client::connect(settings, OPERATOR).await?;
    let outcome = client.accepted(&Command::from(args.details.set(args.name.clone(), limits)?)).await?;
    output.result(&outcome, || format!("changed {}", args.name));
    Ok(())
}
