//! A file of the store as blocks of whole lines, from either end: a part of a plain file, or a member of a packed one.
//!
//! `search` goes through them and stops when no further block can have what it looks for.
//!
//! Invariant: each line is in one block; a line that is not whole yet is in none.

use std::fs::File;
use std::io;
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

    /// The lines of a block.
    pub(super) fn read(&self, number: usize) -> io::Result<Vec<u8>> {
        match self {
            Self::Plain(file, bytes) => read_plain(file, *bytes, number as u64 * BLOCK_BYTES),
            Self::Packed(file, members) => members.get(number).map_or(Ok(Vec::new()), |member| read_member(file, member)),
        }
    }
}

/// The lines that begin in a block. The last of them may end in the next.
fn read_plain(file: &File, bytes: u64, start: u64) -> io::Result<Vec<u8>> {
    // With the byte before the block it is known whether a line begins with the block.
    let from = start.saturating_sub(1);
    let end = (start + BLOCK_BYTES).min(bytes);
    let until = (end + LINE_BYTES_MAX as u64).min(bytes);
    let mut text = vec![0; usize::try_from(until - from).map_err(io::Error::other)?];
    let mut filled = 0;
    while let Some(rest) = text.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read_at(rest, from + filled as u64)? {
            0 => break,
            read => filled += read,
        }
    }
    text.truncate(filled);
    let after_line = |at: usize| text.get(at..).and_then(|rest| memchr::memchr(b'\n', rest)).map(|found| at + found + 1);
    let first = if start == 0 { Some(0) } else { after_line(0) };
    let inside = usize::try_from(end - from).map_err(io::Error::other)?;
    let last = match end < bytes {
        // The line that lies across the end, or the one that ends there.
        true => after_line(inside.saturating_sub(1)),
        false => None,
    };
    let last = last.or_else(|| memchr::memrchr(b'\n', &text).map(|at| at + 1)).unwrap_or(0);
    let first = first.unwrap_or(last).min(last);
    text.truncate(last);
    text.drain(..first);
    Ok(text)
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
            let read: Vec<Vec<u8>> = (0..blocks.count()).map(|number| blocks.read(number).unwrap()).collect();
            prop_assert!(read.iter().all(|block| block.is_empty() || block.ends_with(b"\n")));
            prop_assert!(read.concat() == text[..whole]);
        }
    }
}
