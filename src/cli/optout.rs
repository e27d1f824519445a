//! `homing optout`: no SMS any more, from anybody or from one group.

use std::collections::BTreeMap;

use super::client::Speaker;
use super::output::{Failure, Output};
use super::settings::Settings;
use crate::rules::Command;
use crate::rules::identity::{GroupWish, SetPreference, Switch};
use crate::words::GroupNumber;

/// Get no SMS any more: none at all, or none of one group; as STOP by SMS does
///
/// Examples:
///   homing optout --user bob
///   homing optout --user bob --group 3001
///   homing optout --user bob --undo       (SMS as before; START by SMS does the same)
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    /// The group whose SMS are meant, by its number
    #[arg(long, value_name = "N")]
    group: Option<GroupNumber>,
    /// Take the wish back
    #[arg(long)]
    undo: bool,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let client = args.speaker.connect(settings).await?;
    let sms = Some(if args.undo { Switch::On } else { Switch::Off });
    let wish = match args.group {
        Some(group) => {
            let group = Some(BTreeMap::from([(group, GroupWish { sms })]));
            SetPreference { sms: None, findable: None, group }
        }
        None => SetPreference { sms, findable: None, group: None },
    };
    let outcome = client.accepted(&Command::from(wish)).await?;
    output.result(&outcome, || {
        let whose =
            args.group.map_or_else(|| "no SMS".to_owned(), |group| format!("no SMS of group {group}"));
        if args.undo { "SMS again".to_owned() } else { whose }
    });
    Ok(())
}
