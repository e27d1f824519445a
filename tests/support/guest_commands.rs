//! Commands of the way from an invitation to an account, and of what an operator sets for who writes by SMS.

use std::collections::BTreeMap;

use homing::rules::Command;
use homing::rules::contacts::InviteContact;
use homing::rules::phone::Received;
use homing::rules::service::{Keywords, Language, SetService, Text, Wordings};
use homing::words::{Called, Phone};
use proptest::prelude::*;
use proptest::sample::select;

/// Phones that nobody registers but by this way.
const GUESTS: [&str; 3] = ["+447700900101", "+8613800138101", "+12025550101"];

fn guest() -> impl Strategy<Value = Phone> {
    select(&GUESTS[..]).prop_map(|phone| phone.parse().expect("a phone"))
}

pub fn invites() -> impl Strategy<Value = Command> {
    guest().prop_map(|phone| Command::from(InviteContact { phone, text: None }))
}

pub fn answers() -> impl Strategy<Value = Command> {
    let text = select(&["yes", "no", "cancel", "同意", "dan", "STOP", "START"][..]);
    (guest(), text).prop_map(|(from, text)| {
        Command::from(Received {
            connector: "main".to_owned(),
            from: Some(from),
            called: Called::Service,
            text: text.to_owned(),
            joined: None,
            id: None,
        })
    })
}

pub fn of_the_service() -> impl Strategy<Value = Command> {
    let keywords = proptest::option::of(select(Keywords::ALL));
    let words = proptest::option::of(Just("Write STOP to end it.".into()));
    (keywords, words).prop_map(|(keywords, en)| {
        let texts = BTreeMap::from([(Text::Help, Wordings { en, zh: None })]);
        Command::from(SetService { keywords, language: Some(Language::English), texts: Some(texts) })
    })
}
