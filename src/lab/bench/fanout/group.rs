//! The group that is written to: its members registered, joined, online or not, and what those who are online confirm.

use std::time::{Duration, Instant};

use crate::cli::client::{Client, OPERATOR};
use crate::cli::output::Failure;
use crate::lab::bench::lags;
use crate::lab::bench::load::IN_FLIGHT_MAX;
use crate::lab::bench::world::World;
use crate::log::{Log, Pipeline};
use crate::rules::Command;
use crate::rules::group::{Create, Invite};
use crate::rules::identity::{LimitChanges, Register, SetUser};
use crate::rules::message::{Confirm, Received};
use crate::rules::presence::{DeviceClass, Encoding, Online};
use crate::wire::{command, subjects};
use crate::words::{Address, GroupNumber, MessageId, Span, UserName, WordError};

/// What one command may name.
const NAMED_LEN_MAX: usize = 1_000;
/// A prime number of more than any group's members: steps of so many come to each place once, and scatter those who are
/// not online among the others.
const STEP: usize = 16_183;
/// Commits of a hundred messages a second and their confirmations, on a disk that syncs each write.
const OF_A_BYSTANDER: u64 = 10;
const LEASE: Span = Span::from_secs(3_600);

/// How many there are; the others are online.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sizes {
    pub(super) members: usize,
    pub(super) phones: usize,
    pub(super) waiting: usize,
}

pub(super) struct Group {
    pub(super) number: GroupNumber,
    /// Its owner, who is online too.
    pub(super) sender: Client,
    /// Those who are online and get what the sender writes.
    pub(super) online: Vec<UserName>,
    confirms: Log,
}

/// How somebody is reached.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Reached {
    Online,
    ByPhone,
    Not,
}

impl Sizes {
    fn reached(self, number: usize) -> Reached {
        // The first one is the owner.
        match number.saturating_sub(1) * STEP % (self.members - 1).max(1) {
            _ if number == 0 => Reached::Online,
            place if place < self.phones => Reached::ByPhone,
            place if place < self.phones + self.waiting => Reached::Not,
            _ => Reached::Online,
        }
    }
}

impl Group {
    /// Registers all, has those come online who are to be, and makes the group.
    pub(super) async fn make(world: &World, sizes: Sizes) -> Result<Group, Failure> {
        let names = (0..sizes.members).map(name).collect::<Result<Vec<_>, _>>().map_err(bug)?;
        let (owner, others) =
            names.split_first().ok_or_else(|| Failure::usage("a group has members".to_owned()))?;
        let sender = Client::at(&world.address_of(owner), owner.as_str()).await?;
        let mut said = Vec::with_capacity(2 * names.len());
        for (number, name) in names.iter().enumerate() {
            let phone = (sizes.reached(number) == Reached::ByPhone)
                .then(|| format!("+8615{number:09}").parse())
                .transpose()
                .map_err(bug)?;
            let register = Register { phone, ..Register::named(name.clone()) };
            said.push((OPERATOR, Command::from(register)));
        }
        let is_online = |(number, _): &(usize, &UserName)| sizes.reached(*number) == Reached::Online;
        for (_, name) in names.iter().enumerate().filter(is_online) {
            let device = "bench".parse().map_err(bug)?;
            let online = Online { device, class: DeviceClass::Pc, lease: LEASE };
            said.push((name.as_str(), Command::from(online)));
        }
        said.push((OPERATOR, Command::from(unhurried(owner.clone()))));
        say(&sender.log, &said).await?;
        let number = joined(&sender, sizes.members, others).await?;
        let online = names.iter().enumerate().skip(1).filter(is_online).map(|(_, name)| name.clone());
        Ok(Group {
            number,
            sender,
            online: online.collect(),
            confirms: world.connect("confirmations").await?,
        })
    }

    /// Those who are online confirm these messages, each of them with one command; how long it took until all were decided.
    pub(super) async fn confirm(&self, messages: &[MessageId]) -> Result<Duration, Failure> {
        let started = Instant::now();
        let received = Received(Confirm { message: None, messages: Some(messages.to_vec()) });
        let received = Command::from(received);
        let said: Vec<_> = self.online.iter().map(|name| (name.as_str(), received.clone())).collect();
        say(&self.confirms, &said).await?;
        Ok(started.elapsed())
    }

    /// Waits until nothing is under way.
    pub(super) async fn settled(&self) -> Result<(), Failure> {
        lags::settled(&self.confirms, 0).await
    }

    /// Waits until nothing is under way but what a bystander has just written.
    pub(super) async fn nearly_settled(&self) -> Result<(), Failure> {
        lags::settled(&self.confirms, OF_A_BYSTANDER).await
    }
}

/// All come in without being asked.
async fn joined(owner: &Client, cap: usize, others: &[UserName]) -> Result<GroupNumber, Failure> {
    let cap = u32::try_from(cap).ok();
    let create = Create { name: "Everybody".to_owned(), cap, ..Create::default() };
    let created = owner.accepted(&Command::from(create)).await?;
    let number = created.group.ok_or_else(|| Failure::failed("a group has no number".to_owned()))?;
    for some in others.chunks(NAMED_LEN_MAX) {
        let who = some.iter().cloned().map(Address::User).collect();
        let invite = Invite { group: number, who, confirm: Some(false), id: None };
        owner.accepted(&Command::from(invite)).await?;
    }
    Ok(number)
}

/// Many messages to ten thousand people leave at once: more than a person may send.
fn unhurried(name: UserName) -> SetUser {
    let much = Some(Some(std::num::NonZeroU32::MAX));
    let limits = LimitChanges { recipients_per_s: much, bytes_per_s: much, ..LimitChanges::default() };
    SetUser { limits: Some(limits), ..SetUser::of(name) }
}

/// Says what each has to say, as much at once as may be under way; until all is decided.
async fn say(log: &Log, said: &[(&str, Command)]) -> Result<(), Failure> {
    for some in said.chunks(IN_FLIGHT_MAX) {
        let Some(((by, last), others)) = some.split_last() else { continue };
        let mut pipeline = Pipeline::new(log.clone(), IN_FLIGHT_MAX);
        for (by, command) in others {
            let subject = subjects::command(by, command.verb());
            pipeline.publish(subject, command::encode(command, Encoding::Msgpack).into()).await?;
        }
        pipeline.drain().await?;
        // Decided behind all of these.
        Client { by: (*by).to_owned(), log: log.clone() }.accepted(last).await?;
    }
    Ok(())
}

fn name(number: usize) -> Result<UserName, WordError> {
    format!("g{number}").parse()
}

fn bug(error: WordError) -> Failure {
    Failure::failed(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_are_as_many_of_each_kind_as_are_asked_for() {
        let sizes = Sizes { members: 10_000, phones: 900, waiting: 100 };
        let all: Vec<Reached> = (0..sizes.members).map(|number| sizes.reached(number)).collect();
        let count = |wanted| all.iter().filter(|reached| **reached == wanted).count();
        let counts = [Reached::Online, Reached::ByPhone, Reached::Not].map(count);
        assert_eq!(counts, [9_000, 900, 100]);
    }
}
