//! Users: what an operator set, and what they show of themselves.

use serde::{Deserialize, Serialize};

use super::store::Model;
use super::{Listed, keys, read_row, write_row};
use crate::log::Fault;
use crate::log::Rows;
use crate::rules::identity::{
    Changed, Fact, Limits, PreferenceSet, Profile, ProfileSet, Registered, Resumed, Suspended, UserDetails,
};
use crate::words::{Access, Address, EventSeq, ImNumber, Party, Phone, UserName, Zone};

/// A user's row. Secrets stay in the log.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(in crate::query) struct User {
    pub(in crate::query) im: ImNumber,
    pub(in crate::query) phone: Option<Phone>,
    pub(in crate::query) zone: Option<String>,
    pub(in crate::query) day: Option<u32>,
    pub(in crate::query) month: Option<u32>,
    pub(in crate::query) suspended: bool,
    pub(in crate::query) access: Access,
    /// Whether they sign in by a password.
    pub(in crate::query) password: bool,
    /// Whether they sign in by an nkey.
    pub(in crate::query) nkey: bool,
    /// Whether SMS are wished.
    pub(in crate::query) sms: bool,
    pub(in crate::query) limits: Limits,
    pub(in crate::query) nickname: Option<String>,
    pub(in crate::query) mood: Option<String>,
    pub(in crate::query) picture: Option<String>,
    /// The commit that changed last what they show to those who have them as a contact.
    pub(in crate::query) shown: EventSeq,
}

impl User {
    /// Where the user's days begin and end; UTC where that is not known.
    pub(in crate::query) fn zone(&self) -> Zone {
        self.home().unwrap_or(Zone::UTC)
    }

    pub(in crate::query) fn home(&self) -> Option<Zone> {
        self.zone.as_deref()?.parse().ok()
    }
}

pub(super) fn take(rows: &mut Rows, seq: EventSeq, fact: &Fact) -> Result<(), Fault> {
    match fact {
        Fact::Registered(Registered { user, im, details }) => registered(rows, seq, user, *im, details),
        Fact::Changed(fact) => changed(rows, fact),
        Fact::Suspended(Suspended { user }) => change(rows, user, |row| row.suspended = true),
        Fact::Resumed(Resumed { user }) => change(rows, user, |row| row.suspended = false),
        Fact::ProfileSet(ProfileSet { user, profile }) => self::profile(rows, seq, user, profile),
        Fact::CodeGiven(_) | Fact::CodeMissed(_) | Fact::CodeUsed(_) => Ok(()),
        Fact::PreferenceSet(PreferenceSet { user, sms, findable: _ }) => {
            change(rows, user, |row| row.sms = sms.unwrap_or(row.sms))
        }
    }
}

fn registered(
    rows: &mut Rows,
    seq: EventSeq,
    name: &UserName,
    im: ImNumber,
    details: &UserDetails,
) -> Result<(), Fault> {
    let user = User {
        im,
        phone: details.phone,
        zone: details.zone.clone(),
        day: details.day,
        month: details.month,
        suspended: false,
        access: details.access.unwrap_or_default(),
        password: details.secret.is_some(),
        nkey: details.nkey.is_some(),
        sms: true,
        limits: Limits::default(),
        nickname: None,
        mood: None,
        picture: None,
        shown: seq,
    };
    rows.put(keys::number(im), name.as_str());
    if let Some(phone) = details.phone {
        rows.put(keys::phone(phone), name.as_str());
    }
    rows.put(keys::user(name.as_str()), write_row(&user));
    Ok(())
}

fn changed(rows: &mut Rows, Changed { user: name, details }: &Changed) -> Result<(), Fault> {
    let mut before = None;
    change(rows, name, |user| {
        before = user.phone;
        user.phone = details.phone.unwrap_or(user.phone);
        user.day = details.day.unwrap_or(user.day);
        user.month = details.month.unwrap_or(user.month);
        user.access = details.access.unwrap_or(user.access);
        user.password |= details.secret.is_some();
        user.nkey = details.nkey.as_ref().map_or(user.nkey, Option::is_some);
        user.limits = user.limits.with(details.limits.unwrap_or_default());
        if details.zone.is_some() {
            user.zone.clone_from(&details.zone);
        }
    })?;
    if let Some(phone) = details.phone {
        before.iter().for_each(|before| rows.remove(keys::phone(*before)));
        phone.iter().for_each(|phone| rows.put(keys::phone(*phone), name.as_str()));
    }
    Ok(())
}

fn profile(rows: &mut Rows, seq: EventSeq, name: &UserName, profile: &Profile) -> Result<(), Fault> {
    change(rows, name, |user| {
        let Profile { nickname, mood, picture } = profile.clone();
        user.nickname = nickname.or(user.nickname.take());
        user.mood = mood.or(user.mood.take());
        user.picture = picture.or(user.picture.take());
        user.shown = seq;
    })
}

fn change(rows: &mut Rows, name: &UserName, change: impl FnOnce(&mut User)) -> Result<(), Fault> {
    let key = keys::user(name.as_str());
    let Some(row) = rows.get(&key)? else { return Ok(()) };
    let mut user = read_row(&row)?;
    change(&mut user);
    rows.put(key, write_row(&user));
    Ok(())
}

impl Model {
    pub(in crate::query) fn user(&self, name: &UserName) -> Result<Option<User>, Fault> {
        let row = self.projection.get(keys::user(name.as_str()))?;
        row.map(|row| read_row(&row)).transpose()
    }

    pub(in crate::query) fn users(
        &self,
        after: Option<&UserName>,
        limit: usize,
    ) -> Result<Listed<(UserName, User)>, Fault> {
        let users = self.after(keys::USERS, after.map(UserName::as_str)).map(|row| {
            let (name, row) = row?;
            Ok((name.parse().map_err(|_| Fault::torn())?, read_row(&row)?))
        });
        Listed::take(users, limit)
    }

    /// Whom an address means, where it means anybody; a phone of a user is that user.
    pub(in crate::query) fn resolve(&self, address: &Address) -> Result<Option<Party>, Fault> {
        let key = match address {
            Address::User(name) => return Ok(self.user(name)?.map(|_| Party::User(name.clone()))),
            Address::Im(number) => keys::number(*number),
            Address::Phone(phone) => keys::phone(*phone),
            Address::Group(_) | Address::App(..) => return Ok(None),
        };
        let row = self.projection.get(key)?;
        let name = row.as_deref().and_then(keys::text).and_then(|name| name.parse().ok());
        match (name, address) {
            (Some(name), _) => Ok(Some(Party::User(name))),
            (None, Address::Phone(phone)) => Ok(Some(Party::Phone(*phone))),
            (None, Address::User(_) | Address::Im(_) | Address::Group(_) | Address::App(..)) => Ok(None),
        }
    }
}
