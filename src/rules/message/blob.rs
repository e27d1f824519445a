//! Bytes in a payload: base64 (RFC 4648 section 4) in JSON, as they are in MessagePack.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::de::{Error, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

#[derive(Clone, Default, PartialEq, Eq)]
pub struct Blob(pub Vec<u8>);

impl fmt::Debug for Blob {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.0.len())
    }
}

impl Serialize for Blob {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            serializer.collect_str(&base64::display::Base64Display::new(&self.0, &STANDARD))
        } else {
            serializer.serialize_bytes(&self.0)
        }
    }
}

impl<'de> Deserialize<'de> for Blob {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Blob, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_str(FromText)
        } else {
            deserializer.deserialize_byte_buf(FromBytes)
        }
    }
}

struct FromText;

impl Visitor<'_> for FromText {
    type Value = Blob;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("base64 text")
    }
    fn visit_str<E: Error>(self, text: &str) -> Result<Blob, E> {
        STANDARD.decode(text).map(Blob).map_err(|error| E::custom(format!("not base64: {error}")))
    }
}

struct FromBytes;

impl<'de> Visitor<'de> for FromBytes {
    type Value = Blob;
    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("bytes")
    }
    fn visit_bytes<E: Error>(self, bytes: &[u8]) -> Result<Blob, E> {
        Ok(Blob(bytes.to_vec()))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Blob, A::Error> {
        let mut bytes = Vec::new();
        while let Some(byte) = items.next_element()? {
            bytes.push(byte);
        }
        Ok(Blob(bytes))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_bytes_are_read_however_a_client_writes_them() {
        let blob = Blob(vec![0, 1, 2, 250]);
        let (json, msgpack) = (serde_json::to_vec(&blob).unwrap(), rmp_serde::to_vec(&blob).unwrap());
        assert_eq!(
            (json.as_slice(), msgpack.as_slice()),
            (&br#""AAEC+g==""#[..], &[0xc4, 4, 0, 1, 2, 250][..])
        );
        assert_eq!(serde_json::from_slice::<Blob>(&json).unwrap(), blob);
        assert_eq!(rmp_serde::from_slice::<Blob>(&msgpack).unwrap(), blob);
        // Libraries that know no bytes write a list of numbers.
        let numbers = rmp_serde::to_vec(&[0_u8, 1, 2, 250]).unwrap();
        assert_eq!(rmp_serde::from_slice::<Blob>(&numbers).unwrap(), blob);
        assert!(serde_json::from_slice::<Blob>(br#""AAEC+g""#).is_err(), "without its padding");
    }
}
