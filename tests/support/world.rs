//! The world of a test: a nats-server, roles that run against it, and people who speak.

use std::future::Future;
use std::sync::Arc;

use async_nats::Subscriber;
use futures_util::StreamExt;
use homing::log::Log;
use homing::rules::Command;
use homing::rules::identity::Register;
use homing::rules::presence::Encoding;
use homing::server::{Managed, Sync};
use homing::wire::outcome::OutcomeBody;
use homing::wire::{command, to_value};
use tempfile::TempDir;
use tokio::task::block_in_place;

use super::Homing;
use super::server::server;

/// A server, and nobody at work: the first who is makes the streams.
pub struct World {
    /// Also [`story`]'s: a block that names only some of these fields takes only them along.
    pub folder: Arc<TempDir>,
    pub server: Managed,
    pub log: Log,
}

/// Tells a story in a world of its own.
pub fn story<F: Future<Output = ()>>(tell: impl FnOnce(World) -> F) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime can be made");
    runtime.block_on(async {
        let folder = Arc::new(tempfile::tempdir().expect("a temporary folder can be made"));
        let server = server(&folder.path().join("server"), 0, Sync::Off).await;
        let log = Log::connect(&server.url(), "test").await.expect("it is ready");
        tell(World { folder: folder.clone(), server, log }).await;
    });
}

impl World {
    /// Some roles, in a folder of this name.
    pub fn serve(&self, name: &str, roles: &str) -> Homing {
        block_in_place(|| Homing::serve(&self.folder.path().join(name), &self.server.url(), roles))
    }
}

/// Stores a command of a user's or a part's; gives its sequence.
pub async fn says(log: &Log, by: &str, said: &Command) -> u64 {
    log.command(command::outgoing(by, said, Encoding::Json)).await.expect("it is stored")
}

/// The command of an operator that registers somebody.
pub fn registers(name: &str, phone: Option<&str>) -> Command {
    let phone = phone.map(|phone| phone.parse().expect("a phone"));
    Command::from(Register { phone, ..Register::named(name.parse().expect("a name")) })
}

/// Waits for what became of a command, among the outcomes that are told.
pub async fn told(outcomes: &mut Subscriber, seq: u64) -> OutcomeBody {
    loop {
        let told = outcomes.next().await.expect("connected");
        let body = to_value(&told.payload).expect("an outcome is readable");
        let body: OutcomeBody = serde_json::from_value(body).expect("an outcome is one");
        if body.command.0 == seq {
            return body;
        }
    }
}
