//! Wrong passwords by the thousand keep nobody out.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use tokio::task::block_in_place;

use crate::support::{Homing, say};
use crate::world::{address, password, register, signs_in};

const WRONG: usize = 10_000;
const AT_ONCE: usize = 200;
/// The bound that is promised; alone on the machine it takes some hundred milliseconds.
const STILL_IN_WITHIN: Duration = Duration::from_secs(2);
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
