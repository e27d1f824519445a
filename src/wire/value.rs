//! Any payload as JSON, for people; bytes are shown as base64.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Deserialize, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::payload::{DEPTH_MAX, encoding_of};
use crate::rules::presence::Encoding;

/// The payload as JSON, or none where it is neither JSON nor one MessagePack map.
pub fn to_value(payload: &[u8]) -> Option<Value> {
    match encoding_of(payload) {
        Encoding::Json => serde_json::from_slice(payload).ok(),
        Encoding::Msgpack => {
            let mut rest = payload;
            let mut deserializer = rmp_serde::Deserializer::new(&mut rest);
            deserializer.set_max_depth(DEPTH_MAX);
            let shown = Readable::deserialize(&mut deserializer).ok()?;
            rest.is_empty().then_some(shown.0)
        }
    }
}

/// The first payload of several that stand one behind the other, with blanks or line ends between them, and how many bytes it takes; none where
/// it is not whole yet, or none at all.
pub fn first_value(bytes: &[u8]) -> Option<(Value, usize)> {
    let blanks = bytes.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    let payload = bytes.get(blanks..)?;
    let (value, used) = match encoding_of(payload) {
        Encoding::Json => {
            let mut values = serde_json::Deserializer::from_slice(payload).into_iter::<Value>();
            let value = values.next()?.ok()?;
            (value, values.byte_offset())
        }
        Encoding::Msgpack => {
            let mut rest = payload;
            let mut deserializer = rmp_serde::Deserializer::new(&mut rest);
            deserializer.set_max_depth(DEPTH_MAX);
            let shown = Readable::deserialize(&mut deserializer).ok()?;
            (shown.0, payload.len() - rest.len())
        }
    };
    Some((value, blanks + used))
}

struct Readable(Value);

impl<'de> Deserialize<'de> for Readable {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Readable, D::Error> {
        deserializer.deserialize_any(Anything).map(Readable)
    }
}

struct Anything;

impl<'de> Visitor<'de> for Anything {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any MessagePack value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_bytes<E: Error>(self, value: &[u8]) -> Result<Value, E> {
        Ok(STANDARD.encode(value).into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Readable(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut map = Map::new();
        while let Some((Readable(key), Readable(value))) = entries.next_entry()? {
            let key = key.as_str().map_or_else(|| key.to_string(), str::to_owned);
            map.insert(key, value);
        }
        Ok(Value::Object(map))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::to_msgpack;
    use serde_json::json;

    #[test]
    fn payloads_are_told_apart_that_come_one_behind_the_other() {
        let (first, second) = (json!({"a": 10, "b": "c\nd"}), json!({"e": [1, {"f": null}]}));
        let mut bytes = to_msgpack(&first);
        bytes.push(b'\n');
        let (value, used) = first_value(&bytes).unwrap();
        assert_eq!((value, used), (first, bytes.len() - 1));
        bytes.extend_from_slice(second.to_string().as_bytes());
        let rest = &bytes[used..];
        assert_eq!(first_value(rest), Some((second, rest.len())));
        for cut in 0..used {
            assert_eq!(first_value(&bytes[..cut]), None, "{cut}");
        }
    }
}
