//! The program `homing`: the command line of `cli` with the subcommands of `lab`.

use std::process::ExitCode;

/// A fifth of the pipeline's time went into glibc's allocator: messages are made on one thread and freed on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    homing::lab::main()
}
