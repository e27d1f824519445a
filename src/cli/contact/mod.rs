//! `homing contact`: a person's contact list.

mod change;
mod invite;
mod ls;

pub(super) use ls::{HEAD, row};

use super::output::{Failure, Output};
use super::settings::Settings;

/// Manage your contact list: whose presence you see, and whose messages are filtered
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Add(change::Added),
    /// Take someone off the list; someone who was blocked can write again
    Remove(change::Named),
    /// Filter someone's messages
    Block(change::Named),
    Invite(invite::Args),
    Ls(ls::Args),
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    match args.what {
        What::Add(args) => change::add(args, settings, output).await,
        What::Remove(args) => change::remove(args, settings, output).await,
        What::Block(args) => change::block(args, settings, output).await,
        What::Invite(args) => invite::run(args, settings, output).await,
        What::Ls(args) => ls::run(args, settings, output).await,
    }
}
