//! Packages: bare specifiers and `#internal` ones, by Node's rules.
//!
//! `resolve` asks; `oxc_resolver` applies the rules and reads the disk only through this file.
//!
//! Invariant: no file is read but those that the function may import and the `package.json` beside the functions, so a package installed
//! above the functions directory cannot slip in. A `package.json` that cannot be read counts as missing. Every path is recorded.

use std::cell::OnceCell;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use oxc_resolver::{FileMetadata, FileSystem, ResolveError, ResolveOptions, ResolverGeneric};
use parking_lot::Mutex;

use super::diagnostics::{leads_out, not_found};
use super::unsupported;
use crate::release::compile::error::{CompileErrorKind, Diagnostic};
use crate::release::compile::platform::Platform;
use crate::release::source::entry::{CONDITIONS, PACKAGE_JSON_BYTES_MAX};
use crate::release::source::{Confinement, Disk};

/// The extensions that a path inside a package may omit.
const EXTENSIONS: &[&str] = &[".js", ".mjs", ".ts", ".mts", ".tsx", ".jsx", ".json", ".cjs"];

/// The same in Node's order.
const NODE_EXTENSIONS: &[&str] = &[".js", ".json", ".node", ".cjs", ".mjs", ".ts", ".cts", ".mts", ".tsx", ".jsx"];

/// Resolves the packages installed below the functions directory.
pub(in crate::release::compile) struct Packages {
    files: ConfinedFiles,
    platform: Platform,
    // Most functions import no package.
    resolver: OnceCell<ResolverGeneric<ConfinedFiles>>,
    /// For `require`: packages may have other files for it.
    require_resolver: OnceCell<ResolverGeneric<ConfinedFiles>>,
}

impl Packages {
    pub(in crate::release::compile) fn new(confinement: &Confinement, disk: &Disk, platform: Platform) -> Self {
        let files = ConfinedFiles { seen: Some((confinement.clone(), disk.clone())), escaped: Arc::default() };
        Self { files, platform, resolver: OnceCell::new(), require_resolver: OnceCell::new() }
    }

    /// The file that `specifier` means in a module of `folder`; not yet checked against the confinement.
    pub(in crate::release::compile) fn resolve(
        &self,
        folder: &Path,
        specifier: &str,
        is_require: bool,
        confinement: &Confinement,
    ) -> Result<PathBuf, Box<Diagnostic>> {
        *self.files.escaped.lock() = None;
        let resolver = if is_require { &self.require_resolver } else { &self.resolver };
        let resolver = resolver.get_or_init(|| {
            let options = match self.platform {
                Platform::Web => web_options(),
                Platform::Node => node_options(is_require),
            };
            ResolverGeneric::new_with_file_system(self.files.clone(), options)
        });
        resolver.resolve(folder, specifier).map(|found| found.into_path_buf()).map_err(|error| {
            Box::new(match self.files.escaped.lock().take() {
                Some(target) => leads_out(specifier, &target, confinement),
                None => diagnostic(specifier, &error, confinement),
            })
        })
    }
}

fn web_options() -> ResolveOptions {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    ResolveOptions {
        condition_names: owned(CONDITIONS),
        extensions: owned(EXTENSIONS),
        main_fields: owned(&["module", "main"]),
        // This would read the environment.
        node_path: false,
        ..ResolveOptions::default()
    }
}

/// As Node resolves. TypeScript comes last: a package that has it beside JavaScript is meant to run as JavaScript.
fn node_options(is_require: bool) -> ResolveOptions {
    let owned = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    ResolveOptions {
        condition_names: owned(&["node", if is_require { "require" } else { "import" }, "default"]),
        extensions: owned(NODE_EXTENSIONS),
        main_fields: owned(&["main"]),
        // This would read the environment.
        node_path: false,
        ..ResolveOptions::default()
    }
}

fn diagnostic(specifier: &str, error: &ResolveError, confinement: &Confinement) -> Diagnostic {
    let package = package_name(specifier);
    match error {
        ResolveError::NotFound(_) | ResolveError::MatchedAliasNotFound(..) if !specifier.starts_with(['#', '.']) => {
            unsupported::node_built_in_diagnostic(specifier).unwrap_or_else(|| {
                let home =
                    confinement.own_folder().map_or("the functions directory".to_owned(), |own| format!("`{}/`", confinement.label(own)));
                Diagnostic::new(CompileErrorKind::Import, format!("cannot find the package `{package}`, imported as `{specifier}`"))
                    .help(format!("run `npm install {package}` in {home}; for a file of the function write `./{specifier}`"))
            })
        }
        ResolveError::NotFound(_) | ResolveError::MatchedAliasNotFound(..) | ResolveError::PackageImportNotDefined(..) => {
            not_found(specifier).help("names that begin with `#` come from `imports` in package.json")
        }
        ResolveError::PackagePathNotExported { subpath, .. } => {
            Diagnostic::new(CompileErrorKind::Import, format!("the package `{package}` does not export `{subpath}` for this host"))
                .help(format!("the conditions of this host are {}", CONDITIONS.join(", ")))
        }
        ResolveError::Json(error) => {
            let file = confinement.label(&error.path);
            Diagnostic::new(CompileErrorKind::Import, format!("{file}:{}:{}: {}", error.line, error.column, error.message))
        }
        other => {
            // The texts of the remaining variants name paths of the machine.
            let root = format!("{}/", confinement.root().display());
            Diagnostic::new(CompileErrorKind::Import, format!("cannot resolve `{specifier}`: {}", other.to_string().replace(&root, "")))
        }
    }
}

/// `@scope/name/sub` → `@scope/name`, `name/sub` → `name`.
fn package_name(specifier: &str) -> &str {
    let slashes = if specifier.starts_with('@') { 1 } else { 0 };
    match specifier.match_indices('/').nth(slashes) {
        Some((end, _)) => specifier.get(..end).unwrap_or(specifier),
        None => specifier,
    }
}

/// The part of the disk that the resolver sees: the functions directory.
#[derive(Clone)]
struct ConfinedFiles {
    /// `None` sees no file: the trait requires a constructor without arguments.
    seen: Option<(Confinement, Disk)>,
    /// The target of a link that led out, during the current resolution.
    escaped: Arc<Mutex<Option<PathBuf>>>,
}

impl ConfinedFiles {
    fn within(&self, path: &Path) -> io::Result<&(Confinement, Disk)> {
        let seen = self.seen.as_ref().filter(|(confinement, _)| path.starts_with(confinement.root()));
        let seen = seen.ok_or(io::ErrorKind::NotFound)?;
        seen.1.record(path);
        Ok(seen)
    }
}

impl FileSystem for ConfinedFiles {
    fn new() -> Self {
        Self { seen: None, escaped: Arc::default() }
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let (confinement, disk) = self.within(path)?;
        let allows = |canonical: &Path| {
            let allowed = confinement.allows_settings(canonical);
            if !allowed {
                *self.escaped.lock() = Some(canonical.to_owned());
            }
            allowed
        };
        Ok(disk.bytes(path, PACKAGE_JSON_BYTES_MAX, &allows)?)
    }

    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        String::from_utf8(self.read(path)?).map_err(|_| io::ErrorKind::InvalidData.into())
    }

    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.within(path)?;
        fs::metadata(path).map(FileMetadata::from)
    }

    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.within(path)?;
        fs::symlink_metadata(path).map(FileMetadata::from)
    }

    fn read_link(&self, path: &Path) -> Result<PathBuf, ResolveError> {
        self.within(path)?;
        Ok(fs::read_link(path)?)
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.within(path)?;
        fs::canonicalize(path)
    }
}
