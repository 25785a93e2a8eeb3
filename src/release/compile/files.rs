//! The files that a version has beside its modules: those of the folder of a function for Node, the `package.json` of each package that it
//! uses, and those that `[code] files` names.
//!
//! `compile` asks for them when it knows the modules; they become part of the version, so that a deployed function finds the same ones.
//!
//! Invariant: only regular files that the function may read, bounded in number and bytes. Names that begin with a dot, installed packages and
//! function.toml are left out, unless a pattern names them.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;

use super::emit;
use super::error::{CompileErrorKind, Diagnostic};
use super::glob::Glob;
use super::graph::{Graph, MODULES_MAX, SOURCE_BYTES_MAX};
use super::module_kind::extension;
use super::paths::joined;
use crate::function::{Manifest, Module};
use crate::release::source::entry::PACKAGE_JSON_BYTES_MAX;
use crate::release::source::{Confinement, Disk, MANIFEST_FILE, ReadError};

/// Most files.
const FILES_MAX: usize = 2_000;

/// Most files of the function's folder that are looked at: files and modules.
const OWN_MAX: usize = FILES_MAX + MODULES_MAX;

/// Deepest folder.
const DEPTH_MAX: usize = 32;

/// Most names that are looked at for the patterns of a function.
const SEARCHED_MAX: usize = 50_000;

/// Finds the files of one function.
pub(super) struct FileFinder<'c> {
    pub(super) manifest: &'c Manifest,
    pub(super) confinement: &'c Confinement,
    pub(super) disk: &'c Disk,
}

impl FileFinder<'_> {
    /// The files of a version, by the absolute path that it knows them under.
    pub(super) fn collect(&self, graph: Graph) -> Result<BTreeMap<String, Bytes>, Diagnostic> {
        let bytes: u64 = graph.files.values().map(|bytes| bytes.len() as u64).sum();
        let bytes_left = SOURCE_BYTES_MAX.saturating_sub(bytes);
        let mut collector = FileCollector { finder: self, modules: &graph.modules, files: graph.files, bytes_left };
        if graph.node {
            let mut own = Vec::new();
            self.own(&mut own, DEPTH_MAX, self.confinement.own_folder());
            own.iter().try_for_each(|path| collector.file(path))?;
            collector.packages()?;
        }
        for path in self.named()? {
            collector.file(&path)?;
            // A package knows its own folder without links.
            if let Ok(canonical) = self.disk.canonical(&path) {
                collector.file(&canonical)?;
            }
        }
        Ok(collector.files)
    }

    /// The files of code and JSON that a computed specifier may name: those of `[code] files`, and with `own` those of the function's folder. Canonical.
    pub(super) fn code(&self, own: bool) -> Vec<PathBuf> {
        let mut found = Vec::new();
        if own {
            self.own(&mut found, DEPTH_MAX, self.confinement.own_folder());
        }
        // An error is reported when the files are collected.
        found.extend(self.named().unwrap_or_default());
        let is_code = |path: &PathBuf| {
            let is_declaration = path.file_stem().is_some_and(|stem| Path::new(stem).extension().is_some_and(|end| end == "d"));
            let ending = extension(path);
            ending == "json" || emit::media_type(ending).is_some() && !is_declaration
        };
        let canonical = found.iter().filter(|path| is_code(path)).filter_map(|path| self.disk.canonical(path).ok());
        canonical.filter(|path| self.confinement.allows(path)).collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The files of a folder of the function.
    fn own(&self, found: &mut Vec<PathBuf>, depth: usize, folder: Option<&Path>) {
        let (Some(depth), Some(folder)) = (depth.checked_sub(1), folder) else { return };
        for (path, canonical) in self.entries(folder, FILES_MAX + 1) {
            let name = path.file_name().unwrap_or_default();
            if found.len() > OWN_MAX || name.as_encoded_bytes().starts_with(b".") || name == "node_modules" || name == MANIFEST_FILE {
                continue;
            }
            if self.disk.is_folder(&canonical) {
                self.own(found, depth, Some(&path));
            } else if self.disk.is_file(&canonical) {
                found.push(path);
            }
        }
    }

    /// What lies in a folder and may be read, sorted: the paths, and the same without links.
    fn entries(&self, folder: &Path, entries_max: usize) -> Vec<(PathBuf, PathBuf)> {
        let allows = |canonical: &Path| self.confinement.allows(canonical);
        let Ok(own) = self.disk.canonical(folder) else { return Vec::new() };
        let mut names = self.disk.names(folder, entries_max, &allows).unwrap_or_default();
        names.sort_unstable();
        let entries = names.into_iter().map(|name| folder.join(name)).filter_map(|path| {
            let canonical = self.disk.canonical(&path).ok()?;
            Some((path, canonical))
        });
        // What leads out is not followed, nor what leads back.
        entries.filter(|(_, canonical)| allows(canonical) && !own.starts_with(canonical)).collect()
    }

    /// The files that `[code] files` names.
    fn named(&self) -> Result<Vec<PathBuf>, Diagnostic> {
        let (mut found, mut searched) = (BTreeSet::new(), 0);
        for pattern in &self.manifest.code.files {
            let wrong = |why: &str| {
                let place = self.confinement.label(&self.confinement.own().join(MANIFEST_FILE));
                Diagnostic::new(CompileErrorKind::Manifest, format!("{place}: `{pattern}` in `files` {why}"))
            };
            let (folders, glob) = Glob::split(pattern);
            let fixed = folders.join("/");
            let (own, root) = (self.confinement.own_folder(), self.confinement.root());
            // Packages may be installed beside the functions.
            let beside = (folders.first() == Some(&"node_modules")).then_some(root);
            let mut starts = own.into_iter().chain(beside).filter_map(|from| joined(from, &fixed));
            let start = starts.find(|start| self.confinement.allows(start) && self.disk.is_folder(start));
            let Some(start) = start else { return Err(wrong("names no folder that the function may read")) };
            let mut matched = BTreeSet::new();
            self.search(&mut matched, &mut searched, &glob, (&start, &glob.start()), DEPTH_MAX);
            if matched.is_empty() {
                return Err(wrong("names no file").help("`folder/**` names all files of a folder"));
            }
            found.append(&mut matched);
            if searched >= SEARCHED_MAX {
                return Err(wrong(&format!("is searched in more than {SEARCHED_MAX} files and folders")).help("name a smaller folder"));
            }
            if found.len() > FILES_MAX {
                return Err(wrong(&format!("names more than {FILES_MAX} files")).help("name a smaller folder, or fewer endings"));
            }
        }
        Ok(found.into_iter().collect())
    }

    fn search(
        &self,
        found: &mut BTreeSet<PathBuf>,
        searched: &mut usize,
        glob: &Glob<'_>,
        (folder, states): (&Path, &[usize]),
        depth: usize,
    ) {
        let Some(depth) = depth.checked_sub(1) else { return };
        for (path, canonical) in self.entries(folder, SEARCHED_MAX.saturating_sub(*searched)) {
            *searched += 1;
            let Some(name) = path.file_name().and_then(|name| name.to_str()) else { continue };
            let states = glob.after(states, name);
            if states.is_empty() || *searched >= SEARCHED_MAX || found.len() > FILES_MAX {
                continue;
            }
            if self.disk.is_folder(&canonical) {
                self.search(found, searched, glob, (&path, &states), depth);
            } else if glob.is_file(&states) && self.disk.is_file(&canonical) {
                found.insert(path);
            }
        }
    }
}

struct FileCollector<'c> {
    finder: &'c FileFinder<'c>,
    modules: &'c HashMap<String, Arc<Module>>,
    files: BTreeMap<String, Bytes>,
    bytes_left: u64,
}

impl FileCollector<'_> {
    fn file(&mut self, path: &Path) -> Result<(), Diagnostic> {
        let FileFinder { confinement, disk, .. } = self.finder;
        let label = confinement.label(path);
        let key = format!("/{label}");
        if self.files.contains_key(&key) {
            return Ok(());
        }
        let too_large = |what: String| {
            Diagnostic::new(CompileErrorKind::TooLarge, what)
                .help("a function for Node has the files of its folder: move those that it does not read to a folder whose name begins with a dot")
        };
        if self.files.len() >= FILES_MAX {
            return Err(too_large(format!("the function has more than {FILES_MAX} files")));
        }
        match disk.bytes(path, self.bytes_left, &|canonical| confinement.allows(canonical)) {
            // The text of a module is not kept twice, if it is the one that was written.
            Ok(bytes) if self.is_module(path, &bytes) => Ok(()),
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

    fn is_module(&self, path: &Path, bytes: &[u8]) -> bool {
        let url = super::graph::module_url(self.finder.confinement.root(), path);
        url.and_then(|url| self.modules.get(url.as_str())).is_some_and(|module| module.code.as_bytes() == bytes)
    }

    /// The `package.json` of every package with a module.
    fn packages(&mut self) -> Result<(), Diagnostic> {
        let FileFinder { confinement, disk, .. } = self.finder;
        let root = confinement.root().to_owned();
        let paths = self.modules.keys().filter_map(|url| url.strip_prefix("file:///")).filter(|path| path.contains("node_modules/"));
        let folders: BTreeSet<PathBuf> = paths.filter_map(|path| root.join(path).parent().map(Path::to_owned)).collect();
        let packages: BTreeSet<PathBuf> = folders.iter().filter_map(|folder| self.package_json(folder)).collect();
        for path in packages {
            if disk.metadata(&path).is_ok_and(|metadata| metadata.len() <= PACKAGE_JSON_BYTES_MAX) {
                self.file(&path)?;
            }
        }
        Ok(())
    }

    /// The nearest `package.json` of a folder of installed packages.
    fn package_json(&self, folder: &Path) -> Option<PathBuf> {
        let FileFinder { confinement, disk, .. } = self.finder;
        let folders = folder.ancestors().take_while(|folder| !folder.ends_with("node_modules") && *folder != confinement.root());
        folders.map(|folder| folder.join("package.json")).find(|path| disk.is_file(path))
    }
}
