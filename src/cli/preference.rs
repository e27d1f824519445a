//! `homing preference`: what a person wishes to receive.

use std::collections::BTreeMap;

use super::choice::choice;
use super::client::Speaker;
use super::output::{Failure, Output};
use super::settings::Settings;
use crate::rules::Command;
use crate::rules::identity::{GroupWish, SetPreference, Switch};
use crate::words::GroupNumber;

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

/// Turn SMS on or off for when you are not online, and say whether others find you by your phone
///
/// Examples:
///   homing preference set --user bob --sms off
///   homing preference set --user bob --findable on
///   homing preference set --user bob --group 3001 --sms off
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
struct Set {
    #[command(flatten)]
    speaker: Speaker,
    #[arg(long, required_unless_present = "findable", value_parser = choice::<Switch>(&["on", "off"]))]
    sms: Option<Switch>,
    /// Whether who adds you as a contact by your phone learns your name; off unless you say so
    #[arg(long, value_parser = choice::<Switch>(&["on", "off"]))]
    findable: Option<Switch>,
    /// The group whose SMS are meant, by its number
    #[arg(long, value_name = "N", requires = "sms")]
    group: Option<GroupNumber>,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let What::Set(Set { speaker, sms, findable, group }) = args.what;
    let client = speaker.connect(settings).await?;
    let wish = match group {
        Some(group) => {
            let group = Some(BTreeMap::from([(group, GroupWish { sms })]));
            SetPreference { sms: None, findable, group }
        }
        None => SetPreference { sms, findable, group: None },
    };
    let outcome = client.accepted(&Command::from(wish)).await?;
    output.result(&outcome, || "set".to_owned());
    Ok(())
}
