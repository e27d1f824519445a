//! The walk along both streams: commands in their order, and beside each the decision that EVENTS holds of it.
//!
//! Invariant: a command is judged by what stands on EVENTS before its decision, whatever was decided again of the others.

use super::compare::{lines, same};
use super::feed::{Commands, Events};
use super::kept::Kepts;
use super::{Finding, Progress, Report};
use crate::decider::{Heard, Judged, Replay};
use crate::log::{Ends, Fault, Log, Pace, Record};
use crate::rules::Commit;

pub(super) struct Walk<'a> {
    pub(super) log: &'a Log,
    pub(super) replay: Replay,
    pub(super) events: Events,
    /// The next commit, which is not taken in yet.
    pub(super) ahead: Option<(Record, Commit)>,
    pub(super) kept: Kepts,
    /// The last command that was read.
    pub(super) heard: u64,
    /// How many decisions without a command were found up to there.
    pub(super) answered: u64,
    pub(super) pace: Pace,
    pub(super) report: Report,
    pub(super) progress: &'a Progress,
}

/// What a decision on EVENTS is held against.
enum Against<'a> {
    /// Its command left COMMANDS long ago.
    Nothing,
    /// Its command is not there.
    NoCommand,
    Judged(&'a Judged),
}

/// A decision as it was taken in.
#[derive(Default)]
struct Taken {
    parts: usize,
    /// Where the first of its parts stands that is not as it was decided again.
    differs_at: Option<u64>,
    /// The lines of the parts that differ.
    stands: Vec<String>,
    decided: Vec<String>,
}

impl Walk<'_> {
    /// To the end, or to where a decision has lost its last parts: the decider passes over all that stands behind. Whether it came
    /// to the end.
    pub(super) async fn all(&mut self, ends: Ends) -> Result<bool, Fault> {
        let Ends { first, last, .. } = ends;
        let (mut commands, mut is_behind) = (Commands::of(self.log, ends).await?, false);
        while let Some(heard) = commands.next().await? {
            let Some(next) = heard.first() else { continue };
            // What they are judged by, used ids among it, is what stands before them.
            is_behind = is_behind || !self.goes_to(next.seq).await?;
            if is_behind {
                for command in &heard {
                    self.follows(command.seq).await?;
                }
                continue;
            }
            for heard in self.replay.hear(&heard).await? {
                self.command(heard).await?;
            }
        }
        self.goes_to(u64::MAX).await?;
        self.follows(last + 1).await?;
        let decided = self.replay.state().position().0.0.max(first.saturating_sub(1));
        // Behind a gap nobody looked.
        self.report.undecided = if self.report.gap > 0 { 0 } else { last.saturating_sub(decided) };
        self.report.half = self.replay.fold().half().map(|command| command.0);
        Ok(self.replay.fold().read().0 >= self.report.last)
    }

    /// Takes in the decisions of all commands before this one. Whether there are others behind them.
    async fn goes_to(&mut self, command: u64) -> Result<bool, Fault> {
        let since = self.report.since.map_or(u64::MAX, |since| since.command);
        // What is missing before this one may be what the decider has trimmed meanwhile.
        let mut kept_from = None;
        while let Some(next) = self.next().await? {
            if next >= command {
                return Ok(true);
            }
            if next < since {
                self.report.before += self.decision(&Against::Nothing).await?.parts as u64;
                continue;
            }
            let kept_from = match kept_from {
                Some(first) => first,
                None => *kept_from.insert(self.log.ends("COMMANDS").await?.first),
            };
            if next < kept_from {
                self.report.left += self.decision(&Against::Nothing).await?.parts as u64;
                continue;
            }
            let (record, commit) = self.ahead.as_ref().expect("it is the next");
            let finding = Finding::of_commit(record.seq, commit);
            let stands = self.decision(&Against::NoCommand).await?.stands;
            self.report.found(Finding { stands, ..finding });
        }
        Ok(false)
    }

    async fn command(&mut self, heard: Heard<'_>) -> Result<(), Fault> {
        let command = heard.record();
        // Behind the last one that EVENTS answers nothing is decided yet, or nothing came of it.
        let has_commits = self.goes_to(command.seq).await?;
        self.follows(command.seq).await?;
        if !has_commits {
            return Ok(());
        }
        let judged = self.replay.judge(heard);
        self.report.commands += 1;
        if self.next().await? != Some(command.seq) {
            if !judged.outgoing.is_empty() {
                let decided = self.shown(&judged, 0);
                let torn = self.report.torn_since.take();
                self.report.found(Finding { decided, ..Finding::of_command(command, torn) });
            }
            return Ok(());
        }
        let Taken { parts, differs_at, stands, decided } = self.decision(&Against::Judged(&judged)).await?;
        self.report.commits += parts as u64;
        if let Some(at) = differs_at {
            self.report.found(Finding { stands, decided, ..Finding::of_difference(command, at) });
        }
        Ok(())
    }

    /// The command of this number is the next one that could be read. Of those between which are still kept, and on EVENTS not
    /// answered, nobody tells any more.
    async fn follows(&mut self, seq: u64) -> Result<(), Fault> {
        let (from, to) = (self.heard + 1, seq.saturating_sub(1));
        let answered = self.report.no_command - std::mem::replace(&mut self.answered, self.report.no_command);
        self.heard = self.heard.max(seq);
        if from > to {
            return Ok(());
        }
        let from = from.max(self.log.ends("COMMANDS").await?.first);
        let lost = (to + 1).saturating_sub(from).saturating_sub(answered);
        if lost > 0 {
            self.report.found_many(Finding::of_lost_commands(from, to), lost);
        }
        Ok(())
    }

    /// The lines of what was decided again, from a part on; none where another finding is shown already.
    fn shown(&self, judged: &Judged, from: usize) -> Vec<String> {
        if self.report.first.is_some() {
            return Vec::new();
        }
        let parts = judged.parts.iter().zip(&judged.outgoing).skip(from);
        parts.flat_map(|(commit, outgoing)| lines::of_outgoing(commit, outgoing)).collect()
    }

    /// The command that the next commit answers; none where the log ends. What is none of the decider's is passed over.
    async fn next(&mut self) -> Result<Option<u64>, Fault> {
        while self.ahead.is_none() {
            let at = self.replay.fold().read().0;
            let Some((record, read)) = self.events.next().await? else {
                if !self.events.has_ended() && at < self.report.last {
                    self.gap(at + 1, self.report.last);
                }
                return Ok(None);
            };
            if record.seq > at + 1 {
                self.gap(at + 1, record.seq - 1);
                return Ok(None);
            }
            match self.replay.fold().next_of(read) {
                Ok(commit) => self.ahead = Some((record, commit)),
                Err(why) => self.pass_over(&record, why).await?,
            }
        }
        Ok(self.ahead.as_ref().map(|(_, commit)| commit.command.0))
    }

    /// What stands behind is another state's: nothing of it is compared.
    fn gap(&mut self, first: u64, last: u64) {
        let command = self.replay.state().position().0.0;
        self.report.found_many(Finding::of_gap(first, last, command), last + 1 - first);
        self.events.end();
    }

    async fn pass_over(&mut self, record: &Record, why: String) -> Result<(), Fault> {
        if !record.was_fenced() {
            self.report.none_of_ours += 1;
        } else if let (Some(half), Ok(commit)) = (self.replay.fold().half(), record.commit())
            && commit.command > half
        {
            // Only a decider begins another decision.
            self.report.found(Finding::of_missing_parts(half.0, record.seq, &commit));
            self.events.end();
            return Ok(());
        } else {
            self.report.torn += 1;
            self.report.torn_at.get_or_insert(record.seq);
            self.report.torn_since = Some((record.seq, why));
        }
        self.replay.take(record.seq, None).await?;
        self.pace.take().await;
        Ok(())
    }

    /// Takes the next decision in, and holds it against another one.
    async fn decision(&mut self, against: &Against<'_>) -> Result<Taken, Fault> {
        let (mut taken, mut last) = (Taken::default(), false);
        while !last && self.next().await?.is_some() {
            let Some((record, commit)) = self.ahead.take() else { break };
            last = commit.is_last_part();
            let judged = match against {
                Against::Nothing | Against::NoCommand => None,
                Against::Judged(judged) => {
                    judged.outgoing.get(taken.parts).zip(judged.parts.get(taken.parts))
                }
            };
            let differs = match against {
                Against::Nothing => false,
                Against::NoCommand => true,
                Against::Judged(_) => !judged.is_some_and(|(outgoing, _)| same(&record, outgoing)),
            };
            if differs && self.report.first.is_none() {
                taken.stands.extend(lines::of_record(&commit, &record));
                taken.decided.extend(judged.iter().flat_map(|(out, part)| lines::of_outgoing(part, out)));
            }
            if differs {
                taken.differs_at.get_or_insert(record.seq);
            }
            taken.parts += 1;
            self.replay.take(record.seq, Some(commit)).await?;
            self.pace.take().await;
        }
        if let (Against::Judged(judged), Some(_)) = (against, taken.differs_at) {
            taken.decided.extend(self.shown(judged, taken.parts));
        }
        self.report.torn_since = None;
        self.kept.compare(&self.replay).await?;
        self.progress.tell(self.replay.fold().read().0, &self.report);
        Ok(taken)
    }
}
