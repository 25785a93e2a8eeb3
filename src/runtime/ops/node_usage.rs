//! What an instance uses, for Node's `process.memoryUsage` and `process.cpuUsage`.
//!
//! Called by `js-prelude/node/`.
//!
//! Invariant: the numbers are those of the instance, not of the process that it shares with others.

use deno_core::{op2, v8};
use rustix::time::{ClockId, clock_gettime};

use super::memory::external_bytes;

/// Writes the bytes of the heap in use, of the heap, and outside of it, in this order.
#[op2(nofast)]
pub(crate) fn op_skep_node_memory(scope: &mut v8::PinScope<'_, '_>, #[buffer] into: &mut [f64]) {
    let statistics = scope.get_heap_statistics();
    let bytes = [statistics.used_heap_size(), statistics.total_heap_size(), external_bytes(scope)];
    into.iter_mut().zip(bytes).for_each(|(place, bytes)| *place = bytes as f64);
}

/// CPU time of the instance's thread, in nanoseconds.
#[op2(fast)]
pub(crate) fn op_skep_node_cpu_ns() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}
