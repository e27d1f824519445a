//! Random commands of the SMS bridge, in the same small world as the others.

use homing::rules::message::Blob;
use homing::rules::{Command, attempt, phone as phones};
use homing::words::{Called, Party};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::{Index, select};

use super::commands::{message, phone, user_name};

/// What the SMS bridge asks and reports, likely and unlikely.
pub fn sms() -> impl Strategy<Value = Command> {
    let asked = (message(), party(), any::<bool>()).prop_map(|(message, to, again)| attempt::Asked {
        message,
        to,
        again,
    });
    // Some name a delivery twice.
    let deliveries =
        (vec(asked, 0..4), option::weighted(0.2, any::<Index>())).prop_map(|(mut asked, twice)| {
            let again = twice.filter(|_| !asked.is_empty()).map(|place| place.get(&asked).clone());
            asked.extend(again);
            asked
        });
    prop_oneof![
        4 => (deliveries, grant()).prop_map(|(deliveries, grant)| Command::from(attempt::Ask { deliveries, grant })),
        6 => (vec(report(), 0..4), option::weighted(0.2, "[ab]")).prop_map(|(reports, id)| {
            Command::from(attempt::Reports { reports, id })
        }),
        4 => received().prop_map(Command::from),
        1 => part_of_sms().prop_map(Command::from),
    ]
}

fn report() -> impl Strategy<Value = attempt::Report> {
    let attempt = || {
        let ids = vec(option::weighted(0.8, "[0-9A-F]{1,4}"), 0..4);
        (message(), party(), ids, grant()).prop_map(|(message, to, ids, grant)| attempt::Attempt {
            message,
            to,
            connector: "main".to_owned(),
            ids,
            grant,
        })
    };
    let state = || {
        use attempt::ReceiptState::{Delivered, Enroute, Expired, Unknown};
        select(&[Delivered, Enroute, Expired, Unknown][..])
    };
    prop_oneof![
        4 => (attempt(), any::<bool>()).prop_map(|(attempt, receipts)| attempt::Report::Accepted { attempt, receipts }),
        1 => attempt().prop_map(|attempt| attempt::Report::Failed { attempt, reason: attempt::FailReason::Smsc(11) }),
        2 => attempt().prop_map(|attempt| attempt::Report::Deferred {
            attempt,
            class: attempt::DeferClass::NotSent,
            why: attempt::DeferReason::NotSent,
        }),
        2 => attempt()
            .prop_map(|attempt| attempt::Report::Unknown { attempt, why: attempt::UnknownReason::Disconnected }),
        6 => (message(), party(), 0..4_u8, 1..4_u8, state()).prop_map(|(message, to, segment, segments, state)| {
            attempt::Report::Receipt(attempt::Receipt { message, to, segment, segments, state, error: None, id: None })
        }),
        1 => (message(), party()).prop_map(|(message, to)| attempt::Report::Silent { message, to }),
        1 => state().prop_map(|state| attempt::Report::Unmatched(attempt::Stray {
            connector: "main".to_owned(),
            id: "ff".to_owned(),
            state,
            error: None,
            phone: None,
        })),
    ]
}

/// Of few, so that they meet.
fn grant() -> impl Strategy<Value = Option<u64>> {
    option::weighted(0.8, 0..3_u64)
}

fn received() -> impl Strategy<Value = phones::Received> {
    let text = select(
        &["STOP", "start", "help", "hello", "", "退订", "yes", "no", "cancel", "dan", "stop 3001", "G NEW x"]
            [..],
    );
    (option::weighted(0.9, phone()), called(), text).prop_map(|(from, called, text)| phones::Received {
        connector: "main".to_owned(),
        from,
        called,
        text: text.to_owned(),
        joined: None,
        id: None,
    })
}

fn part_of_sms() -> impl Strategy<Value = phones::Part> {
    (option::of(phone()), called(), 0..4_u8, 0..4_u8).prop_map(|(from, called, number, total)| phones::Part {
        whole: "w".to_owned(),
        connector: "main".to_owned(),
        from,
        called,
        number,
        total,
        octets: Blob(vec![1, 2]),
        id: None,
    })
}

fn called() -> impl Strategy<Value = Called> {
    select(&["service", "im-100001", "im-100002", "im-999999", "app-01-3001", "other"][..])
        .prop_map(|called| called.parse().expect("a called number"))
}

fn party() -> impl Strategy<Value = Party> {
    prop_oneof![3 => user_name().prop_map(Party::User), 1 => phone().prop_map(Party::Phone)]
}
