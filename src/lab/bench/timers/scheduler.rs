//! The scheduler in a process of its own, so that its memory is its own.

use std::process::Stdio;

use tokio::process::{Child, Command};

use crate::cli::output::Failure;
use crate::lab::bench::memory::resident_of;
use crate::lab::bench::world::World;

pub(super) struct Scheduler {
    process: Child,
}

impl Scheduler {
    pub(super) fn start(world: &World) -> Result<Scheduler, Failure> {
        let failed =
            |error: std::io::Error| Failure::failed(format!("could not start the scheduler: {error}"));
        let program = std::env::current_exe().map_err(failed)?;
        let mut command = Command::new(program);
        command.args(["serve", "--roles", "scheduler", "--nats", &world.url(), "--log", "error", "--data"]);
        command.arg(world.data().join("scheduler")).stdin(Stdio::null()).stdout(Stdio::null());
        let process = command.kill_on_drop(true).spawn().map_err(failed)?;
        Ok(Scheduler { process })
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
