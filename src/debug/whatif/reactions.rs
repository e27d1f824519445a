//! The reactions of the world: what a client or an SMSC says only because of what it was sent, and does not say where it was not.

use super::difference::{Differences, Side};
use crate::debug::deliveries::Reached;
use crate::decider::Heard;
use crate::rules::attempt::{self, Reports};
use crate::rules::message::{Command as Wish, Confirm};
use crate::rules::{Channel, Command, Order, Sender, StepState};
use crate::words::{MessageId, Party};

/// Whether all that is said here can be said only because of what was not sent; what cannot be is taken out of it.
pub(super) fn answers_nothing(differences: &Differences, heard: &mut Heard<'_>) -> bool {
    let Some(Order { by, command, .. }) = heard.order_mut() else { return false };
    let confirm = match command {
        Command::Message(Wish::Received(received)) => &mut received.0,
        Command::Message(Wish::Read(read)) => &mut read.0,
        Command::Attempt(attempt::Command::Reports(said)) => return of_adapter(differences, said),
        Command::Message(_)
        | Command::Identity(_)
        | Command::Contacts(_)
        | Command::Presence(_)
        | Command::Group(_)
        | Command::Schedule(_)
        | Command::Attempt(_)
        | Command::Phone(_)
        | Command::Service(_)
        | Command::Refusal(_)
        | Command::Timer(_) => return false,
    };
    let Sender::User(user) = by else { return false };
    let to = Party::User(user.clone());
    let has_not = |message: &MessageId| match differences.side_of(&(*message, to.clone())) {
        None => false,
        Some(Side::Refused(_) | Side::Nothing) => true,
        Some(Side::Reached(reached)) => !is_with_client(reached),
    };
    left_out(confirm, has_not)
}

/// What an SMSC says of an SMS counts only where one is sent.
fn of_adapter(differences: &Differences, said: &mut Reports) -> bool {
    let had = said.reports.len();
    said.reports.retain(|report| {
        let whose = report.of().map(|(message, to)| (message, to.clone()));
        match whose.and_then(|whose| differences.side_of(&whose)) {
            None => true,
            Some(Side::Refused(_) | Side::Nothing) => false,
            Some(Side::Reached(reached)) => matches!(reached.step.channel, Some(Channel::By(_))),
        }
    });
    had > 0 && said.reports.is_empty()
}

/// Whether its recipient's client has it, or can have fetched it.
fn is_with_client(reached: &Reached) -> bool {
    match reached.step.state {
        StepState::Sent => reached.step.channel == Some(Channel::Live),
        StepState::Pull | StepState::Delivered | StepState::Read => true,
        StepState::Planned
        | StepState::Waiting
        | StepState::Filtered
        | StepState::Recalled
        | StepState::Expired
        | StepState::Failed
        | StepState::Unknown => false,
    }
}

/// Takes these messages out of what is confirmed. Whether nothing is left.
fn left_out(confirm: &mut Confirm, is: impl Fn(&MessageId) -> bool) -> bool {
    let had = confirm.message.is_some() || confirm.messages.as_ref().is_some_and(|all| !all.is_empty());
    confirm.message = confirm.message.filter(|message| !is(message));
    if let Some(all) = &mut confirm.messages {
        all.retain(|message| !is(message));
    }
    had && confirm.message.is_none() && confirm.messages.as_ref().is_none_or(Vec::is_empty)
}
