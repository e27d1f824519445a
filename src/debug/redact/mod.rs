//! Redaction: what people wrote, chose or sign in with is replaced, and so are their phone numbers; what decides stays.
//!
//! Invariant: nothing that is put in somewhere is derived from what stood there, but for a text's length and the kinds of its characters.
//! Invariant: each field of each fact and command is either kept or replaced by name; one that is added does not compile until it is decided.

mod commands;
mod facts;
mod placeholder;
mod records;
mod refusals;

use std::collections::BTreeMap;
use std::sync::Arc;

use nkeys::{KeyPair, KeyPairType};

use crate::log::Fault;
use crate::rules::message::{Blob, MessagePart};
use crate::rules::{IntentMark, Stamp};
use crate::words::{Address, Called, Nkey, Party, Phone, UserName, Zone};

/// In each area of the North American numbering plan the numbers 555-0100 to 555-0199 are kept for fiction and given to nobody
/// (ATIS-0300115, 555 NXX Line Number Assignment Guidelines): a hundred for each of these areas. An area that there is not makes
/// its numbers no less nobody's.
const AREAS: std::ops::RangeInclusive<u64> = 200..=999;
const OF_AN_AREA: u64 = 100;
/// More than the largest group has members.
const PHONES_LEN_MAX: u64 = (1_000 - 200) * OF_AN_AREA;
/// Fewer digits in a row are no phone number (E.164 knows none as short).
const PHONE_DIGITS_MIN: usize = 7;
/// Behind the number of an app people dial as many digits as they like; a group's number is shorter than this.
const DIALLED_DIGITS_MAX: usize = 6;

/// What is replaced, and what stands for what: the same for the same within one file, and in no other.
#[derive(Debug, Default)]
pub struct Redaction {
    with_texts: bool,
    with_numbers: bool,
    phones: BTreeMap<Phone, Phone>,
    numbered: BTreeMap<(Kind, Vec<u8>), u64>,
    taken: BTreeMap<Kind, u64>,
    /// There were more phones than numbers that are nobody's.
    is_over: bool,
}

/// What has numbers of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    Id,
    Content,
    Secret,
    Key,
    Whole,
    Header,
}

/// What holds something that may have to be replaced.
trait Redact {
    fn redact(&mut self, by: &mut Redaction);
}

/// A text, or several; or none.
trait Texts {
    fn each_text(&mut self, with: &mut dyn FnMut(&str) -> String);
}

impl Redaction {
    /// With texts and names as they are, or with phone numbers. What people sign in with is always replaced.
    pub fn new(with_texts: bool, with_numbers: bool) -> Redaction {
        Redaction { with_texts, with_numbers, ..Redaction::default() }
    }

    /// Whether anything but secrets is replaced.
    pub fn replaces(&self) -> bool {
        !(self.with_texts && self.with_numbers)
    }

    /// An id that somebody has asked for, as it is in the file.
    pub fn id_asked(&mut self, id: &str) -> String {
        match id.parse::<Address>() {
            Ok(mut address) => {
                address.redact(self);
                address.to_string()
            }
            Err(_) => id.to_owned(),
        }
    }

    /// # Errors
    /// Where it had more phones than there are numbers for them.
    pub fn must_be_whole(&self) -> Result<(), Fault> {
        let many = "its phones are more than the numbers that stand for them; with numbers, or for a smaller id, it can be made";
        if self.is_over { Err(Fault::never("redact it").because(many)) } else { Ok(()) }
    }

    fn phone(&mut self, phone: Phone) -> Phone {
        if let Some(known) = self.phones.get(&phone) {
            return *known;
        }
        let place = self.phones.len() as u64;
        self.is_over |= place >= PHONES_LEN_MAX;
        let place = place % PHONES_LEN_MAX;
        let (area, line) = (AREAS.start() + place / OF_AN_AREA, place % OF_AN_AREA);
        let nobodys = format!("+1{area}55501{line:02}").parse().expect("it has the form of E.164");
        self.phones.insert(phone, nobodys);
        nobodys
    }

    /// The number of this one among its kind, in the order in which they appeared.
    fn number(&mut self, kind: Kind, of: &[u8]) -> u64 {
        if let Some(number) = self.numbered.get(&(kind, of.to_vec())) {
            return *number;
        }
        let number = self.taken.entry(kind).or_default();
        *number += 1;
        self.numbered.insert((kind, of.to_vec()), *number);
        *number
    }

    fn each(&mut self, it: &mut impl Redact) {
        it.redact(self);
    }

    fn text(&mut self, it: &mut impl Texts) {
        if !self.with_texts {
            it.each_text(&mut placeholder::of);
        }
    }

    /// What Homing says by SMS: the names in braces stay.
    fn wording(&mut self, it: &mut impl Texts) {
        if !self.with_texts {
            it.each_text(&mut placeholder::of_wording);
        }
    }

    /// A piece of a rule of when, which is text where it is none.
    fn rule(&mut self, it: &mut impl Texts) {
        if !self.with_texts {
            it.each_text(&mut placeholder::of_rule);
        }
    }

    fn zone(&mut self, it: &mut impl Texts) {
        let of = |text: &str| {
            if text.parse::<Zone>().is_ok() { text.to_owned() } else { placeholder::of(text) }
        };
        if !self.with_texts {
            it.each_text(&mut { of });
        }
    }

    /// Media types are any text.
    fn media(&mut self, it: &mut impl Texts) {
        if !self.with_texts {
            it.each_text(&mut |_| "application/octet-stream".to_owned());
        }
    }

    fn id(&mut self, it: &mut impl Texts) {
        if !self.with_texts {
            it.each_text(&mut |id| format!("id-{}", self.number(Kind::Id, id.as_bytes())));
        }
    }

    /// A hash of somebody's phone and more: who tries all phones finds it.
    fn whole(&mut self, it: &mut impl Texts) {
        if !self.with_numbers {
            it.each_text(&mut |whole| format!("whole-{}", self.number(Kind::Whole, whole.as_bytes())));
        }
    }

    fn secret(&mut self, it: &mut impl Texts) {
        // What is no hash of a password is refused; it may be the password.
        const HASH: &str = "$argon2id$";
        it.each_text(&mut |secret| {
            let is_hash = if secret.starts_with(HASH) { HASH } else { "" };
            format!("{is_hash}redacted-{}", self.number(Kind::Secret, secret.as_bytes()))
        });
    }
}

impl Redact for Phone {
    fn redact(&mut self, by: &mut Redaction) {
        if !by.with_numbers {
            *self = by.phone(*self);
        }
    }
}

/// Names stay. One of digits alone is nobody's, and may be a phone that lacks its plus.
impl Redact for UserName {
    fn redact(&mut self, by: &mut Redaction) {
        let is_number = self.as_str().len() >= PHONE_DIGITS_MIN
            && self.as_str().bytes().all(|byte| byte.is_ascii_digit());
        if is_number && !by.with_numbers {
            let zeros = "0".repeat(self.as_str().len());
            let phone = format!("+{}", self.as_str()).parse::<Phone>().map(|phone| by.phone(phone));
            let digits = phone.map_or(zeros, |phone| phone.to_string().trim_start_matches('+').to_owned());
            *self = digits.parse().expect("digits are a name's");
        }
    }
}

impl Redact for Party {
    fn redact(&mut self, by: &mut Redaction) {
        match self {
            Party::User(name) => name.redact(by),
            Party::Phone(phone) => phone.redact(by),
        }
    }
}

impl Redact for Address {
    fn redact(&mut self, by: &mut Redaction) {
        match self {
            Address::User(name) => name.redact(by),
            Address::Phone(phone) => phone.redact(by),
            Address::Im(_) | Address::Group(_) | Address::App(..) => {}
        }
    }
}

impl Redact for Called {
    fn redact(&mut self, by: &mut Redaction) {
        match self {
            Called::App(_, rest) if rest.len() > DIALLED_DIGITS_MAX && !by.with_numbers => {
                *rest = "0".repeat(rest.len());
            }
            Called::App(..) | Called::Service | Called::Im(_) | Called::Other => {}
        }
    }
}

impl Redact for Nkey {
    fn redact(&mut self, by: &mut Redaction) {
        let mut seed = [0; 32];
        let number = by.number(Kind::Key, self.as_str().as_bytes());
        seed.iter_mut().zip(number.to_be_bytes()).for_each(|(to, from)| *to = from);
        let pair = KeyPair::new_from_raw(KeyPairType::User, seed).expect("any 32 bytes are a seed");
        *self = pair.public_key().parse().expect("it is a user's public key");
    }
}

impl Redact for Blob {
    fn redact(&mut self, by: &mut Redaction) {
        if !by.with_texts {
            self.0.fill(0);
        }
    }
}

impl Redact for IntentMark {
    fn redact(&mut self, by: &mut Redaction) {
        let IntentMark { id, content } = self;
        by.id(id);
        if !by.with_texts {
            // A hash of what was said: who tries all short texts finds it.
            let number = by.number(Kind::Content, content.as_bytes());
            *content = Stamp::from_bytes(u128::from(number).to_be_bytes());
        }
    }
}

impl Redact for Arc<[MessagePart]> {
    fn redact(&mut self, by: &mut Redaction) {
        let mut parts = self.to_vec();
        parts.redact(by);
        *self = parts.into();
    }
}

impl<T: Redact> Redact for Option<T> {
    fn redact(&mut self, by: &mut Redaction) {
        self.iter_mut().for_each(|it| it.redact(by));
    }
}

impl<T: Redact> Redact for Vec<T> {
    fn redact(&mut self, by: &mut Redaction) {
        self.iter_mut().for_each(|it| it.redact(by));
    }
}

impl<K, T: Redact> Redact for BTreeMap<K, T> {
    fn redact(&mut self, by: &mut Redaction) {
        self.values_mut().for_each(|it| it.redact(by));
    }
}

impl Texts for String {
    fn each_text(&mut self, with: &mut dyn FnMut(&str) -> String) {
        *self = with(self);
    }
}

impl Texts for Arc<str> {
    fn each_text(&mut self, with: &mut dyn FnMut(&str) -> String) {
        *self = with(self).into();
    }
}

impl<T: Texts> Texts for Option<T> {
    fn each_text(&mut self, with: &mut dyn FnMut(&str) -> String) {
        self.iter_mut().for_each(|it| it.each_text(with));
    }
}

impl<T: Texts> Texts for Vec<T> {
    fn each_text(&mut self, with: &mut dyn FnMut(&str) -> String) {
        self.iter_mut().for_each(|it| it.each_text(with));
    }
}

/// Takes each type apart by name. Behind the kept fields those that are replaced, and by which of [`Redaction`]'s ways.
macro_rules! redacts {
    ($($T:ty { $($kept:ident)*; $($field:ident by $how:ident)* })*) => {$(
        impl $crate::debug::redact::Redact for $T {
            fn redact(&mut self, by: &mut $crate::debug::redact::Redaction) {
                let Self { $($kept: _,)* $($field,)* } = self;
                $(by.$how($field);)*
                let _ = by;
            }
        }
    )*};
}

use redacts;
