//! Nothing that stands in a stream stops the deciding, and what cannot be decided is said: on a real nats-server.

mod gap;
mod half;
mod strays;
#[path = "../support/mod.rs"]
mod support;
mod trimmed;
mod undecidable;

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use async_nats::Subscriber;
use homing::log::Log;
use homing::rules::Fact;
use homing::rules::identity::Registered;
use homing::wire::outcome::OutcomeBody;
use support::world::told;
use support::{Ended, HOMING, run};
use tokio::task::block_in_place;
use tokio::time::timeout;

/// It takes milliseconds; this is for a busy machine.
const WITHIN: Duration = Duration::from_secs(60);

/// All outcomes that are told from now on.
async fn outcomes(log: &Log) -> Subscriber {
    let outcomes = log.client().subscribe("homing.outcome.>").await.expect("a subject");
    log.client().flush().await.expect("the server answers");
    outcomes
}

/// The outcome of a command.
async fn outcome(outcomes: &mut Subscriber, seq: u64) -> OutcomeBody {
    timeout(WITHIN, told(outcomes, seq)).await.unwrap_or_else(|_| panic!("command {seq} is not decided"))
}

/// Runs the program to its end.
fn homing(url: &str, data: &Path, args: &[&str]) -> Ended {
    let mut command = Command::new(HOMING);
    command.args(args).args(["--nats", url, "--data"]).arg(data);
    command.env_remove("NATS_URL").stdin(Stdio::null());
    block_in_place(|| run(&mut command, WITHIN))
}

/// A start of a decider that is refused; gives what it says.
fn refused(url: &str, data: &Path) -> String {
    let ended = homing(url, data, &["serve", "--roles", "decider"]);
    assert_eq!((ended.status.code(), ended.stdout.as_str()), (Some(1), ""), "{}", ended.stderr);
    ended.stderr
}

/// Who was registered, in the order of the log.
async fn registered(log: &Log) -> Vec<String> {
    let (mut names, last) = (Vec::new(), log.last_seq("EVENTS").await.expect("it is there"));
    for seq in 1..=last {
        let record =
            log.record("EVENTS", seq).await.expect("the server answers").expect("nothing leaves EVENTS");
        let facts = record.commit().map(|commit| commit.facts).unwrap_or_default();
        names.extend(facts.iter().filter_map(Fact::get::<Registered>).map(|new| new.user.to_string()));
    }
    names
}
