//! The number plan: IM numbers of people, and numbers of groups and apps.

use std::fmt;
use std::str::FromStr;

use super::{WordError, serde_by_text};

/// A user's IM number: 6 to 9 digits, the first not 0, e.g. `100002`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ImNumber(u32);

impl ImNumber {
    /// The first number given out; the n-th registered user (from zero) has `FIRST + n`.
    const FIRST: u32 = 100_001;
    const LAST: u32 = 999_999_999;

    /// The number of the `index`-th registered user, or none when the plan's nine digits are used up.
    pub fn of_index(index: usize) -> Option<ImNumber> {
        let number = u32::try_from(index).ok()?.checked_add(Self::FIRST)?;
        (number <= Self::LAST).then_some(ImNumber(number))
    }

    /// The other way round.
    pub fn index(self) -> Option<usize> {
        self.0.checked_sub(Self::FIRST).map(|index| index as usize)
    }
}

impl FromStr for ImNumber {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        digits(text, 6..=9)
            .map(ImNumber)
            .ok_or_else(|| WordError("not an IM number: 6 to 9 digits, the first not 0".to_owned()))
    }
}

impl fmt::Display for ImNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

serde_by_text!(ImNumber);

/// A group's number: 1 to 9 digits, the first not 0; written `#3001` as an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct GroupNumber(u32);

impl GroupNumber {
    /// The first number given out; the n-th group (from zero) has `FIRST + n`.
    const FIRST: u32 = 3_001;
    const LAST: u32 = 999_999_999;

    /// The number of the `index`-th group that was created, or none when the plan's nine digits are used up.
    pub fn of_index(index: u32) -> Option<GroupNumber> {
        GroupNumber::read(index.checked_add(Self::FIRST)?)
    }

    /// As it was written down; 0 is none.
    pub fn read(number: u32) -> Option<GroupNumber> {
        (1..=Self::LAST).contains(&number).then_some(GroupNumber(number))
    }

    pub fn get(self) -> u32 {
        self.0
    }
}

/// With or without the `#` of its address.
impl FromStr for GroupNumber {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        digits(text.strip_prefix('#').unwrap_or(text), 1..=9)
            .map(GroupNumber)
            .ok_or_else(|| WordError("not a group number: 1 to 9 digits, the first not 0".to_owned()))
    }
}

impl fmt::Display for GroupNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

serde_by_text!(GroupNumber);

/// An app's number: two digits, the first 0, e.g. `07`. `01` is the groups' own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AppNumber(u8);

impl FromStr for AppNumber {
    type Err = WordError;
    fn from_str(text: &str) -> Result<Self, WordError> {
        match text.as_bytes() {
            [b'0', digit @ (b'0' | b'2'..=b'9')] => Ok(AppNumber(digit - b'0')),
            _ => Err(WordError(
                "not an app number: two digits, the first 0, as in 07; 01 is the groups' own".to_owned(),
            )),
        }
    }
}

impl fmt::Display for AppNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0{}", self.0)
    }
}

serde_by_text!(AppNumber);

fn digits(text: &str, len: std::ops::RangeInclusive<usize>) -> Option<u32> {
    let shaped =
        len.contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit()) && !text.starts_with('0');
    if shaped { text.parse().ok() } else { None }
}
