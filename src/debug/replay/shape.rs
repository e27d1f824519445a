//! The shape of what is shown: the fields of a type, and the values that a field can have, as serde knows them.

use serde::de::value::Error;
use serde::de::{DeserializeSeed, Deserializer, Error as _, IntoDeserializer, MapAccess, Visitor};
use serde::{Deserialize, forward_to_deserialize_any};

type Names = &'static [&'static str];

/// What a type tells of itself when it is read.
#[derive(Debug, Default)]
pub(super) struct Shape {
    pub(super) fields: Names,
    /// Of the field that was asked for, where they can be counted.
    pub(super) values: Option<Names>,
}

impl Shape {
    /// Of a struct, and of one field of it.
    pub(super) fn of<T: Deserialize<'static>>(field: &str) -> Shape {
        let mut shape = Shape::default();
        // Nothing is read: it ends as soon as it is known what would be.
        drop(T::deserialize(Probe { shape: &mut shape, field: Some(field) }));
        shape
    }
}

struct Probe<'a> {
    shape: &'a mut Shape,
    field: Option<&'a str>,
}

fn ended<T>() -> Result<T, Error> {
    Err(Error::custom("it is known"))
}

impl<'de> Deserializer<'de> for Probe<'_> {
    type Error = Error;

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &str,
        fields: Names,
        visitor: V,
    ) -> Result<V::Value, Error> {
        self.shape.fields = fields;
        visitor.visit_map(self)
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_some(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(self, _: &str, variants: Names, _: V) -> Result<V::Value, Error> {
        self.shape.values = Some(variants);
        ended()
    }

    fn deserialize_bool<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        self.shape.values = Some(&["true", "false"]);
        ended()
    }

    fn deserialize_any<V: Visitor<'de>>(self, _: V) -> Result<V::Value, Error> {
        ended()
    }

    forward_to_deserialize_any! {
        i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf unit unit_struct newtype_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

/// As an object that has the one field.
impl<'de> MapAccess<'de> for Probe<'_> {
    type Error = Error;

    fn next_key_seed<K: DeserializeSeed<'de>>(&mut self, seed: K) -> Result<Option<K::Value>, Error> {
        match self.field {
            Some(field) => seed.deserialize(field.into_deserializer()).map(Some),
            None => ended(),
        }
    }

    fn next_value_seed<V: DeserializeSeed<'de>>(&mut self, seed: V) -> Result<V::Value, Error> {
        drop(seed.deserialize(Probe { shape: self.shape, field: None }));
        ended()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::debug::deliveries::DeliveryShown;
    use crate::rules::{GroupShown, ScheduleShown, UserShown};

    #[test]
    fn a_type_tells_its_fields_and_the_values_of_one() {
        let user = Shape::of::<UserShown>("sms");
        assert_eq!((user.fields.first(), user.values), (Some(&"user"), Some(&["on", "off"][..])));
        assert_eq!(Shape::of::<UserShown>("suspended").values, Some(&["true", "false"][..]));
        assert!(Shape::of::<UserShown>("day").values.is_none());
        assert!(Shape::of::<UserShown>("what").values.is_none());
        assert!(Shape::of::<DeliveryShown>("state").values.unwrap().contains(&"delivered"));
        assert!(Shape::of::<GroupShown>("writes").values.unwrap().contains(&"admins"));
        assert!(Shape::of::<ScheduleShown>("paused").fields.contains(&"paused"));
    }
}
