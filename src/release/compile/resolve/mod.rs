//! Resolution: from a specifier in a module to the file it means.
//!
//! `graph` asks for every import. Relative specifiers are resolved here, as TypeScript users expect. `unsupported` refuses URLs and other
//! hosts' schemes with advice, and `packages` resolves the rest.
//!
//! Invariant: a path that is returned is canonical, a regular file, and allowed by the confinement.
#![allow(clippy::disallowed_methods, reason = "imports are resolved in the functions directory")]

mod packages;
mod unsupported;
mod diagnostics;

use std::path::{Component, Path, PathBuf};

use super::error::Diagnostic;
use crate::release::source::confine::is_in_node_modules;
use crate::release::source::{CODE_EXTENSIONS, Confinement, Disk};
use diagnostics::{leads_out, not_found};
use packages::Packages;

/// The extensions of source that an extension of compiled code may stand for.
const COMPILED_ENDINGS: &[(&str, &[&str])] = &[("js", &["ts", "tsx", "mts"]), ("mjs", &["mts"]), ("jsx", &["tsx"]), ("cjs", &["cts"])];
/// Most entries of a folder that are searched for similar names.
const SIMILAR_ENTRIES_MAX: usize = 2_000;

/// Resolves the imports of one function.
pub(in crate::release::compile) struct Resolver<'c> {
    confinement: &'c Confinement,
    disk: &'c Disk,
    packages: Packages,
}

impl<'c> Resolver<'c> {
    pub(in crate::release::compile) fn new(confinement: &'c Confinement, disk: &'c Disk) -> Self {
        Self { confinement, disk, packages: Packages::new(confinement, disk) }
    }

    /// The file that `specifier` means in the module `importer`, which must be canonical.
    pub(in crate::release::compile) fn resolve(&self, importer: &Path, specifier: &str) -> Result<PathBuf, Box<Diagnostic>> {
        if let Some(diagnostic) = unsupported::diagnostic(specifier) {
            return Err(Box::new(diagnostic));
        }
        let found = match is_relative(specifier) {
            true => self.relative(importer, specifier)?,
            false => {
                let folder = importer.parent().unwrap_or(self.confinement.root());
                self.packages.resolve(folder, specifier, self.confinement)?
            }
        };
        let canonical = self.disk.canonical(&found).map_err(|_| Box::new(not_found(specifier)))?;
        if self.confinement.allows(&canonical) { Ok(canonical) } else { Err(Box::new(leads_out(specifier, &canonical, self.confinement))) }
    }

    fn relative(&self, importer: &Path, specifier: &str) -> Result<PathBuf, Box<Diagnostic>> {
        let folder = importer.parent().unwrap_or(self.confinement.root());
        let Some(target) = joined(folder, specifier) else {
            return Err(Box::new(leads_out(specifier, Path::new("/"), self.confinement)));
        };
        // Refused before the disk is read, so that a function cannot probe another function's folder.
        if !self.confinement.allows(&target) {
            return Err(Box::new(leads_out(specifier, &target, self.confinement)));
        }
        let means_folder = specifier.ends_with('/') || matches!(specifier.rsplit('/').next(), Some("." | ".."));
        if let Some(found) = self.candidates(&target, means_folder) {
            return Ok(found);
        }
        // Packages may rely on a `package.json` in one of their folders.
        if is_in_node_modules(importer)
            && let Ok(found) = self.packages.resolve(folder, specifier, self.confinement)
        {
            return Ok(found);
        }
        let mut diagnostic = not_found(specifier);
        if let Some(similar) = self.similar(&target) {
            diagnostic = diagnostic.help(format!("there is a file named `{similar}`"));
        }
        Err(Box::new(diagnostic))
    }

    fn candidates(&self, target: &Path, means_folder: bool) -> Option<PathBuf> {
        if !means_folder {
            if self.disk.is_file(target) {
                return Some(target.to_owned());
            }
            let ending = target.extension().and_then(|ending| ending.to_str()).unwrap_or_default();
            let sources = COMPILED_ENDINGS.iter().filter(|(compiled, _)| *compiled == ending).flat_map(|(_, sources)| *sources);
            let mut candidates = sources.map(|source| target.with_extension(source)).chain(CODE_EXTENSIONS.iter().map(|extension| {
                let mut name = target.as_os_str().to_owned();
                name.push(".");
                name.push(extension);
                PathBuf::from(name)
            }));
            if let Some(found) = candidates.find(|candidate| self.disk.is_file(candidate)) {
                return Some(found);
            }
        }
        if !self.disk.is_folder(target) {
            return None;
        }
        CODE_EXTENSIONS.iter().map(|extension| target.join("index").with_extension(extension)).find(|index| self.disk.is_file(index))
    }

    /// The name of a file beside the missing one that differs in a letter or two. Of the functions directory itself, only the names that the
    /// function may import are considered.
    fn similar(&self, target: &Path) -> Option<String> {
        let wanted = target.file_name()?.to_str()?;
        let folder = target.parent()?;
        let is_root = folder == self.confinement.root();
        let allows = |canonical: &Path| self.confinement.allows(canonical) || (is_root && canonical == folder);
        let names = self.disk.names(folder, SIMILAR_ENTRIES_MAX, &allows).ok()?.into_iter();
        let names = names.filter(|name| self.confinement.allows(&folder.join(name))).filter_map(|name| name.into_string().ok());
        let stem = |name: &str| name.split('.').next().unwrap_or_default().to_lowercase();
        let distance = |name: &str| match stem(name) == stem(wanted) {
            true => 1,
            false => strsim::damerau_levenshtein(&stem(name), &stem(wanted)),
        };
        let near = names.map(|name| (distance(&name), name)).filter(|(distance, _)| *distance <= 2);
        near.min().map(|(_, name)| name)
    }
}

fn is_relative(specifier: &str) -> bool {
    matches!(specifier, "." | "..") || specifier.starts_with("./") || specifier.starts_with("../")
}

/// Joins as URLs do, without reading the disk; `None` above the root of the file system.
fn joined(folder: &Path, specifier: &str) -> Option<PathBuf> {
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
