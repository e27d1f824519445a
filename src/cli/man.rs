//! `homing man`: the manual page.

use super::output::{Failure, Output};

/// Print the manual page, as in `homing man | man -l -`, or write a page for each subcommand into a folder
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Write `homing.1`, `homing-up.1` and so on here
    #[arg(long, value_name = "FOLDER")]
    dir: Option<std::path::PathBuf>,
}

pub(super) fn run(args: Args, command: clap::Command, output: Output) -> Result<(), Failure> {
    let written = match args.dir {
        Some(dir) => clap_mangen::generate_to(command, dir),
        None => {
            let mut page = Vec::new();
            clap_mangen::Man::new(command)
                .render(&mut page)
                .map(|()| output.line(&String::from_utf8_lossy(&page)))
        }
    };
    written.map_err(|error| Failure::failed(format!("could not write the manual: {error}")))
}
