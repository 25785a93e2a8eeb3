//! Whether files changed: what the system says of a path, at one moment and at another.
//!
//! Taken when a function is compiled; compared before a call is looked up (in dev) and after the watcher heard something.
//!
//! Invariant: a path that does not exist has a stamp as well, so that a file which appears is a change.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

/// What the system says of one path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp(Option<(SystemTime, u64, u64)>);

impl Stamp {
    /// The stamp of a path now. Links are followed.
    pub fn of(path: &Path) -> Self {
        use std::os::unix::fs::MetadataExt as _;
        let taken = std::fs::metadata(path).ok().and_then(|metadata| Some((metadata.modified().ok()?, metadata.len(), metadata.ino())));
        Self(taken)
    }
}

/// The stamps of every path that a build looked at.
#[derive(Clone, Debug, Default)]
pub struct Stamps(Vec<(PathBuf, Stamp)>);

impl Stamps {
    /// Stamps of these paths now.
    pub fn of(paths: impl IntoIterator<Item = PathBuf>) -> Self {
        Self(paths.into_iter().map(|path| (path.clone(), Stamp::of(&path))).collect())
    }

    /// Whether any path was written after `moment`.
    pub fn are_newer_than(&self, moment: SystemTime) -> bool {
        self.0.iter().any(|(_, stamp)| stamp.0.is_some_and(|(modified, ..)| modified > moment))
    }

    /// Whether any path has changed since.
    pub fn are_stale(&self) -> bool {
        self.0.iter().any(|(path, stamp)| Stamp::of(path) != *stamp)
    }
}
