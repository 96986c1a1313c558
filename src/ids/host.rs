use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};

use super::Malformed;

/// An account as the host names it: 1 to 128 printable ASCII characters without space, compared
/// as bytes. `team:`, `app:` and `script:` are prefixes of ours; no host account may bear one.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AccountId(Box<str>);

impl AccountId {
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for AccountId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AccountId({})", self.0)
    }
}

impl FromStr for AccountId {
    type Err = Malformed;

    fn from_str(text: &str) -> Result<Self, Malformed> {
        let printable = text.bytes().all(|b| b.is_ascii_graphic());
        let ours = ["team:", "app:", "script:"]
            .iter()
            .any(|p| text.starts_with(p));
        if text.is_empty() || text.len() > 128 || !printable || ours {
            return Err(Malformed("account id"));
        }
        Ok(Self(text.into()))
    }
}

impl Serialize for AccountId {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for AccountId {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(de::Error::custom)
    }
}

/// The host's numeric ids: written by the host as decimal strings, kept as numbers so that `007`
/// and `7` cannot be two things. An issue's *key* is never an id: it changes with a move.
macro_rules! numeric {
    ($(#[$doc:meta])* $name:ident, $what:literal) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(u64);

        impl $name {
            pub const fn new(number: u64) -> Self {
                Self(number)
            }

            pub const fn number(self) -> u64 {
                self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = Malformed;

            fn from_str(text: &str) -> Result<Self, Malformed> {
                let number: u64 = text.parse().map_err(|_| Malformed($what))?;
                if number.to_string() != text {
                    return Err(Malformed($what));
                }
                Ok(Self(number))
            }
        }

        impl Serialize for $name {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.collect_str(self)
            }
        }

        impl<'de> Deserialize<'de> for $name {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
                text.parse().map_err(de::Error::custom)
            }
        }
    };
}

numeric!(
    /// An issue's id, never its key.
    IssueId,
    "issue id"
);
numeric!(
    /// A project's id, never its key.
    ProjectId,
    "project id"
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accounts_of_every_known_shape_are_accepted() {
        for good in [
            "5be24ad8b1653240376955d2",
            "99:27935d01-92a7",
            "qm:8d5d:5be2",
            "557058:a-b",
        ] {
            assert_eq!(
                good.parse::<AccountId>().map(|a| a.to_string()),
                Ok(good.to_owned())
            );
        }
    }

    #[test]
    fn accounts_that_could_be_taken_for_ours_are_refused() {
        let long = "a".repeat(129);
        for bad in [
            "",
            "team:10000",
            "app:x",
            "script:y",
            "a b",
            "ü",
            "a\n",
            long.as_str(),
        ] {
            assert!(bad.parse::<AccountId>().is_err(), "{bad:?}");
        }
    }

    #[test]
    fn numbers_have_one_spelling() {
        assert_eq!("10001".parse::<IssueId>(), Ok(IssueId::new(10001)));
        for bad in [
            "",
            "010",
            "+1",
            "-1",
            " 1",
            "ACME-1",
            "18446744073709551616",
        ] {
            assert!(bad.parse::<IssueId>().is_err(), "{bad:?}");
        }
    }
}
