//! `homing bench login`: people who come in through the gate, many at once.

use std::time::{Duration, Instant};

use async_nats::client::RequestErrorKind;
use futures_util::{StreamExt, stream};
use tokio::time::sleep;

use super::crowd;
use super::load::IN_FLIGHT_MAX;
use super::report::{Report, Want, percentile};
use super::world::World;
use crate::cli::client::OPERATOR;
use crate::cli::output::{Failure, Output};
use crate::cli::roles::Role;
use crate::cli::settings::Settings;
use crate::gate;
use crate::log::{Log, NatsUrl, Pipeline};
use crate::rules::Command;
use crate::rules::identity::Register;
use crate::rules::presence::Encoding;
use crate::wire::{command, subjects};
use crate::words::UserName;

/// Logins through the gate, many at once: how many a second, and how long the last ones wait
///
/// Everybody comes twice: first each password is hashed (Argon2id), then all come again, as after a restart of the server, when
/// the gate knows them. Who is refused because too many wait tries again, and the time goes on.
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// People who come at once, in the first round and in the second
    #[arg(long, value_delimiter = ',', default_values_t = [100, 1_000])]
    at_once: Vec<usize>,
}

const PASSWORD: &str = "of everybody here";
/// A client that was refused comes again.
const AGAIN_AFTER: Duration = Duration::from_millis(200);
/// Far more than anybody waits.
const PATIENCE: Duration = Duration::from_secs(300);
const ROLES: [Role; 2] = [Role::Decider, Role::Query];

pub(super) async fn run(args: &Args, settings: &Settings, output: Output) -> Result<(), Failure> {
    let folder = tempfile::tempdir()
        .map_err(|error| Failure::failed(format!("could not make a temporary folder: {error}")))?;
    output.progress("starting nats-server and Homing …");
    let world = World::gated(folder.path(), settings.sync(), &ROLES, output).await?;
    let mut report = Report::new("login", world.machine(settings.sync()));
    // One hash serves all: each is checked by itself, and to make thousands would take minutes.
    let secret = gate::hash(PASSWORD)?;
    for (round, at_once) in args.at_once.iter().enumerate() {
        let names = register(&world, round, *at_once, &secret).await?;
        for (how, key) in [("whose passwords are hashed", "hashed"), ("who are known", "known")] {
            output.progress(&format!("{at_once} at once {how} …"));
            let (per_second, late) = come(&world, &names).await?;
            report.figure(format!("{key}_{at_once}_per_s"), per_second);
            report.figure(format!("{key}_{at_once}_p50_ms"), percentile(&late, 0.5));
            report.figure(format!("{key}_{at_once}_p99_ms"), percentile(&late, 0.99));
        }
    }
    world.stop().await?;
    report.goal("known_1000_p99_ms", Want::AtMost(2_000.0));
    report.print(output);
    Ok(())
}

/// Whether the server takes what it says. The client library calls itself connected as soon as it hears anything.
async fn is_in(log: &Log, name: &UserName) -> bool {
    let subject = format!("homing.live.{name}.pc");
    let answer = log.client().request(subject, "".into()).await;
    // Nobody keeps leases here: the server itself answers so.
    answer.is_err_and(|error| error.kind() == RequestErrorKind::NoResponders)
}

async fn register(world: &World, round: usize, count: usize, secret: &str) -> Result<Vec<UserName>, Failure> {
    let mut pipeline = Pipeline::new(world.connect("registry").await?, IN_FLIGHT_MAX);
    let names: Result<Vec<UserName>, _> =
        (0..count).map(|number| format!("r{round}-{number}").parse()).collect();
    let names = names.map_err(|error: crate::words::WordError| Failure::failed(error.to_string()))?;
    for name in &names {
        let secret = Some(secret.to_owned());
        let register = Command::from(Register { secret, ..Register::named(name.clone()) });
        let subject = subjects::command(OPERATOR, register.verb());
        pipeline.publish(subject, command::encode(&register, Encoding::Msgpack).into()).await?;
    }
    pipeline.drain().await?;
    crowd::known(world, names.len()).await?;
    Ok(names)
}

/// All come at once; logins per second, and how long each took in milliseconds, sorted.
async fn come(world: &World, names: &[UserName]) -> Result<(f64, Vec<f64>), Failure> {
    let at: NatsUrl = world.url().parse()?;
    let started = Instant::now();
    let coming = names.iter().map(|name| {
        let at = at.clone().with_password(name.as_str(), PASSWORD);
        async move {
            while started.elapsed() < PATIENCE {
                if let Ok(log) = Log::of_user(&at, name.as_str()).await
                    && is_in(&log, name).await
                {
                    return Ok((started.elapsed().as_secs_f64() * 1_000.0, log));
                }
                sleep(AGAIN_AFTER).await;
            }
            Err(Failure::failed(format!("{name} did not get in within {} s", PATIENCE.as_secs())))
        }
    });
    let come: Vec<_> = stream::iter(coming).buffer_unordered(names.len()).collect().await;
    let mut late = Vec::with_capacity(names.len());
    for came in come {
        late.push(came?.0);
    }
    late.sort_by(f64::total_cmp);
    let last_s = late.last().copied().unwrap_or(f64::NAN) / 1_000.0;
    Ok((names.len() as f64 / last_s, late))
}
