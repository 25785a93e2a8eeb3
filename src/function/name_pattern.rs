//! Patterns of functions' names: `shop-*`.
//!
//! `config` parses those of `--metrics-full`; `telemetry::metrics` asks them.
//!
//! Invariant: `*` stands for any text, every other character for itself.

use std::fmt;

/// A pattern of a function's name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamePattern {
    /// The parts between the stars.
    parts: Vec<String>,
}

impl NamePattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// If it is empty, or has a character that no name has.
    pub fn parse(text: &str) -> Result<Self, String> {
        let is_of_name = |character: char| character.is_ascii_alphanumeric() || "-_.*".contains(character);
        if text.is_empty() || !text.chars().all(is_of_name) {
            return Err(format!("{text:?} is not a name, nor a name with `*` in it"));
        }
        Ok(Self { parts: text.split('*').map(str::to_owned).collect() })
    }

    /// Whether it fits a name.
    pub fn matches(&self, name: &str) -> bool {
        let Some((first, rest)) = self.parts.split_first() else { return false };
        let Some((last, between)) = rest.split_last() else { return name == first };
        let Some(mut left) = name.strip_prefix(first.as_str()) else { return false };
        for part in between {
            let Some(at) = left.find(part.as_str()) else { return false };
            left = left.get(at + part.len()..).unwrap_or_default();
        }
        left.ends_with(last.as_str())
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.parts.join("*"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_text() {
        let cases = [
            ("shop", "shop", true),
            ("shop", "shop-a", false),
            ("shop-*", "shop-", true),
            ("shop-*", "shop-a", true),
            ("shop-*", "a-shop-a", false),
            ("*-shop", "a-shop", true),
            ("*", "anything", true),
            ("a*a", "a", false),
            ("a*b*c", "axxbyyc", true),
            ("a*b*c", "axxc", false),
        ];
        for (pattern, name, fits) in cases {
            assert_eq!(NamePattern::parse(pattern).unwrap().matches(name), fits, "{pattern} {name}");
        }
        assert!(NamePattern::parse("").is_err());
        assert!(NamePattern::parse("a b").is_err());
    }
}
