//! The sums of a message to a group: how many of its deliveries are in each state.
//!
//! A row for each such message: for each state four bytes, most significant first, in the order of [`STATES`].

use std::collections::BTreeMap;

use super::keys;
use super::step::State;
use crate::log::{Fault, Rows};
use crate::words::MessageId;

const STATES: [State; 11] = [
    State::Planned,
    State::Sent,
    State::Pull,
    State::Waiting,
    State::Delivered,
    State::Read,
    State::Filtered,
    State::Recalled,
    State::Expired,
    State::Failed,
    State::Unknown,
];

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(in crate::query) struct Sums([u32; STATES.len()]);

impl Sums {
    pub(super) fn write(self) -> Vec<u8> {
        self.0.iter().flat_map(|sum| sum.to_be_bytes()).collect()
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Sums, Fault> {
        let (sums, rest) = bytes.as_chunks::<4>();
        let sums: Vec<u32> = sums.iter().copied().map(u32::from_be_bytes).collect();
        match sums.try_into() {
            Ok(sums) if rest.is_empty() => Ok(Sums(sums)),
            Ok(_) | Err(_) => Err(Fault::torn()),
        }
    }

    pub(super) fn of(&self, state: State) -> u32 {
        STATES.iter().zip(self.0).find(|(known, _)| **known == state).map_or(0, |(_, sum)| sum)
    }

    fn at(&mut self, state: State) -> Option<&mut u32> {
        STATES.iter().zip(&mut self.0).find(|(known, _)| **known == state).map(|(_, sum)| sum)
    }

    /// Those that are not none, by the state's name.
    pub(in crate::query) fn shown(&self) -> BTreeMap<String, u32> {
        let some = STATES.iter().zip(self.0).filter(|(_, sum)| *sum > 0);
        some.map(|(state, sum)| (state.as_str().to_owned(), sum)).collect()
    }
}

/// A delivery of it has come from one state, if from any, to another.
pub(super) fn moved(
    rows: &mut Rows,
    message: MessageId,
    from: Option<State>,
    to: State,
) -> Result<(), Fault> {
    let key = keys::sums(message);
    let Some(row) = rows.get(&key)? else { return Ok(()) };
    let mut sums = Sums::read(&row)?;
    if let Some(sum) = from.and_then(|from| sums.at(from)) {
        *sum = sum.saturating_sub(1);
    }
    if let Some(sum) = sums.at(to) {
        *sum += 1;
    }
    rows.put(key, sums.write());
    Ok(())
}
