//! A predicate over the state: a path, a comparison, a value; `user.bob.sms == off`.

use std::cmp::Ordering;
use std::str::FromStr;

use serde_json::Value;

use super::{Player, Thing};
use crate::log::Fault;
use crate::wire::told;

/// In the order in which they are looked for: the longer one first.
const COMPARISONS: [(&str, Comparison); 7] = [
    ("==", Comparison::Is),
    ("!=", Comparison::IsNot),
    ("<=", Comparison::AtMost),
    (">=", Comparison::AtLeast),
    ("<", Comparison::Less),
    (">", Comparison::More),
    (" has ", Comparison::Has),
];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Comparison {
    Is,
    IsNot,
    AtMost,
    AtLeast,
    Less,
    More,
    /// A list holds it, or an object has a field of that name.
    Has,
}

/// Something that is so or is not, at any moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Predicate {
    thing: Thing,
    fields: Vec<String>,
    /// Without one: that there is something by the path.
    compared: Option<(Comparison, String)>,
}

impl FromStr for Predicate {
    type Err = String;
    fn from_str(text: &str) -> Result<Predicate, String> {
        let unread = || format!("{text:?} is no predicate, as in user.bob.sms == off; == and != compare");
        let signs = text.replace("==", "").replace("!=", "").replace("<=", "").replace(">=", "");
        if signs.contains('=') {
            return Err(unread());
        }
        let found = COMPARISONS.iter().find_map(|(sign, how)| Some((text.split_once(sign)?, *how)));
        let (path, compared) = match found {
            Some(((path, value), how)) => {
                (path.trim(), Some((how, value.trim().trim_matches('"').to_owned())))
            }
            None => (text.trim(), None),
        };
        let is_empty = |(_, value): &(Comparison, String)| value.is_empty() || value.contains("==");
        let (thing, fields) = Thing::path(path)?;
        if compared.as_ref().is_some_and(is_empty) || fields.iter().any(String::is_empty) {
            return Err(unread());
        }
        let predicate = Predicate { thing, fields, compared };
        predicate.could_hold().map(|()| predicate)
    }
}

impl Predicate {
    /// Whether there is such a field, and it can have such a value.
    fn could_hold(&self) -> Result<(), String> {
        let Predicate { thing, fields, compared } = self;
        // A delivery is compared by its state.
        let by_state = matches!(thing, Thing::Delivery(..)) && fields.is_empty();
        let field = fields.first().map(String::as_str).or(by_state.then_some("state"));
        let Some(field) = field else { return Ok(()) };
        let shape = thing.shape(field);
        if !shape.fields.contains(&field) {
            return Err(format!("{thing} has no {field:?}; it has {}", shape.fields.join(", ")));
        }
        match (shape.values, compared) {
            (Some(values), Some((Comparison::Is | Comparison::IsNot, wanted)))
                if fields.len() < 2 && wanted != "null" && !values.contains(&wanted.as_str()) =>
            {
                Err(format!("{thing}: {field} is never {wanted:?}; it is one of {}", values.join(", ")))
            }
            _ => Ok(()),
        }
    }

    /// What it looks at.
    pub fn thing(&self) -> &Thing {
        &self.thing
    }

    /// Deliveries that it looks at are followed from now on.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn prepare(&self, player: &mut Player) -> Result<(), Fault> {
        match &self.thing {
            Thing::Delivery(message, _) => player.watch(*message),
            Thing::Someone(_) | Thing::Group(_) | Thing::Schedule(_) => Ok(()),
        }
    }

    /// Whether it holds now.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn holds(&self, player: &Player) -> Result<bool, Fault> {
        let shown = player.shown(&self.thing)?;
        if let (Thing::Delivery(_, None), [], Some((how, wanted)), Some(all)) =
            (&self.thing, self.fields.as_slice(), &self.compared, shown.as_object())
        {
            // Of all its recipients any one.
            return Ok(all.values().filter_map(|one| one.get("state")).any(|state| how.holds(state, wanted)));
        }
        if shown.is_null() {
            // Of what is not there nothing is so but that.
            return Ok(matches!(&self.compared, Some((Comparison::Is, wanted)) if wanted == "null"));
        }
        let mut value = &shown;
        for field in &self.fields {
            value = value.get(field).unwrap_or(&Value::Null);
        }
        // A delivery is compared by its state.
        let value = match (&self.thing, self.fields.as_slice()) {
            (Thing::Delivery(_, Some(_)), []) => value.get("state").unwrap_or(&Value::Null),
            (Thing::Delivery(..) | Thing::Someone(_) | Thing::Group(_) | Thing::Schedule(_), _) => value,
        };
        Ok(match &self.compared {
            None => !value.is_null(),
            Some((how, wanted)) => how.holds(value, wanted),
        })
    }
}

impl Comparison {
    fn holds(self, value: &Value, wanted: &str) -> bool {
        let order = || match (value.as_f64(), wanted.parse::<f64>()) {
            (Some(number), Ok(wanted)) => number.partial_cmp(&wanted),
            (Some(_), Err(_)) | (None, _) => value.as_str().map(|text| text.cmp(wanted)),
        };
        match self {
            Comparison::Is => plain(value) == wanted,
            Comparison::IsNot => plain(value) != wanted,
            Comparison::AtMost => order().is_some_and(Ordering::is_le),
            Comparison::AtLeast => order().is_some_and(Ordering::is_ge),
            Comparison::Less => order().is_some_and(Ordering::is_lt),
            Comparison::More => order().is_some_and(Ordering::is_gt),
            Comparison::Has => {
                let listed = value.as_array().is_some_and(|items| items.iter().any(|it| plain(it) == wanted));
                listed || value.get(wanted).is_some()
            }
        }
    }
}

/// A text as it is, all else as people read it.
fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            told::brief(&value.to_string(), crate::words::Instant::brief)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_are_compared_as_people_write_them() {
        for (how, value, wanted, holds) in [
            ("==", json!("off"), "off", true),
            ("==", json!(true), "true", true),
            ("==", Value::Null, "null", true),
            ("!=", json!("off"), "on", true),
            (">", json!(5), "4", true),
            (">", json!(5), "10", false),
            ("<", Value::Null, "4", false),
            (">=", json!("2026-12-01T09:00:00Z"), "2026-12-01", true),
            (" has ", json!(["alice"]), "alice", true),
            (" has ", json!({"alice": 1}), "bob", false),
        ] {
            let comparison = COMPARISONS.iter().find(|(sign, _)| *sign == how).unwrap().1;
            assert_eq!(comparison.holds(&value, wanted), holds, "{value} {how} {wanted}");
        }
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        assert!("user.bob.sms == off".parse::<Predicate>().is_ok());
        assert!("delivery.m7.bob".parse::<Predicate>().is_ok());
        for wrong in
            ["== off", "user.bob.sms = off", "user.bob.sms ==", "user.bob. == 1", "bob.sms == on == off"]
        {
            assert!(wrong.parse::<Predicate>().is_err(), "{wrong}");
        }
        assert!("what is this".parse::<Predicate>().is_err());
        for (wrong, why) in [
            ("user.bob.smss == off", "user.bob has no \"smss\"; it has user, im, phone"),
            ("user.bob.sms == of", "user.bob: sms is never \"of\"; it is one of on, off"),
            ("delivery.m7.bob == gone", "delivery.m7.bob: state is never \"gone\"; it is one of planned"),
        ] {
            let refused = wrong.parse::<Predicate>().unwrap_err();
            assert!(refused.starts_with(why), "{refused}");
        }
        for right in ["group.3001.members.bob == owner", "user.bob.phone != null", "user.bob.used_day > 4"] {
            assert!(right.parse::<Predicate>().is_ok(), "{right}");
        }
    }
}
