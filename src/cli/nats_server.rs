//! `homing __nats-server`: the launcher between Homing and its nats-server that binds their lives together.

use std::path::PathBuf;

use super::output::Failure;
use crate::server::become_server;

pub(super) const NAME: &str = "__nats-server";

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    #[arg(long)]
    parent: u32,
    #[arg(long)]
    lock: PathBuf,
    #[arg(long)]
    binary: PathBuf,
    #[arg(long)]
    conf: PathBuf,
}

/// Returns only when it failed.
pub(super) fn run(args: &Args) -> Failure {
    become_server(args.parent, &args.lock, &args.binary, &args.conf).into()
}
