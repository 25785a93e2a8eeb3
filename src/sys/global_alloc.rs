//! The program's allocator: the system's, with a bound on what V8's serializer may write for an instance.
//!
//! The serializer writes into a buffer of ours that it doubles as it goes: `structuredClone` of one text, named four thousand times, asked
//! for 4 GB within one call that nothing can interrupt. A refused buffer is a `DataCloneError` to the function; any other code that is
//! refused memory ends the process. So only the serializer is refused; its arithmetic identifies it. `isolate` sets the bound when an
//! instance gets its function.
//!
//! Invariant: only sizes are refused that no function within its `memory_mb` needs; threads of the host are never refused.
#![allow(unsafe_code, reason = "an allocator is unsafe to implement; all of it is the system's but the refusal")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::sync::OnceLock;

/// Buffers up to this size are never checked, in bytes.
const SMALL_BYTES: usize = 16 << 20;

/// The largest buffer, as a multiple of the function's limit: it doubles as it grows.
const TIMES: usize = 4;

/// Bytes that the serializer adds when it doubles (`ValueSerializer::ExpandBuffer` of V8). Rust's collections double without it.
const SERIALIZER_ADDS: usize = 64;

thread_local! {
    /// The largest buffer of a serializer on this thread, in bytes. Without a destructor, so that it can be read until the thread exits.
    static LARGEST: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// Called at every refusal; must not allocate.
static ON_REFUSAL: OnceLock<fn()> = OnceLock::new();

#[global_allocator]
static ALLOCATOR: Bounded = Bounded;

struct Bounded;

impl Bounded {
    #[inline]
    fn refuses(old: Layout, bytes: usize) -> bool {
        bytes > SMALL_BYTES && bytes > LARGEST.get() && old.align() == 1 && bytes == old.size() * 2 + SERIALIZER_ADDS
    }
}

// SAFETY: every call goes to the system's allocator as it is, or is answered with null, which the contract allows.
unsafe impl GlobalAlloc for Bounded {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc(layout) }
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    #[inline]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        if Self::refuses(layout, size) {
            if let Some(on_refusal) = ON_REFUSAL.get() {
                on_refusal();
            }
            return std::ptr::null_mut();
        }
        // SAFETY: the caller keeps the contract.
        unsafe { System.realloc(pointer, layout, size) }
    }
}

/// Calls `on_refusal` at every refusal from now on. It must not allocate: a count, and no log line.
pub fn on_refusal(on_refusal: fn()) {
    // A second call changes nothing: the process has one counter.
    let _ = ON_REFUSAL.set(on_refusal);
}

/// From now on this thread belongs to a function that may use `memory_bytes` bytes.
pub fn bound_this_thread(memory_bytes: u64) {
    let bytes = usize::try_from(memory_bytes).unwrap_or(usize::MAX);
    LARGEST.set(bytes.saturating_mul(TIMES).max(SMALL_BYTES));
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether a buffer may grow as the serializer's does, to a little more than twice `bytes`.
    fn may_double(bytes: usize) -> bool {
        let layout = Layout::from_size_align(bytes, 1).unwrap();
        // SAFETY: the layouts are those that the memory was asked for with.
        unsafe {
            let old = std::alloc::alloc(layout);
            let size = bytes * 2 + SERIALIZER_ADDS;
            let new = std::alloc::realloc(old, layout, size);
            let (last, layout) = if new.is_null() { (old, layout) } else { (new, Layout::from_size_align(size, 1).unwrap()) };
            std::alloc::dealloc(last, layout);
            !new.is_null()
        }
    }

    #[test]
    fn only_a_serializer_of_a_bounded_thread_is_refused_and_only_beyond_its_bound() {
        assert!(may_double(100 << 20));
        let bounded = std::thread::spawn(|| {
            bound_this_thread(16 << 20);
            let mut vector = vec![1_u8; 100 << 20];
            vector.push(1); // refused, it would end the process
            (may_double((32 << 20) - SERIALIZER_ADDS), may_double(32 << 20), vector.capacity() >= 200 << 20)
        });
        assert_eq!(bounded.join().unwrap(), (true, false, true));
        assert!(may_double(100 << 20), "other threads are not touched");
    }
}
