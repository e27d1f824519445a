//! Schedules of every kind whose times lie within some seconds: once, thrice, or every two seconds.

use homing::rules::Command;
use homing::rules::message::Send;
use homing::rules::schedule::{Create, Every, OneOrMany, When, WhenMissed};
use homing::words::{Instant, Span, Zone};

use crate::world::{LIVE, PHONES};

/// Spreads neighbours over the window.
const STRIDE_MS: usize = 7_919;
const COUNT: usize = 4;
/// Local times of UTC.
pub const THRICE_MS: [i64; 3] = [0, 3_000, 7_000];

/// How many occurrences the schedule of this number has.
pub fn occurrences(number: usize) -> usize {
    match number % 5 {
        0 | 1 => 1,
        2 => THRICE_MS.len(),
        _ => COUNT,
    }
}

/// `schedule.create`: its kind, policy and recipient follow from its number, each combined with each.
pub fn schedule(number: usize, first: Instant, window_ms: usize) -> Command {
    let at = first + Span::from_ms(i64::try_from(number * STRIDE_MS % window_ms).unwrap());
    let missed = [None, Some(WhenMissed::All), Some(WhenMissed::Never)][number / 5 % 3];
    let is_bounded = number / 15 % 2 == 1;
    let to = match number / 30 % 2 {
        0 => format!("live{}", number / 60 % LIVE),
        _ => format!("phone{}", number / 60 % PHONES),
    };
    let when = match number % 5 {
        0 | 1 => When { late_by: is_bounded.then(|| Span::from_secs(1)), ..at_times(at, &[0]) },
        2 => When { late_by: is_bounded.then(|| Span::from_secs(1)), ..at_times(at, &THRICE_MS) },
        _ => When { late_by: is_bounded.then(|| Span::from_secs(60)), ..every_two_seconds(at, COUNT) },
    };
    create(&to, &format!("k{number}"), When { missed, ..when })
}

pub fn create(to: &str, text: &str, when: When) -> Command {
    Command::from(Create { message: letter(to, text), when, id: None })
}

pub fn letter(to: &str, text: &str) -> Send {
    Send { to: vec![to.parse().unwrap()], text: Some(text.into()), ..Send::default() }
}

pub fn at_times(first: Instant, after_ms: &[i64]) -> When {
    let times = after_ms.iter().map(|ms| local(first + Span::from_ms(*ms))).collect();
    When { at: Some(OneOrMany::Many(times)), ..utc() }
}

pub fn every_two_seconds(from: Instant, count: usize) -> When {
    let (every, unit) = (Some(Every::Number(2)), Some("seconds".to_owned()));
    When { every, unit, from: Some(local(from)), count: Some(count as u64), ..utc() }
}

fn utc() -> When {
    When { zone: Some("UTC".to_owned()), ..When::default() }
}

fn local(at: Instant) -> String {
    Zone::UTC.local(at).to_string()
}
