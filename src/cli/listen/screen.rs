//! The screen of a conversation: what comes and what is said of it, and a prompt that names whom the next line goes to.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use tokio::sync::mpsc::Receiver;

use crate::cli::output::{Failure, Output};
use crate::words::Address;

/// What a person sees and types.
#[derive(Debug)]
pub(super) struct Terminal {
    pub(super) screen: Arc<Screen>,
    pub(super) lines: Receiver<String>,
}

/// Shared by all that print while somebody types.
#[derive(Debug)]
pub(super) struct Screen {
    output: Output,
    /// None where no person types at a terminal.
    prompt: Option<Mutex<Prompt>>,
}

#[derive(Debug, Default)]
struct Prompt {
    /// `bob> `, or `> ` while nobody is chosen.
    text: String,
    /// It stands on the last line, perhaps with the beginning of a line behind it.
    stands: bool,
}

impl Screen {
    pub(super) fn new(output: Output, to: Option<&[Address]>) -> Screen {
        let typed = std::io::stdin().is_terminal() && std::io::stderr().is_terminal();
        let prompt =
            (typed && !output.is_json()).then(|| Mutex::new(Prompt { text: prompt(to), stands: false }));
        Screen { output, prompt }
    }

    /// From now on lines go to these.
    pub(super) fn choose(&self, to: &[Address]) {
        if let Some(mut prompt) = self.prompt() {
            prompt.text = self::prompt(Some(to));
        }
    }

    /// A line was ended: the terminal has gone to the next one.
    pub(super) fn entered(&self) {
        if let Some(mut prompt) = self.prompt() {
            prompt.stands = false;
        }
    }

    /// Asks for the next line, where that is not done yet.
    pub(super) fn ask(&self) {
        if let Some(mut prompt) = self.prompt()
            && !prompt.stands
        {
            prompt.write();
        }
    }

    pub(super) fn shown(
        &self,
        value: &impl Serialize,
        person: impl FnOnce() -> String,
    ) -> Result<(), Failure> {
        self.between_prompts(|| self.output.shown(value, person))
    }

    pub(super) fn progress(&self, text: &str) {
        self.between_prompts(|| self.output.progress(text));
    }

    /// Why a line was not sent. A program reads it as an error.
    pub(super) fn hint(&self, text: String) {
        if self.output.is_json() {
            self.complain(&Failure::failed(text));
        } else {
            self.progress(&text);
        }
    }

    pub(super) fn aside(&self, value: &impl Serialize, person: impl FnOnce() -> String) {
        self.between_prompts(|| self.output.aside(value, person));
    }

    pub(super) fn complain(&self, failure: &Failure) {
        self.between_prompts(|| self.output.complain(failure));
    }

    /// What is typed already stays to be seen above: the terminal keeps it, and cannot be told to show it again.
    fn between_prompts<T>(&self, print: impl FnOnce() -> T) -> T {
        let Some(mut prompt) = self.prompt() else { return print() };
        if prompt.stands {
            let _ = writeln!(std::io::stderr());
        }
        let printed = print();
        prompt.write();
        printed
    }

    fn prompt(&self) -> Option<MutexGuard<'_, Prompt>> {
        self.prompt.as_ref().map(|prompt| prompt.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl Prompt {
    fn write(&mut self) {
        let mut terminal = std::io::stderr().lock();
        let _ = terminal.write_all(self.text.as_bytes()).and_then(|()| terminal.flush());
        self.stands = true;
    }
}

fn prompt(to: Option<&[Address]>) -> String {
    format!("{}> ", to.map(names).unwrap_or_default())
}

/// Recipients as they are typed.
pub(super) fn names(to: &[Address]) -> String {
    to.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
}

/// `09:41:07` of an RFC 3339 time.
pub(super) fn time_of_day(at: &str) -> &str {
    at.get(11..19).unwrap_or(at)
}
