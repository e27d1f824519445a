//! The output of a subcommand: a line for a person, or an object for a program.

use std::io::{IsTerminal, Write};
use std::process::ExitCode;

use serde::Serialize;
use serde_json::json;

use crate::log::Fault;
use crate::query::Untold;
use crate::rules::Rejection;

/// How results are printed.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    json: bool,
}

/// Why a subcommand did not do what was asked.
#[derive(Debug, Clone)]
pub(crate) struct Failure {
    code: u8,
    text: String,
    rejection: Option<Box<Rejection>>,
    unreachable: bool,
}

impl Failure {
    /// It was asked for wrongly: exit code 2.
    pub(crate) fn usage(text: String) -> Failure {
        Failure { code: 2, text, rejection: None, unreachable: false }
    }

    /// It did not work: exit code 1.
    pub(crate) fn failed(text: String) -> Failure {
        Failure { code: 1, text, rejection: None, unreachable: false }
    }

    /// There is no way to Homing at present: exit code 1.
    pub(crate) fn unreachable(text: String) -> Failure {
        Failure { unreachable: true, ..Failure::failed(text) }
    }

    /// Homing refused it: exit code 1.
    pub(crate) fn refused(rejection: Rejection) -> Failure {
        Failure {
            code: 1,
            text: format!("refused: {} ({})", rejection.text, rejection.code),
            rejection: Some(Box::new(rejection)),
            unreachable: false,
        }
    }

    /// The server does not let them in: exit code 1.
    pub(crate) fn not_let_in(text: String) -> Failure {
        let rejection = Rejection::not_let_in();
        let rejection = Rejection { text: text.clone(), ..rejection };
        Failure { code: 1, text, rejection: Some(Box::new(rejection)), unreachable: false }
    }

    /// The same, with another line.
    pub(crate) fn and(mut self, line: &str) -> Failure {
        self.text = format!("{}\n{line}", self.text);
        self
    }

    /// Whether Homing refused it by this code.
    pub(crate) fn is(&self, code: &str) -> bool {
        self.rejection.as_ref().is_some_and(|rejection| rejection.code == code)
    }

    /// Whether there was no way to Homing, which may be another matter a moment later.
    pub(crate) fn is_unreachable(&self) -> bool {
        self.unreachable
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text)
    }
}

impl From<Untold> for Failure {
    fn from(untold: Untold) -> Failure {
        match untold {
            Untold::Refused(rejection) => Failure::refused(rejection),
            Untold::Failed(fault) => fault.into(),
        }
    }
}

impl From<Fault> for Failure {
    fn from(fault: Fault) -> Failure {
        if fault.is_not_let_in() {
            return Failure::not_let_in(fault.to_string());
        }
        Failure::failed(fault.to_string())
    }
}

impl Output {
    pub(crate) fn new(json: bool) -> Output {
        Output { json }
    }

    pub(crate) fn is_json(self) -> bool {
        self.json
    }

    /// Whether results are shown to a person, and not kept or passed on.
    pub(crate) fn is_for_a_terminal(self) -> bool {
        !self.json && std::io::stdout().is_terminal()
    }

    /// A result: `person` for people, `value` for programs.
    pub(crate) fn result(self, value: &impl Serialize, person: impl FnOnce() -> String) {
        if self.json {
            self.line(&serde_json::to_string(value).unwrap_or_default());
        } else {
            self.line(&person());
        }
    }

    /// One line to standard output; a reader that has gone away is no failure.
    pub(crate) fn line(self, text: &str) {
        let mut out = std::io::stdout().lock();
        let _ = writeln!(out, "{text}");
        let _ = out.flush();
    }

    /// A result that counts as seen once it is written: a reader that has gone away is a failure.
    pub(crate) fn shown(
        self,
        value: &impl Serialize,
        person: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        let text = if self.json { serde_json::to_string(value).unwrap_or_default() } else { person() };
        let mut out = std::io::stdout().lock();
        let written = writeln!(out, "{text}").and_then(|()| out.flush());
        written.map_err(|error| Failure::failed(format!("could not write to standard output: {error}")))
    }

    /// A word on long work, for people only.
    pub(crate) fn progress(self, text: &str) {
        if !self.json {
            tell(text);
        }
    }

    /// What went along with a result: standard error for people, a line of its own for programs.
    pub(crate) fn aside(self, value: &impl Serialize, person: impl FnOnce() -> String) {
        if self.json { self.result(value, person) } else { self.progress(&person()) }
    }

    /// Says what did not work.
    pub(crate) fn complain(self, failure: &Failure) {
        if self.json {
            let error = match &failure.rejection {
                Some(rejection) => json!({ "error": rejection }),
                None => json!({ "error": { "text": failure.text } }),
            };
            self.line(&error.to_string());
        } else {
            let _ = writeln!(std::io::stderr(), "homing: {failure}");
        }
    }

    pub(crate) fn fail(self, failure: Failure) -> ExitCode {
        self.complain(&failure);
        ExitCode::from(failure.code)
    }
}

/// A word to a person who is in conversation with us: to standard error.
pub(crate) fn tell(text: &str) {
    let _ = writeln!(std::io::stderr(), "{text}");
}
