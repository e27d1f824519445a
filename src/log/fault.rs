//! A fault: the outside (a server, a disk, a socket) did not work, and whether trying again can help.

use std::error::Error;
use std::fmt;

/// What a caller may do about a [`Fault`].
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// The same call may go through later.
    Later,
    /// What we believed is out of date: read the log again, then go on from there.
    Reload,
    /// It will fail in the same way until a person changes something.
    Never,
}

/// The outside did not work. Never used for a refusal (that is `rules::Rejection`) nor for a bug (that is a panic).
#[derive(Debug)]
pub struct Fault {
    /// What was being done, in words that fit behind "could not".
    pub doing: String,
    pub retry: Retry,
    source: Option<Box<dyn Error + Send + Sync>>,
}

impl Fault {
    pub fn never(doing: impl Into<String>) -> Fault {
        Fault { doing: doing.into(), retry: Retry::Never, source: None }
    }

    pub fn later(doing: impl Into<String>) -> Fault {
        Fault { doing: doing.into(), retry: Retry::Later, source: None }
    }

    pub fn reload(doing: impl Into<String>) -> Fault {
        Fault { doing: doing.into(), retry: Retry::Reload, source: None }
    }

    /// Whether the server does not let in who this is.
    pub fn is_not_let_in(&self) -> bool {
        self.source.as_deref().is_some_and(|source| source.is::<super::NotLetIn>())
    }

    /// The error underneath.
    #[must_use]
    pub fn because(mut self, source: impl Into<Box<dyn Error + Send + Sync>>) -> Fault {
        self.source = Some(source.into());
        self
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "could not {}", self.doing)?;
        let mut below = self.source.as_deref().map(|e| e as &dyn Error);
        let mut above = String::new();
        while let Some(error) = below {
            let text = error.to_string();
            // Some errors say themselves what is below them.
            if !above.ends_with(&text) {
                write!(f, ": {text}")?;
                above = text;
            }
            below = error.source();
        }
        Ok(())
    }
}

impl Error for Fault {}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, thiserror::Error)]
    #[error("the door: {0}")]
    struct Outer(#[source] std::io::Error);

    #[test]
    fn what_an_error_says_of_the_one_below_is_said_once() {
        let fault = Fault::later("come in").because(Outer(std::io::Error::other("it is shut")));
        assert_eq!(fault.to_string(), "could not come in: the door: it is shut");
    }
}
