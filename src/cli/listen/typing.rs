//! Lines typed, and the messages they become.

use tokio::sync::mpsc::{self, Sender};
use tokio::task::JoinHandle;

use crate::cli::client::Client;
use crate::cli::lines::LINES_LEN_MAX;
use crate::cli::output::Output;
use crate::cli::send::addresses;
use crate::cli::table::or_dash;
use crate::rules::Command;
use crate::rules::command::Send;
use crate::words::{Address, UserName};

/// What a line asks for.
#[derive(Debug, PartialEq)]
pub(super) enum Typed {
    Send(Send),
    Quit,
    Nothing,
    /// A word to the person.
    Hint(String),
}

/// Understands a line; `last` is who wrote last.
pub(super) fn understand(line: &str, last: Option<&UserName>) -> Typed {
    if let Some(word) = line.strip_prefix('/') {
        return match word {
            "quit" => Typed::Quit,
            other => Typed::Hint(format!("there is no /{other}; /quit leaves, @name text sends")),
        };
    }
    if let Some(rest) = line.strip_prefix('@') {
        let (to, text) = rest.split_once(char::is_whitespace).unwrap_or((rest, ""));
        return match addresses(to) {
            Ok(to) => send(to, text.trim_start()),
            Err(error) => Typed::Hint(format!("{to:?} is {error}")),
        };
    }
    if line.is_empty() {
        return Typed::Nothing;
    }
    match last {
        Some(last) => send(vec![Address::User(last.clone())], line),
        None => Typed::Hint("nobody has written yet; @name text sends to someone".to_owned()),
    }
}

fn send(to: Vec<Address>, text: &str) -> Typed {
    if text.is_empty() {
        return Typed::Hint("say what to send, as in @bob on my way".to_owned());
    }
    Typed::Send(Send { to, text: Some(text.to_owned()), ..Send::default() })
}

/// Sends in the order typed. The task ends when the queue is dropped and empty.
pub(super) fn sender(client: Client, output: Output) -> (Sender<Send>, JoinHandle<()>) {
    let (queue, mut typed) = mpsc::channel::<Send>(LINES_LEN_MAX);
    let task = tokio::spawn(async move {
        while let Some(message) = typed.recv().await {
            match client.accepted(&Command::Send(message)).await {
                Ok(outcome) => output.aside(&outcome, || format!("accepted {}", or_dash(outcome.message))),
                Err(failure) => output.complain(&failure),
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
        let alice: UserName = "alice".parse().unwrap();
        let check = |line: &str, last: Option<&UserName>, want: Option<(&str, &str)>| {
            let got = match understand(line, last) {
                Typed::Send(send) => {
                    let to: Vec<_> = send.to.iter().map(ToString::to_string).collect();
                    Some((to.join(","), send.text.unwrap()))
                }
                Typed::Hint(_) => None,
                Typed::Quit | Typed::Nothing => panic!("{line} sends nothing"),
            };
            let got = got.as_ref().map(|(to, text)| (to.as_str(), text.as_str()));
            assert_eq!(got, want, "{line}");
        };
        check("@bob on my way", None, Some(("bob", "on my way")));
        check("@bob,+8613800138000  hi", None, Some(("bob,+8613800138000", "hi")));
        check("ok", Some(&alice), Some(("alice", "ok")));
        check("ok", None, None);
        check("@bob", Some(&alice), None);
        check("@Bob hi", Some(&alice), None);
        check("/leave", Some(&alice), None);
        assert_eq!(understand("/quit", None), Typed::Quit);
        assert_eq!(understand("", Some(&alice)), Typed::Nothing);
    }
}
