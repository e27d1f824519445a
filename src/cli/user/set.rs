//! `homing user set`: a person's phone, zone or quotas change.

use super::details::Details;
use crate::cli::client::{Client, OPERATOR};
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::rules::Command;
use crate::words::UserName;

/// Change a person's phone, zone or quotas; what is not named stays as it was
///
/// Examples:
///   homing user set bob --phone +8613800138001 --day 500
///   homing user set bob --day none        (as many as he likes)
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    name: UserName,
    #[command(flatten)]
    details: Details,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    if args.details.is_empty() {
        return Err(Failure::usage("name what to change: --phone, --zone, --day or --month".to_owned()));
    }
    let client = Client::connect(settings, OPERATOR).await?;
    let outcome = client.accepted(&Command::from(args.details.set(args.name.clone())?)).await?;
    output.result(&outcome, || format!("changed {}", args.name));
    Ok(())
}
