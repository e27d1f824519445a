//! nats-server built by Go's own `go install`, checked against Go's checksum database.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use tokio::process::Command;

use super::tool::{self, ToolError};
use super::version::Version;

/// 45 s on two cores; a small board takes minutes.
const BUILD_WAIT_S_MAX: u64 = 1_200;

#[derive(Debug, thiserror::Error)]
pub(super) enum GoError {
    #[error(transparent)]
    Tool(#[from] ToolError),
    #[error("{0}")]
    Io(#[from] io::Error),
}

/// The built binary, below `work`. Go's module and build caches are the user's own.
pub(super) async fn build(go: &Path, work: &Path) -> Result<PathBuf, GoError> {
    let bin = work.join("bin");
    fs::create_dir_all(&bin)?;
    let mut install = Command::new(go);
    install.arg("install").arg(format!("github.com/nats-io/nats-server/v2@v{}", Version::PINNED));
    // Without cgo no C compiler is needed. GOBIN cannot be combined with another platform's target.
    install
        .current_dir(work)
        .env("GOBIN", &bin)
        .env("CGO_ENABLED", "0")
        .env_remove("GOOS")
        .env_remove("GOARCH");
    tool::run(&mut install, Duration::from_secs(BUILD_WAIT_S_MAX)).await?;
    Ok(bin.join("nats-server"))
}
