//! Who is known to the gate: what each one proves themselves by and may do, projected from the log.
//!
//! | key | value |
//! |---|---|
//! | `!` | format, position, mark (see `log/projection.rs`) |
//! | `u` user | MessagePack with names: the hash of the password, the nkey, access, whether suspended |
//! | `c` user | MessagePack with names: their last one-time code, until it or they have changed |
//! | `k` nkey | the name of the user who has it |

use std::path::Path;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::codes::Code;
use crate::log::{Fault, Log, Projection, Record, Rows};
use crate::rules::identity::{
    Changed, CodeGiven, CodeMissed, CodeUsed, Fact, Registered, Resumed, Suspended,
};
use crate::rules::{Fact as AnyFact, Happened};
use crate::wire::{from_msgpack, subjects, to_msgpack};
use crate::words::{Access, CommandSeq, EventSeq, Nkey, UserName};

/// Rows of another format are rebuilt from the log.
const FORMAT: u32 = 2;
const USER: u8 = b'u';
const NKEY: u8 = b'k';
const CODE: u8 = b'c';
/// The facts that are read of EVENTS.
const READS: &[&str] = &[
    Registered::NAME,
    Changed::NAME,
    Suspended::NAME,
    Resumed::NAME,
    CodeGiven::NAME,
    CodeMissed::NAME,
    CodeUsed::NAME,
];

/// What is known of a registered name.
#[skip_serializing_none]
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Person {
    /// A PHC string.
    pub(super) secret: Option<String>,
    pub(super) nkey: Option<Nkey>,
    #[serde(default)]
    pub(super) access: Access,
    #[serde(default)]
    pub(super) suspended: bool,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Person").field("access", &self.access).finish_non_exhaustive()
    }
}

#[derive(Debug)]
pub(super) struct Known(Projection);

impl Known {
    /// Those of this log, as [`Projection::of`] finds them.
    ///
    /// # Errors
    /// Where the folder is in use, or can be neither opened nor set aside; or where the log does not answer.
    pub(super) async fn of(log: &Log, folder: &Path) -> Result<Known, Fault> {
        Projection::of(log, folder, FORMAT).await.map(Known)
    }

    /// The subjects of all commits that can hold what is known.
    pub(super) fn reads() -> Vec<String> {
        subjects::events_with(READS)
    }

    pub(super) fn position(&self) -> EventSeq {
        self.0.position()
    }

    /// Takes in records of EVENTS, in order; gives those who may do something else now, or prove themselves in another way.
    ///
    /// # Errors
    /// `Retry::Reload` where the folder is torn and must be rebuilt; otherwise the disk failed.
    pub(super) fn take(&self, records: &[Record]) -> Result<Vec<UserName>, Fault> {
        let mut others = Vec::new();
        self.0.take(records, |rows, _, commit| {
            for fact in &commit.facts {
                if let AnyFact::Identity(fact) = fact
                    && let Some(user) = self.learn(rows, fact)?
                {
                    others.push(user);
                }
            }
            Ok(())
        })?;
        Ok(others)
    }

    fn learn(&self, rows: &mut Rows, fact: &Fact) -> Result<Option<UserName>, Fault> {
        learn_code(rows, fact)?;
        let user = match fact {
            Fact::Registered(Registered { user, .. }) => user,
            Fact::Changed(changed) => &changed.user,
            Fact::Suspended(Suspended { user }) | Fact::Resumed(Resumed { user }) => user,
            // Who is connected stays: a code lets in once, and takes nothing away.
            Fact::CodeGiven(_) | Fact::CodeMissed(_) | Fact::CodeUsed(_) => return Ok(None),
            Fact::ProfileSet(_) | Fact::PreferenceSet(_) => return Ok(None),
        };
        let before: Person = match rows.get(&key(USER, user.as_str()))? {
            Some(row) => read(&row)?,
            None => Person::default(),
        };
        let now = Person::after(before.clone(), fact);
        if now == before && !matches!(fact, Fact::Registered(_)) {
            return Ok(None);
        }
        if before.nkey != now.nkey {
            if let Some(nkey) = &before.nkey {
                rows.remove(key(NKEY, nkey.as_str()));
            }
            if let Some(nkey) = &now.nkey {
                rows.put(key(NKEY, nkey.as_str()), user.as_str().as_bytes().to_vec());
            }
        }
        rows.put(key(USER, user.as_str()), to_msgpack(&now));
        // The same password in another hash is no change to whoever is connected.
        let rehashed = matches!(fact, Fact::Changed(changed) if changed.details.rehashed);
        Ok((now != before && !rehashed).then(|| user.clone()))
    }

    /// What is known of this name.
    ///
    /// # Errors
    /// `Retry::Reload` where the folder is torn; otherwise the disk failed.
    pub(super) fn person(&self, user: &UserName) -> Result<Option<Person>, Fault> {
        self.get(&key(USER, user.as_str()))?.map(|row| read(&row)).transpose()
    }

    /// The last code that this user was given, unless they have another password since.
    ///
    /// # Errors
    /// As [`Known::person`].
    pub(super) fn code(&self, user: &UserName) -> Result<Option<Code>, Fault> {
        self.get(&key(CODE, user.as_str()))?.map(|row| read(&row)).transpose()
    }

    /// Waits until a code has ended; the login that used it, where that ended it.
    ///
    /// # Errors
    /// As [`Known::person`].
    pub(super) async fn code_ended(&self, user: &UserName, number: CommandSeq) -> Result<Option<u64>, Fault> {
        loop {
            // Read first: what is taken in from here on is not waited for in vain.
            let position = self.position();
            match self.code(user)? {
                Some(code) if code.number == number && code.used.is_none() => {}
                Some(code) if code.number == number => return Ok(code.used),
                Some(_) | None => return Ok(None),
            }
            self.0.reached(position.next()).await;
        }
    }

    /// Who has this nkey.
    ///
    /// # Errors
    /// As [`Known::person`].
    pub(super) fn holder(&self, nkey: &Nkey) -> Result<Option<UserName>, Fault> {
        let Some(row) = self.get(&key(NKEY, nkey.as_str()))? else { return Ok(None) };
        let name = str::from_utf8(&row).ok().and_then(|name| name.parse().ok());
        name.map(Some).ok_or_else(Fault::torn)
    }

    fn get(&self, key: &[u8]) -> Result<Option<Vec<u8>>, Fault> {
        self.0.get(key)
    }

    /// Makes what was taken in survive a power loss.
    ///
    /// # Errors
    /// Where the disk failed.
    pub(super) fn flush(&self) -> Result<(), Fault> {
        self.0.flush()
    }
}

impl Person {
    fn after(self, fact: &Fact) -> Person {
        match fact {
            Fact::Registered(Registered { details, .. }) => {
                let (secret, nkey) = (details.secret.clone(), details.nkey.clone());
                Person { secret, nkey, access: details.access.unwrap_or_default(), suspended: false }
            }
            Fact::Changed(changed) => {
                let Changed { user: _, details } = changed.as_ref();
                Person {
                    secret: details.secret.clone().or(self.secret),
                    nkey: details.nkey.clone().unwrap_or(self.nkey),
                    access: details.access.unwrap_or(self.access),
                    suspended: self.suspended,
                }
            }
            Fact::Suspended(_) => Person { suspended: true, ..self },
            Fact::Resumed(_) => Person { suspended: false, ..self },
            Fact::CodeGiven(_) | Fact::CodeMissed(_) | Fact::CodeUsed(_) => self,
            Fact::ProfileSet(_) | Fact::PreferenceSet(_) => self,
        }
    }
}

/// Of codes.
fn learn_code(rows: &mut Rows, fact: &Fact) -> Result<(), Fault> {
    let before = |user: &UserName| {
        let row = rows.get(&key(CODE, user.as_str()))?;
        row.map(|row| read::<Code>(&row)).transpose()
    };
    let (user, now) = match fact {
        Fact::CodeGiven(given) => (&given.user, Some(Code::of(given))),
        Fact::CodeMissed(missed) => (&missed.user, before(&missed.user)?.map(|code| code.missed(missed))),
        Fact::CodeUsed(used) => (&used.user, before(&used.user)?.map(|code| code.used(used))),
        Fact::Suspended(Suspended { user }) => (user, None),
        Fact::Changed(changed) if changed.details.secret.is_some() && !changed.details.rehashed => {
            (&changed.user, None)
        }
        Fact::Changed(_) | Fact::Registered(_) | Fact::Resumed(_) => return Ok(()),
        Fact::ProfileSet(_) | Fact::PreferenceSet(_) => return Ok(()),
    };
    let key = key(CODE, user.as_str());
    match now {
        Some(code) => rows.put(key, to_msgpack(&code)),
        None => rows.remove(key),
    }
    Ok(())
}

fn key(kind: u8, name: &str) -> Vec<u8> {
    [&[kind], name.as_bytes()].concat()
}

fn read<T: DeserializeOwned>(row: &[u8]) -> Result<T, Fault> {
    from_msgpack(row).map_err(|why| Fault::torn().because(why))
}
