//! From a function's source to a version: manifest, entry, import graph, transpiled modules, content hash.
//!
//! `compiler` calls it for each function that `source` has found, in a process that has limits; the version goes to check and publish, an error to the
//! log, to the record of the release and, in dev, to the client.
//!
//! Invariant: pure over the disk; no clock, no environment, no network, and no path of the machine in the result.

mod files;
mod glob;
pub mod graph;
mod resolve;
mod module_kind;
mod emit;
mod settings;
mod paths;
mod own_modules;
mod platform;
mod parse;
mod digest;
pub mod error;
pub mod code_frame;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

use crate::function::manifest::MANIFEST_BYTES_MAX;
use crate::function::{Dialect, Manifest, Version};
use crate::release::source::MANIFEST_FILE;
use crate::release::source::{CODE_EXTENSIONS, Confinement, Disk, EntryError, FunctionSource, SourceKind, entry};

pub use code_frame::{FrameLine, Mark, Place};
pub(super) use digest::version_id;
pub use error::{CompileError, CompileErrorKind, Diagnostic};

use files::FileFinder;
use graph::Graph;
use own_modules::OwnModules;

/// The result of compiling.
#[derive(Debug)]
pub struct Compiled {
    /// The version, or every error.
    pub outcome: Result<Version, CompileError>,
    /// Every path that was read or searched, found or not: a change of any of them may change the outcome.
    pub watched: BTreeSet<PathBuf>,
}

/// Compiles one function in this process; `root` is the canonical functions directory. `compiler` does it in another process.
pub fn compile(root: &Path, function: &FunctionSource) -> Compiled {
    match Disk::open(root) {
        Ok(disk) => Compiled { outcome: compile_on(&disk, function), watched: disk.recorded() },
        Err(error) => Compiled { outcome: Err(unreadable_directory(&error)), watched: BTreeSet::from([function.path.clone()]) },
    }
}

/// Compiles one function of a functions directory, which records every path that is read or searched.
pub(super) fn compile_on(disk: &Disk, function: &FunctionSource) -> Result<Version, CompileError> {
    parse::stack_guard::on_stack(parse::stack_guard::STACK_BYTES, || build(disk.root(), function, disk)).unwrap_or_else(|| {
        // The parser is large and not ours; a bug of it on one function's source must not end the releases of others.
        Err(Diagnostic::new(CompileErrorKind::Internal, format!("the compiler failed on the source of `{}`", function.name)).into())
    })
}

/// The error of every function of a functions directory that cannot be opened.
pub(super) fn unreadable_directory(error: &io::Error) -> CompileError {
    Diagnostic::new(CompileErrorKind::Unreadable, format!("the functions directory cannot be read: {error}")).into()
}

fn build(root: &Path, function: &FunctionSource, disk: &Disk) -> Result<Version, CompileError> {
    disk.record(&function.path);
    let confinement = Confinement::of(root, function)
        .map_err(|error| Diagnostic::new(CompileErrorKind::Entry, format!("`{}`: {error}", function.name)))?;
    let manifest = read_manifest(&confinement, disk)?;
    let entry = find_entry(&confinement, disk, &manifest, function)?;
    let hint = own_modules::hint(&confinement, disk, &entry);
    let finder = FileFinder { manifest: &manifest, confinement: &confinement, disk };
    let walk = |hint| {
        let own_modules = OwnModules::of(&manifest, hint);
        graph::walk(entry.clone(), &manifest, &own_modules, &confinement, disk, &|own| finder.code(own)).map_err(all)
    };
    let mut graph = walk(hint)?;
    let is_known = hint == Some(Dialect::Parse) || manifest.dialects.dialect.is_some() || manifest.dialects.parse.is_some();
    let hint = own_modules::hint_of_code(own_code(&graph)).or(hint);
    if !is_known && hint == Some(Dialect::Parse) {
        // Only its other files show that it is cloud code, whose `parse` is Skep's.
        graph = walk(hint)?;
    }
    let Graph { entry, modules, node, .. } = &graph;
    let (entry, modules, node) = (entry.clone(), modules.clone(), *node);
    let files = finder.collect(graph)?;
    let id = version_id(&manifest, &entry, &modules, node, hint, &files);
    Ok(Version { id, function: function.name.clone(), entry, modules, manifest, hint, node, files })
}

/// The code of a graph that is in no package.
fn own_code(graph: &Graph) -> impl Iterator<Item = &str> {
    graph.modules.values().filter(|module| !module.url.contains("/node_modules/")).map(|module| &*module.code)
}

/// The first of several diagnostics stands for them all.
fn all(diagnostics: Vec<Diagnostic>) -> CompileError {
    CompileError::from_diagnostics(diagnostics)
        .unwrap_or_else(|| Diagnostic::new(CompileErrorKind::Internal, "the compiler failed without a reason").into())
}

fn read_manifest(confinement: &Confinement, disk: &Disk) -> Result<Manifest, CompileError> {
    let Some(folder) = confinement.own_folder() else { return Ok(Manifest::default()) };
    let path = folder.join(MANIFEST_FILE);
    if disk.metadata(&path).is_err() {
        return Ok(Manifest::default());
    }
    let label = confinement.label(&path);
    let text = confinement
        .text(disk, &path, MANIFEST_BYTES_MAX as u64)
        .map_err(|error| Diagnostic::new(CompileErrorKind::Manifest, format!("{label}: {error}")))?;
    Manifest::parse(&text).map_err(|error| {
        let diagnostics = error.problems.into_iter().map(|problem| {
            let place = Place::of(&*label, &text, problem.offset..problem.offset + problem.length);
            Diagnostic::new(CompileErrorKind::Manifest, problem.message).at(place)
        });
        all(diagnostics.collect())
    })
}

fn find_entry(confinement: &Confinement, disk: &Disk, manifest: &Manifest, function: &FunctionSource) -> Result<PathBuf, CompileError> {
    let label = confinement.label(confinement.own());
    let found = entry::locate(disk, confinement, entry::WantedEntry::of(manifest)).map_err(|error| {
        let message = format!("{label}: {error}");
        match error {
            EntryError::None | EntryError::ManifestNamesNothing(_) => Diagnostic::new(CompileErrorKind::Entry, message),
            _ => Diagnostic::new(CompileErrorKind::Entry, message).help("or name the entry with `entry` in function.toml"),
        }
    })?;
    let canonical = disk.canonical(&found).map_err(|error| Diagnostic::new(CompileErrorKind::Unreadable, format!("{label}: {error}")))?;
    let shown = confinement.label(&found);
    if !confinement.allows(&canonical) {
        let message = format!("the entry {shown} is a link that leads to {}", confinement.label(&canonical));
        return Err(Diagnostic::new(CompileErrorKind::Confinement, message).help(format!("allowed are {}", confinement.places())).into());
    }
    match canonical.extension().and_then(|extension| extension.to_str()) {
        Some(extension) if emit::media_type(extension).is_some() => Ok(canonical),
        _ => {
            let what = if function.kind == SourceKind::File { "the function's file" } else { "the entry" };
            let message = format!("{what} {shown} is not code: it must end in .{}", CODE_EXTENSIONS.join(", ."));
            Err(Diagnostic::new(CompileErrorKind::Entry, message).into())
        }
    }
}
