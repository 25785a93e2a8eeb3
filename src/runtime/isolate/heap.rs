//! The memory of one isolate: V8's heap and its ArrayBuffers, both counted against `memory_mb`.
//!
//! V8 asks the near-heap-limit callback before it would abort the process; the callback ends the isolate and grants it enough headroom to
//! unwind. ArrayBuffers are counted by an allocator of their own, because V8's heap limit does not see them.
//!
//! Invariant: V8's limit is above the function's only to end the isolate, or until the next check of the memory; a condemned isolate is
//! dropped.
#![allow(unsafe_code, reason = "V8's allocator interface is a table of C functions")]

use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use deno_core::v8;

use super::terminate::{Interrupt, TerminationReason};
use crate::runtime::call::ByteKeeper;
use crate::runtime::limits::headroom::HEADROOM_BYTES;
use crate::sys::freeze;
use crate::sys::freeze::FreezeCause;

/// Buffers of this size are always granted: V8 aborts if a typed array that lives in the heap cannot get its buffer.
const ALWAYS_GRANTED_BYTES: usize = 4 << 10;

/// How often V8 asks for one buffer: at first, and after each of three garbage collections (`Heap::AllocateExternalBackingStore`).
const REFUSALS_OF_ONE: usize = 4;

/// Bytes that the heap may grow while V8 looks for room for a buffer; if the heap is really full, V8 asks again.
const REFUSED_SLACK_BYTES: usize = 1 << 20;

/// The memory budget of one isolate.
#[derive(Debug)]
pub struct Heap {
    allowed: AtomicUsize,
    buffers: AtomicUsize,
    /// Refusals in a row.
    refused: AtomicUsize,
    refusing: AtomicBool,
    /// V8 came to the limit with which the isolate was created.
    was_full: AtomicBool,
    /// V8's limit is above the function's for the moment.
    raised: AtomicBool,
    /// Size of the heap when headroom was granted, and how much was granted.
    headroom_at: AtomicUsize,
    headroom: AtomicUsize,
    kept: AtomicUsize,
    interrupt: Arc<Interrupt>,
}

impl Heap {
    pub(super) fn new(allowed: usize, interrupt: Arc<Interrupt>) -> Arc<Self> {
        Arc::new(Self {
            allowed: AtomicUsize::new(allowed),
            buffers: AtomicUsize::new(0),
            refused: AtomicUsize::new(0),
            refusing: AtomicBool::new(false),
            was_full: AtomicBool::new(false),
            raised: AtomicBool::new(false),
            headroom_at: AtomicUsize::new(0),
            headroom: AtomicUsize::new(HEADROOM_BYTES),
            kept: AtomicUsize::new(0),
            interrupt,
        })
    }

    /// Isolate parameters whose limits this budget sets. `initial` bytes of heap are granted before V8 calls the callback.
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

    /// The heap limit to set, if V8's is higher than the function's at the moment.
    pub(super) fn limit_to_set(&self) -> Option<usize> {
        if !self.raised.swap(false, Ordering::Relaxed) {
            return None;
        }
        self.interrupt.has_grown();
        Some(self.allowed_bytes())
    }

    /// Whether heap and buffers together pass the limit. `external` are the bytes V8 knows outside its heap, our buffers among them.
    pub(super) fn is_over(&self, heap: usize, external: usize) -> bool {
        heap.saturating_add(external.max(self.buffer_bytes())).saturating_add(self.kept_bytes()) > self.allowed_bytes()
    }

    /// Ends the isolate for its memory.
    pub(super) fn condemn(&self) {
        self.interrupt.terminate(TerminationReason::Memory);
    }

    /// Bytes that the host keeps for the function where V8 does not see them: Blobs, answers of other functions, bodies of its calls.
    pub(super) fn kept_bytes(&self) -> usize {
        self.kept.load(Ordering::Relaxed)
    }

    /// Counts bytes that are kept outside V8, and ends the isolate if they pass its limit by themselves.
    pub(super) fn keep_or_condemn(&self, bytes: usize) {
        let kept = self.kept.fetch_add(bytes, Ordering::Relaxed).saturating_add(bytes);
        if kept > self.allowed_bytes() {
            self.condemn();
        }
    }

    /// Counts off bytes that are kept no longer.
    pub(super) fn let_go(&self, bytes: usize) {
        self.kept.fetch_sub(bytes, Ordering::Relaxed);
    }

    /// The function's limit in bytes.
    pub fn allowed_bytes(&self) -> usize {
        self.allowed.load(Ordering::Relaxed)
    }

    /// V8 asks for more heap. Below the function's limit it gets it; at the limit the isolate ends, and is granted enough headroom to
    /// unwind in. One that has used that up as well ignores its termination: its thread is frozen here, because V8 would abort the process
    /// next. Headroom needs a permit. Without one an isolate gets its limit or a little, and if V8 wants much more at once it gives up: the
    /// thread is frozen then as well, before it has the memory. `used` returns the size of the heap; V8 may ask again and again without having used its headroom, each time that it collects
    /// garbage for a large object.
    pub(super) fn near_limit(&self, current: usize, used: impl Fn() -> usize) -> usize {
        let allowed = self.allowed_bytes().saturating_sub(self.buffer_bytes());
        if current < allowed && !self.was_full.swap(true, Ordering::Relaxed) {
            // V8 may want more than the rest of the limit, and would then give up: it gets more than enough, and the limit is set at the
            // next check of the memory.
            if !self.interrupt.may_grow() {
                return self.allowed_bytes();
            }
            self.raised.store(true, Ordering::Relaxed);
            self.interrupt.sample();
            return current.saturating_add(HEADROOM_BYTES);
        }
        if self.refusing.swap(false, Ordering::Relaxed) {
            // The heap is not full: V8 asks while it collects garbage for a buffer that was refused.
            return current.saturating_add(REFUSED_SLACK_BYTES);
        }
        self.interrupt.terminate(TerminationReason::Memory);
        if let Some(headroom) = self.interrupt.grant_headroom() {
            self.headroom_at.store(used(), Ordering::Relaxed);
            self.headroom.store(headroom, Ordering::Relaxed);
        } else if used().saturating_sub(self.headroom_at.load(Ordering::Relaxed)) > self.headroom.load(Ordering::Relaxed) / 4 * 3 {
            freeze::freeze_here(FreezeCause::Memory);
        }
        current.saturating_add(self.headroom.load(Ordering::Relaxed))
    }

    /// Whether V8 may take this much memory in one piece, more than the function's limit: it does not ask `near_limit` about the first large
    /// object of its youngest generation. Such a piece ends in a `memory_limit`; if no permit will ever be free, V8 gives the isolate up.
    pub(super) fn may_map(&self) -> bool {
        if !self.interrupt.may_take_piece() {
            return false;
        }
        self.raised.store(true, Ordering::Relaxed);
        self.interrupt.sample();
        true
    }

    fn grant(&self, bytes: usize) -> bool {
        let held = self.buffers.fetch_add(bytes, Ordering::Relaxed);
        if held.saturating_add(bytes) <= self.allowed_bytes() {
            self.refused.store(0, Ordering::Relaxed);
            return true;
        }
        if bytes <= ALWAYS_GRANTED_BYTES {
            self.interrupt.terminate(TerminationReason::Memory);
            return true;
        }
        // The first refusal is a RangeError, which a function may handle; the isolate of one that continues is ended.
        self.buffers.fetch_sub(bytes, Ordering::Relaxed);
        self.refusing.store(true, Ordering::Relaxed);
        if self.refused.fetch_add(1, Ordering::Relaxed) >= REFUSALS_OF_ONE {
            self.interrupt.terminate(TerminationReason::Memory);
        }
        false
    }
}

impl ByteKeeper for Heap {
    fn keep(&self, bytes: usize) {
        self.keep_or_condemn(bytes);
    }

    fn let_go(&self, bytes: usize) {
        Heap::let_go(self, bytes);
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

#[cfg(test)]
mod tests {
    use super::*;

    const MB: usize = 1 << 20;

    #[test]
    fn growth_gets_headroom_until_the_limit_is_set_and_the_limit_ends_the_isolate() {
        let interrupt = Arc::new(Interrupt::default());
        let heap = Heap::new(64 * MB, interrupt.clone());
        assert_eq!(heap.limit_to_set(), None);
        assert_eq!(heap.near_limit(32 * MB, || 32 * MB), 32 * MB + HEADROOM_BYTES);
        assert_eq!(interrupt.reason(), None, "it is below its limit");
        assert_eq!((heap.limit_to_set(), heap.limit_to_set()), (Some(64 * MB), None));
        assert!(!interrupt.lose_headroom(), "the permit went back with the limit");
        assert_eq!(heap.near_limit(64 * MB, || 64 * MB), 64 * MB + HEADROOM_BYTES);
        assert_eq!(interrupt.reason(), Some(TerminationReason::Memory));
        assert_eq!(heap.near_limit(65 * MB, || 64 * MB), 65 * MB + HEADROOM_BYTES, "it has not used what it got");
        interrupt.return_headroom();
    }
}
