//! Leaks: what a redacted record still says of what people wrote, chose or sign in with, found by the names of its fields.

use std::collections::BTreeSet;

use homing::log::Record;
use homing::wire::to_value;
use serde_json::{Value, json};

/// What people wrote, chose or sign in with, by the names of the fields that hold it.
const FREE: [&str; 15] = [
    "text",
    "said",
    "alias",
    "nickname",
    "mood",
    "picture",
    "secret",
    "instead_of",
    "id",
    "data",
    "octets",
    "joined",
    "whole",
    "head",
    "en",
];

/// Every string, by the name of its field and the names around it.
pub fn strings(value: &Value, names: &mut Vec<String>, found: &mut dyn FnMut(&[String], &str)) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                names.push(name.clone());
                strings(field, names, found);
                names.pop();
            }
        }
        Value::Array(items) => items.iter().for_each(|item| strings(item, names, found)),
        Value::String(text) => found(names, text),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn is_free(names: &[String]) -> bool {
    let (name, around) = names.split_last().expect("a string stands in a field");
    let within = |other: &str| around.iter().any(|name| name == other);
    match name.as_str() {
        "name" => {
            within("group.created") || within("group.changed") || within("parts") || within("group.create")
        }
        // A sentence of Homing's, and what an SMSC calls something.
        "text" => !within("command.refused"),
        "id" => !within("receipt") && !within("unmatched"),
        name => FREE.contains(&name),
    }
}

/// What stands in for something, and says nothing of it.
fn is_placeholder(text: &str) -> bool {
    let numbered =
        ["id-", "whole-", "$argon2id$redacted-", "redacted-"].iter().find_map(|kind| text.strip_prefix(kind));
    let is_number = numbered.is_some_and(|number| number.bytes().all(|byte| byte.is_ascii_digit()));
    // What Homing fills in; bytes are shown as base64.
    let text = text.replace("{name}", "").replace("{number}", "").replace("{by}", "").replace("{code}", "");
    is_number
        || text.chars().all(|char| "x~字😀".contains(char))
        || text.chars().all(|char| "A=".contains(char))
}

/// Numbers of phones in a text, their plus left out.
fn phones(text: &str) -> impl Iterator<Item = &str> {
    let digits = text.split(|char: char| !char.is_ascii_digit());
    digits.filter(|digits| (10..=15).contains(&digits.len()))
}

fn is_nobodys(phone: &str) -> bool {
    phone.len() == 11 && phone.starts_with('1') && &phone[4..9] == "55501"
}

/// What a redacted record still says of what stood in the one before.
pub fn leaks(was: &Record, is: &Record, verb: Option<&str>) -> Vec<String> {
    let shown = |record: &Record| match verb {
        Some(verb) => json!({ verb: to_value(&record.payload) }),
        None => to_value(&record.payload).expect("a commit is a map"),
    };
    let (mut told, mut leaks) = (BTreeSet::new(), Vec::new());
    strings(&shown(was), &mut Vec::new(), &mut |names, text| {
        let is_key = names.last().is_some_and(|name| name == "nkey");
        if is_key || is_free(names) && text.len() > 4 && !is_placeholder(text) {
            told.insert(text.to_owned());
        }
    });
    let (mut kept, mut now) = (BTreeSet::new(), shown(is).to_string());
    now += &format!("{:?}{}", is.headers, is.subject);
    strings(&shown(is), &mut Vec::new(), &mut |names, text| {
        if is_free(names) {
            leaks.extend((!is_placeholder(text)).then(|| format!("{names:?}: {text}")));
        } else {
            kept.insert(text.to_owned());
        }
        leaks.extend(
            phones(text).filter(|phone| !is_nobodys(phone)).map(|phone| format!("{names:?}: {phone}")),
        );
    });
    let raw = String::from_utf8_lossy(&is.payload).into_owned() + &now;
    // What is also a name or a word of ours says nothing.
    let is_ours = |text: &str| kept.iter().any(|kept| kept.contains(text));
    leaks.extend(told.into_iter().filter(|text| raw.contains(text.as_str()) && !is_ours(text)));
    leaks
}
