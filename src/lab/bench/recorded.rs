//! The part of `homing bench debugger` that needs no server: a log recorded into a file, replayed, and decided again.

use std::path::Path;
use std::sync::Arc;

use tokio::time::Instant;

use super::memory;
use super::report::Report;
use crate::cli::output::{Failure, Output};
use crate::debug::replay::Player;
use crate::debug::whatif::WhatIf;
use crate::debug::{Take, record};
use crate::log::{Fault, History, Log, blocking};

/// Records the log into a folder; replays it to its end, and asks what if nothing were otherwise.
pub(super) async fn recorded(
    log: &Log,
    folder: &Path,
    report: &mut Report,
    output: Output,
) -> Result<(), Failure> {
    output.progress("recording the log …");
    let (history, file) = (History::from(log), folder.join("log.recording"));
    let began = Instant::now();
    let take = Take { commands: true, ..Take::default() };
    let recording = Arc::new(record(&history, &file, take, |_, _| {}).await?);
    let (events, commands) = (recording.len("EVENTS") as f64, recording.len("COMMANDS") as f64);
    report.figure("record_per_s", (events + commands) / began.elapsed().as_secs_f64());
    let bytes =
        std::fs::metadata(&file).map_err(|error| Fault::later("look at the recording").because(error))?;
    report.figure("recording_bytes_per_record", bytes.len() as f64 / (events + commands));
    output.progress("replaying it …");
    let began = Instant::now();
    let (its, at_end) = (Arc::clone(&recording), Arc::clone(&recording));
    let player = blocking(move || {
        let mut player = Player::begin(its)?;
        player.go_to(player.last(), |_| {})?;
        Ok(player)
    })
    .await?;
    if player.position().0 != at_end.ends("EVENTS").last {
        return Err(Failure::failed("the replay did not come to the end".to_owned()));
    }
    report.figure("replay_per_s", events / began.elapsed().as_secs_f64());
    drop(player);
    output.progress("deciding it again …");
    let began = Instant::now();
    let found = WhatIf::default().run(recording, |_, _| {}).await?;
    if !found.differences.is_empty() {
        return Err(Failure::failed(format!("{} outcomes differ", found.differences.len())));
    }
    report.figure("whatif_commands_per_s", commands / began.elapsed().as_secs_f64());
    report.figure("memory_at_the_end_mib", memory::resident() / 1_048_576.0);
    Ok(())
}
