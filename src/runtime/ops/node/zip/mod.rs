//! Compression streams for `node:zlib`, by number.
//!
//! `js-prelude/node/zlib/streams.js` calls these ops, a slice of the input and of the output at a time: nothing can interrupt one call.
//! What a stream keeps outside the heap is reported to V8, so that it counts against the memory of the function.
//!
//! Invariant: at most `STREAMS_MAX` streams are open in an instance, which close with it; more than one only within half of its memory.

mod brotli;
mod zlib;
mod codec;

use std::collections::BTreeMap;

use deno_core::{OpState, op2, v8};
use deno_error::JsErrorBox;

use self::codec::{Codec, WriteOrder, ZipFailure};
use super::super::catch_panic;
use super::super::memory::MemoryBytes;

/// Most streams that are open in an instance: a deflating one keeps a third of a megabyte.
const STREAMS_MAX: usize = 128;

/// The numbers of streams: they stay small integers of V8.
const NUMBERS: u32 = 1 << 30;

/// A stream, and what V8 was told that it keeps.
struct Open {
    codec: Box<dyn Codec>,
    told: usize,
}

impl Open {
    /// Reports to V8 what it keeps now.
    fn tell(&mut self, scope: &mut v8::PinScope<'_, '_>) {
        let now = self.codec.bytes();
        if now != self.told {
            scope.adjust_amount_of_external_allocated_memory(signed(now) - signed(self.told));
            self.told = now;
        }
    }
}

/// The streams of an instance.
#[derive(Default)]
pub(in crate::runtime::ops) struct Streams {
    open: BTreeMap<u32, Open>,
    last: u32,
}

impl Streams {
    /// A number that no stream has; none if there are too many.
    fn free_number(&mut self) -> Option<u32> {
        if self.open.len() >= STREAMS_MAX {
            return None;
        }
        loop {
            self.last = self.last % NUMBERS + 1;
            if !self.open.contains_key(&self.last) {
                return Some(self.last);
            }
        }
    }

    /// What they keep outside of V8's heap.
    fn bytes(&self) -> usize {
        self.open.values().map(|open| open.told).sum()
    }

    fn find(&mut self, number: u32) -> Result<&mut Open, JsErrorBox> {
        self.open.get_mut(&number).ok_or_else(|| JsErrorBox::type_error("the compression stream is closed"))
    }
}

/// Opens a stream. `params` are windowBits, level, memLevel and strategy, or those of brotli by their numbers. 0 if too many are open,
/// or if they would keep more than half of the memory of the function.
#[op2(nofast)]
#[smi]
pub(in crate::runtime::ops) fn op_skep_zip_open(
    scope: &mut v8::PinScope<'_, '_>,
    state: &mut OpState,
    #[smi] mode: u32,
    #[buffer] params: &[u32],
    #[buffer] dictionary: &[u8],
) -> Result<u32, JsErrorBox> {
    let most_bytes = state.try_borrow::<MemoryBytes>().map_or(usize::MAX, |memory| usize::try_from(memory.0 / 2).unwrap_or(usize::MAX));
    let streams = state.borrow_mut::<Streams>();
    let Some(number) = streams.free_number() else { return Ok(0) };
    let codec = catch_panic("op_skep_zip_open", 0, || match mode {
        brotli::DECODE | brotli::ENCODE => brotli::open(mode, params),
        _ => zlib::open(mode, params, dictionary),
    })?;
    let codec = codec.ok_or_else(|| JsErrorBox::type_error("invalid parameters of a compression stream"))?;
    if !streams.open.is_empty() && streams.bytes().saturating_add(codec.bytes()) > most_bytes {
        return Ok(0);
    }
    let mut open = Open { codec, told: 0 };
    open.tell(scope);
    streams.open.insert(number, open);
    Ok(number)
}

/// Places in the array that a write gets and fills in.
const FLUSH: usize = 0;
const IS_SINGLE: usize = 1;
const IN_OFFSET: usize = 2;
const IN_LENGTH: usize = 3;
const OUT_OFFSET: usize = 4;
const OUT_LENGTH: usize = 5;
const ERRNO: usize = 6;
const PLACES: usize = 7;

/// Writes one slice. What is left of input and output takes the place of their lengths. Returns nothing, or code and message of an error.
#[op2]
#[string]
pub(in crate::runtime::ops) fn op_skep_zip_write(
    scope: &mut v8::PinScope<'_, '_>,
    state: &mut OpState,
    #[smi] number: u32,
    #[buffer] input: &[u8],
    #[buffer] output: &mut [u8],
    #[buffer] places: &mut [u32],
) -> Result<String, JsErrorBox> {
    let places = places.first_chunk_mut::<PLACES>().ok_or_else(|| JsErrorBox::type_error("invalid places"))?;
    let (from, to) = (input.as_ptr_range(), output.as_ptr_range());
    let output = range(output.len(), places[OUT_OFFSET], places[OUT_LENGTH]).and_then(|range| output.get_mut(range));
    let input = range(input.len(), places[IN_OFFSET], places[IN_LENGTH]).and_then(|range| input.get(range));
    let (Some(input), Some(output)) = (input, output) else { return Err(JsErrorBox::range_error("not a range of the buffer")) };
    if from.start < to.end && to.start < from.end {
        return Err(JsErrorBox::type_error("input and output are the same memory"));
    }
    let order = WriteOrder { flush: places[FLUSH], is_single: places[IS_SINGLE] != 0 };
    let open = state.borrow_mut::<Streams>().find(number)?;
    let progress = catch_panic("op_skep_zip_write", 0, || open.codec.write(order, input, output))?;
    open.tell(scope);
    places[IN_LENGTH] = left(input.len(), progress.read);
    places[OUT_LENGTH] = left(output.len(), progress.written);
    places[ERRNO] = progress.failure.as_ref().map_or(0, |failure| failure.errno.cast_unsigned());
    Ok(text(progress.failure))
}

/// Begins anew, with the parameters that the stream was opened with.
#[op2(nofast)]
pub(in crate::runtime::ops) fn op_skep_zip_reset(
    scope: &mut v8::PinScope<'_, '_>,
    state: &mut OpState,
    #[smi] number: u32,
) -> Result<(), JsErrorBox> {
    let open = state.borrow_mut::<Streams>().find(number)?;
    catch_panic("op_skep_zip_reset", 0, || open.codec.reset())?;
    open.tell(scope);
    Ok(())
}

/// Changes level and strategy of a stream that deflates. Returns nothing, or code and message of an error.
#[op2]
#[string]
pub(in crate::runtime::ops) fn op_skep_zip_params(
    state: &mut OpState,
    #[smi] number: u32,
    #[smi] level: i32,
    #[smi] strategy: i32,
) -> Result<String, JsErrorBox> {
    let open = state.borrow_mut::<Streams>().find(number)?;
    catch_panic("op_skep_zip_params", 0, || open.codec.set_params(level, strategy)).map(text)
}

/// Closes a stream. Nothing happens if it is closed.
#[op2(nofast)]
pub(in crate::runtime::ops) fn op_skep_zip_close(scope: &mut v8::PinScope<'_, '_>, state: &mut OpState, #[smi] number: u32) {
    if let Some(open) = state.borrow_mut::<Streams>().open.remove(&number) {
        scope.adjust_amount_of_external_allocated_memory(-signed(open.told));
    }
}

/// CRC-32 of bytes after others.
#[op2(nofast)]
pub(in crate::runtime::ops) fn op_skep_zip_crc32(#[buffer] bytes: &[u8], before: u32) -> u32 {
    zlib_rs::crc32::crc32(before, bytes)
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

fn text(failure: Option<ZipFailure>) -> String {
    failure.map_or_else(String::new, |failure| format!("{} {}", failure.code, failure.message))
}

fn range(whole: usize, offset: u32, length: u32) -> Option<std::ops::Range<usize>> {
    let end = (offset as usize).checked_add(length as usize)?;
    (end <= whole).then_some(offset as usize..end)
}

fn left(whole: usize, done: usize) -> u32 {
    u32::try_from(whole.saturating_sub(done)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests;
