//! Lines typed, and the messages they become.

use std::sync::Arc;

use serde::Serialize;
use tokio::sync::mpsc::{self, Sender};
use tokio::task::JoinHandle;

use super::screen::{Screen, names};
use crate::cli::client::Client;
use crate::cli::lines::LINES_LEN_MAX;
use crate::cli::send::addresses;
use crate::cli::table::or_dash;
use crate::rules::Command;
use crate::rules::message::Send;
use crate::wire::outcome::OutcomeBody;
use crate::words::Address;

pub(super) const HELP: &str = "\
@bob             from now on your lines go to bob; @bob,+447700900123 to both
@bob on my way   the same, and sends it
/contacts        shows your contact list, also without a connection
/quit            leaves
Who writes to you never changes whom your lines go to; the prompt names them.";

/// What a line asks for.
#[derive(Debug, PartialEq)]
pub(super) enum Typed {
    /// Its recipients are from now on those whom lines go to.
    Send(Send),
    Choose(Vec<Address>),
    Contacts,
    Help,
    Quit,
    Nothing,
    /// A word to the person.
    Hint(String),
}

/// Understands a line; `to` is whom lines go to.
pub(super) fn understand(line: &str, to: Option<&[Address]>) -> Typed {
    if let Some(word) = line.strip_prefix('/') {
        return match word {
            "quit" => Typed::Quit,
            "help" => Typed::Help,
            "contacts" => Typed::Contacts,
            other => {
                Typed::Hint(format!("there is no /{other}; there are /contacts, /help and /quit, and @name"))
            }
        };
    }
    if let Some(rest) = line.strip_prefix('@') {
        let (to, text) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        return match (addresses(to), text.trim_start()) {
            (Ok(to), "") => Typed::Choose(to),
            (Ok(to), text) => send(to, text),
            (Err(error), _) => Typed::Hint(format!("{to:?} is {error}")),
        };
    }
    if line.is_empty() {
        return Typed::Nothing;
    }
    match to {
        Some(to) => send(to.to_vec(), line),
        None => Typed::Hint("not sent, for nobody is chosen: @name chooses whom your lines go to".to_owned()),
    }
}

fn send(to: Vec<Address>, text: &str) -> Typed {
    Typed::Send(Send { to, text: Some(text.into()), ..Send::default() })
}

/// An outcome, and to whom the line went.
#[derive(Serialize)]
struct Sent<'a> {
    #[serde(flatten)]
    outcome: &'a OutcomeBody,
    to: &'a [Address],
}

/// Sends in the order typed. The task ends when the queue is dropped and empty.
pub(super) fn sender(client: Client, screen: Arc<Screen>) -> (Sender<Send>, JoinHandle<()>) {
    let (queue, mut typed) = mpsc::channel::<Send>(LINES_LEN_MAX);
    let task = tokio::spawn(async move {
        while let Some(message) = typed.recv().await {
            let to = message.to.clone();
            match client.accepted(&Command::from(message)).await {
                Ok(outcome) => screen.aside(&Sent { outcome: &outcome, to: &to }, || {
                    format!("accepted {} to {}", or_dash(outcome.message), names(&to))
                }),
                Err(failure) => screen.complain(&failure),
            }
        }
    });
    (queue, task)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_a_message_a_command_or_a_slip() {
        let alice = addresses("alice").unwrap();
        let check = |line: &str, to: Option<&[Address]>, want: Option<(&str, &str)>| {
            let got = match understand(line, to) {
                Typed::Send(send) => Some((names(&send.to), send.text.unwrap())),
                Typed::Hint(_) => None,
                Typed::Choose(_) | Typed::Contacts | Typed::Help | Typed::Quit | Typed::Nothing => {
                    panic!("{line} sends nothing")
                }
            };
            let got = got.as_ref().map(|(to, text)| (to.as_str(), &**text));
            assert_eq!(got, want, "{line}");
        };
        check("@bob on my way", None, Some(("bob", "on my way")));
        check("@bob,+8613800138000  hi", None, Some(("bob,+8613800138000", "hi")));
        check("ok", Some(&alice), Some(("alice", "ok")));
        check("@bob ok", Some(&alice), Some(("bob", "ok")));
        check("ok", None, None);
        check("@Bob hi", Some(&alice), None);
        check("@", Some(&alice), None);
        check("/leave", Some(&alice), None);
        for (line, want) in [
            ("@bob", Typed::Choose(addresses("bob").unwrap())),
            ("@bob,100002 ", Typed::Choose(addresses("bob,100002").unwrap())),
            ("/contacts", Typed::Contacts),
            ("/help", Typed::Help),
            ("/quit", Typed::Quit),
            ("", Typed::Nothing),
        ] {
            assert_eq!(understand(line, Some(&alice)), want);
        }
    }
}
