//! The log that a subcommand of the debugger reads: a server's, or a recording's in a file.

use std::path::PathBuf;

use super::output::Failure;
use super::settings::Settings;
use crate::log::{History, Log, Recording, blocking};

/// Where the log is read.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Source {
    /// Read this recording instead of a server's streams; `homing export` makes one
    #[arg(long, value_name = "FILE")]
    pub(super) file: Option<PathBuf>,
}

impl Source {
    /// Opens it; `name` is the connection's, where there is one.
    ///
    /// # Errors
    /// When the server does not answer, or the file is no recording or a torn one.
    pub(super) async fn open(&self, settings: &Settings, name: &str) -> Result<History, Failure> {
        match self.file.clone() {
            Some(file) => Ok(blocking(move || Recording::open(&file)).await?.into()),
            None => Ok(History::from(&Log::at(&settings.as_client()?, name).await?)),
        }
    }
}
