//! The SMS bridge against SMSCs that are not ours: the same scenarios with each, and the books agree on both sides.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod audit;
mod board;
mod inbound;
mod install;
mod long;
mod lost;
mod receipts;
mod refused;
mod smsc;
#[path = "../support/mod.rs"]
mod support;
mod wire;
mod world;

use std::time::Instant;

use install::Library;
use smsc::Ids;
use support::say;
use world::World;

/// What is played with one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scenario {
    ReceiptsReachTheirDeliveries,
    ReceiptsBeforeTheirResponses,
    AReceiptThatNobodyKnows,
    AnSmsAndItsReply,
    LongSmsInParts,
    LongTexts(long::Carrier),
    Throttled,
    ThrottledInOrder,
    PassingAndLastingErrors,
    /// With a window of this many.
    Disconnected(usize),
    SlowReader,
}

struct Account {
    settings: &'static str,
    ids: Ids,
    scenarios: &'static [Scenario],
}

const ACCOUNTS: [Account; 4] = [
    Account {
        settings: "long=udh8&window=10",
        ids: Ids::PaddedUpper,
        scenarios: &[
            Scenario::ReceiptsReachTheirDeliveries,
            Scenario::ReceiptsBeforeTheirResponses,
            Scenario::AReceiptThatNobodyKnows,
            Scenario::AnSmsAndItsReply,
            Scenario::LongSmsInParts,
            Scenario::LongTexts(long::Carrier::Udh8),
            Scenario::PassingAndLastingErrors,
            Scenario::Throttled,
            Scenario::Disconnected(10),
        ],
    },
    Account {
        settings: "long=udh16&window=1&ids=resp-hex",
        ids: Ids::ResponseHex,
        scenarios: &[
            Scenario::ReceiptsReachTheirDeliveries,
            Scenario::LongTexts(long::Carrier::Udh16),
            Scenario::ThrottledInOrder,
        ],
    },
    Account {
        settings: "long=sar&window=10&ids=resp-dec",
        ids: Ids::ResponseDecimal,
        scenarios: &[
            Scenario::ReceiptsReachTheirDeliveries,
            Scenario::LongTexts(long::Carrier::Sar),
            Scenario::SlowReader,
        ],
    },
    Account {
        settings: "long=payload&window=20",
        ids: Ids::PaddedUpper,
        scenarios: &[Scenario::LongTexts(long::Carrier::Payload), Scenario::Disconnected(20), Scenario::SlowReader],
    },
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_scenarios_hold_with_npm_smpp() {
    play(Library::NpmSmpp).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_scenarios_hold_with_net_smpp() {
    play(Library::NetSmpp).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_scenarios_hold_with_jsmpp() {
    play(Library::Jsmpp).await;
}

async fn play(library: Library) {
    let Some(mut command) = tokio::task::block_in_place(|| library.smsc()) else { return };
    let (mut books, began) = (audit::Books::default(), Instant::now());
    for account in &ACCOUNTS {
        let world = World::start(&mut command, account.ids, account.settings, None).await;
        for scenario in account.scenarios {
            let began = Instant::now();
            scenario.tell(&world).await;
            say(&format!("{library:?} {}: {scenario:?} in {:.1?}", account.settings, began.elapsed()));
        }
        books.add(&audit::balanced(&world).await);
        world.stops().await;
    }
    say(&format!("{library:?}: {books:?} in {:.1?}", began.elapsed()));
}

impl Scenario {
    async fn tell(self, world: &World) {
        match self {
            Scenario::ReceiptsReachTheirDeliveries => receipts::reach_their_deliveries(world).await,
            Scenario::ReceiptsBeforeTheirResponses => receipts::before_their_responses(world).await,
            Scenario::AReceiptThatNobodyKnows => receipts::that_nobody_knows(world).await,
            Scenario::AnSmsAndItsReply => inbound::an_sms_and_its_reply(world).await,
            Scenario::LongSmsInParts => inbound::long_sms_in_parts(world).await,
            Scenario::LongTexts(carrier) => long::texts(world, carrier).await,
            Scenario::Throttled => refused::throttled(world).await,
            Scenario::ThrottledInOrder => refused::throttled_in_order(world).await,
            Scenario::PassingAndLastingErrors => refused::passing_and_lasting(world).await,
            Scenario::Disconnected(window) => lost::disconnected(world, window).await,
            Scenario::SlowReader => lost::slow_reader(world).await,
        }
    }
}
