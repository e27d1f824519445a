//! The plan of a message to a group, in pages: to whom by which channel, and why. It is written by reason, not by recipient.
//!
//! What a page says of a recipient is what `delivery.routed` or `delivery.filtered` says of one; whoever performs or projects
//! deliveries reads the commit [unfolded](crate::rules::Commit::unfolded).

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Channel, FilterReason, Filtered, RouteReason, Routed};
use crate::rules::Fact;
use crate::rules::presence::Encoding;
use crate::words::{EventSeq, MessageId, Party};

/// The recipients of a page: some twenty bytes each.
const PAGE_LEN_MAX: usize = 1_000;

/// `delivery.page`: each recipient of the message stands on one of its pages, once.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Page {
    pub message: MessageId,
    /// How many recipients stand on the pages before.
    pub first: u32,
    /// Whether there is no page behind it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub last: bool,
    pub routed: Vec<RoutedTo>,
    pub filtered: Vec<FilteredTo>,
}

/// Those who get it by one channel, for one reason.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct RoutedTo {
    pub channel: Channel,
    pub because: RouteReason,
    /// How their clients speak, when the channel is live.
    pub encoding: Option<Encoding>,
    pub to: Vec<Party>,
    /// Of each the commit that the reason was read from; none of any where it was read from none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seen: Vec<EventSeq>,
}

/// Those who do not get it, for one reason.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FilteredTo {
    pub reason: FilterReason,
    pub to: Vec<Party>,
}

impl Page {
    /// The pages of these deliveries, in their order.
    pub(super) fn of(message: MessageId, deliveries: Vec<Fact>) -> Vec<Page> {
        let mut pages: Vec<Page> = Vec::new();
        for (place, delivery) in deliveries.into_iter().enumerate() {
            if place % PAGE_LEN_MAX == 0 {
                let first = u32::try_from(place).unwrap_or(u32::MAX);
                pages.push(Page { message, first, last: false, routed: Vec::new(), filtered: Vec::new() });
            }
            if let Some(page) = pages.last_mut() {
                page.add(delivery);
            }
        }
        pages.last_mut().into_iter().for_each(|page| page.last = true);
        pages
    }

    fn add(&mut self, delivery: Fact) {
        if let Some(Routed { to, channel, because, seen, encoding, .. }) = delivery.get() {
            let alike = |run: &&mut RoutedTo| {
                (run.channel, run.because, run.encoding, run.seen.is_empty())
                    == (*channel, *because, *encoding, seen.is_none())
            };
            match self.routed.iter_mut().find(alike) {
                Some(run) => {
                    run.to.push(to.clone());
                    run.seen.extend(*seen);
                }
                None => self.routed.push(RoutedTo {
                    channel: *channel,
                    because: *because,
                    encoding: *encoding,
                    to: vec![to.clone()],
                    seen: seen.iter().copied().collect(),
                }),
            }
        } else if let Some(Filtered { to, reason, .. }) = delivery.get() {
            match self.filtered.iter_mut().find(|run| run.reason == *reason) {
                Some(run) => run.to.push(to.clone()),
                None => self.filtered.push(FilteredTo { reason: *reason, to: vec![to.clone()] }),
            }
        }
    }

    /// What it says of each recipient, as a fact of its own.
    pub fn deliveries(&self) -> impl Iterator<Item = Fact> + '_ {
        let message = self.message;
        let filtered = self.filtered.iter().flat_map(move |run| {
            run.to.iter().map(move |to| {
                let (from, encoding, group) = (None, None, None);
                Filtered { message, to: to.clone(), reason: run.reason, from, encoding, group }.into()
            })
        });
        self.routed_by(|_| true).map(Fact::from).chain(filtered)
    }

    /// What it says of each of those who get it by some channels.
    pub fn routed_by(&self, is_one: impl Fn(Channel) -> bool) -> impl Iterator<Item = Routed> {
        let message = self.message;
        let routed = self.routed.iter().flat_map(|run| {
            let seen = run.seen.iter().copied().map(Some).chain(std::iter::repeat(None));
            run.to.iter().zip(seen).map(move |(to, seen)| (run, to, seen))
        });
        let wanted = (self.first..).map(Some).zip(routed).filter(move |(_, (run, ..))| is_one(run.channel));
        wanted.map(move |(place, (run, to, seen))| {
            let RoutedTo { channel, because, encoding, .. } = *run;
            Routed { message, to: to.clone(), channel, because, seen, body: None, encoding, place }
        })
    }

    /// How many recipients stand on it.
    pub fn recipients_len(&self) -> usize {
        let routed = self.routed.iter().map(|run| run.to.len()).sum::<usize>();
        routed + self.filtered.iter().map(|run| run.to.len()).sum::<usize>()
    }
}
