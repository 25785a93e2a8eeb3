//! The calls that run in a process which no longer has the schedules: it notes here how they end, and its successor reads it.
//!
//! Each process has a file of its own, which it locks for its life. One line is the id of a moment and the end of its call, as JSON.
//!
//! Invariant: a file whose lock is free is not written any more; what it does not say was cut off.

use std::collections::BTreeSet;
use std::fs::{File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::files::{FILE_MODE, lock, make_folder};
use crate::trigger::cron::record::CallEnd;

const FOLDER: &str = "schedules.running";

/// Bytes that are read of one file: each line is short, and there is one for each call that ran at a hand-over.
const BYTES_MAX: u64 = 64 << 20;

/// The notes of this process.
#[derive(Debug)]
pub(in crate::trigger::cron) struct EndNotes {
    file: File,
    path: PathBuf,
    has_lines: bool,
}

impl EndNotes {
    /// Creates the file and locks it.
    pub(super) fn begin(folder: &Path, owner: &Arc<str>) -> io::Result<Self> {
        let folder = folder.join(FOLDER);
        make_folder(&folder)?;
        let path = folder.join(&**owner);
        let file = OpenOptions::new().create(true).append(true).mode(FILE_MODE).open(&path)?;
        lock(&file)?;
        Ok(Self { file, path, has_lines: false })
    }

    /// Notes how a call has ended.
    pub(in crate::trigger::cron) fn write(&mut self, id: &str, end: &CallEnd) {
        self.has_lines = true;
        let line = serde_json::to_string(&(id, end)).map_err(io::Error::from);
        if let Err(error) = line.and_then(|line| self.file.write_all(format!("{line}\n").as_bytes())) {
            tracing::error!(%error, occurrence = id, "the end of a call cannot be noted: the next process calls again");
        }
    }

    /// No call runs any more.
    pub(in crate::trigger::cron) fn finish(self) {
        // With lines the successor reads and removes it.
        if !self.has_lines {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}

/// Removes the files of processes that are gone and called for none of the open moments.
pub(super) fn remove_others(folder: &Path, owners: &BTreeSet<&str>) {
    let Ok(files) = std::fs::read_dir(folder.join(FOLDER)) else { return };
    for path in files.filter_map(Result::ok).map(|file| file.path()) {
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_free = || File::open(&path).is_ok_and(|file| file.try_lock_shared().is_ok());
        if !owners.contains(name) && is_free() {
            // One that cannot be removed is tried at the next start.
            let _ = std::fs::remove_file(&path);
        }
    }
}

/// What another process notes.
#[derive(Debug)]
pub(in crate::trigger::cron) struct OtherProcess {
    file: Option<File>,
    path: PathBuf,
    read: u64,
}

impl OtherProcess {
    /// A process without a file: it is gone.
    pub(super) fn gone() -> Self {
        Self { file: None, path: PathBuf::new(), read: 0 }
    }

    pub(super) fn open(folder: &Path, owner: &str) -> Self {
        let path = folder.join(FOLDER).join(owner);
        Self { file: File::open(&path).ok(), path, read: 0 }
    }

    /// The ends that were noted since the last call, and whether the process lives: if not, these were the last.
    pub(in crate::trigger::cron) fn read(&mut self) -> (Vec<(String, CallEnd)>, bool) {
        let Some(file) = &mut self.file else { return (Vec::new(), false) };
        // Asked first: what is read after the lock was free is everything.
        let lives = file.try_lock_shared().is_err();
        if !lives {
            let _ = file.unlock();
        }
        let mut bytes = Vec::new();
        let read = file.seek(SeekFrom::Start(self.read)).and_then(|_| file.take(BYTES_MAX).read_to_end(&mut bytes));
        if let Err(error) = read {
            tracing::error!(%error, "the notes of another process cannot be read: what it called for is called again");
            return (Vec::new(), false);
        }
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        self.read += whole as u64;
        let lines = bytes.get(..whole).unwrap_or_default().split(|byte| *byte == b'\n');
        (lines.filter_map(|line| serde_json::from_slice(line).ok()).collect(), lives)
    }

    /// Removes its file, once everything in it is kept elsewhere.
    pub(in crate::trigger::cron) fn remove(self) {
        if self.file.is_some() {
            let _ = std::fs::remove_file(&self.path);
        }
    }
}
