//! From bytes, or from files that are known one by one, to checked [`Files`].
//!
//! The admin API gives the bytes of an upload, the command line the files of a folder.
//!
//! Invariant: there is no other way to make [`Files`] with a file in them, so every path and size has passed `collect`.

use super::collect::FileCollector;
use super::error::ArchiveError;
use super::files::{Files, relative};
use super::limits::ArchiveKind;
use super::{json, tar, zip};

impl Files {
    /// Reads an archive.
    ///
    /// # Errors
    /// If any part of it is invalid; then nothing of it is taken.
    pub fn read(kind: ArchiveKind, bytes: &[u8]) -> Result<Self, ArchiveError> {
        let mut files = FileCollector::new(kind, bytes.len());
        match kind {
            ArchiveKind::TarGz => tar::read(bytes, &mut files)?,
            ArchiveKind::Zip => zip::read(bytes, &mut files)?,
            ArchiveKind::Json => return json::read(bytes),
        }
        Ok(files.finish())
    }

    /// Takes files that the caller has, and links by their paths and targets, both from the top; by the rules for archives.
    ///
    /// # Errors
    /// If an archive could not have such a path, or so much content.
    pub fn gather(
        found: impl IntoIterator<Item = (String, Vec<u8>)>,
        links: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ArchiveError> {
        let mut files = FileCollector::new(ArchiveKind::TarGz, usize::MAX);
        for (path, bytes) in found {
            files.file(path.as_bytes(), bytes.len() as u64, &*bytes)?;
        }
        for (path, target) in links {
            files.link(path.as_bytes(), relative(&path, &target).as_bytes())?;
        }
        Ok(files.finish())
    }
}
