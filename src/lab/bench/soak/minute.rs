//! A minute of a soak: what stands in memory and on disk at its end, and how late a bystander's messages were.

use std::fmt;
use std::path::Path;

use crate::cli::output::Failure;
use crate::lab::bench::apart::Apart;
use crate::lab::bench::bystander::Bystander;
use crate::lab::bench::lags::{fanout_lag, models_lag};
use crate::lab::bench::memory::resident_of;
use crate::lab::bench::report::{Report, percentile};
use crate::lab::bench::world::World;
use crate::log::Log;

const MIB: f64 = 1_048_576.0;
/// By then everybody has been online once, and what waits for people comes and goes evenly.
const SETTLED_AFTER: usize = 10;

pub(super) struct Minute {
    number: usize,
    homing_mib: f64,
    server_mib: f64,
    disk_mib: f64,
    /// Commands of people that are not decided.
    undecided: u64,
    /// Commits that fan-out has not performed.
    fanout_lag: u64,
    /// Commits that the read models do not hold.
    models_lag: u64,
    /// Live messages so far.
    arrived: u64,
    p50_ms: f64,
    p99_ms: f64,
}

impl Minute {
    pub(super) const HEADINGS: &'static str = "minute  homing MiB  server MiB  disk MiB  undecided  fan-out lag  models lag    arrived  bystander p50 ms  p99 ms";

    pub(super) async fn look(
        number: usize,
        world: &World,
        homing: &Apart,
        log: &Log,
        bystander: &Bystander,
    ) -> Result<Minute, Failure> {
        let late = bystander.late_ms();
        Ok(Minute {
            number,
            homing_mib: homing.mib(),
            server_mib: resident_of(world.server_pid()) / MIB,
            disk_mib: on_disk(world.data()) / MIB,
            fanout_lag: fanout_lag(log).await?,
            models_lag: models_lag(log).await?,
            undecided: 0,
            arrived: 0,
            p50_ms: percentile(&late, 0.5),
            p99_ms: percentile(&late, 0.99),
        })
    }

    pub(super) fn with(self, undecided: u64, arrived: u64) -> Minute {
        Minute { undecided, arrived, ..self }
    }
}

impl fmt::Display for Minute {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Minute { number, homing_mib, server_mib, disk_mib, .. } = self;
        let Minute { undecided, fanout_lag, models_lag, arrived, p50_ms, p99_ms, .. } = self;
        write!(f, "{number:>6}  {homing_mib:>10.0}  {server_mib:>10.0}  {disk_mib:>8.0}  ")?;
        write!(f, "{undecided:>9}  {fanout_lag:>11}  {models_lag:>10}  ")?;
        write!(f, "{arrived:>9}  {p50_ms:>16.2}  {p99_ms:>6.1}")
    }
}

/// The minutes so far.
#[derive(Default)]
pub(super) struct Course(Vec<Minute>);

impl Course {
    pub(super) fn add(&mut self, minute: Minute) {
        self.0.push(minute);
    }

    pub(super) fn tell(&self, report: &mut Report) {
        let worst = |of: fn(&Minute) -> f64| self.0.iter().map(of).fold(f64::NAN, f64::max);
        report.figure("bystander_worst_p99_ms", worst(|minute| minute.p99_ms));
        report.figure("fanout_lag_most", worst(|minute| minute.fanout_lag as f64));
        report.figure("models_lag_most", worst(|minute| minute.models_lag as f64));
        let Some(last) = self.0.last() else { return };
        report.figure("homing_mib", last.homing_mib);
        report.figure("server_mib", last.server_mib);
        report.figure("disk_mib", last.disk_mib);
        report.figure("arrived", last.arrived as f64);
        let settled = self.0.get(SETTLED_AFTER - 1).filter(|settled| settled.number < last.number);
        if let Some(settled) = settled {
            report.figure("homing_growth", last.homing_mib / settled.homing_mib);
            report.figure("server_growth", last.server_mib / settled.server_mib);
        }
    }
}

/// Bytes of all files below a folder; what goes meanwhile is not counted.
fn on_disk(folder: &Path) -> f64 {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let sizes = entries.map(|entry| match entry.metadata() {
        Ok(metadata) if metadata.is_dir() => on_disk(&entry.path()),
        Ok(metadata) => metadata.len() as f64,
        Err(_) => 0.0,
    });
    sizes.sum()
}
