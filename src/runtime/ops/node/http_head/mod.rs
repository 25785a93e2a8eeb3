//! Heads, trailers and chunk sizes of HTTP/1 messages, for the parser of `node:http`.
//!
//! `js-prelude/node/http/parser_head.js` hands over the bytes as they come. `scan` judges each of them once, as llhttp does, and keeps what it
//! knows in numbers between two pieces; `text` cuts a head that is complete into strings.
//!
//! Invariant: a byte is looked at once by `scan`, and no content of the numbers or the bytes is worse than a message that is refused.

mod start_line;
mod chunk;
mod field;
mod machine;
mod words;
mod fault;
mod text;
#[cfg(test)]
mod tests;

use deno_core::{op2, v8};
use deno_error::JsErrorBox;

use fault::HeadFault;
use machine::HeadMachine;

/// Looks at the bytes of a range, and returns where it stopped. `registers` are the numbers of `HeadMachine`; the first is its state.
#[op2(nofast)]
#[smi]
pub(in crate::runtime::ops) fn op_skep_http_scan(
    #[buffer] bytes: &[u8],
    #[smi] start: u32,
    #[smi] end: u32,
    #[buffer] registers: &mut [u32],
) -> u32 {
    let Some(mut machine) = HeadMachine::load(registers) else { return start };
    let end = (end as usize).min(bytes.len());
    let start = (start as usize).min(end);
    let seen = machine.run(bytes.get(start..end).unwrap_or_default());
    machine.store(registers);
    u32::try_from(start + seen).unwrap_or(u32::MAX)
}

/// The strings of a head: the address or the reason of its first line, then names and values. Trailers have no first line.
#[op2]
pub(in crate::runtime::ops) fn op_skep_http_text<'s>(
    scope: &mut v8::PinScope<'s, '_>,
    #[buffer] bytes: &[u8],
    #[smi] start: u32,
    #[smi] end: u32,
    has_first_line: bool,
) -> Result<v8::Local<'s, v8::Array>, JsErrorBox> {
    let end = (end as usize).min(bytes.len());
    let bytes = bytes.get((start as usize).min(end)..end).unwrap_or_default();
    let mut strings: Vec<v8::Local<v8::Value>> = Vec::new();
    for part in text::parts(bytes, has_first_line) {
        let string = v8::String::new_from_one_byte(scope, &part, v8::NewStringType::Normal);
        strings.push(string.ok_or_else(|| JsErrorBox::range_error("a header is too long"))?.into());
    }
    Ok(v8::Array::new_with_elements(scope, &strings))
}

/// Why a message was refused: llhttp's code, and its words. `number` is the register of that name.
#[op2]
#[string]
pub(in crate::runtime::ops) fn op_skep_http_fault(#[smi] number: u32) -> String {
    let (code, reason) = HeadFault::of(number).describe();
    format!("{code}:{reason}")
}
