//! Descriptors that the process was started with, and knows by their numbers alone.

use std::os::fd::{BorrowedFd, FromRawFd as _, OwnedFd, RawFd};

/// A descriptor that was found open and stays open: its sender named this process as the receiver.
#[allow(unsafe_code, reason = "descriptors that were inherited are known by their number alone")]
pub fn borrow<'a>(descriptor: RawFd) -> BorrowedFd<'a> {
    // SAFETY: the caller found it open, and nothing in the process closes it before it has an owner.
    unsafe { BorrowedFd::borrow_raw(descriptor) }
}

/// Takes a descriptor over. The caller makes sure that it gets one owner.
#[allow(unsafe_code, reason = "descriptors that were inherited are known by their number alone")]
pub fn own(descriptor: RawFd) -> OwnedFd {
    // SAFETY: it is open and meant for this process; the caller takes it over once.
    unsafe { OwnedFd::from_raw_fd(descriptor) }
}
