//! `homing completions`: a script that completes the command line in a shell.

use clap_complete::Shell;

use super::output::{Failure, Output};

/// Print a completion script, as in `homing completions bash > /etc/bash_completion.d/homing`
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    shell: Shell,
}

pub(super) fn run(args: Args, command: &mut clap::Command, output: Output) -> Result<(), Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, command, "homing", &mut script);
    output.line(&String::from_utf8_lossy(&script));
    Ok(())
}
