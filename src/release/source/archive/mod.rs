//! Uploads become files: an archive as it came over the wire, read into memory and checked.
//!
//! `tar`, `zip` and `json` each take one format apart; `collect` weighs and names what they find, `path` judges the names, and `files` is
//! what is left. Bytes come from the admin listener or from the command line, which have bounded them; files go below a fresh folder.
//!
//! Invariant: an archive is taken whole or refused whole, before anything of it is on the disk; a size that it announces is never believed.

mod collect;
mod error;
mod files;
mod json;
mod path;
mod tar;
#[cfg(test)]
mod tests;
mod zip;

use std::fmt;

pub use error::{ArchiveError, Oddity};
pub use files::Files;
pub use path::PathFault;

/// Most content of all files together.
pub const CONTENT_BYTES_MAX: u64 = 20_000_000;
/// Most files.
pub const FILES_MAX: usize = 2_000;
/// Most entries: files, folders, and what only describes others.
pub const ENTRIES_MAX: usize = 4_000;
/// An archive may unpack to this many times its size once that is more than [`RATIO_FREE_BYTES`].
pub const RATIO_MAX: u64 = 100;
/// Up to here the ratio does not matter.
pub const RATIO_FREE_BYTES: u64 = 1_000_000;
/// Longest path of an entry.
pub const PATH_BYTES_MAX: usize = 1_024;
/// Longest name of one folder or file: what file systems take.
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
