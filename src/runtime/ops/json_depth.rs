//! How deep a JSON text nests: V8's parser keeps a stack outside the heap, some tens of bytes a level, which no limit sees.
//!
//! `js-prelude/guards/json.js` asks before it parses a long text, for `JSON.parse` and for the `json()` of requests and responses.
//! `isolate` asks before it loads a module of JSON.
//!
//! Invariant: of the part of a text that V8 parses, the depth is exact; behind a mistake in the text it may be too high.

use deno_core::{op2, v8};
use deno_error::JsErrorBox;

use super::catch_panic::catch_panic;

/// Levels that are parsed; `js-prelude/guards/json.js` has the same number.
pub const JSON_DEPTH_MAX: u32 = 100_000;

/// The depth of a text that is refused, because it is more than [`JSON_DEPTH_MAX`].
pub fn excessive_json_depth(text: &str) -> Option<u32> {
    // A level takes a byte.
    let may_be = text.len() > usize::try_from(JSON_DEPTH_MAX).unwrap_or(usize::MAX);
    may_be.then(|| depth(text.bytes().map(u16::from))).filter(|depth| *depth > JSON_DEPTH_MAX)
}

/// The most arrays and objects of the text that are open at once.
#[op2(nofast)]
pub(crate) fn op_skep_json_depth<'s>(scope: &mut v8::PinScope<'s, '_>, text: v8::Local<'s, v8::String>) -> Result<u32, JsErrorBox> {
    catch_panic("op_skep_json_depth", 0, || {
        // Nothing allocates in V8's heap while the view exists.
        let view = v8::ValueView::new(scope, text);
        match view.data() {
            v8::ValueViewData::OneByte(text) => depth(text.iter().copied().map(u16::from)),
            v8::ValueViewData::TwoByte(text) => depth(text.iter().copied()),
        }
    })
}

fn depth(text: impl Iterator<Item = u16>) -> u32 {
    const QUOTE: u16 = b'"' as u16;
    const BACKSLASH: u16 = b'\\' as u16;
    const OPENS: [u16; 2] = [b'[' as u16, b'{' as u16];
    const CLOSES: [u16; 2] = [b']' as u16, b'}' as u16];
    let (mut open, mut most) = (0u32, 0u32);
    let (mut in_string, mut escaped) = (false, false);
    for unit in text {
        if in_string {
            if escaped {
                escaped = false;
            } else if unit == BACKSLASH {
                escaped = true;
            } else if unit == QUOTE {
                in_string = false;
            }
        } else if unit == QUOTE {
            in_string = true;
        } else if OPENS.contains(&unit) {
            open = open.saturating_add(1);
            most = most.max(open);
        } else if CLOSES.contains(&unit) {
            open = open.saturating_sub(1);
        }
    }
    most
}

#[cfg(test)]
mod tests {
    use super::{JSON_DEPTH_MAX, excessive_json_depth};

    fn depth(text: &str) -> u32 {
        super::depth(text.encode_utf16())
    }

    #[test]
    fn open_arrays_and_objects_are_counted() {
        for (text, levels) in [
            ("", 0),
            ("1", 0),
            ("[]", 1),
            ("[[],[],[]]", 2),
            ("{\"a\": [{\"b\": 1}, [[2]]]}", 4),
            ("]]]][[", 2),
            ("[".repeat(100_000).as_str(), 100_000),
        ] {
            assert_eq!(depth(text), levels, "{text:.40}");
        }
    }

    #[test]
    fn what_stands_in_a_string_is_not() {
        for (text, levels) in [
            (r#"["[[[["]"#, 1),
            (r#"["\"[[[["]"#, 1),
            (r#"["\\", [[1]]]"#, 3),
            (r#"["\\\"[[", {}]"#, 2),
            (r#"{"{\u0022[": [], "]]": [{}]}"#, 3),
            ("[\"\u{20ac}[[\", [\"\u{1f600}\"]]", 2),
        ] {
            assert_eq!(depth(text), levels, "{text}");
        }
    }

    #[test]
    fn more_than_the_most_levels_are_excessive() {
        let nested = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
        let most = usize::try_from(JSON_DEPTH_MAX).unwrap();
        assert_eq!(excessive_json_depth(&nested(most)), None);
        assert_eq!(excessive_json_depth(&nested(most + 1)), Some(JSON_DEPTH_MAX + 1));
        assert_eq!(excessive_json_depth(&format!("[\"{}\"]", "[".repeat(most * 2))), None);
    }
}
