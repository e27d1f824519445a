//! `when`, as it is asked for and as it is recorded: the fields of the public contract, not judged here.

use serde::de::{Deserializer, Error, SeqAccess, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_with::skip_serializing_none;

use crate::words::Span;

/// A rule of when. As it is recorded, `zone` and (where it recurs) `from` are filled in, so that nothing else is needed
/// to compute its occurrences again.
#[skip_serializing_none]
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct When {
    pub at: Option<OneOrMany>,
    pub every: Option<Every>,
    pub unit: Option<String>,
    pub times: Option<Vec<String>>,
    pub weekdays: Option<Vec<String>>,
    /// Days of the month; `-1` is the last.
    pub days: Option<Vec<i64>>,
    /// Five fields, or six with seconds first. Where the minute or the hour begins with `*` the job follows the clocks, as in
    /// cron: then `gap` is skip and `fold` both, unless they are named.
    pub cron: Option<String>,
    pub zone: Option<String>,
    /// A date or a local time: where periods are counted from. Of hours, minutes and seconds it may be a moment with an
    /// offset too, and is recorded so where the clocks show its local time twice and it is the later one.
    pub from: Option<String>,
    pub until: Option<String>,
    pub count: Option<u64>,
    /// Dates.
    pub except: Option<Vec<String>>,
    pub gap: Option<Gap>,
    pub fold: Option<Fold>,
    pub short_month: Option<ShortMonth>,
    pub missed: Option<WhenMissed>,
    pub late_by: Option<Span>,
    pub min_interval: Option<Span>,
}

/// A local time that does not exist: moved by the length of the gap, or skipped.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Gap {
    #[default]
    Shift,
    Skip,
}

/// A local time that exists twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Fold {
    #[default]
    First,
    Second,
    Both,
}

/// A day that a month does not have: its last day instead, or none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ShortMonth {
    #[default]
    Clamp,
    Skip,
}

/// Which of the firings that were missed still go out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum WhenMissed {
    #[default]
    Latest,
    All,
    Never,
}

/// `"x"` or `["x", …]`.
#[derive(Debug, Clone, PartialEq)]
pub enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl OneOrMany {
    pub fn as_slice(&self) -> &[String] {
        match self {
            OneOrMany::One(one) => std::slice::from_ref(one),
            OneOrMany::Many(many) => many,
        }
    }
}

impl Serialize for OneOrMany {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            OneOrMany::One(one) => serializer.serialize_str(one),
            OneOrMany::Many(many) => many.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Door;
        impl<'de> Visitor<'de> for Door {
            type Value = OneOrMany;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a local time, or a list of them")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany::One(text.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<OneOrMany, A::Error> {
                let mut many = Vec::new();
                while let Some(item) = items.next_element()? {
                    many.push(item);
                }
                Ok(OneOrMany::Many(many))
            }
        }
        deserializer.deserialize_any(Door)
    }
}

/// `"day"`, or a number of `unit`s.
#[derive(Debug, Clone, PartialEq)]
pub enum Every {
    Unit(String),
    Number(u64),
}

impl Serialize for Every {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Every::Unit(unit) => serializer.serialize_str(unit),
            Every::Number(number) => serializer.serialize_u64(*number),
        }
    }
}

impl<'de> Deserialize<'de> for Every {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Door;
        impl Visitor<'_> for Door {
            type Value = Every;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a unit (second, minute, hour, day, week, month) or a whole number")
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Every, E> {
                Ok(Every::Unit(text.to_owned()))
            }
            fn visit_u64<E: Error>(self, number: u64) -> Result<Every, E> {
                Ok(Every::Number(number))
            }
            fn visit_i64<E: Error>(self, number: i64) -> Result<Every, E> {
                u64::try_from(number).map(Every::Number).map_err(|_| E::custom("it is negative"))
            }
        }
        deserializer.deserialize_any(Door)
    }
}
