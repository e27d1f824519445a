//! The gate and the server, when one of them is away: who is in stays in, who comes waits outside, and nothing is lost.

use std::fs;
use std::path::Path;
use std::time::Duration;

use homing::log::Log;
use homing::server::{Keys, gated};
use tempfile::TempDir;
use tokio::task::{block_in_place, yield_now};

use crate::support::Homing;
use crate::support::users::Guarded;
use crate::world::{comes, password, register, signs_in};

const ROLES: &str = "decider,fanout,presence,query,gate";
const WITHIN: Duration = Duration::from_secs(60);
const SETS: &str = r#"{"findable": true}"#;

/// A nats-server as `homing server config` configures it, and Homing on it.
struct Apart {
    server: Guarded,
    folder: TempDir,
    admin: String,
}

impl Apart {
    fn start() -> Apart {
        let folder = tempfile::tempdir().unwrap();
        let keys = Keys::of(&folder.path().join("data")).unwrap();
        let server = Guarded::start(&gated(&keys));
        let admin = server.url(&format!("_admin:{}", keys.admin_password()));
        Apart { server, folder, admin }
    }

    fn homing(&self) -> Homing {
        Homing::serve(&self.data(), &self.server.url(""), ROLES)
    }

    fn data(&self) -> std::path::PathBuf {
        self.folder.path().join("data")
    }

    fn address(&self) -> &str {
        self.admin.rsplit_once('@').unwrap().1
    }
}

/// Says something that is stored, be it decided now or later; its number.
async fn says(alice: &Log) -> u64 {
    let stored = alice.client().request("homing.cmd.alice.preference.set", SETS.into()).await.unwrap();
    let ack: serde_json::Value = serde_json::from_slice(&stored.payload).unwrap();
    ack.get("seq").and_then(serde_json::Value::as_u64).unwrap_or_else(|| panic!("{ack}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_in_stays_while_the_gate_is_away_and_who_comes_gets_in_when_it_is_back() {
    let apart = block_in_place(Apart::start);
    let first = block_in_place(|| apart.homing());
    block_in_place(|| register(&apart.admin, "alice", &[]));
    assert!(block_in_place(|| first.stop()).success());
    for stop in [Homing::kill as fn(Homing), |homing| assert!(homing.stop().success())] {
        let homing = block_in_place(|| apart.homing());
        let alice = comes(apart.address(), "alice").await.unwrap();
        let connects = alice.connects();
        block_in_place(|| stop(homing));
        assert!(
            !signs_in(apart.address(), "127.0.0.1", "alice", &password("alice")).await,
            "nobody lets her in"
        );
        let mut outcomes = alice.client().subscribe("homing.outcome.alice.>").await.unwrap();
        let said = says(&alice).await;
        let homing = block_in_place(|| apart.homing());
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

/// The keys of a part are enough for that part, and its rights reach no further.
#[tokio::test(flavor = "multi_thread")]
async fn an_sms_bridges_key_takes_its_work_and_nothing_else() {
    let apart = block_in_place(Apart::start);
    let homing = block_in_place(|| apart.homing());
    let seed = fs::read_to_string(apart.data().join("keys/sms.nk")).unwrap();
    let at = format!("nats://{}", apart.address()).parse::<homing::log::NatsUrl>().unwrap();
    let bridge = Log::at(&at.with_nkey(seed.trim()).with_inbox("_INBOX__sms"), "sms").await.unwrap();
    let mut denials = bridge.denials();
    for subject in [
        "homing.cmd.alice.message.send",
        "homing.cmd._admin.user.register",
        "homing.evt.a.b",
        "$JS.API.STREAM.DELETE.EVENTS",
        "$JS.API.STREAM.PURGE.OUTBOX",
        "$JS.API.CONSUMER.CREATE.EVENTS.fanout",
        "$JS.API.CONSUMER.DELETE.EVENTS.fanout",
        "$JS.API.CONSUMER.MSG.NEXT.COMMANDS.x",
    ] {
        bridge.client().publish(subject, "{}".into()).await.unwrap();
        tokio::time::timeout(WITHIN, denials.of(subject))
            .await
            .unwrap_or_else(|_| panic!("{subject} is allowed"));
    }
    assert!(Path::new(&apart.data().join("keys/homing.nk")).exists());
    drop(bridge);
    yield_now().await;
    assert!(block_in_place(|| homing.stop()).success());
}
