//! The table of channels: every way to reach a person but a live connection, who speaks for it, and what holds it.
//!
//! A new channel is a row here and its adapter's folder: the part that may speak for it, the route that a sender may ask for,
//! its work on OUTBOX and its place in routing come from the row.
//!
//! Invariant: suspension and blocking hold every channel; only what differs between channels stands in its row.

use crate::words::named;

/// What a channel needs to know of somebody to reach them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    Phone,
}

/// What the table says of a channel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChannelRow {
    /// The part of Homing that speaks for it, by its token in subjects.
    pub part: &'static str,
    /// Permanent, for what stores it as a number; 1 and 2 are taken by what goes to clients.
    pub number: u8,
    pub needs: Needs,
    /// Whether it is taken where no client is online, and the sender named no route. The first such row that fits is.
    pub automatic: bool,
    /// Whether who opted out gets nothing by it.
    pub opt_out: bool,
}

/// Reads the table: a variant, the channel's name, which is also its route's, and the rest of its row.
macro_rules! channels {
    ($($(#[$of:meta])* $Channel:ident = $name:literal, $row:expr;)+) => {
        named! {
            /// A channel that an adapter serves.
            "channel" Adapter { $($(#[$of])* $Channel = $name,)+ }
        }

        impl Adapter {
            pub fn row(self) -> &'static ChannelRow {
                match self {
                    $(Adapter::$Channel => const { &$row },)+
                }
            }
        }
    };
}

channels! {
    /// The SMS bridge's.
    Sms = "sms", ChannelRow { part: "_sms", number: 3, needs: Needs::Phone, automatic: true, opt_out: true };
    /// Work for whoever serves it.
    Mms = "mms", ChannelRow { part: "_mms", number: 4, needs: Needs::Phone, automatic: false, opt_out: true };
}

impl Adapter {
    /// The token of the part that speaks for it.
    pub fn part(self) -> &'static str {
        self.row().part
    }

    /// Those that are taken where no client is online, in their order.
    pub(in crate::rules) fn automatic() -> impl Iterator<Item = Adapter> {
        Adapter::ALL.iter().copied().filter(|channel| channel.row().automatic)
    }
}

/// An enum of names of its own and of one for each channel, spelt as the row has it: `all`, `as_str`, `FromStr`, `Display`,
/// and serde by the same text.
macro_rules! with_channels {
    (
        $(#[$about:meta])*
        $word:ident by $spelt:ident { $($(#[$of:meta])* $variant:ident = $name:literal,)+ }
    ) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $word {
            $($(#[$of])* $variant,)+
            /// Of the table of channels.
            By($crate::rules::attempt::Adapter),
        }

        impl $word {
            pub fn all() -> impl Iterator<Item = $word> {
                let channels = $crate::rules::attempt::Adapter::ALL.iter().copied().map($word::By);
                [$($word::$variant),+].into_iter().chain(channels)
            }

            pub fn as_str(self) -> &'static str {
                match self {
                    $($word::$variant => $name,)+
                    $word::By(channel) => channel.$spelt(),
                }
            }

            /// The one of this name.
            pub fn named(name: &str) -> Option<$word> {
                Self::all().find(|one| one.as_str() == name)
            }
        }

        impl std::str::FromStr for $word {
            type Err = $crate::words::WordError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                let names = || Self::all().map(|one| format!("`{one}`")).collect::<Vec<_>>().join(", ");
                let unknown = || format!("unknown variant `{text}`, expected one of {}", names());
                Self::named(text).ok_or_else(|| $crate::words::WordError(unknown()))
            }
        }

        impl std::fmt::Display for $word {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.pad(self.as_str())
            }
        }

        $crate::words::serde_by_text!($word);
    };
}
pub(in crate::rules) use with_channels;

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::rules::Part;
    use crate::rules::message::{Channel, Route};

    #[test]
    fn a_row_gives_a_channel_its_part_its_route_and_a_number_of_its_own() {
        for channel in Adapter::ALL.iter().copied() {
            assert_eq!(channel.part().parse(), Ok(Part::By(channel)));
            assert!(channel.part().starts_with('_'), "no user has the name of {channel}'s part");
            assert_eq!(channel.as_str().parse(), Ok(Route::By(channel)));
            assert_eq!(channel.as_str().parse(), Ok(Channel::By(channel)));
        }
        let unique = |texts: Vec<&'static str>| texts.iter().collect::<BTreeSet<_>>().len() == texts.len();
        assert!(unique(Channel::all().map(Channel::as_str).collect()));
        assert!(unique(Route::all().map(Route::as_str).collect()));
        assert!(unique(Part::all().map(Part::as_str).collect()));
        let numbers: BTreeSet<u8> = Adapter::ALL.iter().map(|channel| channel.row().number).collect();
        assert_eq!((numbers.len(), numbers.first()), (Adapter::ALL.len(), Some(&3)));
        assert!("_voice".parse::<Part>().is_err() && "live".parse::<Route>().is_err());
    }
}
