//! Whether files have changed: the metadata of paths, compared between two moments.
//!
//! Taken when a function is compiled; compared before a call is looked up (in dev) and after an event of the watcher.
//!
//! Invariant: a path that does not exist has a stamp as well, so that a file which appears is a change.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// The metadata of one path: modification time, length and inode; `None` if it does not exist.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathStamp(Option<(SystemTime, u64, u64)>);

impl PathStamp {
    /// The stamp of a path now. Links are followed.
    pub fn of(path: &Path) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        let taken = std::fs::metadata(path).ok().and_then(|metadata| Some((metadata.modified().ok()?, metadata.len(), metadata.ino())));
        Self(taken)
    }
}

/// The stamps of every path that a compilation read.
#[derive(Clone, Debug, Default)]
pub(crate) struct Fingerprint(Vec<(PathBuf, PathStamp)>);

impl Fingerprint {
    /// Stamps of these paths now.
    pub(crate) fn of(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        Self(paths.into_iter().map(|path| (path.clone(), PathStamp::of(&path))).collect())
    }

    /// Whether any path was written after `moment`.
    pub(crate) fn is_newer_than(&self, moment: SystemTime) -> bool {
        self.0.iter().any(|(_, stamp)| stamp.0.is_some_and(|(modified, ..)| modified > moment))
    }

    /// Whether any path has changed since.
    pub(crate) fn is_stale(&self) -> bool {
        self.0.iter().any(|(path, stamp)| PathStamp::of(path) != *stamp)
    }
}
