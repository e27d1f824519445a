//! One command in, one decision out: who may ask, what was asked before, and which area answers.

use serde::{Deserialize, Serialize};

use super::command::Encoding;
use super::quota::OverQuota;
use super::schedule::Fired;
use super::{
    Command, Fact, IntentMark, Part, Rejection, Sender, Stamp, State, contacts, identity, message, presence,
    schedule, sms, timer,
};
use crate::words::{CommandSeq, ImNumber, Instant, MessageId, ScheduleId, UserName};

/// A command with all that its decision may know about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Order {
    pub seq: CommandSeq,
    /// The command's JetStream timestamp: the decision's "now".
    pub at: Instant,
    pub by: Sender,
    pub encoding: Encoding,
    pub command: Command,
    /// A stamp of the command without its encoding, taken where it carries an `id`.
    pub content: Option<Stamp>,
}

/// What is answered to the one who asked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    Accepted,
    Message(MessageId),
    User(UserName, ImNumber),
    /// With those of its next firings that would exceed the quota.
    Schedule(ScheduleId, Vec<OverQuota>),
    Refused(Box<Rejection>),
}

impl Outcome {
    /// The outcome that a decision's first fact tells.
    pub fn of(first: Option<&Fact>) -> Outcome {
        match first {
            Some(Fact::Refused(rejection)) => Outcome::Refused(Box::new(rejection.clone())),
            Some(Fact::MessageAccepted(accepted)) => Outcome::Message(accepted.message),
            Some(Fact::ScheduleRun { message, .. } | Fact::OccurrenceFired(Fired { message, .. })) => {
                Outcome::Message(*message)
            }
            Some(Fact::ScheduleCreated(created)) => {
                Outcome::Schedule(created.schedule, created.over_quota.clone())
            }
            Some(Fact::UserRegistered { user, im, .. }) => Outcome::User(user.clone(), *im),
            Some(
                Fact::UserChanged { .. }
                | Fact::UserSuspended { .. }
                | Fact::UserResumed { .. }
                | Fact::ProfileSet { .. }
                | Fact::PreferenceSet { .. }
                | Fact::ContactAdded { .. }
                | Fact::ContactRemoved { .. }
                | Fact::ContactBlocked { .. }
                | Fact::DeviceOnline { .. }
                | Fact::DeviceOffline { .. }
                | Fact::DeliveryRouted(_)
                | Fact::DeliveryDelivered { .. }
                | Fact::DeliveryRead { .. }
                | Fact::DeliveryFiltered { .. }
                | Fact::DeliveryRecalled { .. }
                | Fact::DeliveryExpired { .. }
                | Fact::DeliveryFailed { .. }
                | Fact::SmsAttempted(_)
                | Fact::SmsLetGo { .. }
                | Fact::SmsAccepted { .. }
                | Fact::SmsFailed { .. }
                | Fact::SmsDeferred { .. }
                | Fact::SmsUnknown { .. }
                | Fact::SmsReceipt(_)
                | Fact::SmsUnmatched(_)
                | Fact::SmsSilent { .. }
                | Fact::SmsPart(_)
                | Fact::SmsReceived(_)
                | Fact::PhonePreferenceSet { .. }
                | Fact::ScheduleReplaced(_)
                | Fact::SchedulePaused { .. }
                | Fact::ScheduleResumed { .. }
                | Fact::ScheduleCancelled { .. }
                | Fact::ScheduleEnded { .. }
                | Fact::SkipSet { .. }
                | Fact::OccurrencePlanned(_)
                | Fact::OccurrenceSkipped(_)
                | Fact::OccurrenceMissed(_)
                | Fact::OccurrenceCancelled(_)
                | Fact::TimerSet { .. },
            )
            | None => Outcome::Accepted,
        }
    }
}

/// The facts of a decision; none when the wish was fulfilled already.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    pub facts: Vec<Fact>,
    pub intent: Option<IntentMark>,
    pub outcome: Outcome,
}

/// Decides one order. The same state and order give the same decision, always.
pub fn decide(state: &State, order: &Order) -> Decision {
    if let Err(rejection) = admit(state, order) {
        return refuse(rejection);
    }
    let intent = match first_outcome(state, order) {
        Ok(Some(outcome)) => return Decision { facts: Vec::new(), intent: None, outcome },
        Ok(None) => mark(order),
        Err(rejection) => return refuse(rejection),
    };
    let decision = match dispatch(state, order) {
        Ok(facts) => Decision { outcome: outcome(state, order, &facts), facts, intent: None },
        Err(rejection) => refuse(rejection),
    };
    Decision { intent, ..decision }
}

/// The decision about a command that could not even be read.
pub fn refuse(rejection: Rejection) -> Decision {
    let fact = Fact::Refused(rejection);
    Decision { outcome: Outcome::of(Some(&fact)), facts: vec![fact], intent: None }
}

/// Who may send what: an operator the user commands, the parts of Homing their reports, a registered user the rest.
fn admit(state: &State, order: &Order) -> Result<(), Rejection> {
    let part = match &order.command {
        Command::Register(_) | Command::SetUser(_) | Command::Suspend(_) | Command::Resume(_) => Part::Admin,
        Command::Lapsed(_) => Part::Lease,
        Command::TimerFired(_) => Part::Clock,
        Command::SmsAttempt(_) | Command::SmsReport(_) | Command::SmsReceived(_) | Command::SmsPart(_) => {
            Part::Sms
        }
        Command::SetProfile(_)
        | Command::SetPreference(_)
        | Command::AddContact(_)
        | Command::RemoveContact(_)
        | Command::BlockContact(_)
        | Command::Online(_)
        | Command::Offline(_)
        | Command::Send(_)
        | Command::Received(_)
        | Command::Read(_)
        | Command::Recall(_)
        | Command::CreateSchedule(_)
        | Command::ReplaceSchedule(_)
        | Command::PauseSchedule(_)
        | Command::ResumeSchedule(_)
        | Command::CancelSchedule(_)
        | Command::RunSchedule(_)
        | Command::SkipOccurrence(_)
        | Command::UnskipOccurrence(_) => return admit_user(state, order),
    };
    if order.by == Sender::Part(part) {
        return Ok(());
    }
    Err(Rejection::not_allowed(order.by.as_str(), order.command.verb()))
}

fn admit_user(state: &State, order: &Order) -> Result<(), Rejection> {
    let name = match &order.by {
        Sender::User(name) => name,
        Sender::Part(part) => {
            return Err(Rejection::not_allowed(Sender::Part(*part).as_str(), order.command.verb()));
        }
        Sender::Unknown => return Err(Rejection::unknown_sender(order.by.as_str())),
    };
    match state.user_named(name) {
        None => Err(Rejection::unknown_sender(name.as_str())),
        Some(user) if user.suspended => Err(Rejection::suspended(name.as_str())),
        Some(_) => Ok(()),
    }
}

/// What was answered to the same id before, if it was the same command.
fn first_outcome(state: &State, order: &Order) -> Result<Option<Outcome>, Rejection> {
    message::check_id(order.command.intent())?;
    let Some(mark) = mark(order) else { return Ok(None) };
    if let Sender::Part(_) = order.by {
        return Ok(state.intents.has(&order.by, &mark.id).then_some(Outcome::Accepted));
    }
    match state.intents.find(&order.by, &mark.id) {
        None => Ok(None),
        Some(kept) if kept.content == mark.content => Ok(Some(kept.outcome.clone())),
        Some(_) => Err(Rejection::id_reused()),
    }
}

fn mark(order: &Order) -> Option<IntentMark> {
    let id = order.command.intent()?.to_owned();
    Some(IntentMark { id, content: order.content? })
}

fn dispatch(state: &State, order: &Order) -> Result<Vec<Fact>, Rejection> {
    let (by, at) = (&order.by, order.at);
    match &order.command {
        Command::Register(command) => identity::register(state, command),
        Command::SetUser(command) => identity::set(state, command),
        Command::Suspend(command) => identity::suspend(state, command),
        Command::Resume(command) => identity::resume(state, command),
        Command::SetProfile(command) => identity::set_profile(user(by), command),
        Command::SetPreference(command) => identity::set_preference(state, user(by), command),
        Command::AddContact(command) => contacts::add(state, user(by), command),
        Command::RemoveContact(command) => contacts::remove(state, user(by), command),
        Command::BlockContact(command) => contacts::block(state, user(by), command),
        Command::Online(command) => presence::online(state, user(by), command, order.encoding),
        Command::Offline(command) => presence::offline(state, user(by), command),
        Command::Lapsed(command) => presence::lapsed(state, command),
        Command::Send(command) => message::send(state, user(by), command, MessageId::of(order.seq), at),
        Command::Received(command) => message::received(state, user(by), command, order.seq),
        Command::Read(command) => message::read(state, user(by), command, order.seq),
        Command::Recall(command) => message::recall(state, user(by), command, order.seq),
        Command::CreateSchedule(command) => {
            schedule::create(state, user(by), command, ScheduleId::of(order.seq), at)
        }
        Command::ReplaceSchedule(command) => schedule::replace(state, user(by), command, at),
        Command::PauseSchedule(command) => schedule::pause(state, user(by), command),
        Command::ResumeSchedule(command) => schedule::resume(state, user(by), command),
        Command::CancelSchedule(command) => schedule::cancel(state, user(by), command, at),
        Command::RunSchedule(command) => {
            schedule::run_now(state, user(by), command, MessageId::of(order.seq), at)
        }
        Command::SkipOccurrence(command) => schedule::skip(state, user(by), *command),
        Command::UnskipOccurrence(command) => schedule::unskip(state, user(by), *command),
        Command::TimerFired(command) => timer::fired(state, command, MessageId::of(order.seq), at),
        Command::SmsAttempt(command) => sms::attempt(state, command, at),
        Command::SmsReport(command) => sms::report(state, command),
        Command::SmsReceived(command) => sms::received(state, command, MessageId::of(order.seq), at),
        Command::SmsPart(command) => sms::part(command),
    }
}

/// What is answered; a registration that is said again is told the number that it got.
fn outcome(state: &State, order: &Order, facts: &[Fact]) -> Outcome {
    if let (Command::Register(command), true) = (&order.command, facts.is_empty())
        && let Some(im) = state.im(&command.name)
    {
        return Outcome::User(command.name.clone(), im);
    }
    Outcome::of(facts.first())
}

fn user(by: &Sender) -> &UserName {
    match by {
        Sender::User(name) => name,
        Sender::Part(_) | Sender::Unknown => {
            unreachable!("`admit` lets only users send the commands of users")
        }
    }
}
