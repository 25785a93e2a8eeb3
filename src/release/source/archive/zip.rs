//! zip, read by `zip`: the entries of its directory, each decompressed as far as its announced size and the limits allow.
//!
//! Invariant: there is one way to read the archive: its directory stands right before its end, names every entry once, and says the same
//! as the entries themselves.

use std::io::Cursor;

use zip::read::{ArchiveOffset, Config, ZipFileEntry};
use zip::{CompressionMethod, ZipArchive};

use super::collect::FileCollector;
use super::error::{ArchiveError, Oddity, label};
use super::limits::{ArchiveKind, ENTRIES_MAX};

/// The first bytes of an archive's end.
const END_SIGNATURE: &[u8] = b"PK\x05\x06";
/// Bytes of the end before its comment.
const END_BYTES: usize = 22;
/// The position of file types in the mode that Unix programs add to an entry.
const MODE_SHIFT: u32 = 16;
const TYPE_MASK: u32 = 0o170_000;
const TYPE_FILE: u32 = 0o100_000;
const TYPE_FOLDER: u32 = 0o040_000;
const TYPE_LINK: u32 = 0o120_000;

/// Reads a whole archive.
pub(super) fn read(bytes: &[u8], files: &mut FileCollector) -> Result<(), ArchiveError> {
    let directory = Directory::find(bytes).map_err(|reason| ArchiveError::broken(ArchiveKind::Zip, &reason))?;
    // The library allocates for as many entries as the directory announces.
    if directory.entries > ENTRIES_MAX {
        return Err(ArchiveError::TooManyEntries);
    }
    let config = Config { archive_offset: ArchiveOffset::Known(0) };
    let mut archive = ZipArchive::with_config(config, Cursor::new(bytes)).map_err(broken)?;
    archive.validate_header_consistency().map_err(broken)?;
    if archive.central_directory_start() != directory.start || archive.len() != directory.entries {
        return Err(ArchiveError::broken(ArchiveKind::Zip, &"it has two directories"));
    }
    for index in 0..archive.len() {
        let is_folder = is_folder(&archive.by_index_data(index).map_err(broken)?)?;
        let entry = archive.by_index(index).map_err(broken)?;
        let name = entry.name_raw().to_vec();
        match is_folder {
            true => files.folder(&name)?,
            false => files.file(&name, entry.size(), entry)?,
        }
    }
    Ok(())
}

/// Whether an entry is a folder; otherwise it is a file that can be read.
fn is_folder(entry: &ZipFileEntry<'_>) -> Result<bool, ArchiveError> {
    let name = || label(entry.name_raw());
    if entry.encrypted() {
        return Err(ArchiveError::Encrypted { entry: name() });
    }
    if !matches!(entry.compression(), CompressionMethod::Stored | CompressionMethod::Deflated) {
        return Err(ArchiveError::Method { entry: name(), method: entry.compression().to_string() });
    }
    let is_folder = entry.name_raw().ends_with(b"/");
    // The mode is checked whatever system the entry names as its writer. Folders often have the type of a file in it, or none.
    let oddity = match (entry.external_attributes() >> MODE_SHIFT) & TYPE_MASK {
        0 | TYPE_FILE | TYPE_FOLDER if is_folder && entry.size() == 0 => return Ok(true),
        0 | TYPE_FILE if !is_folder => return Ok(false),
        0 | TYPE_FILE | TYPE_FOLDER => Oddity::FullFolder,
        TYPE_LINK => Oddity::Link,
        _ => Oddity::Device,
    };
    Err(ArchiveError::NotAFile { entry: name(), oddity })
}

fn broken(error: zip::result::ZipError) -> ArchiveError {
    ArchiveError::broken(ArchiveKind::Zip, &error)
}

/// The directory, as the end of an archive describes it.
struct Directory {
    start: u64,
    entries: usize,
}

impl Directory {
    /// Finds the last end, as readers do, and refuses it unless it is the very end of the archive and the directory stands right before it:
    /// the library would search for another end, and ignore the bytes that follow.
    fn find(bytes: &[u8]) -> Result<Self, &'static str> {
        let from = bytes.len().saturating_sub(END_BYTES + usize::from(u16::MAX));
        let tail = bytes.get(from..).unwrap_or_default();
        let at = tail.windows(END_SIGNATURE.len()).rposition(|window| window == END_SIGNATURE).ok_or("its end is missing")?;
        let end = tail.get(at..).unwrap_or_default();
        let field = |at: usize, bytes: usize| {
            end.get(at..at + bytes).map(|field| field.iter().rev().fold(0, |sum, byte| (sum << 8) + u64::from(*byte)))
        };
        let (Some(entries), Some(size), Some(start), Some(comment)) = (field(10, 2), field(12, 4), field(16, 4), field(20, 2)) else {
            return Err("its end is cut");
        };
        if end.len() as u64 != END_BYTES as u64 + comment {
            return Err("it is cut, or something follows its end");
        }
        if start + size != (from + at) as u64 {
            return Err("its directory does not stand right before its end (zip64 is not taken)");
        }
        Ok(Self { start, entries: usize::try_from(entries).unwrap_or(usize::MAX) })
    }
}
