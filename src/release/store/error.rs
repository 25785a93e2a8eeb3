//! Why the state folder cannot be read or written.
//!
//! Created by every file of `store`; shown to the client that released, or to the operator at start.
//!
//! Invariant: a path is relative to the state folder, never a path of the machine, and no message holds a value of `env` or `secrets`.

use std::io::{self, ErrorKind};

use super::format::FORMAT;

/// Why the state folder cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No room on the disk or in a quota.
    #[error("{path} cannot be written, there is no room left: {error}")]
    Full {
        /// Relative to the state folder.
        path: String,
        /// The operating system's error.
        error: io::Error,
    },
    /// The file system is read-only, or this user may not write.
    #[error("{path} cannot be written: {error}; the state folder must be writable for the user that Skep runs as")]
    ReadOnly {
        /// Relative to the state folder.
        path: String,
        /// The operating system's error.
        error: io::Error,
    },
    /// Any other failure to write or remove.
    #[error("{path} cannot be written: {error}")]
    Unwritable {
        /// Relative to the state folder.
        path: String,
        /// The operating system's error.
        error: io::Error,
    },
    /// It exists and cannot be read.
    #[error("{path} cannot be read: {error}")]
    Unreadable {
        /// Relative to the state folder.
        path: String,
        /// The operating system's error.
        error: io::Error,
    },
    /// A version's file does not exist.
    #[error("{path} is missing")]
    Missing {
        /// Relative to the state folder.
        path: String,
    },
    /// A version's file differs from what was written.
    #[error("{path} is damaged: {what}")]
    Damaged {
        /// Relative to the state folder.
        path: String,
        /// The damage that was found.
        what: String,
    },
    /// The index differs from what was written.
    #[error(
        "index.json is broken: {what}; put a copy of it back, or move it out of the state folder: Skep then starts without the deployed functions"
    )]
    BrokenIndex {
        /// The damage that was found.
        what: String,
    },
    /// A newer Skep wrote it.
    #[error("{path} was written by a newer Skep (format {format}, this one reads up to {known}): start that one, or a newer one", known = FORMAT)]
    Newer {
        /// Relative to the state folder.
        path: String,
        /// Its format.
        format: u32,
    },
    /// It could not be read back, so it is not written.
    #[error("{path} is not written: {what}")]
    NotReadable {
        /// Relative to the state folder.
        path: String,
        /// The reason.
        what: String,
    },
}

impl StoreError {
    /// A failure to create, write, rename or remove `path`.
    pub(super) fn writing(path: &str, error: io::Error) -> Self {
        let (path, error) = (path.to_owned(), without_path(error));
        match error.kind() {
            // The last one is the limit on the size of files.
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded | ErrorKind::FileTooLarge => Self::Full { path, error },
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => Self::ReadOnly { path, error },
            _ => Self::Unwritable { path, error },
        }
    }

    /// A failure to read `path`.
    pub(crate) fn reading(path: &str, error: io::Error) -> Self {
        Self::Unreadable { path: path.to_owned(), error: without_path(error) }
    }
}

/// A library's error may hold a path of the machine, so only its kind is kept. The operating system's errors hold none.
fn without_path(error: io::Error) -> io::Error {
    if error.get_ref().is_some() { error.kind().into() } else { error }
}
