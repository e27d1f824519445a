//! The report of a bench: figures, goals, and the machine they were measured on.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::cli::output::Output;

/// The contract's object; keys carry their unit.
#[derive(Debug, Serialize)]
pub(super) struct Report {
    bench: &'static str,
    figures: BTreeMap<Cow<'static, str>, f64>,
    goals: BTreeMap<&'static str, Goal>,
    machine: Machine,
}

#[derive(Debug, Serialize)]
struct Goal {
    want: String,
    met: bool,
}

#[derive(Debug, Serialize)]
pub(super) struct Machine {
    pub(super) cores: usize,
    pub(super) memory_gib: f64,
    pub(super) nats_server: String,
    pub(super) sync: String,
}

/// Which side of a number is good.
#[derive(Debug, Clone, Copy)]
pub(super) enum Want {
    AtLeast(f64),
    AtMost(f64),
}

impl Report {
    pub(super) fn new(bench: &'static str, machine: Machine) -> Report {
        Report { bench, figures: BTreeMap::new(), goals: BTreeMap::new(), machine }
    }

    pub(super) fn figure(&mut self, key: impl Into<Cow<'static, str>>, value: f64) {
        self.figures.insert(key.into(), (value * 1_000.0).round() / 1_000.0);
    }

    /// The median, and beside it the least and the most.
    pub(super) fn spread(&mut self, key: &str, values: &[f64]) {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        self.figure(key.to_owned(), percentile(&sorted, 0.5));
        self.figure(format!("{key}_min"), percentile(&sorted, 0.0));
        self.figure(format!("{key}_max"), percentile(&sorted, 1.0));
    }

    pub(super) fn value(&self, key: &str) -> Option<f64> {
        self.figures.get(key).copied()
    }

    pub(super) fn goal(&mut self, key: &'static str, want: Want) {
        let Some(value) = self.figures.get(key) else { return };
        let (want, met) = match want {
            Want::AtLeast(least) => (format!(">= {least}"), *value >= least),
            // Less than nothing was not measured: the sizes were too small.
            Want::AtMost(most) => (format!("<= {most}"), (0.0..=most).contains(value)),
        };
        self.goals.insert(key, Goal { want, met });
    }

    pub(super) fn print(&self, output: Output) {
        output.result(self, || self.table());
    }

    fn table(&self) -> String {
        let Machine { cores, memory_gib, nats_server, sync } = &self.machine;
        let mut lines = vec![format!(
            "{}: {cores} cores, {memory_gib:.0} GiB, nats-server {nats_server}, sync {sync}",
            self.bench
        )];
        for (key, value) in &self.figures {
            let goal = self.goals.get(key.as_ref()).map(|goal| {
                format!("  wanted {} {}", goal.want, if goal.met { "(met)" } else { "(missed)" })
            });
            lines.push(format!("  {key:<34} {value:>14.3}{}", goal.unwrap_or_default()));
        }
        lines.join("\n")
    }
}

/// The middle one; of an even number the lower of the two.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    percentile(&values, 0.5)
}

/// Of sorted values.
pub(super) fn percentile(sorted: &[f64], share: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let place = (last as f64 * share).floor() as usize;
    sorted.get(place).copied().unwrap_or(f64::NAN)
}
