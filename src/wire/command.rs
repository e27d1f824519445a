//! Commands as they stand on COMMANDS: read into an [`Order`], or refused.

use serde::de::DeserializeOwned;

use super::payload::{encoding_of, read};
use super::subjects::parse_command;
use super::{Outgoing, headers, subjects, to_payload};
use crate::rules::presence::Encoding;
use crate::rules::{Command, Fields, Order, Rejection, Sender, Stamp};
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
    let (by, encoding) = sender(subject, payload);
    match command(subject, payload, encoding) {
        Ok(command) => {
            let content = command.id().map(|_| stamp(&command));
            Ok(Order { seq, at, by, encoding, command, content, kept: None })
        }
        Err(rejection) => Err(Box::new(Unread { by, encoding, rejection })),
    }
}

/// Who speaks, and how: all that is known of a record whatever stands in it.
pub fn sender(subject: &str, payload: &[u8]) -> (Sender, Encoding) {
    let token = subject.strip_prefix("homing.cmd.").and_then(|rest| rest.split('.').next());
    let by = token.and_then(|token| token.parse().ok()).unwrap_or(Sender::Unknown);
    (by, encoding_of(payload))
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
    let unknown = || Rejection::unknown_verb(&verb.chars().take(80).collect::<String>());
    Command::read(verb, Payload { payload, encoding }).unwrap_or_else(|| Err(unknown()))
}

struct Payload<'a> {
    payload: &'a [u8],
    encoding: Encoding,
}

impl Fields for Payload<'_> {
    type Error = Rejection;
    fn read<T: DeserializeOwned>(self) -> Result<T, Rejection> {
        read(self.payload, self.encoding)
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
    to_payload(command, encoding)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::message::{Route, Send};

    #[test]
    fn what_is_written_is_read_again_with_all_its_fields() {
        let text = Some("x".into());
        for route in [Route::Auto, Route::Im] {
            let to = vec!["bob".parse().unwrap()];
            let send = Command::from(Send { to, text: Option::clone(&text), route, ..Send::default() });
            for encoding in [Encoding::Json, Encoding::Msgpack] {
                let Outgoing { subject, payload, .. } = outgoing("alice", &send, encoding);
                let order = parse(&subject, &payload, CommandSeq(1), Instant::default()).unwrap();
                assert_eq!((order.command, order.encoding), (send.clone(), encoding));
            }
        }
    }
}
