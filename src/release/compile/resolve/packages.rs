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
use crate::release::compile::paths::{is_relative, joined};
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

    /// Whether a package of this name is installed for the modules of a folder.
    pub(in crate::release::compile) fn is_installed(&self, folder: &Path, name: &str) -> bool {
        let Some((confinement, disk)) = &self.files.seen else { return false };
        let folders = folder.ancestors().take_while(|folder| folder.starts_with(confinement.root()));
        let mut candidates = folders.filter_map(|folder| joined(&folder.join("node_modules"), name));
        candidates.any(|candidate| confinement.allows(&candidate) && disk.is_folder(&candidate))
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
                Some(target) => linked_out(specifier, &target, confinement),
                None => self.diagnostic(folder, specifier, &error, confinement),
            })
        })
    }
}

impl Packages {
    fn diagnostic(&self, folder: &Path, specifier: &str, error: &ResolveError, confinement: &Confinement) -> Diagnostic {
        let package = package_name(specifier);
        let wrong = |message: String| Diagnostic::new(CompileErrorKind::Import, message);
        match error {
            ResolveError::NotFound(_) | ResolveError::MatchedAliasNotFound(..) if !specifier.starts_with(['#', '.']) => {
                if self.is_installed(folder, package) {
                    return wrong(format!("the package `{package}` is installed, and has no file for `{specifier}`"))
                        .help("look at `main` and `exports` of its package.json; it may have to be built first");
                }
                unsupported::node_built_in_diagnostic(specifier).unwrap_or_else(|| not_installed(package, specifier, confinement))
            }
            ResolveError::NotFound(_) | ResolveError::MatchedAliasNotFound(..) | ResolveError::PackageImportNotDefined(..) => {
                not_found(specifier).help("names that begin with `#` come from `imports` in package.json")
            }
            ResolveError::PackagePathNotExported { subpath, .. } => {
                let conditions = match self.platform {
                    Platform::Web => CONDITIONS.join(", "),
                    Platform::Node => "node, import or require, default".to_owned(),
                };
                wrong(format!("the package `{package}` does not export `{subpath}` for this host"))
                    .help(format!("the conditions of this function are {conditions}"))
            }
            ResolveError::Json(error) => {
                let file = confinement.label(&error.path);
                wrong(format!("{file}:{}:{}: {}", error.line, error.column, error.message))
            }
            other => {
                // The texts of the remaining variants name paths of the machine.
                let root = format!("{}/", confinement.root().display());
                wrong(format!("cannot resolve `{specifier}`: {}", other.to_string().replace(&root, "")))
            }
        }
    }
}

/// A package that is a link to a place where the function may read nothing: that of a workspace, mostly.
pub(super) fn linked_out(specifier: &str, target: &Path, confinement: &Confinement) -> Diagnostic {
    let diagnostic = leads_out(specifier, target, confinement);
    if specifier.starts_with('#') || is_relative(specifier) || target.starts_with(confinement.root()) {
        return diagnostic;
    }
    let package = package_name(specifier);
    diagnostic.help(format!(
        "`{package}` is a link to a folder that functions may not read: run `npm install --install-links`, which copies it, or move it into \
         the functions directory, to a folder whose name begins with `_`"
    ))
}

fn not_installed(package: &str, specifier: &str, confinement: &Confinement) -> Diagnostic {
    let diagnostic = Diagnostic::new(CompileErrorKind::Import, format!("cannot find the package `{package}`, imported as `{specifier}`"));
    // `@/x` and `~/x` are no packages: they are written by settings.
    if package.starts_with("@/") || package.starts_with('~') || package == "@" {
        return diagnostic.help(format!(
            "`{specifier}` is a name that settings map: write `paths` in the function's tsconfig.json, or `imports` in its deno.json"
        ));
    }
    let home = confinement.own_folder().map_or("the functions directory".to_owned(), |own| format!("`{}/`", confinement.label(own)));
    // The usual project has its packages beside the functions directory.
    diagnostic.help(format!(
        "run `npm install {package}` in {home}, or put package.json and node_modules into the functions directory: none beside it is read; for a \
         file of the function write `./{specifier}`"
    ))
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
