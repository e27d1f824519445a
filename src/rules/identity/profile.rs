//! A profile: what a user shows of themselves to those who have them as a contact.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Profile, ProfileSet};
use crate::rules::proof::{ByUser, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Rejection};

/// A line of text; the picture is an address, not the picture.
const FIELD_LEN_MAX: usize = 1_024;

/// `profile.set`: what is absent stays as it was. Refused with `command.too_large`.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct SetProfile {
    pub nickname: Option<String>,
    pub mood: Option<String>,
    pub picture: Option<String>,
}

impl Decide for SetProfile {
    fn decide(&self, case: &Case<'_, ByUser>) -> Decided {
        let SetProfile { nickname, mood, picture } = self.clone();
        for (field, value) in [("nickname", &nickname), ("mood", &mood), ("picture", &picture)] {
            if value.as_ref().is_some_and(|value| value.len() > FIELD_LEN_MAX) {
                return Err(Rejection::value_too_long(field, FIELD_LEN_MAX).at_field(field));
            }
        }
        if nickname.is_none() && mood.is_none() && picture.is_none() {
            return Ok(Vec::new());
        }
        let profile = Profile { nickname, mood, picture };
        Ok(vec![ProfileSet { user: case.name().clone(), profile }.into()])
    }
}
