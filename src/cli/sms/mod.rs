//! `homing sms`: what short messages are like, and how the bridge does.

mod count;
mod set;
mod state;
mod texts;

use super::output::{Failure, Output};
use super::settings::Settings;

/// Inspect short messages
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Count(count::Args),
    State(state::Args),
    Texts(texts::Args),
    Set(set::Args),
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    match args.what {
        What::Count(args) => count::run(args, output),
        What::Texts(args) => texts::run(args, settings, output).await,
        What::Set(args) => set::run(args, settings, output).await,
        What::State(args) => state::run(args, settings, output).await,
    }
}
