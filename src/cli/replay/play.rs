//! The playing of a log as it went, at another speed.

use std::time::Duration;

use tokio::signal::ctrl_c;
use tokio::time::sleep;

use crate::cli::events;
use crate::cli::output::{Failure, Output};
use crate::debug::replay::{Played, Player};
use crate::log::blocking;
use crate::words::EventSeq;

/// A night in which nothing happens is not waited through.
const PAUSE_MAX: Duration = Duration::from_secs(10);

pub(super) async fn played(
    player: Player,
    until: EventSeq,
    speed: f64,
    output: Output,
) -> Result<(), Failure> {
    tokio::select! {
        played = lines(player, until, speed, output) => played,
        pressed = ctrl_c() => pressed.map_err(|error| Failure::failed(error.to_string())),
    }
}

async fn lines(mut player: Player, until: EventSeq, speed: f64, output: Output) -> Result<(), Failure> {
    while player.position() < until {
        let before = player.at();
        let (back, next) = blocking(move || {
            let next = player.advance()?;
            Ok((player, next))
        })
        .await?;
        player = back;
        let Some(played) = next else { break };
        let passed = (player.at() - before).ms();
        let first = before.unix_ms() == 0;
        if passed > 0 && !first {
            let pause = Duration::from_secs_f64(passed as f64 / 1_000.0 / speed);
            sleep(pause.min(PAUSE_MAX)).await;
        }
        shown(&played, output)?;
    }
    Ok(())
}

/// A record as `homing events` shows it.
pub(super) fn shown(played: &Played, output: Output) -> Result<(), Failure> {
    match &played.commit {
        Ok(commit) => events::shown(played.seq.0, commit, output),
        Err(why) => {
            output.progress(&format!("#{} is passed over: {why}", played.seq.0));
            Ok(())
        }
    }
}
