//! The report of a verification: what was compared, since when, how fast, and what was found. It names nothing that was not done.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde::{Serialize, Serializer};
use serde_with::skip_serializing_none;

use super::{CheckpointState, Finding, KeptState, Kind};
use crate::log::Lost;
use crate::words::Instant;

/// How far it is: looked at by another task, as often as that likes.
#[derive(Debug, Default)]
pub struct Progress {
    /// The last record of EVENTS that was taken in, and the last one that will be.
    pub read: AtomicU64,
    pub last: AtomicU64,
    pub commands: AtomicU64,
    pub commits: AtomicU64,
}

impl Progress {
    pub(super) fn tell(&self, read: u64, report: &Report) {
        let Report { last, commands, commits, .. } = report;
        for (told, now) in
            [(&self.read, read), (&self.last, *last), (&self.commands, *commands), (&self.commits, *commits)]
        {
            told.store(now, Ordering::Relaxed);
        }
    }
}

/// The oldest command that COMMANDS holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Since {
    pub command: u64,
    #[serde(rename = "time", serialize_with = "as_text")]
    pub at: Instant,
}

/// As people read it.
pub(super) fn as_text<S: Serializer>(at: &Instant, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(at)
}

/// The same, where it is known.
pub(super) fn as_text_if_any<S: Serializer>(at: &Option<Instant>, to: S) -> Result<S::Ok, S::Error> {
    match at {
        Some(at) => as_text(at, to),
        None => to.serialize_none(),
    }
}

/// What was verified.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Whether it came to the end that the log had when it began.
    pub complete: bool,
    /// Commits that were held against a decision that was made again.
    pub commits: u64,
    /// Commands that were decided again, those among them of which nothing came.
    pub commands: u64,
    /// From this one on; absent where none is kept.
    pub since: Option<Since>,
    /// Commits of older commands, which were taken in and not compared.
    pub before: u64,
    /// Commits whose commands left COMMANDS while it was read; they were taken in too.
    pub left: u64,
    /// Commands behind the last one that EVENTS answers: not decided yet, or nothing came of them.
    pub undecided: u64,
    /// The command at the end whose decision has not all of its parts yet.
    pub half: Option<u64>,
    /// Records on EVENTS that others have published.
    pub none_of_ours: u64,
    /// Records on EVENTS that were appended as a decider appends, and are no commits or not the next ones.
    pub torn: u64,
    /// The first of them.
    pub torn_at: Option<u64>,
    /// By their kinds.
    pub differ: u64,
    pub no_commit: u64,
    pub no_command: u64,
    pub missing_parts: u64,
    /// Commands that were stored, and that neither COMMANDS nor EVENTS tells of any more.
    pub lost_commands: u64,
    /// Commits that cannot be read any more, up to where EVENTS goes on; nothing behind is compared.
    pub gap: u64,
    pub first: Option<Finding>,
    pub snapshot: KeptState,
    /// By the numbers of their last commands.
    pub checkpoints: Vec<CheckpointState>,
    /// What nats-server has cut off a stream when it started.
    pub cut_off: Vec<Lost>,
    /// The last record of EVENTS that was read, and the last one that there was.
    pub read: u64,
    pub last: u64,
    pub seconds: f64,
    /// Records of EVENTS that were read.
    pub per_second: u64,
    /// The last torn record since the last decision, and why it is one.
    #[serde(skip)]
    pub(super) torn_since: Option<(u64, String)>,
}

impl Report {
    pub(super) fn new(last: u64, since: Option<Since>) -> Report {
        Report {
            complete: false,
            commits: 0,
            commands: 0,
            since,
            before: 0,
            left: 0,
            undecided: 0,
            half: None,
            none_of_ours: 0,
            torn: 0,
            torn_at: None,
            differ: 0,
            no_commit: 0,
            no_command: 0,
            missing_parts: 0,
            lost_commands: 0,
            gap: 0,
            first: None,
            snapshot: KeptState::None,
            checkpoints: Vec::new(),
            cut_off: Vec::new(),
            read: 0,
            last,
            seconds: 0.0,
            per_second: 0,
            torn_since: None,
        }
    }

    pub(super) fn found(&mut self, finding: Finding) {
        self.found_many(finding, 1);
    }

    /// The same thing so often.
    pub(super) fn found_many(&mut self, finding: Finding, times: u64) {
        let count = match finding.kind {
            Kind::Differs => &mut self.differ,
            Kind::NoCommit => &mut self.no_commit,
            Kind::NoCommand => &mut self.no_command,
            Kind::MissingParts => &mut self.missing_parts,
            Kind::LostCommand => &mut self.lost_commands,
            Kind::Gap => &mut self.gap,
        };
        *count += times;
        self.first.get_or_insert(finding);
    }

    /// How many things do not fit.
    pub fn wrong(&self) -> u64 {
        let decisions = self.differ + self.no_commit + self.no_command + self.missing_parts;
        let kept = self.checkpoints.iter().map(|checkpoint| &checkpoint.state).chain([&self.snapshot]);
        let kept = kept.filter(|state| state.is_wrong()).count() as u64;
        decisions + self.torn + self.lost_commands + self.gap + kept
    }

    pub(super) fn took(&mut self, time: Duration) {
        self.seconds = (time.as_secs_f64() * 1_000.0).round() / 1_000.0;
        self.per_second = (self.read as f64 / time.as_secs_f64().max(0.001)) as u64;
    }
}
