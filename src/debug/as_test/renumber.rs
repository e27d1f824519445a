//! Numbers of another log: ids follow from the places of commands, so that in a story of fewer commands they are others.

use std::collections::BTreeMap;

use serde_json::Value;

/// What each number of the log is in the story.
#[derive(Debug, Default)]
pub(super) struct Numbers {
    pub(super) commands: BTreeMap<u64, u64>,
    pub(super) events: BTreeMap<u64, u64>,
    /// Numbers of groups and IM numbers, as they are written.
    pub(super) named: BTreeMap<String, String>,
}

impl Numbers {
    /// Puts the story's numbers into a command's fields. What is named there and is not in the story goes into `missing`; of a list it
    /// is left out.
    pub(super) fn put(&self, said: &mut Value, missing: &mut Vec<String>) {
        let Value::Object(fields) = said else { return };
        for (name, value) in fields.iter_mut() {
            match name.as_str() {
                "message" | "schedule" | "timer" if value.is_string() => self.id(value, missing),
                "messages" | "deliveries" | "reports" => self.list(value, missing),
                "since" => place(value, &self.events, missing),
                "number" => place(value, &self.commands, missing),
                "to" | "who" | "members" | "as_group" | "called" => self.addresses(value),
                "group" => self.group(value),
                _ => self.put(value, missing),
            }
        }
    }

    /// `m42`, `expire-m42`, `s42`: the number behind the last letter.
    fn id(&self, value: &mut Value, missing: &mut Vec<String>) {
        let Some(text) = value.as_str() else { return };
        let digits = text.trim_start_matches(|char: char| !char.is_ascii_digit());
        let (kind, _) = text.split_at(text.len() - digits.len());
        match digits.parse().ok().and_then(|command: u64| self.commands.get(&command)) {
            Some(command) => *value = Value::from(format!("{kind}{command}")),
            None => missing.push(text.to_owned()),
        }
    }

    fn list(&self, value: &mut Value, missing: &mut Vec<String>) {
        let Value::Array(items) = value else { return };
        items.retain_mut(|item| {
            let mut of_item = Vec::new();
            if item.is_string() {
                self.id(item, &mut of_item)
            } else {
                self.put(item, &mut of_item)
            }
            missing.extend_from_slice(&of_item);
            of_item.is_empty()
        });
    }

    fn addresses(&self, value: &mut Value) {
        match value {
            Value::Array(items) => items.iter_mut().for_each(|item| self.addresses(item)),
            Value::String(text) => {
                // `#3001`, `app:07#3001`, `100002`; what was called is `im-100002` or `app-01-3001`.
                let digits = text.rsplit(|char: char| !char.is_ascii_digit()).next().unwrap_or_default();
                let (before, _) = text.split_at(text.len() - digits.len());
                let is_number =
                    before.is_empty() || before.ends_with('#') || before == "im-" || before == "app-01-";
                if let Some(named) = self.named.get(digits).filter(|_| is_number) {
                    *text = format!("{before}{named}");
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => {}
        }
    }

    /// A group's number; of wishes a group is a key.
    fn group(&self, value: &mut Value) {
        match value {
            Value::String(text) => {
                if let Some(named) = self.named.get(text.trim_start_matches('#')) {
                    *text = named.clone();
                }
            }
            Value::Object(fields) => {
                let old = std::mem::take(fields);
                fields.extend(
                    old.into_iter().map(|(key, wish)| (self.named.get(&key).cloned().unwrap_or(key), wish)),
                );
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => {}
        }
    }
}

fn place(value: &mut Value, places: &BTreeMap<u64, u64>, missing: &mut Vec<String>) {
    let Some(was) = value.as_u64() else { return };
    match places.get(&was) {
        Some(place) => *value = Value::from(*place),
        None => missing.push(format!("#{was}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_command_names_what_it_named_by_the_numbers_of_the_story() {
        let numbers = Numbers {
            commands: [(70, 7), (90, 9)].into(),
            events: [(71, 8)].into(),
            named: [("3009", "3001"), ("100044", "100002")].map(|(was, is)| (was.into(), is.into())).into(),
        };
        for (said, want, left_out) in [
            (json!({"to": ["#3009", "100044", "bob"]}), json!({"to": ["#3001", "100002", "bob"]}), vec![]),
            (json!({"timer": "expire-m70", "due": 1}), json!({"timer": "expire-m7", "due": 1}), vec![]),
            (json!({"schedule": "s90", "since": 71}), json!({"schedule": "s9", "since": 8}), vec![]),
            (json!({"messages": ["m70", "m71"]}), json!({"messages": ["m7"]}), vec!["m71"]),
            (json!({"group": {"3009": {"sms": "off"}}}), json!({"group": {"3001": {"sms": "off"}}}), vec![]),
            (
                json!({"reports": [{"silent": {"message": "m70", "to": "bob"}}, {"silent": {"message": "m1"}}]}),
                json!({"reports": [{"silent": {"message": "m7", "to": "bob"}}]}),
                vec!["m1"],
            ),
            (
                json!({"message": {"to": ["app:07#3009"]}}),
                json!({"message": {"to": ["app:07#3001"]}}),
                vec![],
            ),
        ] {
            let (mut is, mut missing) = (said.clone(), Vec::new());
            numbers.put(&mut is, &mut missing);
            assert_eq!((is, missing), (want, left_out.into_iter().map(str::to_owned).collect()), "{said}");
        }
    }
}
