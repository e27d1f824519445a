//! Proofs of who speaks: a command's rules get one, so that they need not ask whether the sender may say it.
//!
//! Invariant: a proof is made here alone, from the state and the command's subject.

use super::attempt::Adapter;
use super::presence::Encoding;
use super::state::{Uid, User};
use super::{Order, Part, Rejection, Sender, State};
use crate::words::{CommandSeq, Instant, MessageId, UserName};

/// Who may say a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Who {
    /// Anybody who is registered and not suspended.
    User,
    /// This part of Homing; [`Part::Admin`] is the operator.
    Part(Part),
    /// The part that speaks for a channel, of which it then says it.
    Adapter,
}

/// A registered user who is not suspended.
#[derive(Debug, Clone)]
pub struct ByUser {
    name: UserName,
    uid: Uid,
}

/// The part of Homing that the command is for.
#[derive(Debug, Clone, Copy)]
pub struct ByPart(());

/// The part that speaks for this channel.
#[derive(Debug, Clone, Copy)]
pub struct ByAdapter(Adapter);

/// An operator.
#[derive(Debug, Clone, Copy)]
pub struct ByOperator(());

/// That the sender of an order may say it.
pub trait Proof: Sized {
    /// # Errors
    /// The sender may not say it.
    fn of(state: &State, order: &Order, who: Who) -> Result<Self, Rejection>;
}

impl Proof for ByUser {
    fn of(state: &State, order: &Order, _: Who) -> Result<ByUser, Rejection> {
        let name = match &order.by {
            Sender::User(name) => name,
            Sender::Part(_) => {
                return Err(Rejection::not_allowed(order.by.as_str(), order.command.verb()));
            }
            Sender::Unknown => return Err(Rejection::unknown_sender(order.by.as_str())),
        };
        let uid = state.uid(name).ok_or_else(|| Rejection::unknown_sender(name.as_str()))?;
        if state.user(uid).suspended {
            return Err(Rejection::suspended(name.as_str()));
        }
        Ok(ByUser { name: name.clone(), uid })
    }
}

impl Proof for ByPart {
    fn of(_: &State, order: &Order, who: Who) -> Result<ByPart, Rejection> {
        is_part(order, who).map(|()| ByPart(()))
    }
}

impl Proof for ByAdapter {
    fn of(_: &State, order: &Order, _: Who) -> Result<ByAdapter, Rejection> {
        match &order.by {
            Sender::Part(Part::By(channel)) => Ok(ByAdapter(*channel)),
            Sender::Part(Part::Admin | Part::Clock | Part::Lease | Part::Gate)
            | Sender::User(_)
            | Sender::Unknown => Err(Rejection::not_allowed(order.by.as_str(), order.command.verb())),
        }
    }
}

impl Proof for ByOperator {
    fn of(_: &State, order: &Order, who: Who) -> Result<ByOperator, Rejection> {
        is_part(order, who).map(|()| ByOperator(()))
    }
}

fn is_part(order: &Order, who: Who) -> Result<(), Rejection> {
    match (who, &order.by) {
        (Who::Part(wanted), Sender::Part(part)) if wanted == *part => Ok(()),
        (Who::Part(_) | Who::User | Who::Adapter, Sender::Part(_) | Sender::User(_) | Sender::Unknown) => {
            Err(Rejection::not_allowed(order.by.as_str(), order.command.verb()))
        }
    }
}

/// What a command's rules may know beside the command: who speaks, the state, and where and when it was said.
pub(in crate::rules) struct Case<'a, By> {
    pub(in crate::rules) state: &'a State,
    by: By,
    /// The command's own.
    pub(in crate::rules) seq: CommandSeq,
    /// The decision's "now".
    pub(in crate::rules) at: Instant,
    pub(in crate::rules) encoding: Encoding,
}

impl<'a, By: Proof> Case<'a, By> {
    pub(in crate::rules) fn new(state: &'a State, order: &Order, who: Who) -> Result<Self, Rejection> {
        let by = By::of(state, order, who)?;
        Ok(Case { state, by, seq: order.seq, at: order.at, encoding: order.encoding })
    }

    /// The message that this command makes, where it makes one.
    pub(in crate::rules) fn message(&self) -> MessageId {
        MessageId::of(self.seq)
    }
}

impl<'a> Case<'a, ByUser> {
    pub(in crate::rules) fn name(&self) -> &UserName {
        &self.by.name
    }

    pub(in crate::rules) fn uid(&self) -> Uid {
        self.by.uid
    }

    pub(in crate::rules) fn user(&self) -> &'a User {
        self.state.user(self.by.uid)
    }
}

impl Case<'_, ByAdapter> {
    /// The channel that the speaker speaks for.
    pub(in crate::rules) fn channel(&self) -> Adapter {
        self.by.0
    }
}
