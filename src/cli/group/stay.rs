//! `homing group answer`, `leave` and `close`.

use crate::cli::choice::choice;
use crate::cli::client::Speaker;
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::rules::Command;
use crate::rules::group::{self, Answered};
use crate::words::GroupNumber;

/// Say yes or no to an invitation
///
/// Example: homing group answer --user bob 3001 yes
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct AnswerArgs {
    #[command(flatten)]
    group: Args,
    #[arg(value_parser = choice::<Answered>(&["yes", "no"]))]
    answer: Answered,
}

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[command(flatten)]
    speaker: Speaker,
    /// The group's number
    group: GroupNumber,
}

impl Args {
    async fn tell(
        self,
        settings: &Settings,
        output: Output,
        done: &str,
        command: impl FnOnce(GroupNumber) -> Command,
    ) -> Result<(), Failure> {
        let client = self.speaker.connect(settings).await?;
        let outcome = client.accepted(&command(self.group)).await?;
        output.result(&outcome, || format!("{done} group {}", self.group));
        Ok(())
    }
}

pub(super) async fn answer(args: AnswerArgs, settings: &Settings, output: Output) -> Result<(), Failure> {
    let AnswerArgs { group, answer } = args;
    let done = match answer {
        Answered::Yes => "joined",
        Answered::No => "declined",
    };
    let command = |group| Command::from(group::Answer { group, answer, id: None });
    group.tell(settings, output, done, command).await
}

pub(super) async fn leave(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    args.tell(settings, output, "left", |group| Command::from(group::Leave { group, id: None })).await
}

pub(super) async fn close(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    args.tell(settings, output, "closed", |group| Command::from(group::Close { group, id: None })).await
}
