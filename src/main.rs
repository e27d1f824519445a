//! The program `homing`; all it does is in `cli`.

use std::process::ExitCode;

fn main() -> ExitCode {
    homing::cli::main()
}
