//! A nats-server without a Homing.

use std::path::Path;

use homing::server::{Managed, Search, ServerOptions, Sync, find, start_binary};

use super::{HOMING, peers, say};

/// It dies with this process. Port 0 picks a free one.
pub async fn server(data: &Path, port: u16, sync: Sync) -> Managed {
    let options = ServerOptions { data: data.to_owned(), port, sync, launcher: HOMING.into() };
    let mut search = Search::from_env().expect("the environment is in order");
    search.named = peers::nats_server().or(search.named);
    let binary = find(&search, &|line| say(line)).await.expect("there is a nats-server");
    start_binary(options, &binary).await.expect("nats-server starts")
}
