//! Ops that read the instance's memory: its limit, and whether what it holds is within it.
//!
//! Called by `js-prelude/guards/`, and by `js-prelude/dispatch/` before it sends a large answer. `isolate` puts the limit into the state and
//! reads V8's numbers with `external_bytes` as well.
//!
//! Invariant: no JavaScript runs here.

use deno_core::{OpState, op2, v8};

/// The instance's `memory_mb`, in bytes; put into its state when it is assigned.
#[derive(Clone, Copy)]
pub struct MemoryBytes(pub u64);

/// The instance's `memory_mb` in bytes; 0 before it is assigned.
#[op2(fast)]
pub(crate) fn op_skep_memory_bytes(state: &mut OpState) -> f64 {
    state.try_borrow::<MemoryBytes>().map_or(0.0, |memory| memory.0 as f64)
}

/// Collects garbage, so that unused objects are not counted.
#[op2(nofast)]
pub(crate) fn op_skep_collect(scope: &mut v8::PinScope<'_, '_>) {
    scope.low_memory_notification();
}

/// Whether heap and buffers are within the limit, if need be after a collection. An instance of which this is false ends with its turn.
#[op2(nofast)]
pub(crate) fn op_skep_is_within_memory(scope: &mut v8::PinScope<'_, '_>, state: &mut OpState) -> bool {
    let Some(limit) = state.try_borrow::<MemoryBytes>().map(|memory| usize::try_from(memory.0).unwrap_or(usize::MAX)) else { return true };
    if used_bytes(scope) <= limit {
        return true;
    }
    scope.low_memory_notification();
    used_bytes(scope) <= limit
}

fn used_bytes(isolate: &mut v8::Isolate) -> usize {
    isolate.get_heap_statistics().used_heap_size().saturating_add(external_bytes(isolate))
}

/// Bytes outside the heap that V8 knows of: buffers, and Wasm memories, which the heap's statistics leave out.
pub fn external_bytes(isolate: &mut v8::Isolate) -> usize {
    let known = isolate.adjust_amount_of_external_allocated_memory(0);
    usize::try_from(known).unwrap_or(0).max(isolate.get_heap_statistics().external_memory())
}
