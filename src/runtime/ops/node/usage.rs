//! What an instance is and uses, for Node's `process`.
//!
//! Called by `js-prelude/node/`.
//!
//! Invariant: the numbers are those of the instance, not of the process that it shares with others.

use deno_core::{OpState, op2, v8};
use rustix::time::{ClockId, clock_gettime};

use super::super::host::Identity;
use super::super::memory::external_bytes;

/// Lines: the processor's architecture, the version of Skep and of V8, and the number of the instance.
#[op2]
#[string]
pub(in crate::runtime::ops) fn op_skep_node_facts(state: &OpState) -> String {
    let instance = state.try_borrow::<Identity>().map_or(0, |identity| identity.instance);
    format!("{}\n{}\n{}\n{instance}", std::env::consts::ARCH, env!("CARGO_PKG_VERSION"), v8::V8::get_version())
}

/// Writes the bytes of the heap in use, of the heap, and outside of it, in this order.
#[op2(nofast)]
pub(in crate::runtime::ops) fn op_skep_node_memory(scope: &mut v8::PinScope<'_, '_>, #[buffer] into: &mut [f64]) {
    let statistics = scope.get_heap_statistics();
    let bytes = [statistics.used_heap_size(), statistics.total_heap_size(), external_bytes(scope)];
    into.iter_mut().zip(bytes).for_each(|(place, bytes)| *place = bytes as f64);
}

/// CPU time of the instance's thread, in nanoseconds.
#[op2(nofast)]
pub(in crate::runtime::ops) fn op_skep_node_cpu_ns() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}
