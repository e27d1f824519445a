//! The verification of a log: commands decided again by the decider's own code, each decision held against what stands on EVENTS.
//!
//! Why: what is decided depends on the commands before it alone, so whoever has both streams can prove that nothing was lost,
//! changed or added, and that another build of Homing decides the same.

mod compare;
mod feed;
mod finding;
mod kept;
mod report;
mod walk;

pub use finding::{Finding, Kind};
pub use kept::{CheckpointState, KeptState};
pub use report::{Progress, Report, Since};

use std::num::NonZeroU32;
use std::path::PathBuf;

use tokio::time::Instant as Moment;
use tokio_util::sync::CancellationToken;

use crate::decider::Replay;
use crate::log::{Fault, Log, Pace, private_folder};
use feed::Events;
use kept::Kepts;
use walk::Walk;

/// What is to be verified, and how.
#[derive(Debug, Clone, Default)]
pub struct Verify {
    /// The data folder whose snapshot and checkpoints are held against the log; its decider may run meanwhile.
    pub data: Option<PathBuf>,
    /// Records of EVENTS in a second at most.
    pub rate: Option<NonZeroU32>,
}

impl Verify {
    /// Verifies the log up to the end that it has now, or until `stop`: then the report says how far it came. Nothing is
    /// written but into a temporary folder.
    ///
    /// # Errors
    /// When the server does not answer, EVENTS lacks its beginning, or a disk does not work.
    pub async fn run(
        &self,
        log: &Log,
        progress: &Progress,
        stop: &CancellationToken,
    ) -> Result<Report, Fault> {
        let began = Moment::now();
        // Before anything is read: with the first reading a server may forget it.
        let mut cut_off = Vec::new();
        for stream in ["EVENTS", "COMMANDS"] {
            cut_off.extend(log.cut_off(stream).await?);
        }
        // In this order: what EVENTS answers is in COMMANDS, or has left it.
        let (events, commands) = (log.ends("EVENTS").await?, log.ends("COMMANDS").await?);
        let first = log.wrapped_record("COMMANDS", commands.first, None).await?;
        let since = first.map(|first| Since { command: first.seq, at: first.at });
        let folder = private_folder()?;
        let from = since.map_or(events.created, |since| since.at);
        let mut walk = Walk {
            log,
            replay: Replay::begin(folder.path(), from).await?,
            events: Events::of(log, events)?,
            ahead: None,
            kept: Kepts::open(log, self.data.as_deref()).await?,
            heard: commands.first.saturating_sub(1),
            answered: 0,
            pace: Pace::new(self.rate),
            report: Report::new(events.last, since),
            progress,
        };
        let done = stop.run_until_cancelled(walk.all(commands)).await.transpose()?;
        let Walk { replay, kept, mut report, .. } = walk;
        report.read = replay.fold().read().0;
        report.complete = done == Some(true);
        (report.snapshot, report.checkpoints) = kept.ended();
        report.cut_off = cut_off;
        report.took(began.elapsed());
        Ok(report)
    }
}
