//! The golden file of commits: bytes that were written once, which every later program reads; it grows and never changes.
//!
//! Its first line counts the others and seals them with a hash, so that none is altered or dropped unnoticed.

use std::collections::BTreeSet;
use std::fmt::Write;

use homing::wire::{commit, to_value};
use serde_json::Value;
use sha2::{Digest, Sha256};

/// Values that are names of ours, which are permanent too: a commit that holds another one is another kind of commit.
const NAMED: [&str; 12] = [
    "because", "by", "channel", "class", "code", "encoding", "missed", "reason", "route", "state", "sms",
    "why",
];

/// A commit as it stood on EVENTS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    pub subject: String,
    pub bytes: Vec<u8>,
}

/// The lines of a golden file; one that is empty holds none.
///
/// # Errors
/// Where it is not as it was sealed.
pub fn read(file: &str) -> Result<Vec<Line>, String> {
    let Some((seal, lines)) = file.split_once('\n') else { return Ok(Vec::new()) };
    let want = seal_of(lines);
    if seal != want {
        return Err(format!("its lines were altered or dropped: it says {seal:?}, and they are {want:?}"));
    }
    lines.lines().map(|line| line_of(line).ok_or(format!("this is no line of it: {line}"))).collect()
}

/// A golden file with these lines.
pub fn written(lines: &[Line]) -> String {
    let mut text = String::new();
    for Line { subject, bytes } in lines {
        let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        writeln!(text, "{subject} {hex}").expect("a string takes all");
    }
    format!("{}\n{text}", seal_of(&text))
}

fn seal_of(lines: &str) -> String {
    let hash: String = Sha256::digest(lines).iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{} commits, SHA-256 {hash}", lines.lines().count())
}

fn line_of(line: &str) -> Option<Line> {
    let (subject, hex) = line.split_once(' ')?;
    let octet = |place| u8::from_str_radix(hex.get(place..place + 2)?, 16).ok();
    let bytes = (0..hex.len()).step_by(2).map(octet).collect::<Option<_>>()?;
    Some(Line { subject: subject.to_owned(), bytes })
}

/// What this program cannot do with a commit that was written once: read it, write it again as it is, show it.
pub fn trouble(line: &Line) -> Option<String> {
    let Line { subject, bytes } = line;
    match commit::decode(bytes) {
        Err(why) => Some(format!("{subject} cannot be read: {why}")),
        Ok(read) if commit::encode(&read) != *bytes => {
            Some(format!("{subject} is written otherwise: {read:?}"))
        }
        Ok(_) => to_value(bytes).is_none().then(|| format!("{subject} cannot be shown")),
    }
}

/// Those of `written` of whose kind none is among `lines`, one of each.
pub fn missing(lines: &[Line], written: impl IntoIterator<Item = Line>) -> Vec<Line> {
    let mut kinds: BTreeSet<String> = lines.iter().map(|line| kind(&line.bytes)).collect();
    written.into_iter().filter(|line| kinds.insert(kind(&line.bytes))).collect()
}

/// What a commit has in common with others that differ only in ids, names, numbers and texts.
fn kind(bytes: &[u8]) -> String {
    let mut kind = String::new();
    shape(&to_value(bytes).expect("a commit is a map"), &mut kind);
    kind
}

fn shape(value: &Value, into: &mut String) {
    match value {
        Value::Object(fields) => {
            for (name, field) in fields {
                *into += &format!("{{{name}:");
                if let Value::String(text) = field
                    && NAMED.contains(&name.as_str())
                {
                    *into += text;
                } else {
                    shape(field, into);
                }
                into.push('}');
            }
        }
        Value::Array(items) => {
            let shapes = items.iter().map(|item| {
                let mut of_item = String::new();
                shape(item, &mut of_item);
                of_item
            });
            *into += &format!("{:?}", shapes.collect::<BTreeSet<_>>());
        }
        Value::Null => into.push('-'),
        Value::Bool(is) => *into += &is.to_string(),
        Value::Number(_) => into.push('1'),
        Value::String(_) => into.push('s'),
    }
}
