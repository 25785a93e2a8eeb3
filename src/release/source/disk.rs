//! The door to the disk: every look is remembered.
//!
//! `entry` and `release::compile` ask; the paths they asked for, found or not, become the paths that hot reload watches.
//!
//! Invariant: a path is remembered before it is looked at, so that what is missing now is noticed when it appears.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

/// A look at the disk with a memory; clones share it.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    asked: Arc<Mutex<BTreeSet<PathBuf>>>,
}

/// Why a file's text could not be had.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The system says no; its text holds no path.
    #[error("it cannot be read: {0}")]
    Io(#[from] io::Error),
    /// A folder, a pipe, a socket or a device.
    #[error("it is not a regular file")]
    NotAFile,
    /// Larger than the caller takes.
    #[error("it is larger than {0} bytes")]
    TooLarge(u64),
    /// A link to a file that the function may not read.
    #[error("it is a link that leads out of the function's folder")]
    LeadsOut,
    /// Some bytes are not text.
    #[error("it is not UTF-8 text")]
    NotUtf8,
}

impl Disk {
    /// Whether a regular file is there, after following links.
    pub fn is_file(&self, path: &Path) -> bool {
        self.metadata(path).is_ok_and(|metadata| metadata.is_file())
    }

    /// Whether a folder is there, after following links.
    pub fn is_folder(&self, path: &Path) -> bool {
        self.metadata(path).is_ok_and(|metadata| metadata.is_dir())
    }

    /// What is there, after following links.
    pub fn metadata(&self, path: &Path) -> io::Result<fs::Metadata> {
        self.remember(path);
        fs::metadata(path)
    }

    /// The path without links and dots.
    pub fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.remember(path);
        fs::canonicalize(path)
    }

    /// The whole text of a file, without a byte order mark.
    pub fn text(&self, path: &Path, bytes_max: u64) -> Result<String, ReadError> {
        // Opening a pipe would wait for its writer, so what it is comes before what it says.
        if !self.metadata(path)?.is_file() {
            return Err(ReadError::NotAFile);
        }
        let mut bytes = Vec::new();
        File::open(path)?.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > bytes_max {
            return Err(ReadError::TooLarge(bytes_max));
        }
        let text = String::from_utf8(bytes).map_err(|_| ReadError::NotUtf8)?;
        Ok(match text.strip_prefix('\u{feff}') {
            Some(text) => text.to_owned(),
            None => text,
        })
    }

    /// Remembers a path that someone else looks at.
    pub fn remember(&self, path: &Path) {
        let mut asked = self.asked.lock();
        if !asked.contains(path) {
            asked.insert(path.to_owned());
        }
    }

    /// Every path asked for so far.
    pub fn asked(&self) -> BTreeSet<PathBuf> {
        self.asked.lock().clone()
    }
}
