//! The one reader of a functions directory: confined, bounded, and with a record of every path.
//!
//! `folder`, `entry`, `release::compile`, `release::folder` and `client` read through it. The caller says which canonical paths are allowed
//! and how many bytes it takes. The recorded paths, found or not, become the paths that hot reload watches.
//!
//! Invariant: the file is opened first and judged by its descriptor. Its path is resolved, checked, and then opened without following a
//! link, so a path that is swapped in between opens no other file. A path is recorded before it is read, so that a file that is missing now
//! is noticed when it appears.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, Read};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;
use rustix::fs::{Dir, OFlags};
use rustix::io::Errno;

use super::beneath::{beneath, open_folder};

/// Attempts at a file whose path changes while it is resolved: by an editor that renames, or by an attacker that swaps links.
const ATTEMPTS_MAX: u32 = 4;

/// Decides about a canonical path.
type Allows<'a> = &'a dyn Fn(&Path) -> bool;

/// Opens a path below a folder's descriptor.
type Opener = fn(BorrowedFd<'_>, &Path, OFlags) -> rustix::io::Result<OwnedFd>;

/// Reads one functions directory and records the paths; clones share the record.
#[derive(Clone, Debug)]
pub struct Disk {
    root: Arc<Root>,
    recorded: Arc<Mutex<BTreeSet<PathBuf>>>,
}

/// The functions directory.
#[derive(Debug)]
struct Root {
    /// Canonical.
    path: PathBuf,
    folder: OwnedFd,
    open: Opener,
}

/// Why a file or a folder cannot be read.
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
    /// Each attempt found another file at its path.
    #[error("its path changed {} times while it was opened", ATTEMPTS_MAX)]
    Changing,
    /// Some bytes are not text.
    #[error("it is not UTF-8 text")]
    NotUtf8,
}

impl From<ReadError> for io::Error {
    fn from(error: ReadError) -> Self {
        match error {
            ReadError::Io(error) => error,
            other => Self::other(other),
        }
    }
}

impl Disk {
    /// Opens a functions directory.
    ///
    /// # Errors
    /// If it does not exist, or is not a folder.
    pub fn open(root: &Path) -> io::Result<Self> {
        Self::with_opener(root, beneath)
    }

    pub(super) fn with_opener(root: &Path, open: Opener) -> io::Result<Self> {
        let path = fs::canonicalize(root)?;
        let folder = open_folder(&path)?;
        Ok(Self { root: Arc::new(Root { path, folder, open }), recorded: Arc::default() })
    }

    /// The canonical path of the functions directory.
    pub fn root(&self) -> &Path {
        &self.root.path
    }

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

    /// The whole content of a regular file.
    pub fn bytes(&self, path: &Path, bytes_max: u64, allows: Allows<'_>) -> Result<Vec<u8>, ReadError> {
        whole(self.opened(path, OFlags::empty(), allows)?.into(), bytes_max)
    }

    /// The whole text of a regular file, without a byte order mark.
    pub fn text(&self, path: &Path, bytes_max: u64, allows: Allows<'_>) -> Result<String, ReadError> {
        let text = String::from_utf8(self.bytes(path, bytes_max, allows)?).map_err(|_| ReadError::NotUtf8)?;
        Ok(match text.strip_prefix('\u{feff}') {
            Some(text) => text.to_owned(),
            None => text,
        })
    }

    /// The names in a folder, in the order of the disk, and at most `entries_max` of them.
    pub fn names(&self, path: &Path, entries_max: usize, allows: Allows<'_>) -> Result<Vec<OsString>, ReadError> {
        let mut names = Vec::new();
        for entry in Dir::new(self.opened(path, OFlags::DIRECTORY, allows)?).map_err(io::Error::from)? {
            let entry = entry.map_err(io::Error::from)?;
            let name = OsStr::from_bytes(entry.file_name().to_bytes());
            if name == "." || name == ".." {
                continue;
            }
            if names.len() >= entries_max {
                break;
            }
            names.push(name.to_owned());
        }
        Ok(names)
    }

    /// Resolves the path, asks whether the result is allowed, and opens the result and no other file.
    fn opened(&self, path: &Path, flags: OFlags, allows: Allows<'_>) -> Result<OwnedFd, ReadError> {
        self.record(path);
        for _ in 0..ATTEMPTS_MAX {
            let canonical = fs::canonicalize(path)?;
            if !allows(&canonical) {
                return Err(ReadError::LeadsOut);
            }
            let Ok(below) = canonical.strip_prefix(&self.root.path) else { return Err(ReadError::LeadsOut) };
            match (self.root.open)(self.root.folder.as_fd(), below, flags) {
                Ok(opened) => return Ok(opened),
                // A part of the path was moved or replaced since it was resolved.
                Err(Errno::LOOP | Errno::NOTDIR | Errno::NOENT | Errno::AGAIN) => {}
                // A socket, or a device without a driver.
                Err(Errno::NXIO | Errno::NODEV) => return Err(ReadError::NotAFile),
                Err(error) => return Err(io::Error::from(error).into()),
            }
        }
        Err(ReadError::Changing)
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

/// The content of an open file. Its length is checked before the read, because a sparse file has a length that takes long to read, and
/// after it, because a file may grow.
pub(super) fn whole(file: File, bytes_max: u64) -> Result<Vec<u8>, ReadError> {
    let metadata = file.metadata()?;
    if !metadata.is_file() {
        return Err(ReadError::NotAFile);
    }
    if metadata.len() > bytes_max {
        return Err(ReadError::TooLarge(bytes_max));
    }
    let mut bytes = Vec::with_capacity(usize::try_from(metadata.len()).unwrap_or_default());
    file.take(bytes_max.saturating_add(1)).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > bytes_max {
        return Err(ReadError::TooLarge(bytes_max));
    }
    Ok(bytes)
}
