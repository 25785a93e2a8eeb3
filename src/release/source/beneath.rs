//! Opening below the functions directory: by its descriptor, and without following a link.
//!
//! `disk` passes a path that it has resolved and judged. The file that is opened is at exactly that path, or nothing is opened: a part of
//! the path that was replaced by a link since then is an error, not another file.
//!
//! Invariant: no open waits (a pipe without a writer, a device, a lease), and no descriptor is inherited by another program.

use std::io;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::path::Path;

use rustix::fs::{Mode, OFlags, ResolveFlags, open, openat, openat2};
use rustix::io::Errno;

/// Flags of every open.
const ALWAYS: OFlags = OFlags::CLOEXEC.union(OFlags::NOFOLLOW).union(OFlags::NONBLOCK).union(OFlags::NOCTTY);

/// The descriptor of a folder, for `beneath`; the path must be canonical.
pub(super) fn open_folder(canonical: &Path) -> io::Result<OwnedFd> {
    Ok(open(canonical, ALWAYS | OFlags::PATH | OFlags::DIRECTORY, Mode::empty())?)
}

/// Opens for reading. `below` is relative to `root` and holds no link, no `.` and no `..`; empty, it is `root` itself.
pub(super) fn beneath(root: BorrowedFd<'_>, below: &Path, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    let resolve = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
    let path = if below.as_os_str().is_empty() { Path::new(".") } else { below };
    match openat2(root, path, ALWAYS | OFlags::RDONLY | flags, Mode::empty(), resolve) {
        // Linux before 5.6, or the system call filter of a container.
        Err(Errno::NOSYS | Errno::PERM | Errno::INVAL) => step_by_step(root, below, flags),
        opened => opened,
    }
}

/// The same with `openat` alone: folder by folder, each without following a link.
pub(super) fn step_by_step(root: BorrowedFd<'_>, below: &Path, flags: OFlags) -> rustix::io::Result<OwnedFd> {
    let last = ALWAYS | OFlags::RDONLY | flags;
    let mut parts = below.components().map(|part| part.as_os_str()).peekable();
    let mut folder: Option<OwnedFd> = None;
    while let Some(part) = parts.next() {
        let at = folder.as_ref().map_or(root, |folder| folder.as_fd());
        if part == ".." {
            return Err(Errno::XDEV);
        }
        if parts.peek().is_none() {
            return openat(at, part, last, Mode::empty());
        }
        let next = openat(at, part, ALWAYS | OFlags::PATH | OFlags::DIRECTORY, Mode::empty())?;
        folder = Some(next);
    }
    openat(root, ".", last, Mode::empty())
}
