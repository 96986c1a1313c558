//! Reads the few fields of a body that are kept, and passes over the rest without building it:
//! most of an event is text that nobody here reads.

use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// What of a value is kept.
#[derive(Clone, Copy)]
pub(super) enum Keep {
    All,
    /// Of an object these fields; what is no object is kept whole.
    Fields(&'static [(&'static str, Keep)]),
}

use Keep::{All, Fields};

const PERSON: Keep = Fields(&[("accountId", All), ("key", All), ("name", All)]);
const NAMED: Keep = Fields(&[("id", All), ("key", All)]);

/// What tells the issue of an event.
pub(super) const GLANCE: Keep = Fields(&[
    ("issue", Fields(&[("id", All)])),
    ("comment", Fields(&[("self", All)])),
]);

/// Every field that an event is made of.
pub(super) const EVENT: Keep = Fields(&[
    ("timestamp", All),
    ("webhookEvent", All),
    ("user", PERSON),
    (
        "issue",
        Fields(&[
            ("id", All),
            ("key", All),
            ("fields", Fields(&[("project", NAMED), ("updated", All)])),
        ]),
    ),
    (
        "comment",
        Fields(&[
            ("id", All),
            ("self", All),
            ("author", PERSON),
            ("updateAuthor", PERSON),
            ("updated", All),
            ("jsdPublic", All),
            ("visibility", All),
            ("properties", All),
        ]),
    ),
    ("attachment", Fields(&[("id", All), ("author", PERSON)])),
    ("property", NAMED),
    ("project", NAMED),
    ("changelog", Fields(&[("items", All)])),
]);

/// A value of JSON, of which only what `keep` names is there afterwards. A name that comes twice
/// has its last value, as anywhere else.
pub(super) fn read(body: &[u8], keep: Keep) -> Result<Value, serde_json::Error> {
    let mut json = serde_json::Deserializer::from_slice(body);
    let value = keep.deserialize(&mut json)?;
    json.end()?;
    Ok(value)
}

impl<'de> DeserializeSeed<'de> for Keep {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Value, D::Error> {
        match self {
            All => serde::Deserialize::deserialize(json),
            Fields(fields) => json.deserialize_any(Sieve(fields)),
        }
    }
}

struct Sieve(&'static [(&'static str, Keep)]);

impl<'de> Visitor<'de> for Sieve {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let mut kept = Map::new();
        while let Some(found) = map.next_key_seed(Name(self.0))? {
            match found {
                Some((name, keep)) => {
                    kept.insert(name.to_owned(), map.next_value_seed(keep)?);
                }
                None => {
                    map.next_value::<IgnoredAny>()?;
                }
            }
        }
        Ok(Value::Object(kept))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        while items.next_element::<IgnoredAny>()?.is_some() {}
        Ok(Value::Array(Vec::new()))
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Value, E> {
        Ok(Number::from_f64(value).map_or(Value::Null, Value::Number))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }
}

/// Finds a name among those kept, without an allocation for the others.
struct Name(&'static [(&'static str, Keep)]);

impl<'de> DeserializeSeed<'de> for Name {
    type Value = Option<(&'static str, Keep)>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for Name {
    type Value = Option<(&'static str, Keep)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Self::Value, E> {
        Ok(self.0.iter().find(|(kept, _)| *kept == name).copied())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const SOME: Keep = Fields(&[("a", All), ("b", Fields(&[("c", All)]))]);

    #[test]
    fn only_what_is_named_is_kept() {
        let table = [
            (
                r#"{"a":[1,{"x":"y"}],"z":{"a":1}}"#,
                json!({"a": [1, {"x": "y"}]}),
            ),
            (
                r#"{"b":{"c":1.5,"d":2},"a":null}"#,
                json!({"a": null, "b": {"c": 1.5}}),
            ),
            (r#"{"b":"text"}"#, json!({"b": "text"})),
            (r#"{"b":-7}"#, json!({"b": -7})),
            (r#"{"b":[{"c":1}]}"#, json!({"b": []})),
            (r#"{"a":1,"\u0061":2}"#, json!({"a": 2})),
            (r#"[1]"#, json!([])),
            ("true", json!(true)),
        ];
        for (body, kept) in table {
            assert_eq!(read(body.as_bytes(), SOME).unwrap(), kept, "{body}");
        }
        for bad in ["", "{", r#"{"z":}"#, r#"{"a":1} x"#, r#"{"z":[1,}"#] {
            assert!(read(bad.as_bytes(), SOME).is_err(), "{bad}");
        }
    }
}
