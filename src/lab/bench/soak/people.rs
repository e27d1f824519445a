//! The people of a soak: registered, each with a phone.

use crate::cli::output::Failure;
use crate::lab::bench::load::IN_FLIGHT_MAX;
use crate::lab::bench::world::World;
use crate::log::Pipeline;
use crate::rules::Command;
use crate::rules::group::Create;
use crate::rules::identity::Register;
use crate::rules::presence::Encoding;
use crate::wire::{command, subjects};
use crate::words::{Address, UserName};

/// Members of a group.
pub(super) const IN_A_GROUP: usize = 50;

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

/// Groups of as many as [`IN_A_GROUP`], one behind the other; the first one of each owns it.
pub(super) async fn groups(world: &World, count: usize) -> Result<(), Failure> {
    let mut pipeline = Pipeline::new(world.connect("registry").await?, IN_FLIGHT_MAX);
    for number in 0..count {
        let first = number * IN_A_GROUP;
        let members = (first + 1..first + IN_A_GROUP).map(|member| Address::User(name(member))).collect();
        let create = Create {
            name: format!("group {number}"),
            members: Some(members),
            confirm: Some(false),
            ..Create::default()
        };
        let create = Command::from(create);
        let subject = subjects::command(name(first).as_str(), create.verb());
        pipeline.publish(subject, command::encode(&create, Encoding::Msgpack).into()).await?;
    }
    Ok(pipeline.drain().await?)
}
