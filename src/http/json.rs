//! Reads JSON, and reports names that occur twice in one object. serde_json keeps the last one silently, so a client would not learn that
//! its other value was lost.

use std::collections::BTreeSet;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::usecases::shape::escaped;

/// Repeated names that are reported. A hostile body could have any number.
pub const REPEATED_CAP: usize = 1000;

/// The value, and the JSON pointers of names that occur twice. The value has the last of each.
pub fn read(bytes: &[u8]) -> serde_json::Result<(Value, BTreeSet<String>)> {
    let mut repeated = BTreeSet::new();
    let mut text = serde_json::Deserializer::from_slice(bytes);
    let value = ValueReader { path: None, repeated: &mut repeated }.deserialize(&mut text)?;
    text.end()?;
    Ok((value, repeated))
}

/// The name that a step of a JSON pointer stands for (RFC 6901).
pub fn unescaped(name: &str) -> String {
    name.replace("~1", "/").replace("~0", "~")
}

/// The path to a value: a linked list on the stack, turned into a pointer only when one is reported.
struct JsonPath<'a> {
    parent: Option<&'a Self>,
    step: Step<'a>,
}

enum Step<'a> {
    Name(&'a str),
    Item(usize),
}

impl JsonPath<'_> {
    fn pointer(&self) -> String {
        let parent = self.parent.map(JsonPath::pointer).unwrap_or_default();
        match self.step {
            Step::Name(name) => format!("{parent}/{}", escaped(name)),
            Step::Item(at) => format!("{parent}/{at}"),
        }
    }
}

struct ValueReader<'a> {
    path: Option<&'a JsonPath<'a>>,
    repeated: &'a mut BTreeSet<String>,
}

impl<'de> DeserializeSeed<'de> for ValueReader<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, text: D) -> Result<Value, D::Error> {
        text.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for ValueReader<'_> {
    type Value = Value;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut read = Vec::new();
        loop {
            let path = JsonPath { parent: self.path, step: Step::Item(read.len()) };
            let Some(item) = items.next_element_seed(ValueReader { path: Some(&path), repeated: &mut *self.repeated })? else {
                return Ok(Value::Array(read));
            };
            read.push(item);
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, mut fields: A) -> Result<Value, A::Error> {
        let mut read = Map::new();
        while let Some(name) = fields.next_key::<String>()? {
            let path = JsonPath { parent: self.path, step: Step::Name(&name) };
            let field = fields.next_value_seed(ValueReader { path: Some(&path), repeated: &mut *self.repeated })?;
            if read.contains_key(&name) && self.repeated.len() < REPEATED_CAP {
                self.repeated.insert(path.pointer());
            }
            read.insert(name, field);
        }
        Ok(Value::Object(read))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_is_what_a_plain_reading_reads() {
        for text in [
            "null",
            "true",
            "-1",
            "18446744073709551615",
            "0.25",
            "1e400",
            r#""é\u0000""#,
            r#"{"a":[1,{"b":null}],"c":{}}"#,
            "[] x",
            "{",
            r#"{"a":1,}"#,
        ] {
            let plain = serde_json::from_str::<Value>(text).map_err(|error| error.to_string());
            assert_eq!(read(text.as_bytes()).map(|read| read.0).map_err(|error| error.to_string()), plain, "{text}");
        }
        assert!(read(&b"[".repeat(100_000)).is_err());
    }

    #[test]
    fn a_name_given_twice_is_told_at_any_depth_with_its_place() {
        for (text, places) in [
            (r#"{"a":1,"b":{"a":1},"c":[{"a":1},{"a":2}]}"#, &[][..]),
            (r#"{"a":1,"a":1,"a":2}"#, &["/a"]),
            (r#"{"x":{"a~/":1,"a~/":2}}"#, &["/x/a~0~1"]),
            (r#"{"items":[{},{"requester":{"name":1,"name":2}}],"a":1,"\u0061":2}"#, &["/a", "/items/1/requester/name"]),
        ] {
            let told = read(text.as_bytes()).expect("JSON").1;
            assert_eq!(told.iter().map(String::as_str).collect::<Vec<_>>(), places, "{text}");
        }
    }
}
