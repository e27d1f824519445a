//! A book of deliveries: each begins once, keeps to its route, and ends once.

use std::collections::{HashMap, HashSet};

use homing::rules::message::Route;
use homing::rules::{Channel, Fact, attempt, message};
use homing::words::{MessageId, Party};

/// What became of every delivery, by the facts alone.
#[derive(Default)]
pub struct DeliveryBook {
    routes: HashMap<MessageId, Route>,
    /// Messages to groups: whose they are stands on their pages, which `groups` looks at.
    groups: HashSet<MessageId>,
    pub deliveries: HashMap<(MessageId, Party), Delivery>,
    /// The grant that was given last.
    grants: HashMap<(MessageId, Party), Option<u64>>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Delivery {
    /// Accepted, and not routed or filtered yet: only within a decision.
    Begun,
    Open,
    /// With an adapter.
    Queued,
    /// Its adapter has a grant to submit it.
    Attempted,
    /// The SMSC has it, or may have it.
    Accepted,
    Unknown,
    Ended,
}

/// With the bridge, or perhaps with an SMSC.
const OUT: [Delivery; 3] = [Delivery::Queued, Delivery::Attempted, Delivery::Unknown];

impl DeliveryBook {
    pub fn write(&mut self, facts: &[Fact]) -> Result<(), String> {
        for fact in facts {
            self.take(fact)?;
        }
        match self.deliveries.iter().find(|(_, delivery)| **delivery == Delivery::Begun) {
            Some((begun, _)) => Err(format!("{begun:?} has no first channel and was not filtered")),
            None => Ok(()),
        }
    }

    fn take(&mut self, fact: &Fact) -> Result<(), String> {
        if let Some(accepted) = fact.get::<message::Accepted>() {
            let for_nobody = accepted.to.is_empty() == accepted.group.is_none();
            if self.routes.insert(accepted.message, accepted.route).is_some() || for_nobody {
                return Err(format!("{} was accepted twice, or for nobody", accepted.message));
            }
            self.groups.extend(accepted.group.map(|_| accepted.message));
            for to in &accepted.to {
                if self.deliveries.insert((accepted.message, to.clone()), Delivery::Begun).is_some() {
                    return Err(format!("{} goes to {to} twice", accepted.message));
                }
            }
        } else if let Some(routed) = fact.get::<message::Routed>() {
            if !self.allows(routed.message, routed.channel) {
                return Err(format!("{} takes {:?} against its route", routed.message, routed.channel));
            }
            let queued = matches!(routed.channel, Channel::By(_));
            let now = if queued { Delivery::Queued } else { Delivery::Open };
            self.moves(routed.message, &routed.to, now, fact)?;
        } else if let Fact::Message(
            message::Fact::Delivered(message::Delivered { message, to, .. })
            | message::Fact::Filtered(message::Filtered { message, to, .. })
            | message::Fact::Recalled(message::Recalled { message, to, .. })
            | message::Fact::Expired(message::Expired { message, to, .. })
            | message::Fact::Failed(message::Failed { message, to, .. }),
        ) = fact
        {
            self.moves(*message, to, Delivery::Ended, fact)?;
        } else if let Some(granted) = fact.get::<attempt::Granted>() {
            let key = (granted.message, granted.to.clone());
            // A question that was stored twice is answered twice, with one grant.
            let before = self.grants.insert(key.clone(), granted.grant);
            let is_same = granted.grant.is_some() && before == Some(granted.grant);
            if self.deliveries.get(&key) == Some(&Delivery::Attempted) && !is_same {
                return Err(format!("it might be submitted twice by {fact:?}"));
            }
            self.moves(granted.message, &granted.to, Delivery::Attempted, fact)?;
        } else if let Some(attempt::Accepted { attempt, receipts, .. }) = fact.get() {
            let now = if *receipts { Delivery::Accepted } else { Delivery::Ended };
            self.reported(attempt.message, &attempt.to, &OUT, now);
        } else if let Some(attempt::Deferred { attempt, .. }) = fact.get() {
            self.reported(attempt.message, &attempt.to, &[Delivery::Attempted], Delivery::Queued);
        } else if let Some(attempt::Unknown { attempt, .. }) = fact.get() {
            self.reported(attempt.message, &attempt.to, &OUT, Delivery::Unknown);
        } else if let Some(attempt::Silent { message, to, .. }) = fact.get() {
            self.reported(*message, to, &[Delivery::Accepted, Delivery::Unknown], Delivery::Ended);
        }
        Ok(())
    }

    /// What the bridge says moves only what stands with it.
    fn reported(&mut self, message: MessageId, to: &Party, from: &[Delivery], now: Delivery) {
        if let Some(delivery) = self.deliveries.get_mut(&(message, to.clone()))
            && from.contains(delivery)
        {
            *delivery = now;
        }
    }

    fn moves(&mut self, message: MessageId, to: &Party, now: Delivery, fact: &Fact) -> Result<(), String> {
        if self.groups.contains(&message) {
            self.deliveries.entry((message, to.clone())).or_insert(Delivery::Begun);
        }
        match self.deliveries.get_mut(&(message, to.clone())) {
            Some(delivery) if *delivery != Delivery::Ended => {
                *delivery = now;
                Ok(())
            }
            Some(_) => Err(format!("it had ended before {fact:?}")),
            None => Err(format!("it was never accepted, and now {fact:?}")),
        }
    }

    /// Which channels the sender's route leaves open; waiting is always one.
    fn allows(&self, message: MessageId, channel: Channel) -> bool {
        match self.routes.get(&message) {
            Some(Route::Auto) => !matches!(channel, Channel::By(by) if !by.row().automatic),
            Some(Route::Im) => matches!(channel, Channel::Live | Channel::Pull | Channel::None),
            Some(Route::By(asked)) => channel == Channel::None || channel == Channel::By(*asked),
            None => false,
        }
    }

    pub fn open_messages_len(&self) -> usize {
        let open = self.deliveries.iter().filter(|(_, delivery)| **delivery != Delivery::Ended);
        open.map(|((message, _), _)| message).collect::<HashSet<_>>().len()
    }
}
