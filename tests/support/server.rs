//! A nats-server without a Homing, and a connection to one that is coming back.

use std::path::Path;
use std::time::Duration;

use homing::server::{Managed, Search, ServerOptions, Sync, find, start_binary};

use homing::log::Log;

use super::{HOMING, peers, say};

/// It dies with this process. Port 0 picks a free one.
pub async fn server(data: &Path, port: u16, sync: Sync) -> Managed {
    let options = ServerOptions {
        data: data.to_owned(),
        port,
        sync,
        keys: None,
        certificate: None,
        launcher: HOMING.into(),
    };
    let mut search = Search::from_env().expect("the environment is in order");
    search.named = peers::nats_server().or(search.named);
    let binary = find(&search, &|line| say(line)).await.expect("there is a nats-server");
    start_binary(options, &binary).await.expect("nats-server starts")
}

/// Whoever was killed is back within this, however busy the machine is.
const BACK_WITHIN: Duration = Duration::from_secs(120);

/// A connection, as soon as the server takes one and has its streams.
pub async fn connected(url: &str) -> Log {
    let connect = async {
        loop {
            if let Ok(log) = Log::connect(url, "test").await
                && log.last_seq("EVENTS").await.is_ok()
            {
                return log;
            }
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(BACK_WITHIN, connect).await.expect("the server is back")
}
