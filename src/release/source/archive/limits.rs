//! The formats of an upload, and the limits that all of them share.
//!
//! Invariant: nothing here reads an archive.

use std::fmt;

/// Most content of all files together.
pub const CONTENT_BYTES_MAX: u64 = 20_000_000;
/// Most files.
pub const FILES_MAX: usize = 2_000;
/// Most entries: files, folders, and entries that only describe others.
pub const ENTRIES_MAX: usize = 4_000;
/// An archive may unpack to this many times its size once the content is more than [`RATIO_FREE_BYTES`].
pub const RATIO_MAX: u64 = 100;
/// Up to this much content the ratio does not matter.
pub const RATIO_FREE_BYTES: u64 = 1_000_000;
/// Longest path of an entry.
pub const PATH_BYTES_MAX: usize = 1_024;
/// Longest name of one folder or file: the limit of file systems.
pub const PART_BYTES_MAX: usize = 255;
/// Most folders and file names in one path.
pub const DEPTH_MAX: usize = 32;

/// The formats of an upload.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ArchiveKind {
    /// A tar archive, compressed by gzip.
    TarGz,
    /// A zip archive.
    Zip,
    /// `{"files": {"path": "text"}}`.
    Json,
}

impl ArchiveKind {
    /// The format that a content type names; parameters and case do not matter.
    pub fn from_content_type(content_type: &str) -> Option<Self> {
        let essence = content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        match essence.strip_prefix("application/")? {
            "gzip" | "x-gzip" | "tar+gzip" | "x-tar+gzip" | "x-compressed-tar" | "x-tgz" => Some(Self::TarGz),
            "zip" | "x-zip-compressed" => Some(Self::Zip),
            "json" => Some(Self::Json),
            _ => None,
        }
    }
}

impl fmt::Display for ArchiveKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::TarGz => "tar.gz",
            Self::Zip => "zip",
            Self::Json => "JSON",
        })
    }
}

/// Whether an archive of `size` bytes may unpack to `used` bytes.
pub(super) fn is_within_ratio(used: u64, size: u64) -> bool {
    used <= RATIO_FREE_BYTES.max(size.saturating_mul(RATIO_MAX))
}
