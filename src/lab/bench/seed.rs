//! `homing bench seed`: a data folder with a long log in it, to try the debugger on.

use std::fs;
use std::io;
use std::path::Path;

use tokio::time::Instant;

use super::flow::{self, Until};
use super::load::rate;
use super::read_models::ReadModels;
use super::report::Report;
use super::world::World;
use crate::cli::output::{Failure, Output};
use crate::cli::roles::Role;
use crate::cli::settings::Settings;
use crate::log::clock;
use crate::server::Folder;
use crate::words::UserName;

/// Messages in one go, each of which is confirmed before the next go: a recipient's mailbox stays small.
const AT_ONCE: usize = 50_000;

/// A data folder with a long log of direct messages that were confirmed, and its read models, to try why, verify, replay and
/// whatif on: --data names it, one that is not there yet; it stays, and `homing up --data` runs it
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Messages in the log
    #[arg(long, default_value_t = 1_000_000)]
    messages: usize,
    /// Users who write to each other, u0, u1 and so on
    #[arg(long, default_value_t = 1_000)]
    people: usize,
}

pub(super) async fn run(args: &Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let data = settings.named_data()?;
    must_be_empty(&data)?;
    let folder = Folder::claim(&data, &clock::now().to_string())?;
    output.progress("starting nats-server and Homing …");
    let world = World::gated(folder.path(), settings.sync(), &[Role::Decider, Role::Fanout], output).await?;
    let people = world.people(args.people).await?;
    let mut report = Report::new("seed", world.machine(settings.sync()));
    let began = Instant::now();
    fill(&world, &people, args.messages, output).await?;
    report.figure("messages_per_s", rate(args.messages, began.elapsed()));
    report.figure("commits", world.connect("seed").await?.last_seq("EVENTS").await? as f64);
    output.progress("waiting for the read models …");
    let models = ReadModels::start(&world).await?;
    models.caught_up().await?;
    models.stop().await?;
    world.stop().await?;
    output.progress(&format!("`homing up --data {}` runs it.", data.display()));
    report.print(output);
    Ok(())
}

/// Direct messages among these people, each of which is confirmed.
pub(super) async fn fill(
    world: &World,
    people: &[UserName],
    messages: usize,
    output: Output,
) -> Result<(), Failure> {
    let mut left = messages;
    while left > 0 {
        let now = left.min(AT_ONCE);
        flow::per_second(world, people, now, Until::Confirmed).await?;
        left -= now;
        output.progress(&format!("{} of {messages} messages …", messages - left));
    }
    Ok(())
}

fn must_be_empty(folder: &Path) -> Result<(), Failure> {
    let shown = folder.display();
    match fs::read_dir(folder).map(|mut entries| entries.next().is_none()) {
        Ok(true) => Ok(()),
        Ok(false) => {
            Err(Failure::failed(format!("{shown} is not empty: name a folder that is not there yet")))
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(Failure::failed(format!("could not read {shown}: {error}"))),
    }
}
