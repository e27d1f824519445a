//! `homing bisect`: the first event after which something was so.

use super::events;
use super::meter::Meter;
use super::output::{Failure, Output};
use super::settings::Settings;
use super::source::Source;
use crate::debug::replay::{Played, Player, Predicate};
use crate::log::{Fault, blocking};
use crate::words::EventSeq;

/// Find the first event after which something was so
///
/// What is looked for is a path, a comparison (==, !=, <, <=, >, >=, has) and a value; a path alone asks whether there is
/// something. Paths begin with user.NAME, group.NUMBER, schedule.ID or delivery.MESSAGE.RECIPIENT (which is compared by its
/// state); `homing replay --show` lists what follows. As with `homing replay` the log is read into a temporary file first.
/// It is found by one pass over the log, so it is the first one also where it was so more than once. The exit code is 1 where it
/// was never so.
///
/// Examples:
///   homing bisect 'user.bob.sms == off'
///   homing bisect 'delivery.m7.bob == failed'
///   homing bisect 'user.alice.used_day >= 100'
///   homing bisect 'group.3001.members has bob' --file day.recording
#[derive(Debug, clap::Args)]
#[command(verbatim_doc_comment)]
pub(super) struct Args {
    /// What is to be so
    predicate: Predicate,
    #[command(flatten)]
    source: Source,
}

pub(super) async fn run(args: Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    settings.start_client_log();
    let Args { predicate, source } = args;
    let sealed = source.sealed(settings, false, false, output).await?;
    let recording = sealed.recording.clone();
    match blocking(move || first(Player::begin(recording)?, &predicate, output)).await? {
        Found::Before => {
            output.progress("It was so before the first event.");
            Ok(())
        }
        Found::By(played) => match &played.commit {
            Ok(commit) => events::shown(played.seq.0, commit, output),
            Err(_) => Ok(()),
        },
        Found::Never => Err(Failure::failed("it was never so".to_owned())),
    }
}

enum Found {
    Before,
    By(Box<Played>),
    Never,
}

fn first(mut player: Player, predicate: &Predicate, output: Output) -> Result<Found, Fault> {
    predicate.prepare(&mut player)?;
    if player.position() > EventSeq::default() && predicate.holds(&player)? {
        return Ok(Found::Before);
    }
    let (last, meter) = (player.last(), Meter::of("events", output));
    while let Some(played) = player.advance()? {
        meter.at(played.seq.0, last.0);
        if played.commit.is_ok() && predicate.holds(&player)? {
            return Ok(Found::By(Box::new(played)));
        }
    }
    Ok(Found::Never)
}
