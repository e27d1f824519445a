//! Random commands about groups, right ones and wrong ones.

use std::collections::BTreeMap;

use homing::rules::Command;
use homing::rules::group::{
    Answer, Answered, Close, Create, Grant, Invite, Leave, Remove, Role, SetGroup, Whoever,
};
use homing::rules::identity::{GroupWish, SetPreference, Switch};
use homing::rules::message::{Route, Send};
use homing::words::{Address, GroupNumber};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;

use super::commands::address;

fn group() -> impl Strategy<Value = GroupNumber> {
    prop_oneof![6 => Just("3001"), 2 => Just("3002"), 1 => Just("3003")]
        .prop_map(|number| number.parse().expect("a group number"))
}

fn cap() -> impl Strategy<Value = u32> {
    select(&[0, 1, 2, 3, 4, 200, 10_001][..])
}

fn confirm() -> impl Strategy<Value = Option<bool>> {
    prop_oneof![1 => Just(None), 3 => Just(Some(false)), 1 => Just(Some(true))]
}

/// One of them to all members.
pub fn to_a_group() -> impl Strategy<Value = Send> {
    let route = prop_oneof![6 => Just(Route::Auto), 2 => Just(Route::Im)];
    (group(), route).prop_map(|(group, route)| Send {
        to: vec![Address::Group(group)],
        text: Some("to all".into()),
        route,
        ..Send::default()
    })
}

pub fn groups() -> BoxedStrategy<Command> {
    let role = || select(&[Role::Owner, Role::Admin, Role::Admin, Role::Member][..]);
    let whoever = || option::weighted(0.3, select(&[Whoever::Everyone, Whoever::Admins][..]));
    let create = (
        select(&["class", "club", ""][..]),
        option::of(vec(address(), 0..4)),
        confirm(),
        option::weighted(0.2, cap()),
    )
        .prop_map(|(name, members, confirm, cap)| Create {
            name: name.to_owned(),
            members,
            confirm,
            cap,
            ..Create::default()
        });
    let invite = (group(), vec(address(), 0..3), confirm()).prop_map(|(group, who, confirm)| Invite {
        group,
        who,
        confirm,
        id: None,
    });
    let answered = prop_oneof![4 => Just(Answered::Yes), 1 => Just(Answered::No)];
    let answer = (group(), answered).prop_map(|(group, answer)| Answer { group, answer, id: None });
    let remove = (group(), vec(address(), 0..3)).prop_map(|(group, who)| Remove { group, who, id: None });
    let grant =
        (group(), address(), role()).prop_map(|(group, who, role)| Grant { group, who, role, id: None });
    let name = option::weighted(0.3, Just("another".to_owned()));
    let set = (group(), name, option::weighted(0.3, cap()), whoever(), whoever()).prop_map(
        |(group, name, cap, writes, invites)| SetGroup {
            group,
            name,
            cap,
            sms_day: None,
            sms_month: None,
            zone: None,
            writes,
            invites,
        },
    );
    let wish = (group(), select(&[Switch::On, Switch::Off][..])).prop_map(|(group, sms)| SetPreference {
        group: Some(BTreeMap::from([(group, GroupWish { sms: Some(sms) })])),
        ..SetPreference::default()
    });
    prop_oneof![
        5 => create.prop_map(Command::from),
        5 => invite.prop_map(Command::from),
        5 => answer.prop_map(Command::from),
        2 => group().prop_map(|group| Command::from(Leave { group, id: None })),
        1 => group().prop_map(|group| Command::from(Close { group, id: None })),
        2 => remove.prop_map(Command::from),
        3 => grant.prop_map(Command::from),
        2 => set.prop_map(Command::from),
        2 => wish.prop_map(Command::from),
    ]
    .boxed()
}
