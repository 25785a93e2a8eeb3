//! The limit on the size of files (`ulimit -f`, `LimitFSIZE`): a write beyond it fails, like on a full disk.
//!
//! `main` calls [`survive_limit`] first of all.
//!
//! Invariant: no write of this process, nor of one that it starts, ends it by SIGXFSZ.
#![allow(unsafe_code, reason = "the standard library sets no signal's disposition")]

/// Ignores SIGXFSZ, so that the write fails instead of ending the process. Processes that this one starts inherit it.
pub fn survive_limit() {
    // SAFETY: no handler is installed; the call has no other preconditions.
    unsafe {
        libc::signal(libc::SIGXFSZ, libc::SIG_IGN);
    }
}
