//! The laboratory: the demo, the benchmarks, and a small SMSC with phones to try Homing by hand.
//!
//! Invariant: nothing of the product depends on it; without it, the program lacks three subcommands.
//!
//! [smsc]: crate::sms#try-it-without-an-smsc
#![doc = include_str!("README.md")]
#![allow(clippy::print_stdout, reason = "its subcommands print, as those in `cli` do")]

mod bench;
mod demo;
mod handsets;
pub mod smsc;

use std::process::ExitCode;

use crate::cli;
use crate::cli::output::{Failure, Output};
use crate::cli::settings::Settings;

/// The subcommands of this room.
#[derive(Debug, clap::Subcommand)]
enum Lab {
    Demo(demo::Args),
    Smsc(handsets::Args),
    Bench(bench::Args),
}

impl cli::Subcommands for Lab {
    async fn run(self, settings: &Settings, output: Output) -> Result<(), Failure> {
        match self {
            Lab::Demo(args) => demo::run(args, settings, output).await,
            Lab::Smsc(args) => handsets::run(args, settings, output).await,
            Lab::Bench(args) => bench::run(args, settings, output).await,
        }
    }
}

/// Runs the whole program: the subcommands of the product, and these.
pub fn main() -> ExitCode {
    cli::main::<Lab>()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_holds_together() {
        cli::command::<Lab>().debug_assert();
    }
}
