//! Memory that a supervisor and its engines share: its layout and its mapping.
//!
//! `process` creates the memory files, and reads and writes the mapped memory.
//!
//! Invariant: mapped memory holds nothing but atomics, for which any bytes are valid, and is never unmapped.

use std::io;
use std::os::fd::AsFd;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64};

use rustix::mm::{MapFlags, ProtFlags, mmap};

/// Bytes of a function's name; the longest has 63.
pub const FUNCTION_BYTES: usize = 64;
/// Bytes of a version's id.
pub const VERSION_BYTES: usize = 48;

/// The crash slot of one worker thread.
#[repr(C, align(128))]
pub struct CrashSlot {
    /// Free, idle or busy.
    pub state: AtomicU32,
    /// Number of the worker.
    pub worker: AtomicU32,
    /// The signal the worker's code died of; 0 while it lives.
    pub signal: AtomicU32,
    unused: AtomicU32,
    /// Name of its function, NUL-terminated.
    pub function: [AtomicU8; FUNCTION_BYTES],
    /// Id of its version, NUL-terminated.
    pub version: [AtomicU8; VERSION_BYTES],
}

/// Maps `count` slots of a memory file of at least that size.
///
/// # Errors
/// If it cannot be mapped.
#[allow(unsafe_code, reason = "shared memory is a mapping")]
pub fn map_crash_slots(memory: impl AsFd, count: usize) -> io::Result<&'static [CrashSlot]> {
    // SAFETY: a fresh, page-aligned mapping of that size, never unmapped; both processes touch it through atomics or after the other's
    // death.
    unsafe {
        let start =
            mmap(std::ptr::null_mut(), count * size_of::<CrashSlot>(), ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED, memory, 0)?;
        Ok(std::slice::from_raw_parts(start.cast::<CrashSlot>().cast_const(), count))
    }
}

/// Maps a memory file of at least the size of these counters.
///
/// # Errors
/// If it cannot be mapped.
#[allow(unsafe_code, reason = "shared memory is a mapping")]
pub fn map_counters<const COUNT: usize>(memory: impl AsFd) -> io::Result<&'static [AtomicU64; COUNT]> {
    // SAFETY: a fresh, page-aligned mapping of at least that size, never unmapped, which every process touches through atomics alone.
    unsafe {
        let start =
            mmap(std::ptr::null_mut(), size_of::<[AtomicU64; COUNT]>(), ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED, memory, 0)?;
        Ok(&*start.cast::<[AtomicU64; COUNT]>())
    }
}
