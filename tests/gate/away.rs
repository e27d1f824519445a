//! The gate and the server, when one of them is away: who is in stays in, who comes waits outside, and nothing is lost.

use std::time::Duration;

use homing::log::Log;
use tokio::task::block_in_place;

use crate::support::Homing;
use crate::world::{Apart, comes, password, register, signs_in};

const ROLES: &str = "decider,fanout,presence,query,gate";
const WITHIN: Duration = Duration::from_secs(60);
const SETS: &str = r#"{"findable": true}"#;

/// Says something that is stored, be it decided now or later; its number.
async fn says(alice: &Log) -> u64 {
    let stored = alice.client().request("homing.cmd.alice.preference.set", SETS.into()).await.unwrap();
    let ack: serde_json::Value = serde_json::from_slice(&stored.payload).unwrap();
    ack.get("seq").and_then(serde_json::Value::as_u64).unwrap_or_else(|| panic!("{ack}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_in_stays_while_the_gate_is_away_and_who_comes_gets_in_when_it_is_back() {
    let apart = block_in_place(Apart::start);
    let first = block_in_place(|| apart.homing(ROLES));
    block_in_place(|| register(&apart.admin, "alice", &[]));
    assert!(block_in_place(|| first.stop()).success());
    for stop in [Homing::kill as fn(Homing), |homing| assert!(homing.stop().success())] {
        let homing = block_in_place(|| apart.homing(ROLES));
        let alice = comes(apart.address(), "alice").await.unwrap();
        let connects = alice.connects();
        block_in_place(|| stop(homing));
        assert!(
            !signs_in(apart.address(), "127.0.0.1", "alice", &password("alice")).await,
            "nobody lets her in"
        );
        let mut outcomes = alice.client().subscribe("homing.outcome.alice.>").await.unwrap();
        let said = says(&alice).await;
        let homing = block_in_place(|| apart.homing(ROLES));
        let decided = async {
            use futures_util::StreamExt;
            let outcome = outcomes.next().await.unwrap();
            assert_eq!(outcome.subject.as_str(), format!("homing.outcome.alice.{said}"));
        };
        tokio::time::timeout(WITHIN, decided).await.expect("what she said meanwhile is decided");
        assert!(signs_in(apart.address(), "127.0.0.1", "alice", &password("alice")).await);
        assert_eq!(alice.connects(), connects, "she was connected all the time");
        assert!(block_in_place(|| homing.stop()).success());
    }
}
