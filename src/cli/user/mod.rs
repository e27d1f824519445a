//! `homing user`: an operator registers people and looks after them.

mod details;
mod limits;
mod ls;
mod passwd;
mod register;
mod sessions;
mod set;
mod standing;

use super::output::{Failure, Output};
use super::settings::Settings;

/// Register and manage people, as the operator
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Register(register::Args),
    Set(set::Args),
    /// Stop someone from sending, until they are resumed; what is sent to them is filtered
    Suspend(standing::Args),
    /// Let someone send again
    Resume(standing::Args),
    Ls(ls::Args),
    Passwd(passwd::Args),
    Sessions(sessions::Args),
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    match args.what {
        What::Register(args) => register::run(args, settings, output).await,
        What::Set(args) => set::run(args, settings, output).await,
        What::Suspend(args) => standing::suspend(args, settings, output).await,
        What::Resume(args) => standing::resume(args, settings, output).await,
        What::Ls(args) => ls::run(args, settings, output).await,
        What::Passwd(args) => passwd::run(args, settings, output).await,
        What::Sessions(args) => sessions::run(args, settings, output).await,
    }
}
