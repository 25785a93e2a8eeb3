//! Confinement: which files may be modules of a function.
//!
//! Created from the functions directory and one function; `disk` asks it about every file before it opens the file. Allowed are
//! the function's own folder or single file, entries of the functions directory that begin with `_` (shared code), and its `node_modules`.
//!
//! Invariant: only canonical paths are judged, so that no link and no `..` leads out.

use std::ffi::OsStr;
use std::fs;
use std::path::{Component, Path, PathBuf};

use super::disk::{Disk, ReadError};
use super::function_source::{FunctionSource, SourceKind};

/// Files beside the functions that hold settings of all of them.
const SETTINGS: &[&str] = &["package.json", "deno.json", "deno.jsonc", "import_map.json", "tsconfig.json"];

/// The paths that one function's modules may come from.
#[derive(Clone, Debug)]
pub struct Confinement {
    root: PathBuf,
    own: PathBuf,
    kind: SourceKind,
}

/// Why a function cannot be confined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfineError {
    /// Missing, or a dangling link.
    #[error("it does not exist")]
    Missing,
    /// A link out of the functions directory, or to the directory itself.
    #[error("it is a link that leads out of the functions directory")]
    LeadsOut,
}

impl Confinement {
    /// Confines `source`; `root` must be canonical.
    pub fn of(root: &Path, source: &FunctionSource) -> Result<Self, ConfineError> {
        let own = fs::canonicalize(&source.path).map_err(|_| ConfineError::Missing)?;
        if own == root || !own.starts_with(root) {
            return Err(ConfineError::LeadsOut);
        }
        Ok(Self { root: root.to_owned(), own, kind: source.kind })
    }

    /// Whether a file may be a module; the path must be canonical.
    pub fn allows(&self, canonical: &Path) -> bool {
        let own = match self.kind {
            SourceKind::Folder => canonical.starts_with(&self.own),
            SourceKind::File => canonical == self.own,
        };
        own || self.is_shared(canonical)
    }

    fn is_shared(&self, canonical: &Path) -> bool {
        let Ok(relative) = canonical.strip_prefix(&self.root) else { return false };
        match relative.components().next() {
            Some(Component::Normal(first)) => first == "node_modules" || first.as_encoded_bytes().starts_with(b"_"),
            _ => false,
        }
    }

    /// The text of a module, or of a file beside the code (manifest, package and compiler settings). Confined in either case.
    pub fn text(&self, disk: &Disk, path: &Path, bytes_max: u64) -> Result<String, ReadError> {
        disk.text(path, bytes_max, &|canonical| self.allows(canonical))
    }

    /// Whether a file may be read for its settings: one that may be a module, or one of `SETTINGS` beside the functions, or one that such a
    /// `tsconfig.json` extends. The path must be canonical.
    pub fn allows_settings(&self, canonical: &Path) -> bool {
        let is_extended = |name: &str| name.starts_with("tsconfig.") && name.ends_with(".json") && !name.contains('/');
        let is_beside = |below: &Path| SETTINGS.iter().any(|name| below == Path::new(name)) || below.to_str().is_some_and(is_extended);
        self.allows(canonical) || canonical.strip_prefix(&self.root).is_ok_and(is_beside)
    }

    /// The canonical functions directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// The function's canonical folder or file.
    pub fn own(&self) -> &Path {
        &self.own
    }

    /// The function's canonical folder, if it has one.
    pub fn own_folder(&self) -> Option<&Path> {
        (self.kind == SourceKind::Folder).then_some(&self.own)
    }

    /// The allowed paths, for a message.
    pub fn places(&self) -> String {
        let own = self.label(&self.own);
        match self.kind {
            SourceKind::Folder => format!("`{own}/`, folders and files whose name begins with `_`, and `node_modules`"),
            SourceKind::File => format!("`{own}` alone, folders and files whose name begins with `_`, and `node_modules`"),
        }
    }

    /// A path as messages may show it: relative to the functions directory, with `/`; of a path outside it, only that it is outside.
    pub fn label(&self, path: &Path) -> String {
        match path.strip_prefix(&self.root) {
            Ok(relative) => {
                let parts: Vec<_> = relative.components().map(|part| part.as_os_str().to_string_lossy()).collect();
                parts.join("/")
            }
            Err(_) => "(outside the functions directory)".to_owned(),
        }
    }
}

/// Whether a path goes through a folder of installed packages.
pub fn is_in_node_modules(path: &Path) -> bool {
    path.components().any(|part| part.as_os_str() == OsStr::new("node_modules"))
}
