//! A bound on the memory that a thread of a function takes from the system in one piece.
//!
//! V8 grants its youngest generation one object of any size, whatever the limits of the heap: the keys of a typed array of 32 MB are an
//! array of 256 MB. Built-ins that no limit interrupts have then taken it, and their frozen threads keep it. V8 maps such an object by
//! itself, so this program's `mmap` takes the place of the C library's, and asks before it maps much writable memory at once. V8 answers a
//! refusal as any other lack of memory: it collects garbage, and then gives the isolate up.
//!
//! `isolate` sets the bound when an instance gets its function, and decides.
//!
//! Invariant: only threads of functions are ever refused, and only more than their `memory_mb` in one piece.
#![allow(unsafe_code, reason = "the program takes the place of a C function")]

use std::cell::Cell;
use std::sync::OnceLock;

use libc::{c_int, c_void, off_t, size_t};

thread_local! {
    /// Pieces up to this size are never refused, in bytes. Without a destructor, so that it can be read until the thread exits.
    static SMALL: Cell<usize> = const { Cell::new(usize::MAX) };
}

/// Decides about a larger piece, on the thread that asks.
static MAY_MAP: OnceLock<fn() -> bool> = OnceLock::new();

/// From now on this thread belongs to a function that may use `memory_bytes` bytes.
pub fn bound_this_thread(memory_bytes: u64) {
    SMALL.set(usize::try_from(memory_bytes).unwrap_or(usize::MAX));
}

/// Asks `may_map` from now on about each piece beyond the bound of its thread.
pub fn ask(may_map: fn() -> bool) {
    // The program has one rule.
    let _ = MAY_MAP.set(may_map);
}

fn is_refused(bytes: usize, protection: c_int, may_map: impl FnOnce() -> bool) -> bool {
    bytes > SMALL.get() && protection & libc::PROT_WRITE != 0 && !may_map()
}

/// Takes the place of the C library's `mmap`.
///
/// # Safety
/// As of the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mmap(
    address: *mut c_void,
    bytes: size_t,
    protection: c_int,
    flags: c_int,
    descriptor: c_int,
    offset: off_t,
) -> *mut c_void {
    if is_refused(bytes, protection, || MAY_MAP.get().is_none_or(|may_map| may_map())) {
        // SAFETY: the place of the calling thread's error number is always valid.
        unsafe { *libc::__errno_location() = libc::ENOMEM };
        return libc::MAP_FAILED;
    }
    // SAFETY: the caller keeps the contract. The call sets the error number as the C library's function does.
    unsafe { libc::syscall(libc::SYS_mmap, address, bytes, protection, flags, descriptor, offset) as *mut c_void }
}

/// The same under the name that 64-bit offsets give it.
///
/// # Safety
/// As of the C library's.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn mmap64(
    address: *mut c_void,
    bytes: size_t,
    protection: c_int,
    flags: c_int,
    descriptor: c_int,
    offset: off_t,
) -> *mut c_void {
    // SAFETY: the caller keeps the contract.
    unsafe { mmap(address, bytes, protection, flags, descriptor, offset) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MB: usize = 1 << 20;

    #[test]
    fn only_a_bounded_thread_is_asked_about_and_only_beyond_its_bound() {
        let writable = libc::PROT_READ | libc::PROT_WRITE;
        let is_refused = |bytes, protection| is_refused(bytes, protection, || false);
        assert!(!is_refused(300 * MB, writable), "this thread is not bounded");
        let bounded = std::thread::spawn(move || {
            bound_this_thread(64 * MB as u64);
            [(64, writable), (100, writable), (300, writable), (300, libc::PROT_NONE)]
                .map(|(megabytes, protection)| is_refused(megabytes * MB, protection))
        });
        assert_eq!(bounded.join().unwrap(), [false, true, true, false]);
    }

    #[test]
    fn the_programs_own_function_maps_as_the_c_librarys_does() {
        let map = |bytes| {
            // SAFETY: a fresh private map, which is unmapped before any use.
            unsafe {
                let map = libc::mmap(std::ptr::null_mut(), bytes, libc::PROT_READ, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1, 0);
                (map != libc::MAP_FAILED).then(|| libc::munmap(map, bytes))
            }
        };
        assert_eq!(map(MB), Some(0));
        assert_eq!(map(0), None);
        assert_eq!(std::io::Error::last_os_error().raw_os_error(), Some(libc::EINVAL));
    }
}
