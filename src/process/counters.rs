//! How often each rung of the containment ladder acted, in memory that all engine processes of one supervisor share.
//!
//! The supervisor makes the memory and counts the two highest rungs; each engine maps it and counts the others; so the counts go on when one engine
//! follows another, and nothing is lost when one dies.
//!
//! Invariant: the memory holds nothing but atomics, and is never unmapped.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::AtomicU64;

use rustix::fs::{MemfdFlags, ftruncate, memfd_create};
use rustix::mm::{MapFlags, ProtFlags, mmap};

/// Rungs of the ladder, L0 to L5.
pub const RUNGS: usize = 6;

/// Counts by rung, lowest first.
pub type Acts = [AtomicU64; RUNGS];

/// Places of the rungs that the supervisor counts.
pub(crate) const HANDED_OVER: usize = 4;
pub(crate) const RESTARTED: usize = 5;

/// Makes the memory.
///
/// # Errors
/// If the system gives none.
pub(crate) fn make() -> io::Result<(OwnedFd, &'static Acts)> {
    let memory = memfd_create("skep acts", MemfdFlags::CLOEXEC)?;
    ftruncate(&memory, size_of::<Acts>() as u64)?;
    let acts = open(&memory)?;
    Ok((memory, acts))
}

/// Maps the memory that the supervisor made.
///
/// # Errors
/// If it cannot be mapped.
#[allow(unsafe_code, reason = "shared memory is a mapping")]
pub(crate) fn open(memory: impl AsFd) -> io::Result<&'static Acts> {
    // SAFETY: a fresh mapping of at least that size, page-aligned, never unmapped, which every process touches through atomics alone.
    unsafe {
        let start = mmap(std::ptr::null_mut(), size_of::<Acts>(), ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED, memory, 0)?;
        Ok(&*start.cast::<Acts>())
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;

    #[test]
    fn what_one_side_counts_the_other_sees() {
        let (memory, ours) = make().unwrap();
        let theirs = open(&memory).unwrap();
        theirs[RESTARTED].fetch_add(2, Ordering::Relaxed);
        assert_eq!(ours[RESTARTED].load(Ordering::Relaxed), 2);
    }
}
