//! How deep a JSON text nests: V8's parser keeps a stack outside the heap, some tens of bytes a level, which no limit sees.
//!
//! `js-prelude/guards/text.js` asks before it parses a long text, for `JSON.parse` and for the `json()` of requests and responses.
//!
//! Invariant: of the part of a text that V8 parses, the depth is exact; behind a mistake in the text it may be too high.

use deno_core::{op2, v8};
use deno_error::JsErrorBox;

use super::catch_panic::catch_panic;

/// The most arrays and objects of the text that are open at once.
#[op2(nofast)]
pub(crate) fn op_skep_json_depth<'s>(scope: &mut v8::PinScope<'s, '_>, text: v8::Local<'s, v8::String>) -> Result<f64, JsErrorBox> {
    catch_panic("op_skep_json_depth", 0, || {
        // Nothing allocates in V8's heap while the view exists.
        let view = v8::ValueView::new(scope, text);
        match view.data() {
            v8::ValueViewData::OneByte(text) => depth(text.iter().copied().map(u16::from)),
            v8::ValueViewData::TwoByte(text) => depth(text.iter().copied()),
        }
    })
}

fn depth(text: impl Iterator<Item = u16>) -> f64 {
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
    f64::from(most)
}

#[cfg(test)]
mod tests {
    fn depth(text: &str) -> f64 {
        super::depth(text.encode_utf16())
    }

    #[test]
    fn open_arrays_and_objects_are_counted() {
        for (text, levels) in [
            ("", 0.0),
            ("1", 0.0),
            ("[]", 1.0),
            ("[[],[],[]]", 2.0),
            ("{\"a\": [{\"b\": 1}, [[2]]]}", 4.0),
            ("]]]][[", 2.0),
            (&"[".repeat(100_000), 100_000.0),
        ] {
            assert_eq!(depth(text), levels, "{text:.40}");
        }
    }

    #[test]
    fn what_stands_in_a_string_is_not() {
        for (text, levels) in [
            (r#"["[[[["]"#, 1.0),
            (r#"["\"[[[["]"#, 1.0),
            (r#"["\\", [[1]]]"#, 3.0),
            (r#"["\\\"[[", {}]"#, 2.0),
            (r#"{"{\u0022[": [], "]]": [{}]}"#, 3.0),
            ("[\"\u{20ac}[[\", [\"\u{1f600}\"]]", 2.0),
        ] {
            assert_eq!(depth(text), levels, "{text}");
        }
    }
}
