//! Small writers that the log lines share: JSON strings, time stamps, durations.
//!
//! Invariant: the output is valid JSON whatever the text holds.

use std::cell::RefCell;
use std::io::Write as _;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::Value;

/// Writes `text` as a JSON string, quotes included. No control character is written as it is: the line may be read on a terminal.
pub(in crate::telemetry) fn json_string(out: &mut Vec<u8>, text: &str) {
    out.push(b'"');
    let bytes = text.as_bytes();
    // Without an early end, so that many bytes are compared at once.
    if bytes.iter().fold(true, |plain, byte| plain & is_plain(*byte)) {
        out.extend_from_slice(bytes);
        out.push(b'"');
        return;
    }
    let mut rest = 0;
    for (at, byte) in text.bytes().enumerate() {
        // In UTF-8, U+0080 to U+009F are 0xC2 and their own number.
        let c1 = if byte == 0xc2 { bytes.get(at + 1).copied().filter(|second| *second < 0xa0) } else { None };
        let plain = byte >= 0x20 && !matches!(byte, b'"' | b'\\' | 0x7f) && c1.is_none();
        if !plain {
            out.extend_from_slice(&bytes[rest..at]);
            rest = at + 1 + usize::from(c1.is_some());
            match c1.unwrap_or(byte) {
                b'"' => out.extend_from_slice(b"\\\""),
                b'\\' => out.extend_from_slice(b"\\\\"),
                b'\n' => out.extend_from_slice(b"\\n"),
                b'\t' => out.extend_from_slice(b"\\t"),
                b'\r' => out.extend_from_slice(b"\\r"),
                code => {
                    let _ = write!(out, "\\u{code:04x}");
                }
            }
        }
    }
    out.extend_from_slice(&bytes[rest..]);
    out.push(b'"');
}

/// Whether an ASCII character stands for itself in a JSON string, and on a terminal.
fn is_plain(byte: u8) -> bool {
    (byte.wrapping_sub(0x20) < 0x5f) & (byte != b'"') & (byte != b'\\')
}

/// Writes `"key":` and a JSON string, with a leading comma. Keys are the host's own: nothing in them needs escaping.
#[inline]
pub(in crate::telemetry) fn json_field(out: &mut Vec<u8>, key: &str, text: &str) {
    out.reserve(key.len() + text.len() + 6);
    json_key(out, key);
    json_string(out, text);
}

/// Writes a key and a text that needs no escaping: an id, a name, a label of the host. `key` is `,"key":"` whole.
#[inline]
pub(in crate::telemetry) fn json_plain(out: &mut Vec<u8>, key: &'static str, text: &str) {
    debug_assert!(text.bytes().all(is_plain), "{text:?}");
    out.reserve(key.len() + text.len() + 1);
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(text.as_bytes());
    out.push(b'"');
}

/// Writes a key and a number. `key` is `,"key":` whole.
#[inline]
pub(in crate::telemetry) fn json_number(out: &mut Vec<u8>, key: &'static str, number: u64) {
    out.extend_from_slice(key.as_bytes());
    write_number(out, number);
}

fn write_number(out: &mut Vec<u8>, number: u64) {
    let mut digits = [0; 20];
    let mut at = digits.len();
    let mut rest = number;
    for digit in digits.iter_mut().rev() {
        *digit = b'0' + (rest % 10) as u8;
        rest /= 10;
        at -= 1;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(at..).unwrap_or_default());
}

/// Writes a key and any JSON, with a leading comma; texts and keys in it as [`json_string`] writes them.
pub(in crate::telemetry) fn json_value(out: &mut Vec<u8>, key: &str, value: &Value) {
    json_key(out, key);
    json_inner(out, value);
}

fn json_inner(out: &mut Vec<u8>, value: &Value) {
    match value {
        Value::String(text) => json_string(out, text),
        Value::Array(values) => {
            out.push(b'[');
            for (index, value) in values.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                json_inner(out, value);
            }
            out.push(b']');
        }
        Value::Object(members) => {
            out.push(b'{');
            for (index, (key, value)) in members.iter().enumerate() {
                if index > 0 {
                    out.push(b',');
                }
                json_string(out, key);
                out.push(b':');
                json_inner(out, value);
            }
            out.push(b'}');
        }
        // Numbers, truth values and null have no text.
        plain => {
            let _ = write!(out, "{plain}");
        }
    }
}

#[inline]
fn json_key(out: &mut Vec<u8>, key: &str) {
    out.extend_from_slice(b",\"");
    out.extend_from_slice(key.as_bytes());
    out.extend_from_slice(b"\":");
}

thread_local! {
    /// The second that was written last, and its text up to the point.
    static SECOND: RefCell<(u64, Vec<u8>)> = const { RefCell::new((u64::MAX, Vec::new())) };
}

/// Writes the time as RFC 3339 in UTC with milliseconds.
pub(in crate::telemetry) fn timestamp(out: &mut Vec<u8>) {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = since.as_secs();
    SECOND.with_borrow_mut(|(written, text)| {
        if *written != seconds {
            *written = seconds;
            text.clear();
            let (year, month, day) = civil(seconds / 86_400);
            let of_day = seconds % 86_400;
            let (hour, minute, second) = (of_day / 3600, of_day / 60 % 60, of_day % 60);
            let _ = write!(text, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.");
        }
        out.extend_from_slice(text);
    });
    let millis = since.subsec_millis();
    out.extend([millis / 100, millis / 10 % 10, millis % 10].map(|digit| b'0' + digit as u8));
    out.push(b'Z');
}

/// Days since 1970 as a date of the Gregorian calendar; <https://howardhinnant.github.io/date_algorithms.html#civil_from_days>.
fn civil(days: u64) -> (u64, u64, u64) {
    let z = days + 719_468;
    let era = z / 146_097;
    let day_of_era = z % 146_097;
    let year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_come_out_right() {
        assert_eq!(civil(0), (1970, 1, 1));
        assert_eq!(civil(19_782), (2024, 2, 29));
        assert_eq!(civil(20_780), (2026, 11, 23));
    }

    #[test]
    fn any_value_is_written_as_it_is_and_without_control_characters() {
        let value = serde_json::json!({ "a\u{9b}": [1, -2.5, true, null, "x\n\u{7f}", { "b": {} }, []] });
        let mut out = b"{\"x\":0".to_vec();
        json_value(&mut out, "args", &value);
        out.push(b'}');
        assert_eq!(serde_json::from_slice::<Value>(&out).unwrap()["args"], value);
        assert!(!String::from_utf8(out).unwrap().contains(char::is_control));
    }

    #[test]
    fn any_text_is_valid_json() {
        for text in ["", "plain", "a\"b\\c\nd\te\r\u{1}\u{7f}\u{80}\u{9b}1m\u{9f}\u{a0}\u{c2}\u{e9}\u{1f41d}\u{85}"] {
            let mut out = Vec::new();
            json_string(&mut out, text);
            assert_eq!(serde_json::from_slice::<String>(&out).unwrap(), text);
            assert!(!String::from_utf8(out).unwrap().contains(char::is_control), "{text:?}");
        }
    }
}
