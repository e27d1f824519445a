//! Roles of Homing in a process of their own, so that their memory is their own.

use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::time::timeout;

use super::memory::resident_of;
use super::world::World;
use crate::cli::output::Failure;

/// A process that is not ready by then will not be.
const READY_WITHIN: Duration = Duration::from_secs(30);

pub(super) struct Apart {
    process: Child,
}

impl Apart {
    /// Starts the roles, comma-separated; returns when they are ready.
    pub(super) async fn start(world: &World, roles: &str) -> Result<Apart, Failure> {
        let failed = |why: &dyn std::fmt::Display| {
            Failure::failed(format!("could not start the roles {roles}: {why}"))
        };
        let program = std::env::current_exe().map_err(|error| failed(&error))?;
        let mut command = Command::new(program);
        command.args([
            "serve",
            "--roles",
            roles,
            "--nats",
            &world.url(),
            "--json",
            "--log",
            "error",
            "--data",
        ]);
        command.arg(world.data().join("apart")).stdin(Stdio::null()).stdout(Stdio::piped());
        let mut process = command.kill_on_drop(true).spawn().map_err(|error| failed(&error))?;
        let said = process.stdout.take().ok_or_else(|| failed(&"it has no standard output"))?;
        let mut lines = BufReader::new(said).lines();
        match timeout(READY_WITHIN, lines.next_line()).await {
            Ok(Ok(Some(_ready))) => Ok(Apart { process }),
            Ok(Ok(None)) => Err(failed(&"it ended")),
            Ok(Err(error)) => Err(failed(&error)),
            Err(late) => Err(failed(&late)),
        }
    }

    /// Its resident set in MiB.
    pub(super) fn mib(&self) -> f64 {
        self.process.id().map_or(f64::NAN, resident_of) / 1_048_576.0
    }

    pub(super) async fn stop(mut self) {
        // A process that has ended already is what is wanted.
        let _ = self.process.kill().await;
    }
}
