//! `homing schedule`: messages that are sent later, once or again and again.

mod add;
mod change;
mod home;
mod human;
mod ledger;
mod ls;
mod preview;
mod recount;
mod when_args;

pub(super) use add::added;
pub(super) use home::zone;
pub(super) use human::{AT_EXAMPLES, TIME_EXAMPLES, clock, every, on, time};
pub(super) use preview::occurrences;
pub(super) use when_args::at;

use super::output::{Failure, Output};
use super::settings::Settings;

/// Send messages later, once or repeatedly
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Add(Box<add::Args>),
    Ls(ls::Args),
    Show(ls::ShowArgs),
    Preview(Box<preview::Args>),
    Replace(Box<change::ReplaceArgs>),
    /// Skip its firings until it is resumed
    Pause(change::Args),
    /// Let it fire again
    Resume(change::Args),
    /// End it: what has not fired yet never does
    Cancel(change::Args),
    /// Send its message at once, beside its firings
    RunNow(change::Args),
    Skip(change::SkipArgs),
    /// Let an occurrence fire after all
    Unskip(change::SkipArgs),
    Ledger(ledger::Args),
    Lateness(ledger::LatenessArgs),
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    match args.what {
        What::Add(args) => add::run(*args, settings, output).await,
        What::Ls(args) => ls::ls(args, settings, output).await,
        What::Show(args) => ls::show(args, settings, output).await,
        What::Preview(args) => preview::run(*args, settings, output).await,
        What::Replace(args) => change::replace(*args, settings, output).await,
        What::Pause(args) => change::pause(args, settings, output).await,
        What::Resume(args) => change::resume(args, settings, output).await,
        What::Cancel(args) => change::cancel(args, settings, output).await,
        What::RunNow(args) => change::run_now(args, settings, output).await,
        What::Skip(args) => change::skip(args, settings, output).await,
        What::Unskip(args) => change::unskip(args, settings, output).await,
        What::Ledger(args) => ledger::run(args, settings, output).await,
        What::Lateness(args) => ledger::lateness(args, settings, output).await,
    }
}
