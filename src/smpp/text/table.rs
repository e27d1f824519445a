//! One table of 128 characters, looked up in both directions.

use std::collections::HashMap;

/// Characters on consecutive codes, beginning at a code.
pub(super) type Runs = &'static [(u8, &'static str)];

const CODES_LEN: usize = 128;

#[derive(Debug)]
pub(super) struct Table {
    characters: Vec<Option<char>>,
    codes: HashMap<char, u8>,
}

impl Table {
    /// Later layers stand over earlier ones.
    pub(super) fn of(layers: &[Runs]) -> Table {
        let mut characters = vec![None; CODES_LEN];
        for (start, run) in layers.iter().copied().flatten() {
            for (place, c) in characters.iter_mut().skip(usize::from(*start)).zip(run.chars()) {
                *place = Some(c);
            }
        }
        let mut codes = HashMap::new();
        for (code, c) in (0..).zip(&characters) {
            // Where a character stands twice, its first code is written.
            c.map(|c| codes.entry(c).or_insert(code));
        }
        Table { characters, codes }
    }

    pub(super) fn character(&self, code: u8) -> Option<char> {
        self.characters.get(usize::from(code)).copied().flatten()
    }

    pub(super) fn code(&self, c: char) -> Option<u8> {
        self.codes.get(&c).copied()
    }
}
