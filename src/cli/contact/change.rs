//! `homing contact add`, `remove` and `block`.

use crate::cli::client::Speaker;
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;
use crate::rules::{Command, contacts};

use crate::words::Address;

/// Put someone on the list, give them another alias, or unblock them
///
/// Example: homing contact add --user alice bob --alias Bobby
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Added {
    #[command(flatten)]
    named: Named,
    /// What you call them
    #[arg(long)]
    alias: Option<String>,
}

#[derive(Debug, clap::Args)]
pub(super) struct Named {
    #[command(flatten)]
    speaker: Speaker,
    /// A user name, a phone or an IM number
    who: Address,
}

impl Named {
    async fn tell(
        self,
        settings: &Settings,
        output: Output,
        done: &str,
        command: impl FnOnce(Address) -> Command,
    ) -> Result<(), Failure> {
        let client = self.speaker.connect(settings).await?;
        let outcome = client.accepted(&command(self.who.clone())).await?;
        output.result(&outcome, || format!("{done} {}", self.who));
        Ok(())
    }
}

pub(super) async fn add(args: Added, settings: &Settings, output: Output) -> Result<(), Failure> {
    let alias = args.alias;
    let command = |who| Command::from(contacts::Add { who, alias });
    args.named.tell(settings, output, "added", command).await
}

pub(super) async fn remove(args: Named, settings: &Settings, output: Output) -> Result<(), Failure> {
    args.tell(settings, output, "removed", |who| Command::from(contacts::Remove { who })).await
}

pub(super) async fn block(args: Named, settings: &Settings, output: Output) -> Result<(), Failure> {
    args.tell(settings, output, "blocked", |who| Command::from(contacts::Block { who })).await
}
