//! The program `homing`; all it does is in `cli`.

use std::process::ExitCode;

/// A fifth of the pipeline's time went into glibc's allocator: messages are made on one thread and freed on another.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    homing::cli::main()
}
