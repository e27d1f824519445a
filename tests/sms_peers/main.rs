//! The SMS bridge against SMSCs that are not ours: the same scenarios with each, and the books agree on both sides.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod audit;
mod board;
mod groups;
mod inbound;
mod install;
mod long;
mod lost;
mod mixed;
mod onboarding;
mod receipts;
mod refused;
mod smsc;
mod stopped;
#[path = "../support/mod.rs"]
mod support;
mod wire;
mod world;

use std::time::Instant;

use install::Library;
use smsc::{Ids, Smsc};
use support::say;
use tokio::task::block_in_place;
use wire::{Read, Tap};
use world::World;

/// What is played with one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scenario {
    ReceiptsReachTheirDeliveries,
    ReceiptsOnTheWay,
    ReceiptsBeforeTheirResponses,
    AReceiptThatNobodyKnows,
    AnSmsAndItsReply,
    AGroupBySms,
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
            Scenario::ReceiptsOnTheWay,
            Scenario::ReceiptsBeforeTheirResponses,
            Scenario::AReceiptThatNobodyKnows,
            Scenario::AnSmsAndItsReply,
            Scenario::AGroupBySms,
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
        scenarios: &[
            Scenario::LongTexts(long::Carrier::Payload),
            Scenario::Disconnected(20),
            Scenario::SlowReader,
        ],
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

/// All that is said with one SMSC, in every way to carry long texts.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tshark_finds_nothing_malformed() {
    let found = block_in_place(|| Some((install::tshark()?, Library::NpmSmpp.smsc()?)));
    let Some((tshark, mut command)) = found else { return };
    let folder = tempfile::tempdir().unwrap();
    for account in &ACCOUNTS {
        let smsc = Smsc::start(&mut command, account.ids).await;
        let tap = Tap::before(smsc.port()).await;
        let world = World::with(smsc, account.settings, Some(tap.port)).await;
        for scenario in account.scenarios.iter().filter(|scenario| scenario.is_a_talk()) {
            scenario.tell(&world).await;
        }
        let books = audit::balanced(&world).await;
        let delivers = world.smsc.seen.lock().answered.len();
        world.stops().await;
        let capture = folder.path().join("talk.pcap");
        tap.capture(&capture);
        let read = block_in_place(|| wire::read(&tshark, &capture));
        let wanted = Read { submits: books.submits, responses: books.submits, delivers };
        assert_eq!(read, wanted, "tshark reads every PDU");
        say(&format!("tshark {}: {read:?}", account.settings));
    }
}

/// A world of its own with npm's smpp, which starts soonest. None, and it is said aloud, where it cannot be had.
async fn with_npm(settings: &str) -> Option<World> {
    let mut command = block_in_place(|| Library::NpmSmpp.smsc())?;
    Some(World::start(&mut command, Ids::PaddedUpper, settings, None).await)
}

async fn play(library: Library) {
    let Some(mut command) = block_in_place(|| library.smsc()) else { return };
    let (mut books, began) = (audit::Books::default(), Instant::now());
    for account in &ACCOUNTS {
        let world = World::start(&mut command, account.ids, account.settings, None).await;
        for scenario in account.scenarios {
            let began = Instant::now();
            scenario.tell(&world).await;
            say(&format!("{library:?} {}: {scenario:?} in {:.1?}", account.settings, began.elapsed()));
        }
        let kept = audit::balanced(&world).await;
        let lost: usize = account.scenarios.iter().map(|scenario| scenario.leaves_unknown()).sum();
        assert_eq!(kept.unknown, lost, "of the rest it is known what became of it: {kept:?}");
        books.add(&kept);
        world.stops().await;
    }
    say(&format!("{library:?}: {books:?} in {:.1?}", began.elapsed()));
}

impl Scenario {
    /// How many submits are in flight when the connection breaks in it.
    fn leaves_unknown(self) -> usize {
        if let Scenario::Disconnected(window) = self { window } else { 0 }
    }

    /// Nothing in it waits for long, or breaks.
    fn is_a_talk(self) -> bool {
        match self {
            Scenario::ReceiptsReachTheirDeliveries
            | Scenario::ReceiptsOnTheWay
            | Scenario::AReceiptThatNobodyKnows
            | Scenario::AnSmsAndItsReply
            | Scenario::AGroupBySms
            | Scenario::LongSmsInParts
            | Scenario::LongTexts(_) => true,
            Scenario::ReceiptsBeforeTheirResponses
            | Scenario::Throttled
            | Scenario::ThrottledInOrder
            | Scenario::PassingAndLastingErrors
            | Scenario::Disconnected(_)
            | Scenario::SlowReader => false,
        }
    }

    async fn tell(self, world: &World) {
        match self {
            Scenario::ReceiptsReachTheirDeliveries => receipts::reach_their_deliveries(world).await,
            Scenario::ReceiptsOnTheWay => receipts::on_the_way(world).await,
            Scenario::ReceiptsBeforeTheirResponses => receipts::before_their_responses(world).await,
            Scenario::AReceiptThatNobodyKnows => receipts::that_nobody_knows(world).await,
            Scenario::AnSmsAndItsReply => inbound::an_sms_and_its_reply(world).await,
            Scenario::AGroupBySms => groups::by_sms(world).await,
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
