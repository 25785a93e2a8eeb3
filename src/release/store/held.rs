//! What is held and ends with a drop: the right to write, and a folder for an upload.
//!
//! Handed out by `Store`; whoever releases keeps the lock, whoever takes an upload keeps its folder.
//!
//! Invariant: of all processes on one state folder at most one holds a [`WriterLock`], and a dead one holds none.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;

use tempfile::TempDir;

use super::StoreError;
use super::files::Files;

/// The file whose lock is the right to write; its content does not matter.
const LOCK: &str = "lock";

/// Where the folders of uploads are.
pub(super) const STAGING: &str = "staging";

/// The right to write into the state folder, until it is dropped.
#[derive(Debug)]
pub struct WriterLock {
    /// The kernel takes the lock back when the descriptor closes, whatever closes it.
    _file: File,
}

impl WriterLock {
    /// Waits until no other process has it: as long as an engine that is being replaced needs for its last release.
    pub(super) fn wait(files: &Files) -> Result<Self, StoreError> {
        let file = open(files)?;
        loop {
            match file.lock() {
                Ok(()) => return Ok(Self { _file: file }),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(StoreError::writing(LOCK, error)),
            }
        }
    }

    /// `None` if another has it.
    pub(super) fn take(files: &Files) -> Result<Option<Self>, StoreError> {
        let file = open(files)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => Ok(None),
            Err(TryLockError::Error(error)) => Err(StoreError::writing(LOCK, error)),
        }
    }
}

fn open(files: &Files) -> Result<File, StoreError> {
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
    pub(super) fn new(files: &Files) -> Result<Self, StoreError> {
        files.make_folder(STAGING)?;
        let make = || -> io::Result<TempDir> {
            use std::os::unix::fs::PermissionsExt as _;
            let owner_only = std::fs::Permissions::from_mode(0o700);
            tempfile::Builder::new().prefix("").permissions(owner_only).tempdir_in(files.absolute(STAGING))
        };
        make().map(|folder| Self { folder }).map_err(|error| StoreError::writing(STAGING, error))
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.folder.path()
    }
}
