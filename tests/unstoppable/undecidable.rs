//! Commands that no decision can be written about, and a server that takes too little.

use homing::log::Log;
use homing::wire::Outgoing;
use serde_json::json;
use tokio::task::block_in_place;

use crate::support::Homing;
use crate::support::users::Guarded;
use crate::support::world::{registers, says};
use crate::{outcome, outcomes, refused};

/// What nats-server takes where nobody says otherwise.
const PAYLOAD_BYTES_MAX: usize = 1_024 * 1_024;

/// A command as large as the server takes; its commit would have headers besides.
fn report() -> Outgoing {
    let stray = |id: String| json!({ "connector": "main", "id": id, "state": "delivered" });
    let report = |id: String| json!({ "reports": [{ "unmatched": stray(id) }] }).to_string().into_bytes();
    let around = report(String::new()).len();
    let payload = report("x".repeat(PAYLOAD_BYTES_MAX - around));
    Outgoing { subject: "homing.cmd._sms.attempt.report".to_owned(), headers: Vec::new(), payload }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_that_no_commit_holds_is_refused_by_its_number_and_the_next_one_is_made() {
    let server = block_in_place(|| Guarded::start("max_payload: 1MB"));
    let (url, folder) = (server.url("a:b"), tempfile::tempdir().unwrap());
    let log = Log::connect(&url, "test").await.unwrap();
    let homing = block_in_place(|| Homing::serve(&folder.path().join("data"), &url, "decider"));
    let mut outcomes = outcomes(&log).await;
    let seq = log.command(report()).await.unwrap();
    let next = says(&log, "_admin", &registers("alice", None)).await;
    let told = outcome(&mut outcomes, seq).await;
    assert_eq!(told.code.as_deref(), Some("command.failed"));
    assert!(told.text.unwrap_or_default().contains(&format!("number, {seq}")));
    assert!(outcome(&mut outcomes, next).await.accepted);
    assert!(!homing.log().contains("reads the log again"), "nobody reads a log again for it");
    assert!(block_in_place(|| homing.stop()).success());
}

/// Digits without end once made a decision that was a little larger than its command.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_time_with_a_million_digits_is_refused_and_the_next_command_decided() {
    let server = block_in_place(|| Guarded::start("max_payload: 1MB"));
    let (url, folder) = (server.url("a:b"), tempfile::tempdir().unwrap());
    let log = Log::connect(&url, "test").await.unwrap();
    let homing = block_in_place(|| Homing::serve(&folder.path().join("data"), &url, "decider"));
    let mut outcomes = outcomes(&log).await;
    says(&log, "_admin", &registers("alice", None)).await;
    let create = |digits: usize| {
        let at = format!("2030-01-01T09:00:00.{}", "0".repeat(digits));
        let fields =
            json!({ "message": { "to": ["alice"], "text": "x" }, "when": { "at": at, "zone": "UTC" } });
        fields.to_string().into_bytes()
    };
    let payload = create(PAYLOAD_BYTES_MAX - create(0).len());
    let subject = "homing.cmd.alice.schedule.create".to_owned();
    let seq = log.command(Outgoing { subject, headers: Vec::new(), payload }).await.unwrap();
    let next = says(&log, "_admin", &registers("bob", None)).await;
    assert_eq!(outcome(&mut outcomes, seq).await.code.as_deref(), Some("schedule.bad_time"));
    assert!(outcome(&mut outcomes, next).await.accepted);
    assert!(block_in_place(|| homing.stop()).success());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_that_takes_less_than_a_commit_is_named_at_the_start_with_what_to_set() {
    let server = block_in_place(|| Guarded::start("max_payload: 64KB"));
    let (url, folder) = (server.url("a:b"), tempfile::tempdir().unwrap());
    let told = refused(&url, &folder.path().join("data"));
    assert!(told.contains("max_payload: 1MB") && told.contains("65536"), "{told}");
}
