//! `homing group remove` and `grant`: who is in a group, and in which role.

use crate::cli::choice::choice;
use crate::cli::client::Speaker;
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::rules::Command;
use crate::rules::group::{self, Role};
use crate::words::{Address, GroupNumber};

/// Remove members, or take their invitations back
///
/// Example: homing group remove --user alice 3001 bob
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct RemoveArgs {
    #[command(flatten)]
    speaker: Speaker,
    /// The group's number
    group: GroupNumber,
    /// User names, phones, IM numbers
    #[arg(required = true)]
    who: Vec<Address>,
}

/// Give a member of your group another role: admin, member, or owner, which gives the group away
///
/// Example: homing group grant --user alice 3001 bob admin
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct GrantArgs {
    #[command(flatten)]
    speaker: Speaker,
    /// The group's number
    group: GroupNumber,
    /// A user name, a phone or an IM number
    who: Address,
    #[arg(value_parser = choice::<Role>(&["owner", "admin", "member"]))]
    role: Role,
}

pub(super) async fn remove(args: RemoveArgs, settings: &Settings, output: Output) -> Result<(), Failure> {
    let RemoveArgs { speaker, group, who } = args;
    let client = speaker.connect(settings).await?;
    let outcome = client.accepted(&Command::from(group::Remove { group, who, id: None })).await?;
    output.result(&outcome, || format!("removed from group {group}"));
    Ok(())
}

pub(super) async fn grant(args: GrantArgs, settings: &Settings, output: Output) -> Result<(), Failure> {
    let GrantArgs { speaker, group, who, role } = args;
    let client = speaker.connect(settings).await?;
    let done = format!("{who} is now {role} of group {group}");
    let outcome = client.accepted(&Command::from(group::Grant { group, who, role, id: None })).await?;
    output.result(&outcome, || done);
    Ok(())
}
