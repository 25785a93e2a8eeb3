//! Why the state folder does not do what was asked.
//!
//! Made by every file of `store`; told to whoever released, or to the operator at start.
//!
//! Invariant: a path is one below the state folder, never a path of the machine, and no message holds a value of `env` or `secrets`.

use std::io::{self, ErrorKind};

/// What went wrong with the state folder.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// No room on the disk or in a quota.
    #[error("{path} cannot be written, there is no room left: {error}")]
    Full {
        /// Below the state folder.
        path: String,
        /// What the system says.
        error: io::Error,
    },
    /// The system lets nobody, or not this user, write.
    #[error("{path} cannot be written: {error}; the state folder must be writable for the user that Skep runs as")]
    ReadOnly {
        /// Below the state folder.
        path: String,
        /// What the system says.
        error: io::Error,
    },
    /// Any other failure to write or remove.
    #[error("{path} cannot be written: {error}")]
    Unwritable {
        /// Below the state folder.
        path: String,
        /// What the system says.
        error: io::Error,
    },
    /// It is there and cannot be read.
    #[error("{path} cannot be read: {error}")]
    Unreadable {
        /// Below the state folder.
        path: String,
        /// What the system says.
        error: io::Error,
    },
    /// A version has no file.
    #[error("{path} is missing")]
    Missing {
        /// Below the state folder.
        path: String,
    },
    /// A version's file is not what was written.
    #[error("{path} is damaged: {what}")]
    Damaged {
        /// Below the state folder.
        path: String,
        /// How it shows.
        what: String,
    },
    /// The index is not what was written.
    #[error(
        "index.json is broken: {what}; put a copy of it back, or move it out of the state folder: Skep then starts without the deployed functions"
    )]
    BrokenIndex {
        /// How it shows.
        what: String,
    },
    /// A later Skep wrote it.
    #[error("{path} was written by a newer Skep (format {format}, this one reads up to {known}): start that one, or a newer one", known = super::FORMAT)]
    Newer {
        /// Below the state folder.
        path: String,
        /// The format it has.
        format: u32,
    },
    /// It could not be read back, so it is not written.
    #[error("{path} is not written: {what}")]
    Refused {
        /// Below the state folder.
        path: String,
        /// Why not.
        what: String,
    },
    /// A text that cannot name a version.
    #[error("that is not the id of a version: an id is `v` and twelve hexadecimal digits")]
    NotAnId,
}

impl StoreError {
    /// A failure to make, write, rename or remove `path`.
    pub(super) fn writing(path: &str, error: io::Error) -> Self {
        let (path, error) = (path.to_owned(), without_path(error));
        match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => Self::Full { path, error },
            ErrorKind::ReadOnlyFilesystem | ErrorKind::PermissionDenied => Self::ReadOnly { path, error },
            _ => Self::Unwritable { path, error },
        }
    }

    /// A failure to read `path`.
    pub(crate) fn reading(path: &str, error: io::Error) -> Self {
        Self::Unreadable { path: path.to_owned(), error: without_path(error) }
    }
}

/// A library's error may hold a path of the machine; what kind of error it is says enough. The system's own have none.
fn without_path(error: io::Error) -> io::Error {
    if error.get_ref().is_some() { error.kind().into() } else { error }
}

/// What is wrong with a JSON text, without any of the text: it may hold secrets.
pub(super) fn json_fault(error: &serde_json::Error) -> String {
    use serde_json::error::Category;
    let what = match error.classify() {
        Category::Eof => "it ends too early",
        Category::Syntax => "it is not JSON",
        Category::Data => "a field is missing or has the wrong type",
        Category::Io => "it cannot be read",
    };
    format!("{what} (line {}, column {})", error.line(), error.column())
}
