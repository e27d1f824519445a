//! The pipeline behind the gate: users in an account of their own, beside producers who stand where the streams are.
//!
//! Both come in by a password, and each has a connection of their own: what differs is that between the first and the streams
//! there is an import.

use std::time::Duration;

use super::ends::Ends;
use super::report::{Report, Want, percentile};
use super::throughput::mean;
use super::world::World;
use super::{crowd, flow, latency};
use crate::cli::output::{Failure, Output};
use crate::cli::roles::Role;
use crate::cli::settings::Settings;
use crate::log::Log;
use crate::words::{Access, UserName};

pub(super) struct Sizes {
    /// Messages of a round.
    pub(super) messages: usize,
    pub(super) rounds: usize,
    /// Of either kind.
    pub(super) people: usize,
    /// Of the open loop.
    pub(super) rate: usize,
    pub(super) seconds: Duration,
}

/// People of a kind, who write to each other.
struct Crowd {
    names: Vec<UserName>,
    people: Vec<(UserName, Log)>,
}

impl Crowd {
    async fn come(world: &World, prefix: &str, count: usize, access: Access) -> Result<Crowd, Failure> {
        let names = world.people_with(prefix, count, Some(access)).await?;
        let people = crowd::come(world, &names).await?;
        Ok(Crowd { names, people })
    }

    async fn per_second(&self, messages: usize) -> Result<f64, Failure> {
        flow::per_second_between(Ends::of_each(&self.people).await?, &self.names, messages).await
    }

    async fn late_ms(&self, Sizes { rate, seconds, .. }: &Sizes) -> Result<Vec<f64>, Failure> {
        latency::between(Ends::of_each(&self.people).await?, &self.names, *rate, *seconds).await
    }
}

pub(super) async fn run(
    sizes: &Sizes,
    roles: &[Role],
    settings: &Settings,
    output: Output,
) -> Result<(), Failure> {
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::failed(format!("could not make a temporary folder: {error}")))?;
    output.progress("starting nats-server and Homing, with the gate …");
    let world = World::gated(folder.path(), settings.sync(), roles, output).await?;
    let users = Crowd::come(&world, "u", sizes.people, Access::User).await?;
    let producers = Crowd::come(&world, "p", sizes.people, Access::Producer).await?;
    let mut report = Report::new("pipeline", world.machine(settings.sync()));
    // Once without counting.
    producers.per_second(sizes.messages / 10 + 1).await?;
    users.per_second(sizes.messages / 10 + 1).await?;
    let (mut within, mut behind, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for round in 1..=sizes.rounds {
        let before = producers.per_second(sizes.messages).await?;
        let (first, second) =
            (users.per_second(sizes.messages).await?, users.per_second(sizes.messages).await?);
        let producers = mean(before, producers.per_second(sizes.messages).await?);
        let users = mean(first, second);
        output.progress(&format!(
            "round {round}: producers {producers:.0}/s, users {users:.0}/s, ratio {:.3}",
            users / producers
        ));
        within.push(producers);
        behind.push(users);
        ratios.push(users / producers);
    }
    report.spread("producers_per_s", &within);
    report.spread("users_per_s", &behind);
    report.spread("ratio", &ratios);
    output.progress(&format!("{} messages/s for {:?}, four times …", sizes.rate, sizes.seconds));
    let mut late = producers.late_ms(sizes).await?;
    let mut behind = users.late_ms(sizes).await?;
    behind.extend(users.late_ms(sizes).await?);
    late.extend(producers.late_ms(sizes).await?);
    for (who, mut late) in [("producers", late), ("users", behind)] {
        late.sort_by(f64::total_cmp);
        report.figure(format!("{who}_p50_ms"), percentile(&late, 0.5));
        report.figure(format!("{who}_p99_ms"), percentile(&late, 0.99));
    }
    world.stop().await?;
    report.goal("users_p50_ms", Want::AtMost(1.5));
    report.goal("users_p99_ms", Want::AtMost(5.0));
    report.print(output);
    Ok(())
}
