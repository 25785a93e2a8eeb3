//! Relative specifiers and the paths that they name, without a look at the disk.
//!
//! Used by `resolve` for imports, by `settings` for what they name, and by `graph` and `files`.
//!
//! Invariant: a joined path has no `.` and no `..`; where it leads is judged by the caller.

use std::path::{Component, Path, PathBuf};

/// Whether a specifier is a path from its module.
pub(in crate::release::compile) fn is_relative(specifier: &str) -> bool {
    matches!(specifier, "." | "..") || specifier.starts_with("./") || specifier.starts_with("../")
}

/// Joins as URLs do, without reading the disk; `None` above the root of the file system.
pub(in crate::release::compile) fn joined(folder: &Path, specifier: &str) -> Option<PathBuf> {
    let mut target = folder.to_owned();
    for component in Path::new(specifier).components() {
        match component {
            Component::Normal(part) => target.push(part),
            Component::ParentDir if !target.pop() => return None,
            _ => {}
        }
    }
    Some(target)
}
