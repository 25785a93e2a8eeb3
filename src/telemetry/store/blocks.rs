//! A file of the store as blocks of whole lines, from either end: a part of a plain file, or a member of a packed one.
//!
//! `search` goes through them and stops when no further block can have what it looks for.
//!
//! Invariant: each line is in one block; a line that is not whole yet is in none.

use std::fs::File;
use std::io;
use std::ops::Range;
use std::os::unix::fs::FileExt as _;

use super::files::LogFolder;
use super::index::Member;
use super::pack::{MEMBER_BYTES, read_index, read_member, rebuild_index};
use super::segment::{Folder, StoreFile};
use crate::telemetry::log::record::LINE_BYTES_MAX;

/// Bytes of a plain file in one block.
const BLOCK_BYTES: u64 = MEMBER_BYTES as u64;

/// An open file.
pub(super) enum Blocks {
    /// A plain one, and its bytes.
    Plain(File, u64),
    /// A packed one.
    Packed(File, Vec<Member>),
}

impl Blocks {
    /// A plain file as it is now.
    pub(super) fn plain(file: File) -> io::Result<Self> {
        let bytes = file.metadata()?.len();
        Ok(Self::Plain(file, bytes))
    }

    /// Opens a file; one that was packed since it was listed, as it is now.
    pub(super) fn open(log: &LogFolder, folder: &Folder, file: &StoreFile) -> io::Result<Option<Self>> {
        let packed = match file {
            StoreFile::Open(_) | StoreFile::Plain(_) => match log.read(folder, file) {
                Ok(plain) => return Self::plain(plain).map(Some),
                Err(error) => file.segment().cloned().ok_or(error)?,
            },
            StoreFile::Packed(name) => name.clone(),
            StoreFile::Index(_) => return Ok(None),
        };
        let opened = log.read(folder, &StoreFile::Packed(packed.clone()))?;
        let index = match read_index(log, folder, &packed) {
            Some(index) => index,
            None => rebuild_index(log, folder, &packed)?,
        };
        Ok(Some(Self::Packed(opened, index.members)))
    }

    /// Blocks.
    pub(super) fn count(&self) -> usize {
        match self {
            Self::Plain(_, bytes) => usize::try_from(bytes.div_ceil(BLOCK_BYTES)).unwrap_or(usize::MAX),
            Self::Packed(_, members) => members.len(),
        }
    }

    /// What is known of a block before it is read.
    pub(super) fn member(&self, number: usize) -> Option<&Member> {
        match self {
            Self::Plain(..) => None,
            Self::Packed(_, members) => members.get(number),
        }
    }

    /// Reads a block into a buffer, which is used again and again; returns where its lines lie in it.
    pub(super) fn read(&self, number: usize, buffer: &mut Vec<u8>) -> io::Result<Range<usize>> {
        match self {
            Self::Plain(file, bytes) => read_plain(file, *bytes, number as u64 * BLOCK_BYTES, buffer),
            Self::Packed(file, members) => match members.get(number) {
                Some(member) => {
                    *buffer = read_member(file, member)?;
                    Ok(0..buffer.len())
                }
                None => Ok(0..0),
            },
        }
    }
}

/// The lines that begin in a block. The last of them may end in the next.
fn read_plain(file: &File, bytes: u64, start: u64, buffer: &mut Vec<u8>) -> io::Result<Range<usize>> {
    // With the byte before the block it is known whether a line begins with the block.
    let from = start.saturating_sub(1);
    let end = (start + BLOCK_BYTES).min(bytes);
    let until = (end + LINE_BYTES_MAX as u64).min(bytes);
    let wanted = usize::try_from(until.saturating_sub(from)).map_err(io::Error::other)?;
    if buffer.len() < wanted {
        buffer.resize(wanted, 0);
    }
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..wanted).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, from + filled as u64)? {
            0 => break,
            read => filled += read,
        }
    }
    let text = buffer.get(..filled).unwrap_or_default();
    let after_line = |at: usize| text.get(at..).and_then(|rest| memchr::memchr(b'\n', rest)).map(|found| at + found + 1);
    let first = if start == 0 { Some(0) } else { after_line(0) };
    let inside = usize::try_from(end.saturating_sub(from)).map_err(io::Error::other)?;
    // The line that lies across the end, or the one that ends there.
    let last = if end < bytes { after_line(inside.saturating_sub(1)) } else { None };
    let last = last.or_else(|| memchr::memrchr(b'\n', text).map(|at| at + 1)).unwrap_or(0);
    Ok(first.unwrap_or(last).min(last)..last)
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]
        #[test]
        fn every_whole_line_is_in_one_block(lengths in proptest::collection::vec(0_usize..200_000, 0..40), torn in 0_usize..10) {
            let mut text: Vec<u8> = lengths.iter().zip(0_u8..).flat_map(|(length, byte)| {
                let mut line = vec![b'a' + byte % 26; *length];
                line.push(b'\n');
                line
            }).collect();
            let whole = text.len();
            text.extend(vec![b'!'; torn]);
            let mut file = tempfile::tempfile().unwrap();
            file.write_all(&text).unwrap();
            let blocks = Blocks::plain(file).unwrap();
            let mut buffer = Vec::new();
            let mut read = |number| {
                let lines = blocks.read(number, &mut buffer).unwrap();
                buffer[lines].to_vec()
            };
            let read: Vec<Vec<u8>> = (0..blocks.count()).map(&mut read).collect();
            prop_assert!(read.iter().all(|block| block.is_empty() || block.ends_with(b"\n")));
            prop_assert!(read.concat() == text[..whole]);
        }
    }
}
