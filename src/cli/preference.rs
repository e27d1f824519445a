//! `homing preference`: what a person wishes to receive.

use super::choice::choice;
use super::client::Speaker;
use super::output::{Failure, Output};
use super::settings::Settings;
use crate::rules::Command;
use crate::rules::identity::{SetPreference, Switch};

/// Set what you want to receive
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Set(Set),
}

/// Turn SMS on or off for when you are not online
///
/// Example: homing preference set --user bob --sms off
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
struct Set {
    #[command(flatten)]
    speaker: Speaker,
    #[arg(long, value_parser = choice::<Switch>(&["on", "off"]))]
    sms: Switch,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_log("warn");
    let What::Set(Set { speaker, sms }) = args.what;
    let client = speaker.connect(settings).await?;
    let outcome = client.accepted(&Command::from(SetPreference { sms })).await?;
    output.result(&outcome, || "set".to_owned());
    Ok(())
}
