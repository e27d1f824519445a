//! `homing profile`: what a person shows of themselves.

use super::client::Speaker;
use super::output::{Failure, Output};
use super::settings::Settings;
use crate::rules::Command;
use crate::rules::identity::SetProfile;

/// Set what others see of you
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, clap::Subcommand)]
enum What {
    Set(Set),
}

/// Set your nickname, mood or picture; what is not named stays as it was
///
/// Example: homing profile set --user alice --nickname Alice --mood "back on Monday"
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
struct Set {
    #[command(flatten)]
    speaker: Speaker,
    #[arg(long)]
    nickname: Option<String>,
    #[arg(long)]
    mood: Option<String>,
    /// Where the picture is, a URL
    #[arg(long)]
    picture: Option<String>,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let What::Set(Set { speaker, nickname, mood, picture }) = args.what;
    if nickname.is_none() && mood.is_none() && picture.is_none() {
        return Err(Failure::usage("name what to set: --nickname, --mood or --picture".to_owned()));
    }
    let client = speaker.connect(settings).await?;
    let outcome = client.accepted(&Command::from(SetProfile { nickname, mood, picture })).await?;
    output.result(&outcome, || "set".to_owned());
    Ok(())
}
