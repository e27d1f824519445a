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
        while let Some(error) = below {
            write!(f, ": {error}")?;
            below = error.source();
        }
        Ok(())
    }
}

impl Error for Fault {}
