//! The memory of an isolate outside its heap, read without running JavaScript.

use deno_core::v8;

/// Bytes outside the heap that V8 knows of: buffers, and Wasm memories, which the heap's statistics leave out.
pub(super) fn external_bytes(isolate: &mut v8::Isolate) -> usize {
    let known = isolate.adjust_amount_of_external_allocated_memory(0);
    usize::try_from(known).unwrap_or(0).max(isolate.get_heap_statistics().external_memory())
}
