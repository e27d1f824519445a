//! The people of a soak: registered, each with a phone.

use crate::cli::output::Failure;
use crate::lab::bench::load::IN_FLIGHT_MAX;
use crate::lab::bench::world::World;
use crate::log::Pipeline;
use crate::rules::Command;
use crate::rules::identity::Register;
use crate::rules::presence::Encoding;
use crate::wire::{command, subjects};
use crate::words::UserName;

pub(super) fn name(number: usize) -> UserName {
    format!("p{number}").parse().expect("it has the shape of a name")
}

/// Whether it is one of them, and no bystander.
pub(super) fn is_one(user: &str) -> bool {
    user.starts_with('p')
}

pub(super) async fn register(world: &World, count: usize) -> Result<(), Failure> {
    let mut pipeline = Pipeline::new(world.connect("registry").await?, IN_FLIGHT_MAX);
    for number in 0..count {
        let phone = format!("+8615{number:09}").parse().ok();
        let register = Command::from(Register { phone, ..Register::named(name(number)) });
        let subject = subjects::command(crate::cli::client::OPERATOR, register.verb());
        pipeline.publish(subject, command::encode(&register, Encoding::Msgpack).into()).await?;
    }
    Ok(pipeline.drain().await?)
}
