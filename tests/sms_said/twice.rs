//! People's SMS that the SMSC sends again: once where it was not acknowledged, twice where it was.

use homing::rules::{Fact, phone};
use homing::smpp::pdu::ShortMessage;
use homing::smpp::pdu::status::RX_T_APPN;

use crate::world::{ALICE, BOB, World, text};

const UDHI: u8 = 0x40;

fn part(number: u8, text: &str) -> ShortMessage {
    let octets = [&[5, 0, 3, 77, 2, number], text.as_bytes()].concat();
    ShortMessage { esm_class: UDHI, octets, ..ShortMessage::default() }
}

fn times(texts: &[String], text: &str) -> usize {
    texts.iter().filter(|it| *it == text).count()
}

/// The server stores nothing for as long as the bridge waits, and stores it after all.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_frozen_server_stores_after_all_arrives_once_when_it_is_sent_again() {
    let mut world = World::start("", &[]).await;
    let frozen = world.freeze();
    let (whole, half) = (text("on my way"), part(1, "half of it, "));
    let first = world.hands(BOB, ALICE, whole.clone()).await;
    let second = world.hands(BOB, ALICE, half.clone()).await;
    assert_eq!(world.answer(first).await, RX_T_APPN, "it is not stored in time");
    assert_eq!(world.answer(second).await, RX_T_APPN, "it is not stored in time");
    drop(frozen);
    assert_eq!(world.delivers(BOB, ALICE, whole).await, 0, "sent again, it is taken");
    assert_eq!(world.delivers(BOB, ALICE, half).await, 0, "sent again, it is taken");
    assert_eq!(world.delivers(BOB, ALICE, part(2, "and the rest")).await, 0);
    let joined = "half of it, and the rest";
    world.texts(joined).await;
    assert_eq!(world.delivers(BOB, ALICE, text("the last")).await, 0);
    let texts = world.texts("the last").await;
    assert_eq!((times(&texts, "on my way"), times(&texts, joined)), (1, 1), "{texts:?}");
    let parts = world.facts.iter().filter(|fact| matches!(fact, Fact::Phone(phone::Fact::Part(_)))).count();
    assert_eq!(parts, 2, "no part is left that waits for others");
}

/// The answer could not be written: the session was gone.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_was_not_answered_before_the_session_broke_arrives_once() {
    let mut world = World::start("", &[]).await;
    let frozen = world.freeze();
    world.hands(BOB, ALICE, text("are you there?")).await;
    world.rebinds().await;
    let again = world.hands(BOB, ALICE, text("are you there?")).await;
    drop(frozen);
    world.answer(again).await;
    assert_eq!(world.delivers(BOB, ALICE, text("the last")).await, 0);
    let texts = world.texts("the last").await;
    assert_eq!(times(&texts, "are you there?"), 1, "{texts:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_same_words_said_again_are_a_second_message_also_after_a_rebind() {
    let mut world = World::start("", &[]).await;
    for _ in 0..2 {
        assert_eq!(world.delivers(BOB, ALICE, text("ok")).await, 0);
        assert_eq!(world.delivers(BOB, ALICE, text("ok")).await, 0);
        world.rebinds().await;
    }
    // In order, so that all that it stored is acknowledged.
    world.restarts(false).await;
    assert_eq!(world.delivers(BOB, ALICE, text("ok")).await, 0);
    assert_eq!(world.delivers(BOB, ALICE, text("the last")).await, 0);
    let texts = world.texts("the last").await;
    assert_eq!(times(&texts, "ok"), 5, "{texts:?}");
}

/// Whether its answer had been written nobody knows.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_killed_process_had_just_stored_arrives_once_when_it_is_sent_again() {
    let mut world = World::start("", &[]).await;
    world.hands(BOB, ALICE, text("hello?")).await;
    world.texts("hello?").await;
    world.restarts(true).await;
    for said in ["hello?", "hello?", "the last"] {
        assert_eq!(world.delivers(BOB, ALICE, text(said)).await, 0);
    }
    let texts = world.texts("the last").await;
    assert_eq!(times(&texts, "hello?"), 2, "sent again it is the first, and said again a second: {texts:?}");
}
