//! `homing user suspend` and `homing user resume`.

use crate::cli::client::{Client, OPERATOR};
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::rules::{Command, identity};

use crate::words::UserName;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    name: UserName,
}

pub(super) async fn suspend(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let client = Client::connect(settings, OPERATOR).await?;
    let outcome = client.accepted(&Command::from(identity::Suspend { name: args.name.clone() })).await?;
    output.result(&outcome, || format!("suspended {}", args.name));
    Ok(())
}

pub(super) async fn resume(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let client = Client::connect(settings, OPERATOR).await?;
    let outcome = client.accepted(&Command::from(identity::Resume { name: args.name.clone() })).await?;
    output.result(&outcome, || format!("resumed {}", args.name));
    Ok(())
}
