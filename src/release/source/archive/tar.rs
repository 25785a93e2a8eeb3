//! tar.gz, read by `tar` and `flate2` in one pass.
//!
//! Invariant: no more is unpacked than the limits allow, counted at the output of the decompressor; the archive ends where it says, and
//! only zeros follow.

use std::io::{self, ErrorKind, Read};

use flate2::bufread::MultiGzDecoder;
use tar::{Archive, Entry, EntryType};

use super::collect::{FileCollector, within_ratio};
use super::error::{ArchiveError, Oddity, label};
use super::limits::{ArchiveKind, CONTENT_BYTES_MAX, ENTRIES_MAX};

/// Most bytes of the stream: content, and for each entry its header, padding, and a long name with its own.
const STREAM_BYTES_MAX: u64 = CONTENT_BYTES_MAX + ENTRIES_MAX as u64 * 4096;

/// Reads a whole archive.
pub(super) fn read(bytes: &[u8], files: &mut FileCollector) -> Result<(), ArchiveError> {
    let mut archive = Archive::new(Unpacked::new(bytes));
    for entry in archive.entries().map_err(broken)? {
        take(entry.map_err(broken)?, files)?;
    }
    archive.into_inner().finish().map_err(broken)
}

/// Decides about one entry.
fn take(mut entry: Entry<'_, impl Read>, files: &mut FileCollector) -> Result<(), ArchiveError> {
    let name = entry.path_bytes().into_owned();
    let not_a_file = |oddity| Err(ArchiveError::NotAFile { entry: label(&name), oddity });
    let kind = entry.header().entry_type();
    let attributes = attributes(&mut entry)?;
    match kind {
        _ if attributes.is_sparse => not_a_file(Oddity::Sparse),
        EntryType::Regular => files.file(&name, entry.size(), entry),
        // Some readers would skip the content of a folder, and some would read it as the next entries.
        EntryType::Directory if entry.size() != 0 => not_a_file(Oddity::FullFolder),
        EntryType::Directory => files.folder(&name),
        EntryType::XGlobalHeader if attributes.is_decisive => not_a_file(Oddity::GlobalHeader),
        // `git archive` writes one, with the commit in it.
        EntryType::XGlobalHeader => files.count(),
        EntryType::Symlink => {
            let target = entry.link_name_bytes().map(|target| target.into_owned()).unwrap_or_default();
            files.link(&name, &target)
        }
        EntryType::Link => not_a_file(Oddity::Link),
        EntryType::Char | EntryType::Block | EntryType::Fifo => not_a_file(Oddity::Device),
        EntryType::GNUSparse => not_a_file(Oddity::Sparse),
        _ => not_a_file(Oddity::Unknown),
    }
}

/// The attributes of an entry (PAX) that matter here.
#[derive(Default)]
struct Attributes {
    is_sparse: bool,
    /// They change the name or the size.
    is_decisive: bool,
}

fn attributes(entry: &mut Entry<'_, impl Read>) -> Result<Attributes, ArchiveError> {
    let mut attributes = Attributes::default();
    for attribute in entry.pax_extensions().map_err(broken)?.into_iter().flatten() {
        let key = attribute.map_err(broken)?.key_bytes();
        attributes.is_sparse |= key.starts_with(b"GNU.sparse.");
        attributes.is_decisive |= matches!(key, b"path" | b"linkpath" | b"size");
    }
    Ok(attributes)
}

fn broken(error: io::Error) -> ArchiveError {
    ArchiveError::from_io(ArchiveKind::TarGz, error)
}

/// The output of the decompressor, counted.
struct Unpacked<'a> {
    stream: MultiGzDecoder<&'a [u8]>,
    size: u64,
    read: u64,
    has_ended: bool,
}

impl<'a> Unpacked<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { stream: MultiGzDecoder::new(bytes), size: bytes.len() as u64, read: 0, has_ended: false }
    }

    /// Reads the bytes after the last entry: the rest of a mark of zeros, without which the archive was cut.
    fn finish(mut self) -> io::Result<()> {
        if self.has_ended {
            return Err(io::Error::new(ErrorKind::UnexpectedEof, "its end is missing"));
        }
        let mut rest = [0; 4096];
        loop {
            match self.read(&mut rest)? {
                0 => return Ok(()),
                count if rest.iter().take(count).all(|byte| *byte == 0) => {}
                _ => return Err(io::Error::new(ErrorKind::InvalidData, "something follows its end")),
            }
        }
    }
}

impl Read for Unpacked<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(out)?;
        self.has_ended |= count == 0 && !out.is_empty();
        self.read += count as u64;
        within_ratio(self.read, self.size).map_err(io::Error::other)?;
        if self.read > STREAM_BYTES_MAX {
            return Err(io::Error::other(ArchiveError::UnpacksTooLarge { limit: STREAM_BYTES_MAX }));
        }
        Ok(count)
    }
}
