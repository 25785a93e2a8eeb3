//! The memory of one isolate: V8's heap and its ArrayBuffers, both counted against `memory_mb`.
//!
//! V8 asks the near-heap-limit callback before it would abort the process; the callback ends the isolate and lends it enough to unwind.
//! ArrayBuffers are counted by an allocator of their own, because V8's heap limit does not see them.
//!
//! Invariant: a limit is raised to end an isolate, never lowered again; a condemned isolate is dropped.
#![allow(unsafe_code, reason = "V8's allocator interface is a table of C functions")]

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use deno_core::v8;

use super::interrupt::{Interrupt, Reason};

/// What a condemned isolate may use until it has unwound: larger than V8's largest object, or V8 aborts the process.
const GRACE_BYTES: usize = 2 << 30;

/// Buffers of this size are always granted: V8 aborts if a typed array that lives in the heap cannot get its buffer.
const ALWAYS_GRANTED_BYTES: usize = 4 << 10;

/// The memory budget of one isolate.
pub struct Heap {
    allowed: AtomicUsize,
    buffers: AtomicUsize,
    refused: AtomicUsize,
    interrupt: Arc<Interrupt>,
}

impl Heap {
    pub(super) fn new(allowed: usize, interrupt: Arc<Interrupt>) -> Arc<Self> {
        Arc::new(Self { allowed: AtomicUsize::new(allowed), buffers: AtomicUsize::new(0), refused: AtomicUsize::new(0), interrupt })
    }

    /// Isolate parameters whose limits this budget watches. `initial` bytes of heap are granted before the callback is asked.
    pub(super) fn create_params(self: &Arc<Self>, initial: usize) -> v8::CreateParams {
        // SAFETY: the table's functions take the `Heap` that `into_raw` hands over, and `release` gives it back exactly once.
        let allocator = unsafe { v8::new_rust_allocator(Arc::into_raw(self.clone()), &ALLOCATOR) };
        v8::CreateParams::default().heap_limits(0, initial).allow_atomics_wait(false).array_buffer_allocator(allocator)
    }

    /// Sets the function's limit, once the isolate has a function.
    pub(super) fn allow(&self, bytes: usize) {
        self.allowed.store(bytes, Ordering::Relaxed);
    }

    /// Bytes held by ArrayBuffers.
    pub fn buffer_bytes(&self) -> usize {
        self.buffers.load(Ordering::Relaxed)
    }

    /// Ends the isolate if heap and buffers together pass its limit. `external` are the bytes V8 knows outside its heap, our buffers among them.
    pub(super) fn check(&self, heap: usize, external: usize) {
        if heap.saturating_add(external.max(self.buffer_bytes())) > self.allowed_bytes() {
            self.interrupt.strike(Reason::Memory);
        }
    }

    /// The function's limit in bytes.
    pub fn allowed_bytes(&self) -> usize {
        self.allowed.load(Ordering::Relaxed)
    }

    /// V8 asks for more heap. Below the function's limit it gets it; at the limit the isolate ends.
    pub(super) fn near_limit(&self, current: usize) -> usize {
        let allowed = self.allowed_bytes().saturating_sub(self.buffer_bytes());
        if current < allowed {
            return allowed;
        }
        self.interrupt.strike(Reason::Memory);
        current.saturating_add(GRACE_BYTES)
    }

    fn grant(&self, bytes: usize) -> bool {
        let held = self.buffers.fetch_add(bytes, Ordering::Relaxed);
        if held.saturating_add(bytes) <= self.allowed_bytes() {
            return true;
        }
        if bytes <= ALWAYS_GRANTED_BYTES {
            self.interrupt.strike(Reason::Memory);
            return true;
        }
        // The first refusal is a RangeError, which a function may handle; one that goes on is ended.
        self.buffers.fetch_sub(bytes, Ordering::Relaxed);
        if self.refused.fetch_add(1, Ordering::Relaxed) > 0 {
            self.interrupt.strike(Reason::Memory);
        }
        false
    }
}

static ALLOCATOR: v8::RustAllocatorVtable<Heap> = v8::RustAllocatorVtable { allocate, allocate_uninitialized, free, drop: release };

unsafe extern "C" fn allocate(heap: &Heap, bytes: usize) -> *mut c_void {
    if !heap.grant(bytes) {
        return std::ptr::null_mut();
    }
    // SAFETY: plain C allocation, freed by `free` below.
    unsafe { libc::calloc(1, bytes.max(1)) }
}

unsafe extern "C" fn allocate_uninitialized(heap: &Heap, bytes: usize) -> *mut c_void {
    if !heap.grant(bytes) {
        return std::ptr::null_mut();
    }
    // SAFETY: plain C allocation, freed by `free` below.
    unsafe { libc::malloc(bytes.max(1)) }
}

unsafe extern "C" fn free(heap: &Heap, data: *mut c_void, bytes: usize) {
    heap.buffers.fetch_sub(bytes, Ordering::Relaxed);
    // SAFETY: `data` came from `allocate` or `allocate_uninitialized`.
    unsafe { libc::free(data) }
}

unsafe extern "C" fn release(heap: *const Heap) {
    // SAFETY: the pointer came from `Arc::into_raw` in `create_params`; V8 calls this once.
    drop(unsafe { Arc::from_raw(heap) });
}
