//! The walk along the commands of a recording: what was decided about each, and beside it what would be.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::path::Path;
use std::sync::Arc;

use super::difference::{Differences, Side};
use super::patch::{Said, Wished};
use super::reactions;
use super::timers::Timers;
use super::{Found, Patch, WhatIf, Where};
use crate::debug::deliveries::{Deliveries, Reached, Whose};
use crate::decider::Replay;
use crate::log::{Fault, Record, Recording};
use crate::rules::{Commit, Fact, Rejection, identity};
use crate::words::{EventSeq, Instant, Span, UserName};

const BATCH_LEN_MAX: usize = 512;

/// Steps of one decision by whose they are: the last one of each.
type Moved = BTreeMap<Whose, Reached>;

pub(super) struct Walk {
    recording: Arc<Recording>,
    /// As it was, up to this record.
    was: EventSeq,
    events: VecDeque<(Record, Commit)>,
    next_event: u64,
    was_deliveries: Deliveries,
    /// As it would be.
    would: Replay,
    would_deliveries: Deliveries,
    timers: Timers,
    differences: Differences,
    patches: Vec<Patch>,
    used: BTreeSet<usize>,
    offset: Span,
    /// Where the decision stands in the log that is made again: there, what it leads to stands too, for a lease and a device are
    /// known by their places.
    place: EventSeq,
    /// The number of the next command that nobody said.
    next_own: u64,
    commands: u64,
    refused: Vec<String>,
}

impl Walk {
    pub(super) async fn begin(
        recording: Arc<Recording>,
        what: &WhatIf,
        folder: &Path,
    ) -> Result<Walk, Fault> {
        let first = recording.first_from("COMMANDS", 0)?.map_or(Instant::default(), |first| first.at);
        Ok(Walk {
            was: EventSeq::default(),
            events: VecDeque::new(),
            next_event: 1,
            was_deliveries: Deliveries::default(),
            would: Replay::begin(folder, first).await?,
            would_deliveries: Deliveries::default(),
            timers: Timers::of(&recording)?,
            differences: Differences::default(),
            patches: what.patches.clone(),
            used: BTreeSet::new(),
            offset: Span::from_ms(what.clock.0),
            place: EventSeq::default(),
            next_own: recording.ends("COMMANDS").last + 1,
            commands: 0,
            refused: Vec::new(),
            recording,
        })
    }

    pub(super) async fn all(&mut self, progress: impl Fn(u64, u64)) -> Result<(), Fault> {
        let (first, all) = (self.recording.ends("COMMANDS").first, self.recording.len("COMMANDS") as u64);
        self.before(first).await?;
        let mut next = first;
        let mut last = Instant::default();
        self.patched(|place| place == Where::Beginning, first, None).await?;
        loop {
            let batch = self.recording.batch("COMMANDS", next, BATCH_LEN_MAX)?;
            let Some(end) = batch.last() else { break };
            (next, last) = (end.seq + 1, end.at);
            for command in &batch {
                self.command(command).await?;
                self.commands += 1;
            }
            progress(self.commands, all);
        }
        self.fire(last + self.offset).await
    }

    /// What was decided about commands that are kept no more: both sides begin with it.
    async fn before(&mut self, first: u64) -> Result<(), Fault> {
        while self.ahead()?.is_some_and(|command| command < first) {
            let Some((record, commit)) = self.events.pop_front() else { break };
            // What stands between two commits is none of Homing's.
            for stray in self.was.next().0..record.seq {
                self.would.take(stray, None).await?;
            }
            self.was = EventSeq(record.seq);
            self.was_deliveries.take(self.was, &commit);
            self.timers.take(std::slice::from_ref(&commit));
            self.would.take(record.seq, Some(commit)).await?;
        }
        self.would_deliveries = self.was_deliveries.clone();
        self.users_came(None).await
    }

    async fn command(&mut self, command: &Record) -> Result<(), Fault> {
        let at = command.at + self.offset;
        self.fire(at).await?;
        let number = command.seq;
        let is_here = |place: Where| match place {
            Where::Beginning => false,
            Where::Before(seq) => seq.0 == number,
            Where::At(time) => time <= command.at,
        };
        self.patched(is_here, number, Some(at)).await?;
        self.place = EventSeq(match self.ahead()? {
            Some(next) if next == number => self.events.front().map_or(0, |(record, _)| record.seq),
            Some(_) | None => self.was.0,
        });
        let (was, was_refused) = self.decided_about(number)?;
        let said = Record { at, ..command.clone() };
        let (would, would_refused) =
            if self.is_dropped(&said) { (Moved::new(), None) } else { self.decide(&said).await? };
        self.compare((was, was_refused), (would, would_refused), number);
        Ok(())
    }

    /// What stands in the log of a command: its steps, and the code with which it was refused.
    fn decided_about(&mut self, command: u64) -> Result<(Moved, Option<String>), Fault> {
        let (mut moved, mut refused) = (Moved::new(), None);
        while self.ahead()?.is_some_and(|next| next <= command) {
            let Some((record, commit)) = self.events.pop_front() else { break };
            refused = refused.or_else(|| code(&commit));
            let steps = self.was_deliveries.take(EventSeq(record.seq), &commit);
            moved.extend(steps.into_iter().map(|(whose, _, now)| (whose, now)));
            self.was = EventSeq(record.seq);
        }
        Ok((moved, refused))
    }

    /// What would be decided, taken in.
    async fn decide(&mut self, said: &Record) -> Result<(Moved, Option<String>), Fault> {
        let mut heard = self.would.hear(std::slice::from_ref(said)).await?;
        let Some(mut heard) = heard.pop() else { return Ok((Moved::new(), None)) };
        if reactions::answers_nothing(&self.differences, &mut heard) {
            return Ok((Moved::new(), None));
        }
        let judged = self.would.judge(heard);
        self.timers.take(&judged.parts);
        self.would.decide(&judged, self.place).await?;
        let mut moved = Moved::new();
        for part in &judged.parts {
            let steps = self.would_deliveries.take(self.would.fold().read(), part);
            moved.extend(steps.into_iter().map(|(whose, _, now)| (whose, now)));
        }
        let refused = judged.parts.first().and_then(code);
        Box::pin(self.users_came(Some(&judged.parts))).await?;
        Ok((moved, refused))
    }

    fn compare(
        &mut self,
        (was, was_refused): (Moved, Option<String>),
        (would, would_refused): (Moved, Option<String>),
        command: u64,
    ) {
        let all: BTreeSet<&Whose> = was.keys().chain(would.keys()).collect();
        for whose in all {
            let sides = [was.get(whose), would.get(whose)].map(|side| side.copied().map(Side::Reached));
            let [was, would] = sides;
            let before = |deliveries: &Deliveries, refused: &Option<String>| {
                let its_own = whose.0.command().0 == command;
                match (deliveries.reached(whose), refused) {
                    (Some(reached), _) => Side::Reached(reached),
                    (None, Some(code)) if its_own => Side::Refused(code.clone()),
                    (None, _) => Side::Nothing,
                }
            };
            let before =
                (before(&self.was_deliveries, &was_refused), before(&self.would_deliveries, &would_refused));
            self.differences.compare(whose, (was, would), before, self.offset.ms());
        }
    }

    fn is_dropped(&mut self, said: &Record) -> bool {
        let subject = said.subject.as_str();
        let of_presence = |user: &UserName| {
            let own = [".presence.online", ".presence.offline"];
            own.iter().any(|verb| subject == format!("homing.cmd.{user}{verb}"))
                || (subject.ends_with(".presence.lapsed") && lapses(said, user))
        };
        let dropped = self.patches.iter().enumerate().find(|(_, patch)| match patch {
            Patch::Drop(command) => command.0 == said.seq,
            Patch::Set { user, what: Wished::Online(_), .. } => of_presence(user),
            Patch::Set { what: Wished::By(_), .. } | Patch::Add { .. } => false,
        });
        let index = dropped.map(|(index, _)| index);
        self.used.extend(index);
        index.is_some()
    }

    /// Says what is added here.
    async fn patched(
        &mut self,
        is_here: impl Fn(Where) -> bool,
        before: u64,
        at: Option<Instant>,
    ) -> Result<(), Fault> {
        let fresh = |(index, patch): (usize, &Patch)| match patch {
            Patch::Add { place, said, text } if !self.used.contains(&index) && is_here(*place) => {
                Some((index, said.clone(), text.clone()))
            }
            Patch::Add { .. } | Patch::Drop(_) | Patch::Set { .. } => None,
        };
        let added: Vec<_> = self.patches.iter().enumerate().filter_map(fresh).collect();
        let at = match at {
            Some(at) => at,
            None => {
                self.recording.first_from("COMMANDS", before)?.map_or(Instant::default(), |it| it.at)
                    + self.offset
            }
        };
        for (index, said, text) in added {
            self.used.insert(index);
            self.say(&said, at, &text).await?;
        }
        Ok(())
    }

    /// What is to be so of those who are there now; of all, or of whom these facts register.
    async fn users_came(&mut self, by: Option<&[Commit]>) -> Result<(), Fault> {
        if self.patches.is_empty() {
            return Ok(());
        }
        let came = |user: &UserName| by.is_none_or(|parts| registers(parts, user));
        let wished = |(index, patch): (usize, &Patch)| match patch {
            Patch::Set { user, what, text } if !self.used.contains(&index) && came(user) => {
                Some((index, user.clone(), what.clone(), text.clone()))
            }
            Patch::Set { .. } | Patch::Add { .. } | Patch::Drop(_) => None,
        };
        let wished: Vec<_> = self.patches.iter().enumerate().filter_map(wished).collect();
        for (index, user, what, text) in wished {
            let at = self.would.fold().mark().at;
            let Some(shown) = self.would.state().shown_user(&user, at) else { continue };
            self.used.insert(index);
            for said in what.said(&user, shown.devices.keys().map(ToString::to_string)) {
                self.say(&said, at, &text).await?;
            }
        }
        Ok(())
    }

    /// A command that nobody said.
    async fn say(&mut self, said: &Said, at: Instant, text: &str) -> Result<(), Fault> {
        let record = said.record(self.own(), at);
        let (moved, refused) = self.decide(&record).await?;
        self.refused.extend(refused.map(|code| format!("{text}: {code}")));
        self.compare((Moved::new(), None), (moved, None), record.seq);
        Ok(())
    }

    /// Timers that the log did not set fire by their own time.
    async fn fire(&mut self, before: Instant) -> Result<(), Fault> {
        while let Some(firing) = self.timers.due(before, self.next_own) {
            self.own();
            let (moved, _) = self.decide(&firing).await?;
            self.compare((Moved::new(), None), (moved, None), firing.seq);
        }
        Ok(())
    }

    fn own(&mut self) -> u64 {
        let own = self.next_own;
        self.next_own += 1;
        own
    }

    /// The command that the next commit of the log answers. What is no commit is passed over.
    fn ahead(&mut self) -> Result<Option<u64>, Fault> {
        while self.events.is_empty() {
            let batch = self.recording.batch("EVENTS", self.next_event, BATCH_LEN_MAX)?;
            let Some(last) = batch.last() else { return Ok(None) };
            self.next_event = last.seq + 1;
            self.events.extend(batch.into_iter().filter_map(|record| {
                let commit = record.commit().ok()?;
                Some((record, commit))
            }));
        }
        Ok(self.events.front().map(|(_, commit)| commit.command.0))
    }

    pub(super) fn found(self) -> Found {
        let unused = self.patches.iter().enumerate().filter(|(index, _)| !self.used.contains(index));
        Found {
            commands: self.commands,
            differences: self.differences.list(self.offset.ms()),
            not_followed: self.differences.not_followed,
            refused: self.refused,
            unused: unused.map(|(_, patch)| patch.text()).collect(),
        }
    }
}

/// Whether a decision makes somebody a user.
fn registers(parts: &[Commit], user: &UserName) -> bool {
    let mut made = parts.iter().flat_map(|part| &part.facts).filter_map(Fact::get::<identity::Registered>);
    made.any(|registered| registered.user == *user)
}

/// The code with which a command was refused.
fn code(commit: &Commit) -> Option<String> {
    commit.facts.first().and_then(Fact::get::<Rejection>).map(|refused| refused.code.clone())
}

/// Whether the end of a lease is told that is this user's.
fn lapses(said: &Record, user: &UserName) -> bool {
    let told = crate::wire::to_value(&said.payload).unwrap_or_default();
    told.get("user").and_then(|user| user.as_str()) == Some(user.as_str())
}
