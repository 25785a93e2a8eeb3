//! The files that a function for Node may read with `fs`: those of its own folder, and the `package.json` of each package that it uses.
//!
//! `compile` asks for them when it knows the modules; they become part of the version, so that a deployed function finds the same ones.
//!
//! Invariant: only regular files that the function may read, bounded in number and bytes. Names that begin with a dot, installed packages and
//! function.toml are left out.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::error::{CompileErrorKind, Diagnostic};
use super::graph::SOURCE_BYTES_MAX;
use crate::function::{Module, ModuleKind};
use crate::release::source::entry::PACKAGE_JSON_BYTES_MAX;
use crate::release::source::{Confinement, Disk, MANIFEST_FILE, ReadError};

/// Most files.
const FILES_MAX: usize = 2_000;

/// Deepest folder.
const DEPTH_MAX: usize = 32;

/// The files of a function with these modules, by the absolute path that it knows them under.
pub(super) fn collect(
    modules: &HashMap<String, Arc<Module>>,
    confinement: &Confinement,
    disk: &Disk,
) -> Result<BTreeMap<String, Bytes>, Diagnostic> {
    let mut collector = FileCollector { modules, confinement, disk, files: BTreeMap::new(), bytes_left: SOURCE_BYTES_MAX };
    if let Some(folder) = confinement.own_folder() {
        collector.folder(folder, DEPTH_MAX)?;
    }
    collector.packages()?;
    Ok(collector.files)
}

struct FileCollector<'c> {
    modules: &'c HashMap<String, Arc<Module>>,
    confinement: &'c Confinement,
    disk: &'c Disk,
    files: BTreeMap<String, Bytes>,
    bytes_left: u64,
}

impl FileCollector<'_> {
    fn folder(&mut self, folder: &Path, depth: usize) -> Result<(), Diagnostic> {
        let Some(depth) = depth.checked_sub(1) else { return Ok(()) };
        let allows = |canonical: &Path| self.confinement.allows(canonical);
        let mut names = self.disk.names(folder, FILES_MAX + 1, &allows).unwrap_or_default();
        names.sort_unstable();
        for name in names {
            let is_left_out = name.as_encoded_bytes().starts_with(b".") || name == "node_modules" || name == MANIFEST_FILE;
            let path = folder.join(&name);
            // What leads out is not followed; a folder that leads back into itself ends at the deepest one.
            let Ok(canonical) = self.disk.canonical(&path) else { continue };
            if is_left_out || !self.confinement.allows(&canonical) {
                continue;
            }
            if self.disk.is_folder(&canonical) {
                self.folder(&path, depth)?;
            } else if self.disk.is_file(&canonical) {
                self.file(&path)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> Result<(), Diagnostic> {
        let label = self.confinement.label(path);
        let key = format!("/{label}");
        if self.files.contains_key(&key) || self.is_module(&label) {
            return Ok(());
        }
        let too_large = |what: String| {
            Diagnostic::new(CompileErrorKind::TooLarge, what)
                .help("a function for Node has the files of its folder: move those that it does not read to a folder whose name begins with a dot")
        };
        if self.files.len() >= FILES_MAX {
            return Err(too_large(format!("the function's folder has more than {FILES_MAX} files")));
        }
        match self.disk.bytes(path, self.bytes_left, &|canonical| self.confinement.allows(canonical)) {
            Ok(bytes) => {
                self.bytes_left = self.bytes_left.saturating_sub(bytes.len() as u64);
                self.files.insert(key, bytes.into());
                Ok(())
            }
            Err(ReadError::TooLarge(_)) => {
                Err(too_large(format!("the function's files are larger than {} MB in all, {label} included", SOURCE_BYTES_MAX >> 20)))
            }
            // It has gone, or cannot be read: the function sees no such file.
            Err(_) => Ok(()),
        }
    }

    /// Whether the text of a file is that of a module: it is not kept twice.
    fn is_module(&self, label: &str) -> bool {
        let module = self.modules.get(&format!("file:///{label}"));
        module.is_some_and(|module| module.source_map.is_none() && (module.kind == ModuleKind::Json || !label.ends_with(".ts")))
    }

    /// The `package.json` of every package with a module.
    fn packages(&mut self) -> Result<(), Diagnostic> {
        let root = self.confinement.root().to_owned();
        let paths = self.modules.keys().filter_map(|url| url.strip_prefix("file:///")).filter(|path| path.contains("node_modules/"));
        let folders: BTreeSet<PathBuf> = paths.filter_map(|path| root.join(path).parent().map(Path::to_owned)).collect();
        let packages: BTreeSet<PathBuf> = folders.iter().filter_map(|folder| self.package_json(folder)).collect();
        for path in packages {
            if self.disk.metadata(&path).is_ok_and(|metadata| metadata.len() <= PACKAGE_JSON_BYTES_MAX) {
                self.file(&path)?;
            }
        }
        Ok(())
    }

    /// The nearest `package.json` of a folder of installed packages.
    fn package_json(&self, folder: &Path) -> Option<PathBuf> {
        let folders = folder.ancestors().take_while(|folder| !folder.ends_with("node_modules") && *folder != self.confinement.root());
        folders.map(|folder| folder.join("package.json")).find(|path| self.disk.is_file(path))
    }
}
