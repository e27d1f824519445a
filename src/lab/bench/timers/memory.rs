//! The decider's memory: what a pending schedule costs.

use crate::lab::bench::memory::Desk;
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
    let mut desk = Desk::default();
    desk.register(100);
    let once = per_schedule(&mut desk, schedules, &once);
    Bytes { once, daily: per_schedule(&mut desk, schedules, &daily) }
}

fn per_schedule(desk: &mut Desk, schedules: usize, when: &When) -> f64 {
    desk.cost(schedules, |number| {
        let to = vec![Address::User(Desk::name((number + 1) % 100))];
        let message = Send { to, text: Some("a text that stays in the log".to_owned()), ..Send::default() };
        let create = Create { message, when: when.clone(), id: None };
        (Sender::User(Desk::name(number % 100)), Command::from(create))
    })
}
