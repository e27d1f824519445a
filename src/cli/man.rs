//! `homing man`: the manual page.

use super::output::Failure;

/// Print the manual page, as in `homing man | man -l -`, or write one a subcommand into a folder
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Write `homing.1`, `homing-up.1` and so on here
    #[arg(long, value_name = "FOLDER")]
    dir: Option<std::path::PathBuf>,
}

pub(super) fn run(args: Args, command: clap::Command) -> Result<(), Failure> {
    let written = match args.dir {
        Some(dir) => clap_mangen::generate_to(command, dir),
        None => clap_mangen::Man::new(command).render(&mut std::io::stdout()),
    };
    written.map_err(|error| Failure::failed(format!("could not write the manual: {error}")))
}
