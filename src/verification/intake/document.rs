//! Reads JSON without losing what stands twice: of a repeated field the usual reader silently keeps the last, and a request that two
//! readers understand differently is none.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use super::place::At;
use super::shape::shown;

/// The document, and the JSON pointers of fields that stand in their object more than once.
pub(super) fn read(text: &str) -> serde_json::Result<(Value, Vec<String>)> {
    let mut repeated = Vec::new();
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Place { at: &At::WHOLE, repeated: &mut repeated }.deserialize(&mut reader)?;
    reader.end()?;
    Ok((value, repeated))
}

/// A value's place in the document.
struct Place<'a> {
    at: &'a At<'a>,
    repeated: &'a mut Vec<String>,
}

impl<'de> DeserializeSeed<'de> for Place<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, reader: D) -> Result<Value, D::Error> {
        reader.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Place<'_> {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        loop {
            let at = self.at.item(list.len());
            match items.next_element_seed(Place { at: &at, repeated: &mut *self.repeated })? {
                Some(item) => list.push(item),
                None => return Ok(Value::Array(list)),
            }
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut object = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            let at = self.at.field(shown(&name));
            if object.contains_key(&name) {
                self.repeated.push(at.to_string());
            }
            let value = fields.next_value_seed(Place { at: &at, repeated: &mut *self.repeated })?;
            object.insert(name, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stands_twice_is_named_at_every_depth() {
        let (value, repeated) = read(r#"{"a": 1, "b": [{"c": "x", "d": {}, "c": null}], "a": -2}"#).unwrap();
        assert_eq!(value, serde_json::json!({"a": -2, "b": [{"c": null, "d": {}}]}));
        assert_eq!(repeated, ["/b/0/c", "/a"]);
        assert_eq!(read(r#"{"620422198304129439": 1, "620422198304129439": 2}"#).unwrap().1, ["/***"]);
        for same in [r#"{"a": {"a": 1.5}, "b": true}"#, "[[], {}, null, \"\"]", "17", "18446744073709551615"] {
            assert_eq!(read(same).unwrap(), (serde_json::from_str(same).unwrap(), Vec::new()));
        }
        for wrong in ["", "{", "1 2", r#"{"a" 1}"#] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert!(read(&format!("{}{}", "[".repeat(5000), "]".repeat(5000))).is_err(), "depth is bounded");
    }
}
