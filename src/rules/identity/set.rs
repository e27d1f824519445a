//! An operator changes what is known of a user; what is not named stays.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Changed, UserChanges, must_be_shaped, said, secret_stamp, zone};
use crate::rules::proof::{ByOperator, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Rejection, State, phone};
use crate::words::{Phone, UserName};

/// `user.set`: what is absent stays as it was. Refused with `user.unknown`, `user.phone_taken`, `schedule.unknown_zone` or
/// `command.too_large`.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct SetUser {
    pub name: UserName,
    pub phone: Option<Phone>,
    /// A hash (PHC string), made before it is published.
    pub secret: Option<String>,
    pub zone: Option<String>,
    /// `null` takes the limit away.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub day: Option<Option<u32>>,
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub month: Option<Option<u32>>,
}

impl std::fmt::Debug for SetUser {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("SetUser").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Decide for SetUser {
    fn decide(&self, case: &Case<'_, ByOperator>) -> Decided {
        let state = case.state;
        must_be_shaped(self.zone.as_deref(), self.secret.as_deref())?;
        let SetUser { name: _, phone, secret, zone: home, day, month } = self.clone();
        let details = UserChanges { phone, secret, zone: home, day, month };
        let uid = state.uid(&self.name).ok_or_else(|| Rejection::unknown_user(self.name.as_str()))?;
        if details.phone.and_then(|phone| state.uid_by_phone(phone)).is_some_and(|holder| holder != uid) {
            return Err(Rejection::phone_taken());
        }
        let user = state.user(uid);
        let new_phone = details.phone.filter(|phone| user.phone != Some(*phone));
        let changes = new_phone.is_some()
            || zone(details.zone.as_deref()).is_some_and(|zone| user.zone != Some(zone))
            || details.day.is_some_and(|day| user.day != day)
            || details.month.is_some_and(|month| user.month != month)
            || details.secret.as_ref().is_some_and(|secret| user.secret != secret_stamp(Some(secret)));
        if !changes {
            return Ok(Vec::new());
        }
        // With a phone that is theirs already, the user's own wish is the later one.
        let opted_out = phone::opted_out_phone(state, &self.name, new_phone);
        let changed = Changed { user: self.name.clone(), details };
        Ok(std::iter::once(changed.into()).chain(opted_out).collect())
    }
}

pub(super) fn evolve(state: &mut State, name: &UserName, details: &UserChanges) {
    let Some(uid) = state.uid(name) else { return };
    let before = state.user(uid).phone;
    if let Some(phone) = details.phone {
        if let Some(before) = before {
            state.phones.remove(&before);
        }
        state.phones.insert(phone, uid);
    }
    let user = state.user_mut(uid);
    user.phone = details.phone.or(user.phone);
    user.day = details.day.unwrap_or(user.day);
    user.month = details.month.unwrap_or(user.month);
    user.zone = zone(details.zone.as_deref()).or(user.zone);
    if details.secret.is_some() {
        user.secret = secret_stamp(details.secret.as_ref());
    }
}
