//! Protocol: what a channel's adapter implements. `channel` asks, grants, settles; an adapter sends.

use std::sync::Arc;

use super::Grant;
use crate::log::{Fault, Record};
use crate::rules::attempt::Adapter;
use crate::words::EventSeq;

/// A channel's protocol, with what it knows beside the log.
pub trait Protocol: Send + Sync + 'static {
    /// Its row in the table of channels: its name is that of its items (`homing.out.<name>.>`) and of their durable consumer.
    const CHANNEL: Adapter;
    type Connector: Connector;

    /// In the order in which they are preferred.
    fn connectors(&self) -> &[Self::Connector];

    /// Reports what an earlier run has begun ([`Channel::conclude`](super::Channel::conclude)), before anything is asked for.
    fn resume(&self) -> impl Future<Output = ()> + Send;

    /// The subjects of EVENTS that it projects; the answers to its questions are among them.
    fn reads() -> Vec<String>;

    /// The last commit that its projection holds.
    fn position(&self) -> EventSeq;

    /// Takes in commits, in order, before what they grant is sent.
    fn project(&self, records: Arc<Vec<Record>>) -> impl Future<Output = Result<(), Fault>> + Send;
}

/// One way to the people of a channel: an account at a gateway, say.
pub trait Connector: Send + Sync {
    /// Whether what is granted can be sent, if not at this moment.
    fn is_open(&self) -> bool;

    /// Whether it can be sent at this moment.
    fn is_up(&self) -> bool;

    /// Whether it has brought more than is stored: then nothing is granted for a while.
    fn is_behind(&self) -> bool;

    /// How many may be granted and not over: enough to be busy while the next are asked for, and no more, for opt-outs change.
    fn grants_len_max(&self) -> usize;

    /// Takes a grant, and does not wait for its end: that is told by [`Channel::ends`](super::Channel::ends).
    fn send(&self, grant: Grant) -> impl Future<Output = ()> + Send;
}
