//! A conversation, of two or in a group, from its beginning on or from its end back.

use super::inbox::Line;
use super::message::Message;
use super::step::State;
use super::store::Model;
use super::{GroupPlace, Listed, Place, keys};
use crate::log::Fault;
use crate::words::{Address, Author, GroupNumber, MessageId, Party, UserName};

impl Model {
    /// What `user` may see of it: all that they sent, and of what was sent to them all but the filtered and the recalled.
    pub(in crate::query) fn history(
        &self,
        user: &UserName,
        with: &Address,
        place: Place,
        limit: usize,
    ) -> Result<Listed<Line>, Fault> {
        match (with, self.resolve(with)?) {
            (Address::Group(group) | Address::App(_, group), _) => {
                self.history_of_group(user, *group, place, limit)
            }
            (Address::User(_) | Address::Phone(_) | Address::Im(_), Some(party)) => {
                self.history_of_two(user, &party, place, limit)
            }
            (Address::User(_) | Address::Phone(_) | Address::Im(_), None) => {
                Ok(Listed { items: Vec::new(), more: false })
            }
        }
    }

    /// What was written since they joined, but what was filtered or recalled for them.
    fn history_of_group(
        &self,
        user: &UserName,
        group: GroupNumber,
        place: Place,
        limit: usize,
    ) -> Result<Listed<Line>, Fault> {
        let me = Party::User(user.clone());
        let Some(GroupPlace::In { joined, .. }) = self.place_in(group, &me)? else {
            return Ok(Listed { items: Vec::new(), more: false });
        };
        let lines = self.messages(keys::talk_of_group(group), place).filter_map(|message| {
            let line = message.and_then(|message| {
                if message.command() < joined {
                    return Ok(None);
                }
                let own = |row: &Message| row.from.user() == Some(user);
                let row = self.message(message)?;
                match row.filter(own) {
                    Some(row) => Ok(Some(self.line_of_sender(message, row, &me)?)),
                    None => self.line(message, |_| me.clone()),
                }
            });
            let shown = |line: &Line| !matches!(line.state, State::Filtered | State::Recalled);
            line.map(|line| line.filter(shown)).transpose()
        });
        Listed::take(lines, limit)
    }

    /// Of a group's message its sender sees how far it has come at most.
    fn line_of_sender(&self, message: MessageId, row: Message, me: &Party) -> Result<Line, Fault> {
        let sums = self.sums(message)?.unwrap_or_default();
        let furthest =
            [State::Read, State::Delivered, State::Sent, State::Pull, State::Waiting, State::Unknown];
        let state = furthest.into_iter().find(|state| sums.of(*state) > 0).unwrap_or(State::Planned);
        let Message { at, body, from, group } = row;
        Ok(Line { message, from, to: me.clone(), group, at, body, state })
    }

    fn history_of_two(
        &self,
        user: &UserName,
        with: &Party,
        place: Place,
        limit: usize,
    ) -> Result<Listed<Line>, Fault> {
        let me = Party::User(user.clone());
        let recipient = |from: &Author| if from.user() == Some(user) { with.clone() } else { me.clone() };
        let hidden = |line: &Line| {
            line.from.user() != Some(user) && matches!(line.state, State::Filtered | State::Recalled)
        };
        let lines = self.messages(keys::talk_of(&me, with), place).filter_map(|message| {
            let line = message.and_then(|message| self.line(message, recipient));
            line.map(|line| line.filter(|line| !hidden(line))).transpose()
        });
        Listed::take(lines, limit)
    }
}
