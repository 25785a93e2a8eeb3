//! The functions directory: one function per folder or single file.
//!
//! `release::folder` reads it at start and after every change; each function found goes to `release::compile`. `node_modules`, names that
//! begin with `_` (shared code) or `.`, and files that are not code are skipped.
//!
//! Invariant: an entry is a function, a named problem, or skipped; a problem of one entry affects no other entry.

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};

use super::confine::{ConfineError, Confinement};
use super::disk::Disk;
use super::entry::{self, EntryError};
use super::function_source::{FunctionSource, MANIFEST_FILE, SourceKind, code_stem};
use crate::function::manifest::MANIFEST_BYTES_MAX;
use crate::function::name::NameError;
use crate::function::{FunctionName, Manifest};

/// The content of the functions directory.
#[derive(Debug, Default)]
pub struct Discovery {
    /// By name, in alphabetical order. Whether they compile is not known yet.
    pub functions: Vec<FunctionSource>,
    /// Entries that cannot become functions, in alphabetical order.
    pub problems: Vec<Problem>,
}

/// Why an entry of the functions directory is not a function.
#[derive(Debug, thiserror::Error)]
#[error("{entry}: {kind}")]
pub struct Problem {
    /// The entry's name in the directory.
    pub entry: String,
    /// The function it would be, if the name is one.
    pub function: Option<FunctionName>,
    /// The reason.
    pub kind: ProblemKind,
}

/// The reasons why an entry of the functions directory is not a function.
#[derive(Debug, thiserror::Error)]
pub enum ProblemKind {
    /// The name is not a function name.
    #[error("{0} (a leading `_` marks shared code)")]
    Name(#[from] NameError),
    /// The name is not text.
    #[error("its name is not UTF-8 text")]
    NotUtf8,
    /// Another entry is the same function.
    #[error("`{0}` is the same function; remove one of them")]
    Twice(String),
    /// A link that cannot be followed.
    #[error("{0}")]
    Link(#[from] ConfineError),
    /// A folder without code.
    #[error("{0}")]
    Entry(#[from] EntryError),
    /// A deployed function has the name.
    #[error("`{0}` is a deployed function: remove this entry, or the function (`skep rm {0}`)")]
    Deployed(FunctionName),
}

/// Why the functions directory could not be listed at all.
#[derive(Debug, thiserror::Error)]
#[error("cannot read the functions directory {path}: {error}", path = .path.display())]
pub struct SourceError {
    /// As given.
    pub path: PathBuf,
    /// The operating system's error.
    #[source]
    pub error: io::Error,
}

/// Lists every function below `root`, and every entry that only looks like one.
pub fn discover(root: &Path) -> Result<Discovery, SourceError> {
    let failed = |error| SourceError { path: root.to_owned(), error };
    let disk = Disk::open(root).map_err(failed)?;
    let root = disk.root();
    let mut discovery = Discovery::default();
    let mut found: BTreeMap<FunctionName, Vec<FunctionSource>> = BTreeMap::new();
    for file_name in disk.names(root, usize::MAX, &|canonical| canonical == root).map_err(|error| failed(error.into()))? {
        match examine(&disk, &file_name) {
            Ok(None) => {}
            Ok(Some(source)) => found.entry(source.name.clone()).or_default().push(source),
            Err(problem) => discovery.problems.push(problem),
        }
    }
    for (name, mut sources) in found {
        if sources.len() == 1 {
            discovery.functions.append(&mut sources);
            continue;
        }
        sources.sort_by(|one, other| one.path.cmp(&other.path));
        let entries: Vec<_> = sources.iter().map(|source| label(source.path.file_name().unwrap_or_default())).collect();
        for (index, entry) in entries.iter().enumerate() {
            let others: Vec<_> = entries.iter().enumerate().filter(|(other, _)| *other != index).map(|(_, entry)| &**entry).collect();
            let kind = ProblemKind::Twice(others.join("`, `"));
            discovery.problems.push(Problem { entry: entry.clone(), function: Some(name.clone()), kind });
        }
    }
    discovery.problems.sort_by(|one, other| one.entry.cmp(&other.entry));
    Ok(discovery)
}

/// Decides about one entry: a function, skipped (`None`), or a problem.
fn examine(disk: &Disk, file_name: &OsStr) -> Result<Option<FunctionSource>, Problem> {
    let entry = label(file_name);
    if entry.starts_with(['_', '.']) || entry == "node_modules" {
        return Ok(None);
    }
    let path = disk.root().join(file_name);
    let stem = code_stem(file_name);
    let kind = match disk.metadata(&path) {
        Ok(metadata) if metadata.is_dir() => SourceKind::Folder,
        Ok(metadata) if metadata.is_file() && stem.is_some() => SourceKind::File,
        Ok(_) => return Ok(None),
        // A dangling link. Unless its name is that of a file of another kind, its author meant a function.
        Err(_) if stem.is_none() && Path::new(file_name).extension().is_some() => return Ok(None),
        Err(_) => {
            let function = FunctionName::parse(stem.unwrap_or(&entry)).ok();
            return Err(Problem { entry, function, kind: ConfineError::Missing.into() });
        }
    };
    if file_name.to_str().is_none() {
        return Err(Problem { entry, function: None, kind: ProblemKind::NotUtf8 });
    }
    let name = match (kind, stem) {
        (SourceKind::File, Some(stem)) => FunctionName::parse(stem),
        _ => FunctionName::parse(&entry),
    };
    let name = match name {
        Ok(name) => name,
        Err(error) => return Err(Problem { entry, function: None, kind: error.into() }),
    };
    let source = FunctionSource { name, path, kind };
    match check(disk, &source) {
        Ok(()) => Ok(Some(source)),
        Err(kind) => Err(Problem { entry, function: Some(source.name), kind }),
    }
}

/// Finds the problems that need no compiler. A manifest that cannot be read is left to the compiler, which shows where and why.
fn check(disk: &Disk, source: &FunctionSource) -> Result<(), ProblemKind> {
    let confinement = Confinement::of(disk.root(), source)?;
    let Some(folder) = confinement.own_folder() else { return Ok(()) };
    let path = folder.join(MANIFEST_FILE);
    let manifest = match disk.metadata(&path) {
        Ok(_) => match confinement.text(disk, &path, MANIFEST_BYTES_MAX as u64).ok().and_then(|text| Manifest::parse(&text).ok()) {
            Some(manifest) => manifest,
            None => return Ok(()),
        },
        Err(_) => Manifest::default(),
    };
    match entry::locate(disk, &confinement, entry::WantedEntry::of(&manifest)) {
        Err(error @ EntryError::None) => Err(error.into()),
        // An entry that is named but missing is left to the compiler, too.
        _ => Ok(()),
    }
}

/// A name from the disk, safe for one line of text.
fn label(file_name: &OsStr) -> String {
    file_name.to_string_lossy().chars().map(|character| if character.is_control() { '\u{fffd}' } else { character }).collect()
}
