//! An operator changes what is known of a user; what is not named stays.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{
    Changed, Credentials, LimitChanges, Limits, UserChanges, must_be_free, must_be_shaped, said, zone,
};
use crate::rules::proof::{ByOperator, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Rejection, State, group, message, phone};
use crate::words::{Access, Nkey, Phone, UserName};

/// `user.set`: what is absent stays as it was. Refused with `user.unknown`, `user.phone_taken`, `user.key_taken`,
/// `user.bad_secret`, `schedule.unknown_zone`, `message.bad_deadline` or `command.too_large`.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct SetUser {
    pub name: UserName,
    /// `null` takes it away.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub phone: Option<Option<Phone>>,
    /// A hash (PHC string), made before it is published.
    pub secret: Option<String>,
    /// The hash whose place `secret` takes; where another stands there by now, nothing changes.
    pub instead_of: Option<String>,
    /// `null` takes it away.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub nkey: Option<Option<Nkey>>,
    pub access: Option<Access>,
    pub zone: Option<String>,
    /// `null` takes the limit away.
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub day: Option<Option<u32>>,
    #[serde(default, deserialize_with = "said", skip_serializing_if = "Option::is_none")]
    pub month: Option<Option<u32>>,
    pub limits: Option<LimitChanges>,
}

impl SetUser {
    /// Nothing of this person.
    pub fn of(name: UserName) -> SetUser {
        let (phone, secret, instead_of, nkey, access) = (None, None, None, None, None);
        let (zone, day, month, limits) = (None, None, None, None);
        SetUser { name, phone, secret, instead_of, nkey, access, zone, day, month, limits }
    }
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
        if !message::in_bounds(self.limits.and_then(|limits| limits.expires_in).flatten()) {
            return Err(Rejection::bad_expiry().at_field("limits.expires_in"));
        }
        let SetUser { name: _, phone, secret, instead_of, nkey, access, zone: home, day, month, limits } =
            self.clone();
        let rehashed = instead_of.is_some();
        let details = UserChanges { phone, secret, rehashed, nkey, access, zone: home, day, month, limits };
        let uid = state.uid(&self.name).ok_or_else(|| Rejection::unknown_user(self.name.as_str()))?;
        let phone = details.phone.flatten();
        if phone.and_then(|phone| state.uid_by_phone(phone)).is_some_and(|holder| holder != uid) {
            return Err(Rejection::phone_taken());
        }
        let nkey = details.nkey.as_ref().and_then(Option::as_ref);
        must_be_free(state, nkey, Some(uid))?;
        let user = state.user(uid);
        if instead_of.is_some_and(|before| !Credentials::has_secret(user.credentials.as_deref(), &before)) {
            return Ok(Vec::new());
        }
        let changes = details.phone.is_some_and(|phone| user.phone != phone)
            || details.limits.is_some_and(|limits| user.limits().with(limits) != user.limits())
            || zone(details.zone.as_deref()).is_some_and(|zone| user.zone != Some(zone))
            || details.day.is_some_and(|day| user.day != day)
            || details.month.is_some_and(|month| user.month != month)
            || Credentials::with(user.credentials.as_deref(), &details) != user.credentials;
        if !changes {
            return Ok(Vec::new());
        }
        // With a phone that is theirs already, the user's own wish is the later one.
        let new_phone = phone.filter(|phone| user.phone != Some(*phone));
        let opted_out = phone::opted_out_phone(state, &self.name, new_phone);
        let changed = Changed { user: self.name.clone(), details };
        let seats = group::claims(state, &self.name, new_phone);
        Ok(std::iter::once(changed.into()).chain(opted_out).chain(seats).collect())
    }
}

pub(super) fn evolve(state: &mut State, Changed { user, details }: &Changed) {
    let Some(uid) = state.uid(user) else { return };
    let before = state.user(uid).phone;
    if let Some(phone) = details.phone {
        if let Some(before) = before {
            state.phones.remove(&before);
        }
        state.phones.extend(phone.map(|phone| (phone, uid)));
    }
    let user = state.user_mut(uid);
    user.phone = details.phone.unwrap_or(user.phone);
    user.day = details.day.unwrap_or(user.day);
    user.month = details.month.unwrap_or(user.month);
    user.zone = zone(details.zone.as_deref()).or(user.zone);
    if let Some(changes) = details.limits {
        let limits = user.limits().with(changes);
        user.limits = (limits != Limits::default()).then(|| Box::new(limits));
    }
    let before = user.nkey();
    user.credentials = Credentials::with(user.credentials.as_deref(), details);
    let now = user.nkey();
    if before != now {
        before.map(|nkey| state.nkeys.remove(&nkey));
        state.nkeys.extend(now.map(|nkey| (nkey, uid)));
    }
}
