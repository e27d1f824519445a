//! The conversation of two, from its beginning on or from its end back.

use super::inbox::Line;
use super::step::State;
use super::store::Model;
use super::{Listed, Place, keys};
use crate::log::Fault;
use crate::words::{Author, Party, UserName};

impl Model {
    /// What `user` may see of it: all that they sent, and of what was sent to them all but the filtered and the recalled.
    pub(in crate::query) fn history(
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
