//! Commands as they stand on COMMANDS: read into an [`Order`], or refused.

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::payload::{encoding_of, read};
use super::subjects::parse_command;
use super::{Outgoing, headers, subjects, to_payload};
use crate::rules::command::Encoding;
use crate::rules::{Command, Order, Rejection, Sender, Stamp};
use crate::words::{CommandSeq, Instant};

/// The body's limit and room for a thousand recipients; NATS's usual payload limit.
const COMMAND_BYTES_MAX: usize = 1_024 * 1_024;

/// A command that could not be read, with what could be.
#[derive(Debug)]
pub struct Unread {
    pub by: Sender,
    pub encoding: Encoding,
    pub rejection: Rejection,
}

/// Reads one record of COMMANDS.
///
/// # Errors
/// What was wrong, for the refusal.
pub fn parse(subject: &str, payload: &[u8], seq: CommandSeq, at: Instant) -> Result<Order, Box<Unread>> {
    let encoding = encoding_of(payload);
    let token = subject.strip_prefix("homing.cmd.").and_then(|rest| rest.split('.').next());
    let by = token.and_then(|token| token.parse().ok()).unwrap_or(Sender::Unknown);
    match command(subject, payload, encoding) {
        Ok(command) => {
            let content = command.intent().map(|_| stamp(&command));
            Ok(Order { seq, at, by, encoding, command, content })
        }
        Err(rejection) => Err(Box::new(Unread { by, encoding, rejection })),
    }
}

/// A stamp of what a command says, whatever its encoding, the order of its fields or its spacing.
fn stamp(command: &Command) -> Stamp {
    Stamp::of(&[command.verb().as_bytes(), &encode(command, Encoding::Msgpack)])
}

fn command(subject: &str, payload: &[u8], encoding: Encoding) -> Result<Command, Rejection> {
    let (_, verb) = parse_command(subject)
        .ok_or_else(|| Rejection::malformed("its subject is not homing.cmd.<user>.<area>.<verb>"))?;
    if payload.len() > COMMAND_BYTES_MAX {
        return Err(Rejection::too_large(payload.len(), COMMAND_BYTES_MAX));
    }
    let door = Door { payload, encoding };
    match verb {
        "user.register" => door.read(Command::Register),
        "user.set" => door.read(Command::SetUser),
        "user.suspend" => door.read(Command::Suspend),
        "user.resume" => door.read(Command::Resume),
        "profile.set" => door.read(Command::SetProfile),
        "preference.set" => door.read(Command::SetPreference),
        "contact.add" => door.read(Command::AddContact),
        "contact.remove" => door.read(Command::RemoveContact),
        "contact.block" => door.read(Command::BlockContact),
        "presence.online" => door.read(Command::Online),
        "presence.offline" => door.read(Command::Offline),
        "presence.lapsed" => door.read(Command::Lapsed),
        "message.send" => door.read(Command::Send),
        "message.received" => door.read(Command::Received),
        "message.read" => door.read(Command::Read),
        "message.recall" => door.read(Command::Recall),
        "schedule.create" => door.read(|fields| Command::CreateSchedule(Box::new(fields))),
        "schedule.replace" => door.read(|fields| Command::ReplaceSchedule(Box::new(fields))),
        "schedule.pause" => door.read(Command::PauseSchedule),
        "schedule.resume" => door.read(Command::ResumeSchedule),
        "schedule.cancel" => door.read(Command::CancelSchedule),
        "schedule.run-now" => door.read(Command::RunSchedule),
        "schedule.skip" => door.read(Command::SkipOccurrence),
        "schedule.unskip" => door.read(Command::UnskipOccurrence),
        "timer.fired" => door.read(Command::TimerFired),
        "sms.attempt" => door.read(Command::SmsAttempt),
        "sms.report" => door.read(Command::SmsReport),
        "sms.received" => door.read(Command::SmsReceived),
        "sms.part" => door.read(Command::SmsPart),
        other => Err(Rejection::unknown_verb(&other.chars().take(80).collect::<String>())),
    }
}

struct Door<'a> {
    payload: &'a [u8],
    encoding: Encoding,
}

impl Door<'_> {
    fn read<T: DeserializeOwned>(&self, command: fn(T) -> Command) -> Result<Command, Rejection> {
        read(self.payload, self.encoding).map(command)
    }
}

/// A command as `by` publishes it.
pub fn outgoing(by: &str, command: &Command, encoding: Encoding) -> Outgoing {
    Outgoing {
        subject: subjects::command(by, command.verb()),
        headers: vec![headers::content_type(encoding)],
        payload: encode(command, encoding),
    }
}

/// The payload of a command; its subject is `subjects::command(by, command.verb())`.
pub fn encode(command: &Command, encoding: Encoding) -> Vec<u8> {
    fn to<T: Serialize>(encoding: Encoding, fields: &T) -> Vec<u8> {
        to_payload(fields, encoding)
    }
    match command {
        Command::Register(fields) => to(encoding, fields),
        Command::SetUser(fields) => to(encoding, fields),
        Command::Suspend(fields) | Command::Resume(fields) => to(encoding, fields),
        Command::SetProfile(fields) => to(encoding, fields),
        Command::SetPreference(fields) => to(encoding, fields),
        Command::AddContact(fields) => to(encoding, fields),
        Command::RemoveContact(fields) | Command::BlockContact(fields) => to(encoding, fields),
        Command::Online(fields) => to(encoding, fields),
        Command::Offline(fields) => to(encoding, fields),
        Command::Lapsed(fields) => to(encoding, fields),
        Command::Send(fields) => to(encoding, fields),
        Command::Received(fields) | Command::Read(fields) => to(encoding, fields),
        Command::Recall(fields) => to(encoding, fields),
        Command::CreateSchedule(fields) => to(encoding, fields),
        Command::ReplaceSchedule(fields) => to(encoding, fields),
        Command::PauseSchedule(fields)
        | Command::ResumeSchedule(fields)
        | Command::CancelSchedule(fields)
        | Command::RunSchedule(fields) => to(encoding, fields),
        Command::SkipOccurrence(fields) | Command::UnskipOccurrence(fields) => to(encoding, fields),
        Command::TimerFired(fields) => to(encoding, fields),
        Command::SmsAttempt(fields) => to(encoding, fields),
        Command::SmsReport(fields) => to(encoding, fields),
        Command::SmsReceived(fields) => to(encoding, fields),
        Command::SmsPart(fields) => to(encoding, fields),
    }
}
