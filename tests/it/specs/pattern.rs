//! Patterns for what no case can know beforehand: `{hex16}` and `{hex32}` (ids), `{version}`, `{any}`.
//!
//! Everything else in a pattern stands for itself, braces of JSON included.
//!
//! Invariant: pure functions.

use serde_json::Value;

/// Whether the text is what the pattern says, from its first byte to its last.
pub(super) fn fits(pattern: &str, text: &str) -> bool {
    let Some((literal, placeholder, rest)) = split(pattern) else {
        return pattern == text;
    };
    let Some(text) = text.strip_prefix(literal) else { return false };
    match placeholder {
        "{any}" => (0..=text.len()).filter(|at| text.is_char_boundary(*at)).any(|at| fits(rest, &text[at..])),
        "{version}" => text.strip_prefix('v').is_some_and(|text| hex_then(text, 12, rest)),
        "{hex16}" => hex_then(text, 16, rest),
        _ => hex_then(text, 32, rest),
    }
}

/// The same for JSON: strings are patterns, and the string `{any}` fits any value at all.
pub(super) fn json_fits(pattern: &Value, value: &Value) -> bool {
    match (pattern, value) {
        (Value::String(pattern), _) if pattern == "{any}" => true,
        (Value::String(pattern), Value::String(text)) => fits(pattern, text),
        (Value::Array(patterns), Value::Array(values)) => {
            patterns.len() == values.len() && patterns.iter().zip(values).all(|(pattern, value)| json_fits(pattern, value))
        }
        (Value::Object(patterns), Value::Object(values)) => {
            patterns.len() == values.len()
                && patterns.iter().all(|(key, pattern)| values.get(key).is_some_and(|value| json_fits(pattern, value)))
        }
        _ => pattern == value,
    }
}

/// The text before the first placeholder, the placeholder, and what follows it.
fn split(pattern: &str) -> Option<(&str, &str, &str)> {
    let first = ["{any}", "{version}", "{hex16}", "{hex32}"]
        .into_iter()
        .filter_map(|placeholder| Some((pattern.find(placeholder)?, placeholder)))
        .min_by_key(|(at, _)| *at);
    first.map(|(at, placeholder)| (&pattern[..at], placeholder, &pattern[at + placeholder.len()..]))
}

fn hex_then(text: &str, digits: usize, rest: &str) -> bool {
    let is_hex = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    text.get(..digits).is_some_and(is_hex) && text.get(digits..).is_some_and(|text| fits(rest, text))
}

#[test]
fn placeholders_fit_what_they_name_and_nothing_else() {
    assert!(fits("v={version}.", "v=v0123456789ab."));
    assert!(!fits("v={version}.", "v=v0123456789aX."));
    assert!(fits("{\"id\":\"{hex16}\"}", "{\"id\":\"00f067aa0ba902b7\"}"));
    assert!(fits("a{any}c", "abbbc") && fits("a{any}", "a") && !fits("a{any}c", "ab"));
    assert!(!fits("{hex16}", "00f067aa0ba902b70"));
}

#[test]
fn json_patterns_fit_whole_values() {
    let json = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
    assert!(json_fits(&json(r#"{"a":"{any}","b":["{hex16}",1]}"#), &json(r#"{"b":["00f067aa0ba902b7",1],"a":null}"#)));
    assert!(!json_fits(&json(r#"{"a":1}"#), &json(r#"{"a":1,"b":2}"#)));
}
