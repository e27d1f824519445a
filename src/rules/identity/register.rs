//! A person is registered, and gets an IM number.

use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::{Credentials, Registered, UserDetails, must_be_free, must_be_shaped, zone};
use crate::rules::proof::{ByOperator, Case};
use crate::rules::vocabulary::Decide;
use crate::rules::{Decided, Outcome, Rejection, State, group, phone};
use crate::words::{Access, Nkey, Phone, UserName};

/// `user.register`. Refused with `user.exists`, `user.bad_name`, `user.phone_taken`, `user.key_taken`, `user.bad_secret`,
/// `user.no_number`, `schedule.unknown_zone` or `command.too_large`.
#[skip_serializing_none]
#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub struct Register {
    pub name: UserName,
    pub phone: Option<Phone>,
    /// A hash (PHC string), made before it is published.
    pub secret: Option<String>,
    pub nkey: Option<Nkey>,
    pub access: Option<Access>,
    pub zone: Option<String>,
    pub day: Option<u32>,
    pub month: Option<u32>,
}

impl Register {
    /// With nothing but a name.
    pub fn named(name: UserName) -> Register {
        let (phone, secret, nkey, access) = (None, None, None, None);
        Register { name, phone, secret, nkey, access, zone: None, day: None, month: None }
    }
}

impl std::fmt::Debug for Register {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Register").field("name", &self.name).finish_non_exhaustive()
    }
}

impl Decide for Register {
    fn decide(&self, case: &Case<'_, ByOperator>) -> Decided {
        let state = case.state;
        must_be_shaped(self.zone.as_deref(), self.secret.as_deref())?;
        let Register { name: _, phone, secret, nkey, access, zone: home, day, month } = self.clone();
        let details = UserDetails { phone, secret, nkey, access, zone: home, day, month };
        if let Some(user) = state.user_named(&self.name) {
            let same = user.phone == details.phone
                && user.zone == zone(details.zone.as_deref())
                && user.day == details.day
                && user.month == details.month
                && Credentials::agree(user.credentials.as_deref(), &details);
            return if same { Ok(Vec::new()) } else { Err(Rejection::user_exists(self.name.as_str())) };
        }
        registers(state, self.name.clone(), details)
    }

    /// A registration that is said again is told the number that it got.
    fn fulfilled(&self, state: &State) -> Outcome {
        state.im(&self.name).map_or(Outcome::Accepted, |im| Outcome::User(self.name.clone(), im))
    }
}

/// What follows where somebody is registered under a name that is free.
pub(in crate::rules) fn registers(state: &State, name: UserName, details: UserDetails) -> Decided {
    if name.as_str().bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Rejection::bad_name(name.as_str()));
    }
    if details.phone.is_some_and(|phone| state.uid_by_phone(phone).is_some()) {
        return Err(Rejection::phone_taken());
    }
    must_be_free(state, details.nkey.as_ref(), None)?;
    let im = state.next_im().ok_or_else(Rejection::numbers_used_up)?;
    let opted_out = phone::opted_out_phone(state, &name, details.phone);
    let seats = group::claims(state, &name, details.phone);
    let registered = Registered { user: name, im, details };
    Ok(std::iter::once(registered.into()).chain(opted_out).chain(seats).collect())
}
