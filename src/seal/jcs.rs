use serde_json::{Map, Value};

use super::{Rejected, base64};

/// The largest integer that JavaScript's numbers hold exactly.
const LARGEST: u64 = (1 << 53) - 1;

/// The one spelling of a JSON value: RFC 8785 for values whose numbers are integers in
/// `0..2^53`. Errs with `NotCanonical` on any other number.
pub fn canonical(value: &Value) -> Result<String, Rejected> {
    let mut out = String::new();
    write(value, &mut out)?;
    Ok(out)
}

fn write(value: &Value, out: &mut String) -> Result<(), Rejected> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
        Value::Number(number) => match number.as_u64() {
            Some(n) if n <= LARGEST => out.push_str(&n.to_string()),
            _ => return Err(Rejected::NotCanonical),
        },
        Value::String(text) => write_text(text, out)?,
        Value::Array(items) => {
            out.push('[');
            for (i, item) in items.iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write(item, out)?;
            }
            out.push(']');
        }
        Value::Object(members) => {
            // JCS sorts by UTF-16 units. Every name of ours is ASCII, where that is byte order;
            // a name that is not will be refused as unknown.
            let mut names: Vec<&String> = members.keys().collect();
            names.sort_unstable();
            out.push('{');
            for (i, name) in names.into_iter().enumerate() {
                if i > 0 {
                    out.push(',');
                }
                write_text(name, out)?;
                out.push(':');
                write(&members[name], out)?;
            }
            out.push('}');
        }
    }
    Ok(())
}

/// serde_json's escapes are JCS's: two-character forms where they exist, else lower-case \u00xx,
/// nothing else escaped.
fn write_text(text: &str, out: &mut String) -> Result<(), Rejected> {
    let quoted = serde_json::to_string(text).map_err(|_| Rejected::NotCanonical)?;
    out.push_str(&quoted);
    Ok(())
}

/// The members of one object, taken out one by one; what is left at the end is refused, so that
/// nothing unknown passes.
pub(super) struct Members(Map<String, Value>);

impl Members {
    /// Parses an object and compares it with its one spelling.
    pub fn parse(bytes: &[u8], limit: usize) -> Result<Self, Rejected> {
        if bytes.len() > limit {
            return Err(Rejected::TooLarge);
        }
        let value: Value = serde_json::from_slice(bytes).map_err(|_| Rejected::NotCanonical)?;
        // A doubled member, a float, other escapes or spaces: all end here.
        if canonical(&value)?.as_bytes() != bytes {
            return Err(Rejected::NotCanonical);
        }
        Self::of(value)
    }

    pub fn of(value: Value) -> Result<Self, Rejected> {
        match value {
            Value::Object(members) => Ok(Self(members)),
            _ => Err(Rejected::Member),
        }
    }

    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    pub fn value(&mut self, name: &str) -> Result<Value, Rejected> {
        self.0.remove(name).ok_or(Rejected::Member)
    }

    pub fn object(&mut self, name: &str) -> Result<Self, Rejected> {
        Self::of(self.value(name)?)
    }

    pub fn list(&mut self, name: &str) -> Result<Vec<Value>, Rejected> {
        match self.value(name)? {
            Value::Array(items) => Ok(items),
            _ => Err(Rejected::Member),
        }
    }

    pub fn text(&mut self, name: &str) -> Result<String, Rejected> {
        as_text(self.value(name)?)
    }

    /// The member parsed, or `None` where it is JSON's null.
    pub fn nullable<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, Rejected>,
    ) -> Result<Option<T>, Rejected> {
        match self.value(name)? {
            Value::Null => Ok(None),
            other => parse(&as_text(other)?).map(Some),
        }
    }

    /// The member parsed, or `None` where there is none.
    pub fn optional<T>(
        &mut self,
        name: &str,
        parse: impl FnOnce(&str) -> Result<T, Rejected>,
    ) -> Result<Option<T>, Rejected> {
        match self.0.remove(name) {
            None => Ok(None),
            Some(value) => parse(&as_text(value)?).map(Some),
        }
    }

    pub fn bytes<const N: usize>(&mut self, name: &str) -> Result<[u8; N], Rejected> {
        base64::decode_exact(&self.text(name)?)
    }

    pub fn integer(&mut self, name: &str) -> Result<u64, Rejected> {
        self.value(name)?.as_u64().ok_or(Rejected::Member)
    }

    /// Seconds since 1970, as the clock gives them.
    pub fn time(&mut self, name: &str) -> Result<i64, Rejected> {
        i64::try_from(self.integer(name)?).map_err(|_| Rejected::Member)
    }

    /// The version, which is 1 everywhere.
    pub fn version(&mut self) -> Result<(), Rejected> {
        match self.integer("v")? {
            1 => Ok(()),
            _ => Err(Rejected::Member),
        }
    }

    pub fn end(self) -> Result<(), Rejected> {
        if self.0.is_empty() {
            Ok(())
        } else {
            Err(Rejected::Member)
        }
    }
}

pub(super) fn as_text(value: Value) -> Result<String, Rejected> {
    match value {
        Value::String(text) => Ok(text),
        _ => Err(Rejected::Member),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_only() {
        for good in [
            "{}",
            r#"{"a":1,"b":[null,true,"\\\"\n\u0001\u007f é"]}"#
                .replace("\\u007f", "\u{7f}")
                .as_str(),
        ] {
            assert!(Members::parse(good.as_bytes(), 100).is_ok(), "{good}");
        }
        for bad in [
            "",
            "{",
            "{} ",
            " {}",
            r#"{"b":1,"a":1}"#,
            r#"{"a":1,"a":1}"#,
            r#"{"a":1,"a":2}"#,
            r#"{"a":1.0}"#,
            r#"{"a":1e2}"#,
            r#"{"a":-0}"#,
            r#"{"a":-1}"#,
            r#"{"a":01}"#,
            r#"{"a":9007199254740992}"#,
            r#"{"a":"\/"}"#,
            r#"{"a":"\u0041"}"#,
            r#"{"a":"\u000A"}"#,
            r#"{"a":"\ud800"}"#,
        ] {
            assert_eq!(
                Members::parse(bad.as_bytes(), 100).err(),
                Some(Rejected::NotCanonical),
                "{bad}"
            );
        }
    }

    #[test]
    fn nothing_unknown_passes() {
        let mut members = Members::parse(br#"{"a":"x","b":1}"#, 100).unwrap();
        assert_eq!(members.text("a"), Ok("x".to_owned()));
        assert_eq!(members.text("a"), Err(Rejected::Member));
        assert_eq!(members.end(), Err(Rejected::Member));
    }
}
