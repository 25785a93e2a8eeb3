//! A file whose bytes are read where the kernel has them: it may drop them from memory and read them again.
//!
//! `release::store` keeps the code of versions so.
//!
//! Invariant: the file has no name and no open descriptor, so that nothing changes or shortens it while it is mapped.

use std::fs::File;
use std::io;
use std::ptr::NonNull;

use rustix::mm::{MapFlags, ProtFlags, mmap, munmap};

/// The bytes of a file.
#[derive(Debug)]
pub struct MappedFile {
    start: NonNull<u8>,
    bytes: usize,
}

// SAFETY: the bytes are never written.
#[allow(unsafe_code, reason = "a mapping is memory that no owner of Rust has")]
unsafe impl Send for MappedFile {}
// SAFETY: the bytes are never written.
#[allow(unsafe_code, reason = "a mapping is memory that no owner of Rust has")]
unsafe impl Sync for MappedFile {}

impl MappedFile {
    /// Maps a whole file that has no name, and closes it.
    ///
    /// # Errors
    /// If the file is empty, has a name, or cannot be mapped.
    #[allow(unsafe_code, reason = "a mapping is memory that no owner of Rust has")]
    pub fn of(file: File) -> io::Result<Self> {
        let about = rustix::fs::fstat(&file)?;
        let bytes = usize::try_from(about.st_size).map_err(io::Error::other)?;
        if about.st_nlink > 0 || bytes == 0 {
            return Err(io::Error::other("only a file without a name and with bytes is mapped"));
        }
        // SAFETY: a fresh mapping of that size, which only `drop` ends. No other process or descriptor reaches the file.
        let start = unsafe { mmap(std::ptr::null_mut(), bytes, ProtFlags::READ, MapFlags::PRIVATE, &file, 0)? };
        let start = NonNull::new(start.cast()).ok_or_else(|| io::Error::other("the file is mapped nowhere"))?;
        Ok(Self { start, bytes })
    }
}

impl AsRef<[u8]> for MappedFile {
    #[allow(unsafe_code, reason = "a mapping is memory that no owner of Rust has")]
    fn as_ref(&self) -> &[u8] {
        // SAFETY: the mapping has that size and lives as long as `self`.
        unsafe { std::slice::from_raw_parts(self.start.as_ptr(), self.bytes) }
    }
}

impl Drop for MappedFile {
    #[allow(unsafe_code, reason = "a mapping is memory that no owner of Rust has")]
    fn drop(&mut self) {
        // SAFETY: the mapping of `of`; nothing borrows from it any more.
        let unmapped = unsafe { munmap(self.start.as_ptr().cast(), self.bytes) };
        debug_assert!(unmapped.is_ok());
    }
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    #[test]
    fn the_bytes_stay_and_a_file_that_others_reach_is_refused() {
        let mut file = tempfile::tempfile().unwrap();
        file.write_all(&[7; 10_000]).unwrap();
        assert_eq!(MappedFile::of(file).unwrap().as_ref(), [7; 10_000]);
        assert!(MappedFile::of(tempfile::tempfile().unwrap()).is_err(), "it is empty");
        let mut named = tempfile::NamedTempFile::new().unwrap();
        named.write_all(b"text").unwrap();
        assert!(MappedFile::of(named.reopen().unwrap()).is_err());
    }
}
