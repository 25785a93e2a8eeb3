//! The memory of this process, as the kernel counts it.
//!
//! `release::compiler` compares it with a limit, hundreds of times a second.
//!
//! Invariant: reading it allocates nothing.
#![allow(clippy::disallowed_methods, reason = "the kernel publishes it in a file")]

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt as _;

/// Longer than seven numbers of twenty digits and the blanks between them.
const TEXT_BYTES: usize = 192;

/// The memory of this process.
#[derive(Debug)]
pub struct ProcessMemory(File);

impl ProcessMemory {
    /// Opens the kernel's file.
    ///
    /// # Errors
    /// If there is no `/proc`.
    pub fn open() -> io::Result<Self> {
        Ok(Self(File::open("/proc/self/statm")?))
    }

    /// Bytes in memory that no file backs.
    ///
    /// # Errors
    /// If the kernel's text cannot be read.
    pub fn anonymous_bytes(&self) -> io::Result<u64> {
        let mut text = [0; TEXT_BYTES];
        let length = self.0.read_at(&mut text, 0)?;
        let text = str::from_utf8(text.get(..length).unwrap_or_default()).map_err(io::Error::other)?;
        // The whole address space, what is in memory, and what of that is shared with a file; in pages.
        let mut pages = text.split_ascii_whitespace().skip(1).map_while(|pages| pages.parse::<u64>().ok());
        match (pages.next(), pages.next()) {
            (Some(resident), Some(shared)) => Ok(resident.saturating_sub(shared) * rustix::param::page_size() as u64),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn memory_that_is_written_is_counted() {
        const BYTES: usize = 64 << 20;
        let memory = ProcessMemory::open().unwrap();
        let held = vec![1_u8; BYTES];
        assert!(memory.anonymous_bytes().unwrap() >= BYTES as u64);
        drop(held);
    }
}
