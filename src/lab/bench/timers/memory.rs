//! The decider's memory: what a pending schedule costs.

use crate::lab::bench::memory::PureDecider;
use crate::rules::Command;
use crate::rules::Sender;
use crate::rules::message::Send;
use crate::rules::schedule::{Create, Every, OneOrMany, When};
use crate::words::Address;

/// Bytes per schedule that fires once, and per schedule that fires every day.
pub(super) struct Bytes {
    pub(super) once: f64,
    pub(super) daily: f64,
}

/// Creates schedules by the rules themselves, for one recipient each.
pub(super) fn measure(schedules: usize) -> Bytes {
    let zone = Some("Europe/London".to_owned());
    let at = Some(OneOrMany::One("2027-12-01T09:00:00".to_owned()));
    let once = When { at, zone: zone.clone(), ..When::default() };
    let (every, times) = (Some(Every::Unit("day".to_owned())), Some(vec!["09:00".to_owned()]));
    let daily = When { every, times, zone, ..When::default() };
    let mut decider = PureDecider::default();
    decider.register(100);
    let once = per_schedule(&mut decider, schedules, &once);
    Bytes { once, daily: per_schedule(&mut decider, schedules, &daily) }
}

fn per_schedule(decider: &mut PureDecider, schedules: usize, when: &When) -> f64 {
    decider.cost(schedules, |number| {
        let to = vec![Address::User(PureDecider::name((number + 1) % 100))];
        let message = Send { to, text: Some("a text that stays in the log".into()), ..Send::default() };
        let create = Create { message, when: when.clone(), id: None };
        (Sender::User(PureDecider::name(number % 100)), Command::from(create))
    })
}
