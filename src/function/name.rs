//! The name of a function: the folder's name, the first path segment of its address, its label in logs and metrics.
//!
//! Parsed by `release::source` from folder names and by `ingress` and `admin` from addresses; a key everywhere else.
//!
//! Invariant: a `FunctionName` always matches `[a-z0-9][a-z0-9_-]{0,62}`, so it needs no escaping in a path, a metric label or a log line.
//! JSON that holds another text is not read.

use std::borrow::{Borrow, Cow};
use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use utoipa::ToSchema;

/// Longest name, in bytes: one DNS label.
pub const NAME_BYTES_MAX: usize = 63;

/// A valid function name; cheap to clone.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, ToSchema)]
#[schema(value_type = String, pattern = "^[a-z0-9][a-z0-9_-]{0,62}$")]
pub struct FunctionName(Arc<str>);

impl FunctionName {
    /// Accepts `[a-z0-9][a-z0-9_-]{0,62}`; anything else is an error that says which character is wrong.
    pub fn parse(name: &str) -> Result<Self, NameError> {
        let mut characters = name.chars().enumerate();
        match characters.next() {
            None => return Err(NameError::Empty),
            Some((_, 'a'..='z' | '0'..='9')) => {}
            Some((_, '-' | '_')) => return Err(NameError::BadStart { name: shown(name) }),
            Some((_, character)) => return Err(NameError::BadCharacter { name: shown(name), character, position: 1 }),
        }
        for (index, character) in characters {
            if !matches!(character, 'a'..='z' | '0'..='9' | '_' | '-') {
                return Err(NameError::BadCharacter { name: shown(name), character, position: index + 1 });
            }
        }
        if name.len() > NAME_BYTES_MAX {
            return Err(NameError::TooLong { name: shown(name), length: name.len() });
        }
        Ok(Self(name.into()))
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for FunctionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl fmt::Debug for FunctionName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for FunctionName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl AsRef<str> for FunctionName {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl std::str::FromStr for FunctionName {
    type Err = NameError;

    fn from_str(name: &str) -> Result<Self, NameError> {
        Self::parse(name)
    }
}

impl Serialize for FunctionName {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for FunctionName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let name = Cow::<str>::deserialize(deserializer)?;
        Self::parse(&name).map_err(de::Error::custom)
    }
}

/// Why a text is not a function name.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameError {
    /// No text at all.
    #[error("a function name cannot be empty")]
    Empty,
    /// `-` or `_` comes first.
    #[error("`{name}` is not a function name: it must begin with a letter (a-z) or a digit")]
    BadStart {
        /// The text.
        name: String,
    },
    /// A character that is not allowed anywhere.
    #[error("`{name}` is not a function name: {character:?} at position {position} is not allowed; use a-z, 0-9, `-` and `_`")]
    BadCharacter {
        /// The text.
        name: String,
        /// The first wrong character.
        character: char,
        /// Its position, counted in characters from 1.
        position: usize,
    },
    /// More than [`NAME_BYTES_MAX`] characters.
    #[error("`{name}` is not a function name: it has {length} characters, at most {NAME_BYTES_MAX} are allowed")]
    TooLong {
        /// The text, cut.
        name: String,
        /// How long it was.
        length: usize,
    },
}

/// The given text as it may stand on one line of an answer: no control characters, not longer than a name can be.
fn shown(name: &str) -> String {
    let mut shown: String = name.chars().take(NAME_BYTES_MAX).flat_map(char::escape_debug).collect();
    if name.chars().nth(NAME_BYTES_MAX).is_some() {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn good_names_are_kept_as_they_are() {
        for name in ["a", "0", "hello", "hello-world", "a_b", "9lives", &"x".repeat(63)] {
            assert_eq!(FunctionName::parse(name).unwrap().as_str(), name);
        }
    }

    #[test]
    fn the_wrong_character_and_its_position_are_named() {
        let error = FunctionName::parse("heLlo").unwrap_err();
        assert_eq!(error, NameError::BadCharacter { name: "heLlo".into(), character: 'L', position: 3 });
        assert!(error.to_string().contains("'L' at position 3"), "{error}");
        assert!(matches!(FunctionName::parse("_x"), Err(NameError::BadStart { .. })));
        assert!(matches!(FunctionName::parse("-x"), Err(NameError::BadStart { .. })));
        assert!(matches!(FunctionName::parse("é"), Err(NameError::BadCharacter { position: 1, .. })));
        assert!(matches!(FunctionName::parse("a/b"), Err(NameError::BadCharacter { character: '/', .. })));
        assert!(matches!(FunctionName::parse("a\n"), Err(NameError::BadCharacter { character: '\n', .. })));
        assert_eq!(FunctionName::parse(""), Err(NameError::Empty));
        assert!(matches!(FunctionName::parse(&"x".repeat(64)), Err(NameError::TooLong { length: 64, .. })));
    }

    #[test]
    fn a_hostile_name_stays_on_one_short_line_of_the_message() {
        let error = FunctionName::parse(&"\n".repeat(5000)).unwrap_err().to_string();
        assert!(error.len() < 400 && !error.contains('\n'), "{error}");
    }

    #[test]
    fn json_holds_a_name_as_text_and_no_other_text_is_read() {
        let name = FunctionName::parse("hello").unwrap();
        assert_eq!(serde_json::to_string(&name).unwrap(), r#""hello""#);
        assert_eq!(serde_json::from_str::<FunctionName>(r#""hello""#).unwrap(), name);
        let map: HashMap<FunctionName, u32> = serde_json::from_str(r#"{"hello":1}"#).unwrap();
        assert_eq!(map.get("hello"), Some(&1));
        for wrong in [r#""../tokens""#, r#""""#, "1", "null"] {
            assert!(serde_json::from_str::<FunctionName>(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_map_keyed_by_name_is_asked_with_plain_text() {
        let map = HashMap::from([(FunctionName::parse("hello").unwrap(), 1)]);
        assert_eq!(map.get("hello"), Some(&1));
    }
}
