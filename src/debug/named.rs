//! What an id means that somebody asks about.

use std::str::FromStr;

use crate::words::{Address, CommandSeq, GroupNumber, MessageId, ScheduleId};

/// An id, by its shape.
#[derive(Debug, Clone, PartialEq)]
pub enum Named {
    Message(MessageId),
    Schedule(ScheduleId),
    Command(CommandSeq),
    Group(GroupNumber),
    /// A user, an IM number or a phone.
    Someone(Address),
    /// Whatever else: what an SMSC calls a message is any text.
    BySmsc(String),
}

impl FromStr for Named {
    type Err = ();
    /// A user who is called like an id is asked for as `@m42`, what an SMSC calls so as `smsc:m42`.
    fn from_str(text: &str) -> Result<Named, ()> {
        if let Some(name) = text.strip_prefix("smsc:") {
            return Ok(Named::BySmsc(name.to_owned()));
        }
        if let Some(name) = text.strip_prefix('@') {
            return name.parse().map(|name| Named::Someone(Address::User(name))).map_err(|_| ());
        }
        let message = || text.parse().map(Named::Message).ok();
        let schedule = || text.parse().map(Named::Schedule).ok();
        let command = || text.strip_prefix('c')?.parse().ok().map(CommandSeq).map(Named::Command);
        let found = message().or_else(schedule).or_else(command);
        let address = || match text.parse::<Address>().ok()? {
            Address::Group(group) => Some(Named::Group(group)),
            Address::App(_, group) => Some(Named::Group(group)),
            someone @ (Address::User(_) | Address::Im(_) | Address::Phone(_)) => {
                Some(Named::Someone(someone))
            }
        };
        found.or_else(address).ok_or(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_known_by_its_shape() {
        let named = |text: &str| text.parse::<Named>();
        assert_eq!(named("m42"), Ok(Named::Message("m42".parse().unwrap())));
        assert_eq!(named("s42"), Ok(Named::Schedule("s42".parse().unwrap())));
        assert_eq!(named("c42"), Ok(Named::Command(CommandSeq(42))));
        assert_eq!(named("#3001"), Ok(Named::Group("3001".parse().unwrap())));
        for (text, address) in
            [("bob", "bob"), ("@m42", "m42"), ("100002", "100002"), ("+447700900001", "+447700900001")]
        {
            assert_eq!(named(text), Ok(Named::Someone(address.parse().unwrap())), "{text}");
        }
        assert_eq!(named("smsc:7F"), Ok(Named::BySmsc("7F".to_owned())));
        assert_eq!(named("7F!"), Err(()));
    }
}
