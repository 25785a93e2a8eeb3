//! The files beside a manifest: read below its folder, and nowhere else.
//!
//! The formats ask for files, folders and patterns by the paths that the manifest names; `Disk` opens them.
//!
//! Invariant: no path of a manifest leaves the project's folder, by `..`, by a root, or by a link; no walk follows a link, enters
//! `node_modules` or a folder of version control, or takes a file that begins with a dot.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use crate::release::source::archive::{CONTENT_BYTES_MAX, DEPTH_MAX, FILES_MAX};
use crate::release::source::{Disk, ReadError};

/// Files by their path from the project's folder. Functions that copy the same file share its bytes.
pub(super) type FileMap = BTreeMap<String, Rc<[u8]>>;

/// Most bytes of files that are kept for the next function.
const KEPT_BYTES_MAX: usize = 200_000_000;
/// Most names of one folder.
const NAMES_MAX: usize = 10_000;

/// One project.
#[derive(Debug)]
pub(super) struct Project {
    disk: Disk,
    /// The folder that functions are written to: an earlier import is no part of the project.
    out: PathBuf,
    /// Files that were read before, up to [`KEPT_BYTES_MAX`].
    kept: RefCell<FileMap>,
    kept_bytes: Cell<usize>,
}

/// What a walk has found.
#[derive(Debug, Default)]
pub(super) struct WalkedFiles {
    pub(super) files: FileMap,
    /// Names that were not taken.
    pub(super) skipped: Vec<String>,
    bytes: u64,
}

impl Project {
    /// The project in `folder`.
    ///
    /// # Errors
    /// If there is no such folder.
    pub(super) fn open(folder: &Path, out: &Path) -> Result<Self, String> {
        let disk = Disk::open(folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        let out = fs::canonicalize(out).unwrap_or_else(|_| out.to_owned());
        Ok(Self { disk, out, kept: RefCell::default(), kept_bytes: Cell::default() })
    }

    /// The bytes of a file that the manifest names.
    ///
    /// # Errors
    /// If it leads out of the project, cannot be read, or is too large.
    pub(super) fn bytes(&self, path: &str) -> Result<Rc<[u8]>, String> {
        let path = inside(path)?;
        if let Some(kept) = self.kept.borrow().get(&path) {
            return Ok(kept.clone());
        }
        let bytes: Rc<[u8]> = self.read(&path)?.into();
        if self.kept_bytes.get() + bytes.len() <= KEPT_BYTES_MAX {
            self.kept_bytes.set(self.kept_bytes.get() + bytes.len());
            self.kept.borrow_mut().insert(path, bytes.clone());
        }
        Ok(bytes)
    }

    fn read(&self, path: &str) -> Result<Vec<u8>, String> {
        let full = self.disk.root().join(path);
        // A link does not reach what a walk would not take.
        let is_named = has_never_taken(path.as_ref());
        let allows = |canonical: &Path| is_named || canonical.strip_prefix(self.disk.root()).is_ok_and(|below| !has_never_taken(below));
        self.disk.bytes(&full, CONTENT_BYTES_MAX, &allows).map_err(|error| match error {
            ReadError::LeadsOut => format!("`{path}` is a link that leads out of the project, or to a file that is not copied"),
            error => format!("`{path}`: {error}"),
        })
    }

    /// Its text.
    ///
    /// # Errors
    /// The same, or if it is no text.
    pub(super) fn text(&self, path: &str) -> Result<String, String> {
        String::from_utf8(self.bytes(path)?.to_vec()).map_err(|_| format!("`{path}` is no text"))
    }

    pub(super) fn is_file(&self, path: &str) -> bool {
        inside(path).is_ok_and(|path| self.disk.is_file(&self.disk.root().join(path)))
    }

    pub(super) fn is_folder(&self, path: &str) -> bool {
        inside(path).is_ok_and(|path| self.disk.is_folder(&self.disk.root().join(path)))
    }

    /// The names in a folder, sorted.
    pub(super) fn names(&self, path: &str) -> Vec<String> {
        let Ok(path) = inside(path) else { return Vec::new() };
        let names = self.disk.names(&self.disk.root().join(path), NAMES_MAX, &|_| true).unwrap_or_default();
        let mut names: Vec<String> = names.into_iter().filter_map(|name| name.into_string().ok()).collect();
        names.sort();
        names
    }

    /// Every file below a folder that `keeps` wants, by its path from the project's folder.
    ///
    /// # Errors
    /// If there is no such folder, or too much in it.
    pub(super) fn walk(&self, folder: &str, keeps: &dyn Fn(&str) -> bool) -> Result<WalkedFiles, String> {
        let folder = inside(folder)?;
        if !self.disk.is_folder(&self.disk.root().join(&folder)) {
            return Err(format!("there is no folder `{folder}` beside it"));
        }
        let mut walk = WalkedFiles::default();
        self.walk_below(&folder, 0, keeps, &mut walk)?;
        walk.skipped.sort();
        Ok(walk)
    }

    fn walk_below(&self, folder: &str, depth: usize, keeps: &dyn Fn(&str) -> bool, walk: &mut WalkedFiles) -> Result<(), String> {
        if depth > DEPTH_MAX {
            return Err(format!("there are more than {DEPTH_MAX} folders inside each other below `{folder}`"));
        }
        for name in self.names(folder) {
            let path = join(folder, &name);
            let full = self.disk.root().join(&path);
            let Ok(metadata) = fs::symlink_metadata(&full) else { continue };
            if metadata.is_symlink() {
                walk.skipped.push(format!("{path} (a link)"));
            } else if is_never_taken(&name) || full == self.out {
                walk.skipped.push(path);
            } else if metadata.is_dir() {
                self.walk_below(&path, depth + 1, keeps, walk)?;
            } else if keeps(&path) {
                self.take(path, walk)?;
            }
        }
        Ok(())
    }

    fn take(&self, path: String, walk: &mut WalkedFiles) -> Result<(), String> {
        let bytes = self.bytes(&path)?;
        walk.bytes += bytes.len() as u64;
        if walk.files.len() >= FILES_MAX {
            return Err(format!("there are more than {FILES_MAX} files"));
        }
        if walk.bytes > CONTENT_BYTES_MAX {
            return Err(format!("the files are larger than {CONTENT_BYTES_MAX} bytes in all"));
        }
        walk.files.insert(path, bytes);
        Ok(())
    }
}

/// Packages are installed anew, and files that begin with a dot hold secrets, caches and histories.
fn is_never_taken(name: &str) -> bool {
    name == "node_modules" || name.starts_with('.')
}

/// Whether a part of a path is such a name.
pub(super) fn has_never_taken(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str().to_str().is_none_or(is_never_taken))
}

/// A path that a manifest names, without `.` and `..`.
///
/// # Errors
/// If it leads out of the project.
pub(super) fn inside(path: &str) -> Result<String, String> {
    let refused = || format!("`{}` leads out of the project's folder", crate::function::text::clean(path));
    if path.starts_with(['/', '~']) || path.contains(['\\', '\0']) || path.contains("://") {
        return Err(refused());
    }
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop().ok_or_else(refused)?),
            part => parts.push(part),
        }
    }
    Ok(parts.join("/"))
}

/// A name below a folder; `""` is the project's own.
pub(super) fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
