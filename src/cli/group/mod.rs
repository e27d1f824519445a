//! `homing group`: groups, who is in them, and what they may.

mod change;
mod guests;
mod ls;
mod new;
mod set;
mod stay;

use super::output::{Failure, Output};
use super::settings::Settings;

/// Create groups, invite people, and see who is in them; `homing send '#3001' TEXT` writes to one
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    New(new::Args),
    Ls(ls::ListArgs),
    Show(ls::ShowArgs),
    Invite(guests::Args),
    Answer(stay::AnswerArgs),
    /// Leave a group; an owner's group falls to the oldest administrator, or else to the oldest member with an account
    Leave(stay::Args),
    /// Close a group you own, for good
    Close(stay::Args),
    Remove(change::RemoveArgs),
    Grant(change::GrantArgs),
    Set(set::Args),
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    match args.what {
        What::New(args) => new::run(args, settings, output).await,
        What::Ls(args) => ls::list(args, settings, output).await,
        What::Show(args) => ls::show(args, settings, output).await,
        What::Invite(args) => guests::run(args, settings, output).await,
        What::Answer(args) => stay::answer(args, settings, output).await,
        What::Leave(args) => stay::leave(args, settings, output).await,
        What::Close(args) => stay::close(args, settings, output).await,
        What::Remove(args) => change::remove(args, settings, output).await,
        What::Grant(args) => change::grant(args, settings, output).await,
        What::Set(args) => set::run(args, settings, output).await,
    }
}
