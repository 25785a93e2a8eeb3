//! Freed memory that the C library's allocator keeps: bounded from the start, and given back after instances have ended.
//!
//! `main` calls [`bound`] before there are threads; `fleet` calls [`give_back_soon`] when instances have ended, and `containment::probe`
//! calls [`give_back`] to learn whether a frozen thread holds a lock of the allocator.
//!
//! Each thread allocates from one of eight arenas per core. What an instance frees at its end stays in its arena, for the next thread that
//! gets it: after a function had filled its 64 MB with `Intl` objects, 640 MB of 750 MB were such leftovers, and after `malloc_trim` 6 MB.
//!
//! Invariant: no thread waits without a deadline for a thread that gives memory back, because that takes every arena's lock.
#![allow(unsafe_code, reason = "the allocator's settings are C calls")]

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// Allocations of this size and more are maps of their own, which `free` gives back. Left alone, glibc raises this to the freed size, up to
/// 32 MB.
const MAPPED_BYTES: libc::c_int = 1 << 20;

/// Bytes that an arena keeps at its end; `malloc_trim` leaves that alone except in the first arena. Left alone, glibc raises this to 64 MB.
const KEPT_BYTES: libc::c_int = 2 << 20;

/// In this time, threads that end free their last memory.
const PAUSE: Duration = Duration::from_millis(100);

static UNDER_WAY: AtomicBool = AtomicBool::new(false);

/// Bounds the memory that is kept. Must be called before any thread exists.
pub fn bound() {
    // SAFETY: these set two numbers of the allocator; no other thread uses it yet.
    unsafe {
        libc::mallopt(libc::M_MMAP_THRESHOLD, MAPPED_BYTES);
        libc::mallopt(libc::M_TRIM_THRESHOLD, KEPT_BYTES);
    }
}

/// Gives back the free memory of every arena. Takes each arena's lock, one after the other, and never returns if one is held forever.
pub fn give_back() {
    // SAFETY: the function has no preconditions.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Gives the memory back on a thread of its own. Returns false if the last such thread is not done yet, or if the process cannot spawn one.
pub fn give_back_soon() -> bool {
    if UNDER_WAY.swap(true, Ordering::AcqRel) {
        return false;
    }
    let work = || {
        std::thread::sleep(PAUSE);
        let begun = std::time::Instant::now();
        give_back();
        tracing::debug!(took = ?begun.elapsed(), "freed memory given back");
        UNDER_WAY.store(false, Ordering::Release);
    };
    let started = std::thread::Builder::new().name("skep trim".to_owned()).spawn(work).is_ok();
    if !started {
        UNDER_WAY.store(false, Ordering::Release);
    }
    started
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::kernel::resident_bytes;

    #[test]
    fn small_pieces_that_were_freed_leave_the_process() {
        let allocated = std::thread::spawn(|| {
            // The last piece stays, so that the arena's end cannot shrink.
            let mut pieces: Vec<Vec<u8>> = (0..100_000).map(|_| vec![1; 1000]).collect();
            let last = pieces.pop();
            drop(pieces);
            last
        });
        let last = allocated.join().expect("the thread ends");
        let before = resident_bytes();
        give_back();
        assert!(before.saturating_sub(resident_bytes()) > 50 << 20, "{before} bytes before, {} after", resident_bytes());
        drop(last);
    }
}
