//! Counters of the levels of the containment ladder, in memory that all engine processes of one supervisor share.
//!
//! The supervisor creates the memory and counts the two highest levels; each engine maps it and counts the others. So the counts continue
//! when one engine follows another, and nothing is lost when one dies.
//!
//! Invariant: the memory holds nothing but atomics, and is never unmapped.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::atomic::AtomicU64;

use rustix::fs::{MemfdFlags, ftruncate, memfd_create};

use crate::sys::shared_memory;

/// Levels of the ladder, L0 to L5.
pub const LEVELS: usize = 6;

/// Counts by level, lowest first.
pub type ContainmentCounters = [AtomicU64; LEVELS];

/// Places of the levels that the supervisor counts.
pub(crate) const HANDED_OVER: usize = 4;
pub(crate) const RESTARTED: usize = 5;

/// Creates the memory.
///
/// # Errors
/// If the system cannot create it.
pub(crate) fn make() -> io::Result<(OwnedFd, &'static ContainmentCounters)> {
    let memory = memfd_create("skep acts", MemfdFlags::CLOEXEC)?;
    ftruncate(&memory, size_of::<ContainmentCounters>() as u64)?;
    let counters = open(&memory)?;
    Ok((memory, counters))
}

/// Maps the memory that the supervisor created.
///
/// # Errors
/// If it cannot be mapped.
pub(crate) fn open(memory: impl AsFd) -> io::Result<&'static ContainmentCounters> {
    shared_memory::map_counters(memory)
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
