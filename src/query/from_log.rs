//! `why` without the index: read models of that one story are made from the log, and asked.

use std::collections::BTreeSet;
use std::sync::Arc;

use tempfile::TempDir;

use super::answer::Found;
use super::asker::{Asked, Asker};
use super::form::Form;
use super::model::Model;
use super::refusal::{Unanswered, unknown_id};
use super::why;
use crate::debug::{self, Inquiry, Named, delivery_of, first_answering, subjects_of_standing, trails};
use crate::log::{Fault, History, Record, blocking, clock, private_folder};
use crate::rules::identity::{Changed, Registered};
use crate::rules::message::{Accepted, Delivered, Expired, Failed, Filtered, Page, Recalled, WasRead};
use crate::rules::presence::Encoding;
use crate::rules::{Commit, Fact, Happened, Rejection, attempt};
use crate::wire::query::LIMIT_MAX;
use crate::wire::why::{Story, WhyOf};
use crate::wire::{subjects, to_json};
use crate::words::{Address, EventSeq, MessageId};

/// Commits that are read behind the one with which the last delivery has ended: what is read by people is read soon.
const BEHIND_LEN: u64 = 10_000;
/// Of an answer that goes over no wire.
const ANSWER_BYTES_MAX: usize = usize::MAX;

/// Why there is no story.
#[derive(Debug)]
pub enum Untold {
    Refused(Rejection),
    Failed(Fault),
}

impl From<Fault> for Untold {
    fn from(fault: Fault) -> Untold {
        Untold::Failed(fault)
    }
}

impl From<Unanswered> for Untold {
    fn from(unanswered: Unanswered) -> Untold {
        match unanswered {
            Unanswered::Refused(rejection) => Untold::Refused(rejection),
            Unanswered::Failed(fault) => Untold::Failed(fault),
        }
    }
}

/// The story, as an operator is told it, by reading the log: `progress` hears how far, of how much.
///
/// # Errors
/// Where there is nothing by this id, or where the server or the disk does not work.
pub async fn why_from_log(log: &History, asked: WhyOf, progress: impl Fn(u64, u64)) -> Result<Story, Untold> {
    let unknown = unknown_id(&asked.id);
    let of_one = OfOne::read(log, &asked.id, progress).await?;
    let story = debug::told(log, of_one.inquiry(asked).await?).await?;
    let story = story.ok_or(Untold::Refused(unknown))?;
    Ok(Story { read_until: of_one.until, ..story })
}

/// All commits that an id's story is told from, whichever of its recipients it is about. The log is read through, as by
/// [`why_from_log`]; in memory are their places.
///
/// # Errors
/// As [`why_from_log`].
pub async fn closure(
    log: &History,
    id: &str,
    progress: impl Fn(u64, u64),
) -> Result<BTreeSet<EventSeq>, Untold> {
    let of_one = OfOne::read(log, id, progress).await?;
    let (mut commits, mut after) = (BTreeSet::new(), None);
    loop {
        let asked = WhyOf { id: id.to_owned(), to: None, limit: Some(LIMIT_MAX), after };
        let inquiry = of_one.inquiry(asked).await?;
        commits.extend(debug::commits_of(log, &inquiry).await?);
        after = inquiry.next().map(str::to_owned);
        if after.is_none() {
            break;
        }
    }
    if commits.is_empty() { Err(Untold::Refused(unknown_id(id))) } else { Ok(commits) }
}

/// The read models of one story.
struct OfOne {
    model: Arc<Model>,
    /// The last commit that was read, where that is not the log's.
    until: Option<EventSeq>,
    _folder: TempDir,
}

impl OfOne {
    async fn read(log: &History, id: &str, progress: impl Fn(u64, u64)) -> Result<OfOne, Untold> {
        let named: Named = id.parse().unwrap_or_else(|()| Named::BySmsc(id.to_owned()));
        let of_one = OfOne::empty()?;
        let wanted = match named {
            Named::Command(_) => return Ok(of_one),
            Named::Message(message) => Wanted::of_message(log, message).await?,
            Named::Schedule(schedule) => Some(Wanted::of_id(schedule.to_string())),
            Named::Group(group) => Some(Wanted::of_id(format!("#{group}"))),
            Named::Someone(Address::User(name)) => Some(Wanted::of_id(name.to_string())),
            Named::Someone(address) => {
                let accounts = OfOne::all_with(log, &[Registered::NAME, Changed::NAME]).await?;
                let found = blocking(move || accounts.model.resolve(&address)).await?;
                Some(Wanted::of_id(found.ok_or_else(|| Untold::Refused(unknown_id(id)))?.to_string()))
            }
            Named::BySmsc(name) => {
                let attempts = OfOne::all_with(log, &[attempt::Accepted::NAME]).await?;
                let found = blocking(move || attempts.model.named_by_smsc(&name)).await?;
                Wanted::of_message(log, found.ok_or_else(|| Untold::Refused(unknown_id(id)))?).await?
            }
        };
        // Of a command that has sent no message there is its own story.
        let Some(wanted) = wanted else { return Ok(of_one) };
        let until = wanted.read(log, &of_one.model, progress).await?;
        Ok(OfOne { until, ..of_one })
    }

    fn empty() -> Result<OfOne, Fault> {
        let folder = private_folder()?;
        Ok(OfOne { model: Arc::new(Model::open(folder.path())?), until: None, _folder: folder })
    }

    /// With each commit that can hold one of these facts.
    async fn all_with(log: &History, facts: &[&'static str]) -> Result<OfOne, Fault> {
        let of_one = OfOne::empty()?;
        let subjects = subjects::events_with(facts);
        let last = log.last_seq_of("EVENTS", &subjects).await?.min(log.ends("EVENTS").await?.last);
        let mut records = log.read("EVENTS", subjects, 1);
        let mut reached = 0;
        while reached < last {
            let read = records.next_up_to(last).await?;
            reached = read.last().map_or(last, |record| record.seq);
            let model = Arc::clone(&of_one.model);
            let commits: Vec<Record> = read.into_iter().filter(|record| record.commit().is_ok()).collect();
            blocking(move || model.take(&commits)).await?;
        }
        Ok(of_one)
    }

    async fn inquiry(&self, asked: WhyOf) -> Result<Inquiry, Untold> {
        let model = Arc::clone(&self.model);
        let find = move || {
            let form =
                Form { encoding: Encoding::Json, bytes_max: ANSWER_BYTES_MAX, as_of: model.position() };
            let asked = Asked { by: subjects::OPERATOR, payload: &to_json(&asked), form, now: clock::now() };
            Ok(why::find(&model, &Asker::Operator, asked))
        };
        match blocking(find).await?? {
            Found::Why(inquiry) => Ok(inquiry),
            Found::Answer(_)
            | Found::Lines(_)
            | Found::LinesBack(_)
            | Found::Conversations(_)
            | Found::Schedules(_) => Err(Untold::Failed(Fault::never("tell a story"))),
        }
    }
}

/// Which commits a story needs.
struct Wanted {
    message: Option<MessageId>,
    /// Whose trails.
    ids: BTreeSet<String>,
    /// Before it only trails are wanted.
    first: u64,
    /// Of a message the recipients who have not got it, nor ever will.
    open: BTreeSet<String>,
}

impl Wanted {
    fn of_id(id: String) -> Wanted {
        Wanted { message: None, ids: [id].into(), first: 1, open: BTreeSet::new() }
    }

    /// A message and its recipients: they stand in the commit that accepts it. None where its command has sent none.
    async fn of_message(log: &History, message: MessageId) -> Result<Option<Wanted>, Fault> {
        let first = first_answering(log, message.command()).await?;
        let (mut open, mut next, mut is_sent) = (BTreeSet::new(), first, false);
        while let Some(record) = log.first_from("EVENTS", next).await? {
            next = record.seq + 1;
            match record.commit() {
                Ok(commit) if commit.command == message.command() => {
                    is_sent |= commit.facts.iter().any(|fact| fact.message() == Some(message));
                    open.extend(recipients(&commit));
                }
                Ok(_) => break,
                Err(_) => {}
            }
        }
        let ids = open.iter().cloned().chain([message.to_string()]).collect();
        Ok(is_sent.then_some(Wanted { message: Some(message), ids, first, open }))
    }

    /// Gives the last commit that was read, where that is not the log's.
    async fn read(
        mut self,
        log: &History,
        model: &Arc<Model>,
        progress: impl Fn(u64, u64),
    ) -> Result<Option<EventSeq>, Fault> {
        let last = log.ends("EVENTS").await?.last;
        let trails = subjects_of_standing();
        let before = log.last_seq_of("EVENTS", &trails).await?.min(last);
        self.pass(log, model, (trails, 1, before.min(self.first.saturating_sub(1))), &progress).await?;
        let read = self.pass(log, model, (Vec::new(), self.first, last), &progress).await?;
        Ok(Some(EventSeq(read)).filter(|_| read < last))
    }

    /// Takes in what is wanted of the records with these subjects, from the first to the last, or as far as there can be something.
    async fn pass(
        &mut self,
        log: &History,
        model: &Arc<Model>,
        (filters, first, mut last): (Vec<String>, u64, u64),
        progress: &impl Fn(u64, u64),
    ) -> Result<u64, Fault> {
        if first > last {
            return Ok(last);
        }
        let mut records = log.read("EVENTS", filters, first);
        loop {
            let read = records.next_up_to(last).await?;
            let reached = read.last().map_or(last, |record| record.seq);
            let in_turn = read.into_iter().filter(|record| record.seq <= last);
            let wanted: Vec<Record> = in_turn.filter(|record| self.wants(record)).collect();
            if self.has_ended(&wanted) {
                last = last.min(reached + BEHIND_LEN);
            }
            if !wanted.is_empty() {
                let model = Arc::clone(model);
                blocking(move || model.take(&wanted)).await?;
            }
            progress(reached.min(last), last);
            if reached >= last {
                return Ok(reached);
            }
        }
    }

    /// Whether these are the last that the message's recipients have waited for.
    fn has_ended(&mut self, wanted: &[Record]) -> bool {
        let Some(message) = self.message.filter(|_| !self.open.is_empty()) else { return false };
        for commit in wanted.iter().filter_map(|record| record.commit().ok()).map(Commit::unfolded) {
            for to in commit.facts.iter().filter_map(|fact| ended(fact, message)) {
                self.open.remove(&to);
            }
        }
        self.open.is_empty()
    }

    fn wants(&self, record: &Record) -> bool {
        let Ok(commit) = record.commit() else { return false };
        let its_command = self.message.is_some_and(|message| commit.command == message.command());
        its_command || commit.facts.iter().any(|fact| self.is_of(fact))
    }

    fn is_of(&self, fact: &Fact) -> bool {
        let of_message = delivery_of(fact).is_some_and(|(message, _)| Some(message) == self.message);
        of_message || trails(fact).any(|(id, _)| self.ids.contains(&id))
    }
}

/// Whose delivery of a message has ended by it.
fn ended(fact: &Fact, message: MessageId) -> Option<String> {
    let (of, to) = delivery_of(fact)?;
    let ends = [Delivered::NAME, WasRead::NAME, Filtered::NAME, Recalled::NAME, Expired::NAME, Failed::NAME];
    (of == message && ends.contains(&fact.name())).then(|| to.to_string())
}

fn recipients(commit: &Commit) -> BTreeSet<String> {
    let named = |fact: &Fact| match (fact.get::<Accepted>(), fact.get::<Page>()) {
        (Some(accepted), _) => accepted.to.iter().map(ToString::to_string).collect::<Vec<_>>(),
        (None, Some(page)) => {
            page.deliveries().filter_map(|fact| delivery_of(&fact).map(|(_, to)| to.to_string())).collect()
        }
        (None, None) => Vec::new(),
    };
    commit.facts.iter().flat_map(named).collect()
}
