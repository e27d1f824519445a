//! What a user shows of themselves to those who have them as a contact.

use crate::rules::command::SetProfile;
use crate::rules::fact::Profile;
use crate::rules::{Fact, Rejection};
use crate::words::UserName;

/// A line of text; the picture is an address, not the picture.
const FIELD_LEN_MAX: usize = 1_024;

pub(in crate::rules) fn set_profile(user: &UserName, command: &SetProfile) -> Result<Vec<Fact>, Rejection> {
    let SetProfile { nickname, mood, picture } = command.clone();
    for (field, value) in [("nickname", &nickname), ("mood", &mood), ("picture", &picture)] {
        if value.as_ref().is_some_and(|value| value.len() > FIELD_LEN_MAX) {
            return Err(Rejection::value_too_long(field, FIELD_LEN_MAX).at_field(field));
        }
    }
    if nickname.is_none() && mood.is_none() && picture.is_none() {
        return Ok(Vec::new());
    }
    Ok(vec![Fact::ProfileSet { user: user.clone(), profile: Profile { nickname, mood, picture } }])
}
