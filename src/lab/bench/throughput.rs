//! Rounds of throughput: raw publishing and Homing in the order raw, Homing, Homing, raw.
//!
//! In that order neither gains by what the machine does meanwhile.

use super::flow::{self, Until};
use super::raw;
use super::report::Report;
use super::world::World;
use crate::cli::output::{Failure, Output};
use crate::log::Log;
use crate::words::UserName;

/// The keys of what a kind of round found out.
pub(super) struct Keys {
    pub(super) about: &'static str,
    pub(super) per_s: &'static str,
    pub(super) ratio: &'static str,
}

pub(super) struct Rounds<'a> {
    pub(super) world: &'a World,
    pub(super) people: &'a [UserName],
    /// Messages of a round.
    pub(super) messages: usize,
    pub(super) rounds: usize,
    pub(super) output: Output,
}

impl Rounds<'_> {
    /// Homing beside one raw stream.
    pub(super) async fn beside_raw(
        &self,
        report: &mut Report,
        keys: &Keys,
        until: Until<'_>,
    ) -> Result<Vec<f64>, Failure> {
        let producer = self.world.connect("raw").await?;
        let raw = || raw::per_second(&producer, self.people, self.messages);
        let homing = || flow::per_second(self.world, self.people, self.messages, until);
        // Once without counting: caches, connections, the server's own growth.
        flow::per_second(self.world, self.people, self.messages / 10 + 1, until).await?;
        let (mut rates, mut raw_rates, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
        for round in 1..=self.rounds {
            let before = raw().await?;
            let (first, second) = (homing().await?, homing().await?);
            let (raw, homing) = (mean(before, raw().await?), mean(first, second));
            self.output.progress(&format!(
                "{} {round}: raw {raw:.0}/s, Homing {homing:.0}/s, ratio {:.3}",
                keys.about,
                homing / raw
            ));
            raw_rates.push(raw);
            rates.push(homing);
            ratios.push(homing / raw);
        }
        report.spread(keys.per_s, &rates);
        report.spread(keys.ratio, &ratios);
        Ok(raw_rates)
    }

    /// What two streams take that are written at once: as many durable writes as Homing makes for a message.
    pub(super) async fn two_streams(&self) -> Result<Vec<f64>, Failure> {
        let logs: [Log; 2] = [self.world.connect("raw").await?, self.world.connect("raw-two").await?];
        let mut rates = Vec::new();
        for _ in 0..self.rounds {
            let rate = raw::per_second_twice(logs.each_ref(), self.people, self.messages).await?;
            self.output.progress(&format!("two raw streams at once: {rate:.0} messages/s to both"));
            rates.push(rate);
        }
        Ok(rates)
    }
}

/// Of the time that both took together.
pub(super) fn mean(one: f64, two: f64) -> f64 {
    2.0 / (1.0 / one + 1.0 / two)
}
