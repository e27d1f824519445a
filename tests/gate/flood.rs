//! Wrong passwords by the thousand keep nobody out; who says too much at once stays out for a while.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use tokio::task::block_in_place;

use crate::support::{Homing, say};
use crate::world::{WITHIN, address, comes, password, register, signs_in};

const WRONG: usize = 10_000;
const AT_ONCE: usize = 200;
/// The bound that is promised; alone on the machine it takes some hundred milliseconds.
const STILL_IN_WITHIN: Duration = Duration::from_secs(2);
/// Six times as much as anybody may say at once.
const TOO_MUCH: usize = 30_000;
/// Addresses of the loopback network.
const ATTACKER: &str = "127.0.0.66";
const AT_HOME: &str = "127.0.0.7";

#[tokio::test(flavor = "multi_thread")]
async fn the_right_password_gets_in_beside_ten_thousand_wrong_ones() {
    let homing = block_in_place(|| {
        let homing = Homing::start_unsynced();
        register(homing.url(), "alice", &[]);
        register(homing.url(), "bob", &[]);
        homing
    });
    let address = address(&homing).to_owned();
    let flood = {
        let address = address.clone();
        tokio::spawn(async move {
            let wrong = stream::iter(0..WRONG).map(|number| {
                let address = &address;
                async move { signs_in(address, ATTACKER, "alice", &format!("guess {number}")).await }
            });
            wrong.buffer_unordered(AT_ONCE).filter(|came_in| std::future::ready(*came_in)).count().await
        })
    };
    // The flood is under way: the gate has refused some by now.
    while !homing.log().contains("refused") {
        tokio::task::yield_now().await;
    }
    for (from, name) in [(AT_HOME, "alice"), (AT_HOME, "bob"), (AT_HOME, "alice")] {
        let began = Instant::now();
        assert!(signs_in(&address, from, name, &password(name)).await, "{name} gets in from {from}");
        say(&format!("{name} got in after {:?}", began.elapsed()));
        assert!(began.elapsed() < STILL_IN_WITHIN, "{name} from {from} waited {:?}", began.elapsed());
    }
    assert!(!flood.is_finished(), "the flood was over too soon to tell");
    assert_eq!(flood.await.unwrap(), 0, "no wrong password gets in");
    assert!(signs_in(&address, AT_HOME, "alice", &password("alice")).await);
    assert!(block_in_place(|| homing.stop()).success());
}

#[tokio::test(flavor = "multi_thread")]
async fn who_says_too_much_at_once_stays_out_for_a_while_and_nobody_else() {
    let homing = block_in_place(|| {
        let homing = Homing::start_unsynced();
        for (name, flags) in [("alice", &[][..]), ("bob", &[]), ("shop", &["--access", "producer"])] {
            register(homing.url(), name, flags);
        }
        homing
    });
    let address = address(&homing);
    let [alice, bob, shop] = ["alice", "bob", "shop"].map(|name| comes(address, name));
    let (alice, bob, shop) = (alice.await.unwrap(), bob.await.unwrap(), shop.await.unwrap());
    for _ in 0..TOO_MUCH {
        // No command, and it waits in the same queue as one. Her connection ends meanwhile.
        if alice.client().publish("homing.cmd.alice.message.send", "{}".into()).await.is_err() {
            break;
        }
    }
    stays_out(address, "alice").await;
    let is_told = async {
        while !homing.log().contains("its sender stays out for a while") {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(WITHIN, is_told).await.expect("whoever runs it is told");
    assert_eq!((bob.connects(), shop.connects()), (1, 1));
    // Questions and heartbeats count as commands do, and a program of an operator's own may have much to say.
    for (log, subject) in [(&shop, "homing.cmd.shop.message.send"), (&bob, "homing.query.bob.history")] {
        for _ in 0..TOO_MUCH {
            if log.client().publish(subject, "{}".into()).await.is_err() {
                break;
            }
        }
    }
    stays_out(address, "bob").await;
    assert!(signs_in(address, AT_HOME, "shop", &password("shop")).await, "an operator trusts it with more");
    assert_eq!(shop.connects(), 1);
    assert!(block_in_place(|| homing.stop()).success());
}

async fn stays_out(address: &str, name: &str) {
    let is_out = async {
        while signs_in(address, AT_HOME, name, &password(name)).await {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(WITHIN, is_out).await.unwrap_or_else(|_| panic!("{name} comes in"));
}
