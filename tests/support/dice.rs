//! Chance that can be thrown again: `HOMING_SEED=7 cargo test --test faults` repeats what failed with seed 7.

use std::ops::Range;

use super::say;

/// Xorshift (Marsaglia 2003): enough to spread kills, and no dependency.
pub struct Dice(u64);

impl Dice {
    pub fn new(test: &str) -> Dice {
        let seed: u64 = std::env::var("HOMING_SEED").ok().and_then(|text| text.parse().ok()).unwrap_or(1);
        say(&format!("{test}: seed {seed}"));
        Dice::of_seed(seed)
    }

    /// They fall the same in every run.
    pub fn of_seed(seed: u64) -> Dice {
        Dice(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    pub fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from((self.0 >> 16) % end as u64).expect("below a usize")
    }

    pub fn one_of<T: Copy>(&mut self, of: &[T]) -> T {
        *of.get(self.below(of.len())).expect("there is something to choose from")
    }

    /// `n` points in order, one somewhere in each n-th of the range.
    pub fn spread(&mut self, n: usize, over: Range<usize>) -> Vec<usize> {
        let step = over.len() / n;
        (0..n).map(|i| over.start + i * step + self.below(step)).collect()
    }
}
