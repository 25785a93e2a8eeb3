//! Access to the disk that records every path.
//!
//! `entry` and `release::compile` read through it; the recorded paths, found or not, become the paths that hot reload watches.
//!
//! Invariant: a path is recorded before it is read, so that a file that is missing now is noticed when it appears.

use std::collections::BTreeSet;
use std::fs::{self, File};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

/// Reads the disk and records the paths; clones share the record.
#[derive(Clone, Debug, Default)]
pub struct Disk {
    recorded: Arc<Mutex<BTreeSet<PathBuf>>>,
}

/// Why the text of a file cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The operating system refuses; its text holds no path.
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
    /// Whether the path is a regular file, links followed.
    pub fn is_file(&self, path: &Path) -> bool {
        self.metadata(path).is_ok_and(|metadata| metadata.is_file())
    }

    /// Whether the path is a folder, links followed.
    pub fn is_folder(&self, path: &Path) -> bool {
        self.metadata(path).is_ok_and(|metadata| metadata.is_dir())
    }

    /// The metadata of the path, links followed.
    pub fn metadata(&self, path: &Path) -> io::Result<fs::Metadata> {
        self.record(path);
        fs::metadata(path)
    }

    /// The path without links and dots.
    pub fn canonical(&self, path: &Path) -> io::Result<PathBuf> {
        self.record(path);
        fs::canonicalize(path)
    }

    /// The whole text of a file, without a byte order mark.
    pub fn text(&self, path: &Path, bytes_max: u64) -> Result<String, ReadError> {
        // Opening a pipe would wait for its writer, so the kind of the file is checked first.
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

    /// Records a path that the caller reads by itself.
    pub fn record(&self, path: &Path) {
        let mut recorded = self.recorded.lock();
        if !recorded.contains(path) {
            recorded.insert(path.to_owned());
        }
    }

    /// Every path recorded so far.
    pub fn recorded(&self) -> BTreeSet<PathBuf> {
        self.recorded.lock().clone()
    }
}
