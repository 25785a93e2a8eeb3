//! Text for Node's `Buffer`, `url` and `punycode`: what JavaScript cannot do fast, or at all.
//!
//! Called by `js-prelude/node/natives.js`, in the place of the ops of deno_node.
//!
//! Invariant: a range beyond a buffer is cut to it, and nothing is longer than V8's longest string.

use deno_core::url::{Host, quirks};
use deno_core::{op2, v8};
use deno_error::JsErrorBox;
use idna::punycode;

use super::super::catch_panic;

/// Bytes as text. The encodings have deno_node's numbers: 0 UTF-8, 1 Latin-1, 2 ASCII, 3 UTF-16 with the low byte first.
#[op2]
pub(in crate::runtime::ops) fn op_skep_node_text<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[buffer] bytes: &[u8],
    #[smi] start: u32,
    #[smi] end: u32,
    #[smi] encoding: u32,
) -> Result<v8::Local<'s, v8::String>, JsErrorBox> {
    let bytes = part(bytes, start, end);
    let normal = v8::NewStringType::Normal;
    let text = match encoding {
        1 => v8::String::new_from_one_byte(scope, bytes, normal),
        2 => {
            let bytes: Vec<u8> = bytes.iter().map(|byte| byte & 0x7f).collect();
            v8::String::new_from_one_byte(scope, &bytes, normal)
        }
        3 => {
            let units: Vec<u16> = bytes.as_chunks::<2>().0.iter().map(|pair| u16::from_le_bytes(*pair)).collect();
            v8::String::new_from_two_byte(scope, &units, normal)
        }
        _ => v8::String::new_from_utf8(scope, String::from_utf8_lossy(bytes).as_bytes(), normal),
    };
    text.ok_or_else(|| JsErrorBox::range_error("Cannot create a string longer than 0x1fffffe8 characters"))
}

/// How a part of one buffer sorts beside a part of another: -1, 0 or 1.
#[op2(nofast)]
#[smi]
pub(in crate::runtime::ops) fn op_skep_node_compare(
    #[buffer] one: &[u8],
    #[buffer] other: &[u8],
    #[smi] one_start: u32,
    #[smi] other_start: u32,
    #[smi] one_end: u32,
    #[smi] other_end: u32,
) -> i32 {
    part(one, one_start, one_end).cmp(part(other, other_start, other_end)) as i32
}

/// Whether the bytes are ASCII, or UTF-8.
#[op2(nofast)]
pub(in crate::runtime::ops) fn op_skep_node_is_text(#[buffer] bytes: &[u8], ascii: bool) -> bool {
    if ascii { bytes.is_ascii() } else { std::str::from_utf8(bytes).is_ok() }
}

/// A domain in ASCII, or as people read it; an address as it is; empty if it is neither.
#[op2]
#[string]
pub(in crate::runtime::ops) fn op_skep_node_domain(#[string] domain: &str, ascii: bool) -> Result<String, JsErrorBox> {
    catch_panic("op_skep_node_domain", 0, || match Host::parse(domain) {
        Ok(Host::Domain(_)) if !ascii => quirks::domain_to_unicode(domain),
        Ok(host) => host.to_string(),
        Err(_) => String::new(),
    })
}

/// Punycode of a text (RFC 3492), or the text of a Punycode.
#[op2]
#[string]
pub(in crate::runtime::ops) fn op_skep_node_punycode(#[string] text: &str, encode: bool) -> Result<String, JsErrorBox> {
    let converted =
        catch_panic("op_skep_node_punycode", 0, || if encode { punycode::encode_str(text) } else { punycode::decode_to_string(text) })?;
    converted.ok_or_else(|| JsErrorBox::range_error("Invalid input"))
}

/// The bytes of a range, as far as there are any.
fn part(bytes: &[u8], start: u32, end: u32) -> &[u8] {
    let end = (end as usize).min(bytes.len());
    bytes.get((start as usize).min(end)..end).unwrap_or_default()
}
