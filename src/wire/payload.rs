//! Encoding and decoding: MessagePack as maps with field names, or JSON.

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::rules::Rejection;
use crate::rules::presence::Encoding;

/// Our deepest payload has fewer than ten levels; a hostile one stops here, far from the end of the stack.
pub(super) const DEPTH_MAX: usize = 32;

/// MessagePack, as everything that Homing stores.
///
/// # Panics
/// Only where a type of ours cannot be written at all, which the golden tests would show.
pub fn to_msgpack<T: Serialize>(value: &T) -> Vec<u8> {
    rmp_serde::to_vec_named(value).expect("our own types can be written as MessagePack")
}

/// How long the value is as MessagePack, found by writing it into `scratch`.
pub(super) fn bytes_len<T: Serialize>(value: &T, scratch: &mut Vec<u8>) -> usize {
    scratch.clear();
    rmp_serde::encode::write_named(scratch, value).expect("our own types can be written as MessagePack");
    scratch.len()
}

pub fn to_json<T: Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec(value).expect("our own types can be written as JSON")
}

/// In the encoding that the other side speaks.
pub fn to_payload<T: Serialize>(value: &T, encoding: Encoding) -> Vec<u8> {
    match encoding {
        Encoding::Json => to_json(value),
        Encoding::Msgpack => to_msgpack(value),
    }
}

/// # Errors
/// In words, where the bytes are not such a value.
pub fn from_msgpack<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, String> {
    let mut deserializer = rmp_serde::Deserializer::from_read_ref(bytes);
    deserializer.set_max_depth(DEPTH_MAX);
    T::deserialize(&mut deserializer).map_err(|error| error.to_string())
}

/// How a payload from outside is encoded: a JSON object starts with `{`, which no MessagePack map does.
pub(super) fn encoding_of(payload: &[u8]) -> Encoding {
    let first = payload.iter().find(|byte| !byte.is_ascii_whitespace());
    match first {
        Some(b'{') | None => Encoding::Json,
        // A MessagePack map: fixmap, map 16, map 32.
        Some(0x80..=0x8f | 0xde | 0xdf) => Encoding::Msgpack,
        Some(byte) if byte.is_ascii() => Encoding::Json,
        Some(_) => Encoding::Msgpack,
    }
}

/// Reads what a client wrote, refusing unknown fields by name.
pub(super) fn read<T: DeserializeOwned>(payload: &[u8], encoding: Encoding) -> Result<T, Rejection> {
    let mut unknown = None;
    let read = match encoding {
        Encoding::Json => read_json(payload, &mut unknown),
        Encoding::Msgpack => read_msgpack(payload, &mut unknown),
    };
    match (unknown, read) {
        (Some(field), _) => Err(Rejection::unknown_field(&field).at_field(&field)),
        (None, read) => read,
    }
}

fn read_json<T: DeserializeOwned>(payload: &[u8], unknown: &mut Option<String>) -> Result<T, Rejection> {
    if payload.iter().find(|byte| !byte.is_ascii_whitespace()) != Some(&b'{') {
        return Err(Rejection::malformed("it is neither a JSON object nor a MessagePack map"));
    }
    let mut deserializer = serde_json::Deserializer::from_slice(payload);
    let value = read_strictly(&mut deserializer, unknown)?;
    deserializer.end().map_err(|error| Rejection::malformed(&error.to_string()))?;
    Ok(value)
}

fn read_msgpack<T: DeserializeOwned>(payload: &[u8], unknown: &mut Option<String>) -> Result<T, Rejection> {
    if !matches!(payload.first(), Some(0x80..=0x8f | 0xde | 0xdf)) {
        return Err(Rejection::malformed(
            "it is neither a JSON object nor a MessagePack map with field names",
        ));
    }
    let mut rest = payload;
    let mut deserializer = rmp_serde::Deserializer::new(&mut rest);
    deserializer.set_max_depth(DEPTH_MAX);
    let value = read_strictly(&mut deserializer, unknown)?;
    if !rest.is_empty() {
        return Err(Rejection::malformed("there are bytes behind the MessagePack map"));
    }
    Ok(value)
}

fn read_strictly<'de, D, T>(deserializer: D, unknown: &mut Option<String>) -> Result<T, Rejection>
where
    D: serde::Deserializer<'de>,
    D::Error: std::fmt::Display,
    T: DeserializeOwned,
{
    let mut track = serde_path_to_error::Track::new();
    let tracked = serde_path_to_error::Deserializer::new(deserializer, &mut track);
    let mut note = |path: serde_ignored::Path<'_>| {
        // A field that may be absent is a step of its own there, written as `?`.
        unknown.get_or_insert_with(|| shortened(&path.to_string().replace("?.", "")));
    };
    let read = T::deserialize(serde_ignored::Deserializer::new(tracked, &mut note));
    read.map_err(|error| {
        let path = track.path().to_string();
        // A name that is none says nothing.
        let path = path.strip_suffix(".?").unwrap_or(&path);
        let rejection = Rejection::malformed(&shortened(&error.to_string()));
        if path == "." || path == "?" { rejection } else { rejection.at_field(&shortened(path)) }
    })
}

/// A hostile field name or value must not come back whole in every refusal.
fn shortened(text: &str) -> String {
    const CHARS_MAX: usize = 200;
    match text.char_indices().nth(CHARS_MAX) {
        Some((end, _)) => format!("{}…", text.get(..end).unwrap_or_default()),
        None => text.to_owned(),
    }
}
