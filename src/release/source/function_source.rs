//! One function on the disk: its name, its path and its kind, and which file names are code.
//!
//! Found by `folder`, confined by `confine`, compiled by `release::compile`.
//!
//! Invariant: plain data; nothing here touches the disk.

use std::ffi::OsStr;
use std::path::PathBuf;

use crate::function::FunctionName;

/// The name of the manifest's file.
pub const MANIFEST_FILE: &str = "function.toml";

/// The extensions of code, in the order in which a missing one is tried.
pub const CODE_EXTENSIONS: &[&str] = &["ts", "tsx", "mts", "js", "mjs", "cjs", "jsx"];

/// Whether a function is a folder or one file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SourceKind {
    /// `functions/<name>/`.
    Folder,
    /// `functions/<name>.ts` and the like.
    File,
}

/// One function's source on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionSource {
    /// From the folder's or file's name.
    pub name: FunctionName,
    /// Directly below the canonical functions directory; may be a link.
    pub path: PathBuf,
    /// Whether `path` is a folder or a file.
    pub kind: SourceKind,
}

/// The name without its extension, if the extension is one of code; declarations (`x.d.ts`) are not code.
pub(in crate::release::source) fn code_stem(file_name: &OsStr) -> Option<&str> {
    let (stem, extension) = file_name.to_str()?.rsplit_once('.')?;
    (CODE_EXTENSIONS.contains(&extension) && !stem.ends_with(".d")).then_some(stem)
}
