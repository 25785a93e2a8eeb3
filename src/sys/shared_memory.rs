//! Memory that a supervisor and its engines share: its layout and its mapping.
//!
//! `process` creates the memory files, and reads and writes the mapped memory.
//!
//! Invariant: mapped memory holds nothing but atomics, for which any bytes are valid. Slots and counters are never unmapped, [`SharedWords`]
//! when they are dropped.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::ptr::NonNull;
use std::sync::atomic::{AtomicU8, AtomicU32, AtomicU64};

use rustix::fs::{MemfdFlags, SealFlags, fcntl_add_seals, fstat, ftruncate, memfd_create};
use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

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

/// Creates a memory file for `count` words. No process can change its size afterwards: a mapping of it never ends in nothing.
///
/// # Errors
/// If the system cannot create it.
pub fn create_words(name: &str, count: usize) -> io::Result<OwnedFd> {
    let memory = memfd_create(name, MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING)?;
    ftruncate(&memory, (count * size_of::<AtomicU64>()) as u64)?;
    fcntl_add_seals(&memory, SealFlags::SHRINK | SealFlags::GROW | SealFlags::SEAL)?;
    Ok(memory)
}

/// The words of a memory file.
#[derive(Debug)]
pub struct SharedWords {
    start: NonNull<AtomicU64>,
    count: usize,
}

// SAFETY: nothing but atomics is reached through it.
#[allow(unsafe_code, reason = "a mapping is memory that no owner of Rust has")]
unsafe impl Send for SharedWords {}
// SAFETY: nothing but atomics is reached through it.
#[allow(unsafe_code, reason = "a mapping is memory that no owner of Rust has")]
unsafe impl Sync for SharedWords {}

impl SharedWords {
    /// Maps a memory file of [`create_words`].
    ///
    /// # Errors
    /// If the file has another size, and if it cannot be mapped.
    #[allow(unsafe_code, reason = "shared memory is a mapping")]
    pub fn map(memory: impl AsFd, count: usize) -> io::Result<Self> {
        let bytes = count * size_of::<AtomicU64>();
        if usize::try_from(fstat(&memory)?.st_size) != Ok(bytes) {
            return Err(io::Error::other("the shared memory has another size"));
        }
        // SAFETY: a fresh mapping of a file of that size, which cannot shrink; only `drop` ends it.
        let start = unsafe { mmap(std::ptr::null_mut(), bytes, ProtFlags::READ | ProtFlags::WRITE, MapFlags::SHARED, memory, 0)? };
        let start = NonNull::new(start.cast()).ok_or_else(|| io::Error::other("the memory is mapped nowhere"))?;
        Ok(Self { start, count })
    }

    /// The words.
    #[allow(unsafe_code, reason = "a mapping is memory that no owner of Rust has")]
    pub fn words(&self) -> &[AtomicU64] {
        // SAFETY: the mapping has that many words and lives as long as `self`; every bit pattern is an atomic.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.count) }
    }

    /// The first half of a word, for the kernel's futex, which knows no larger one. The word is used in no other way.
    #[allow(unsafe_code, reason = "a futex has 32 bits")]
    pub fn futex(&self, index: usize) -> Option<&AtomicU32> {
        let word = self.words().get(index)?;
        // SAFETY: half of a word that is valid and aligned; every bit pattern is an atomic.
        Some(unsafe { &*std::ptr::from_ref(word).cast::<AtomicU32>() })
    }
}

impl Drop for SharedWords {
    #[allow(unsafe_code, reason = "a mapping is memory that no owner of Rust has")]
    fn drop(&mut self) {
        // SAFETY: the mapping of `map`; nothing borrows from it any more.
        let unmapped = unsafe { munmap(self.start.as_ptr().cast(), self.count * size_of::<AtomicU64>()) };
        debug_assert!(unmapped.is_ok());
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::Ordering;

    use super::*;

    #[test]
    fn two_mappings_of_one_memory_see_the_same_words_and_its_size_is_fixed() {
        let memory = create_words("skep test", 1024).unwrap();
        let (ours, theirs) = (SharedWords::map(&memory, 1024).unwrap(), SharedWords::map(&memory, 1024).unwrap());
        ours.words()[1023].store(7, Ordering::SeqCst);
        assert_eq!(theirs.words()[1023].load(Ordering::SeqCst), 7);
        ours.futex(3).unwrap().store(9, Ordering::SeqCst);
        assert_eq!(theirs.futex(3).unwrap().load(Ordering::SeqCst), 9);
        assert!(theirs.futex(1024).is_none());
        assert!(SharedWords::map(&memory, 2048).is_err());
        assert!(ftruncate(&memory, 8).is_err(), "who shrank it would kill whoever reads it");
    }
}
