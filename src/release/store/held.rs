//! Two values that end with their drop: the writer lock, and a folder for an upload.
//!
//! `Store` creates both; `deploy` holds the lock as long as this process may write, and a release holds the folder of its upload.
//!
//! Invariant: of all processes on one state folder at most one holds a [`WriterLock`], and a dead process holds none.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::time::{Duration, Instant};

use tempfile::TempDir;

use super::error::StoreError;
use super::files::StateFiles;

/// The file that is locked; its content does not matter.
const LOCK: &str = "lock";

/// Time that a process which was killed has for its end, and the pause between two looks.
const ENDING_MAX: Duration = Duration::from_secs(1);
const LOOK_EVERY: Duration = Duration::from_millis(20);

/// The folder of the uploads.
pub(super) const STAGING: &str = "staging";

/// The right to write into the state folder, until it is dropped.
#[derive(Debug)]
pub struct WriterLock {
    /// The kernel releases the lock when the descriptor closes, even if the process dies.
    _file: File,
}

impl WriterLock {
    /// Waits until no other process holds it: as long as the engine that is being replaced needs for its last release.
    pub(super) fn wait(files: &StateFiles) -> Result<Self, StoreError> {
        let file = open(files)?;
        loop {
            match file.lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(StoreError::writing(LOCK, error)),
            }
        }
    }

    /// `None` if another process holds it, and does not end within a moment: a host that was killed may still be ending when the next one
    /// starts.
    pub(super) fn try_take(files: &StateFiles) -> Result<Option<Self>, StoreError> {
        let file = open(files)?;
        let until = Instant::now() + ENDING_MAX;
        loop {
            match file.try_lock() {
                Ok(()) => return Ok(Some(Self { _file: file })),
                Err(TryLockError::WouldBlock) if Instant::now() < until => std::thread::sleep(LOOK_EVERY),
                Err(TryLockError::WouldBlock) => return Ok(None),
                Err(TryLockError::Error(error)) => return Err(StoreError::writing(LOCK, error)),
            }
        }
    }
}

fn open(files: &StateFiles) -> Result<File, StoreError> {
    let path = files.absolute(LOCK);
    let opened = OpenOptions::new().create(true).write(true).truncate(false).mode(0o600).open(path);
    opened.map_err(|error| StoreError::writing(LOCK, error))
}

/// A fresh folder for one upload; dropped, it is removed with all that is in it.
#[derive(Debug)]
pub struct Staging {
    folder: TempDir,
}

impl Staging {
    pub(super) fn new(files: &StateFiles) -> Result<Self, StoreError> {
        files.make_folder(STAGING)?;
        let make = || -> io::Result<TempDir> {
            use std::os::unix::fs::PermissionsExt as _;
            let owner_only = std::fs::Permissions::from_mode(0o700);
            tempfile::Builder::new().prefix("").permissions(owner_only).tempdir_in(files.absolute(STAGING))
        };
        make().map(|folder| Self { folder }).map_err(|error| StoreError::writing(STAGING, error))
    }

    /// Its path.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}
