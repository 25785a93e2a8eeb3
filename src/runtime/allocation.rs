//! The program's allocator: the system's, with a bound on any one allocation of an instance's thread.
//!
//! V8's serializer writes into a buffer of ours that it doubles as it goes: `structuredClone` of one text, named four thousand times, asked for 4 GB
//! within one call that nothing can interrupt. A refused buffer is a `DataCloneError` to the function. `isolate` sets the bound when an instance
//! gets its function.
//!
//! Invariant: a refusal is for a size that no function within its `memory_mb` needs; threads of the host are never refused.
#![allow(unsafe_code, reason = "an allocator is unsafe to implement; all of it is the system's but the refusal")]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

use crate::runtime::containment::{self, Rung};

/// Allocations up to this size are never looked at, in bytes.
const SMALL_BYTES: usize = 16 << 20;

/// The largest allocation, in times of what the function may use: buffers double as they grow.
const TIMES: usize = 2;

thread_local! {
    /// The largest allocation of this thread, in bytes. Without a destructor, so that it can be read to the thread's very end.
    static LARGEST: Cell<usize> = const { Cell::new(usize::MAX) };
}

#[global_allocator]
static ALLOCATOR: Bounded = Bounded;

struct Bounded;

impl Bounded {
    #[inline]
    fn refuses(bytes: usize) -> bool {
        let refused = bytes > SMALL_BYTES && bytes > LARGEST.get();
        if refused {
            // A count alone: whoever writes a line allocates.
            containment::record(Rung::Prevented);
        }
        refused
    }
}

// SAFETY: every call goes to the system's allocator as it is, or is answered with null, which the contract allows.
unsafe impl GlobalAlloc for Bounded {
    #[inline]
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract.
        if Self::refuses(layout.size()) { std::ptr::null_mut() } else { unsafe { System.alloc(layout) } }
    }

    #[inline]
    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the contract.
        unsafe { System.dealloc(pointer, layout) }
    }

    #[inline]
    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        // SAFETY: the caller keeps the contract.
        if Self::refuses(layout.size()) { std::ptr::null_mut() } else { unsafe { System.alloc_zeroed(layout) } }
    }

    #[inline]
    unsafe fn realloc(&self, pointer: *mut u8, layout: Layout, size: usize) -> *mut u8 {
        // SAFETY: the caller keeps the contract.
        if Self::refuses(size) { std::ptr::null_mut() } else { unsafe { System.realloc(pointer, layout, size) } }
    }
}

/// From now on this thread belongs to a function that may use so many bytes.
pub fn bound_this_thread(memory_bytes: u64) {
    let bytes = usize::try_from(memory_bytes).unwrap_or(usize::MAX);
    LARGEST.set(bytes.saturating_mul(TIMES).max(SMALL_BYTES));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_bounded_thread_is_refused_and_only_beyond_its_bound() {
        let may_have = |bytes: usize| Vec::<u8>::new().try_reserve_exact(bytes).is_ok();
        assert!(may_have(200 << 20));
        let bounded = std::thread::spawn(move || {
            bound_this_thread(32 << 20);
            let mut grown = vec![0_u8; 48 << 20];
            (may_have(64 << 20), may_have((64 << 20) + 1), grown.try_reserve_exact(32 << 20).is_ok(), may_have(16 << 20))
        });
        assert_eq!(bounded.join().unwrap(), (true, false, false, true));
        assert!(may_have(200 << 20), "other threads are not touched");
    }
}
