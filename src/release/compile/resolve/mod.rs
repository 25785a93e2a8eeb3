//! Resolution: from a specifier in a module to the file it means.
//!
//! `graph` asks for every import. `mappings` applies the names that the function's settings define. Relative specifiers are resolved here,
//! as TypeScript users expect. `unsupported` refuses URLs and other hosts' schemes with advice, and `packages` resolves the rest.
//!
//! Invariant: a path that is returned is canonical, a regular file, and allowed by the confinement.
#![allow(clippy::disallowed_methods, reason = "imports are resolved in the functions directory")]

mod mappings;
mod package_type;
mod packages;
mod unsupported;
mod npm;
mod diagnostics;

use std::cell::OnceCell;
use std::path::{Path, PathBuf};

use super::error::{CompileErrorKind, Diagnostic};
use super::own_modules::OwnModules;
use super::parse::imports::ImportForm;
use super::paths::{is_relative, joined};
use super::platform::{Platform, SourceRule};
use crate::function::node::{HOST_MODULES, NODE_SCHEME, built_in};
use crate::release::source::confine::is_in_node_modules;
use crate::release::source::{CODE_EXTENSIONS, Confinement, Disk};
use diagnostics::{leads_out, not_found};
use mappings::{Mapped, Mappings};
use npm::RegistrySpecifier;
use package_type::PackageTypes;
use packages::Packages;

/// The extensions of source that an extension of compiled code may stand for.
const COMPILED_ENDINGS: &[(&str, &[&str])] = &[("js", &["ts", "tsx", "mts"]), ("mjs", &["mts"]), ("jsx", &["tsx"]), ("cjs", &["cts"])];
/// Most entries of a folder that are searched for similar names.
const SIMILAR_ENTRIES_MAX: usize = 2_000;

/// What a specifier means.
pub(in crate::release::compile) enum ResolvedImport {
    /// A file.
    File(PathBuf),
    /// A built-in module of Node, by its name.
    BuiltIn(String),
}

/// What is asked for.
#[derive(Clone, Copy)]
struct Request<'r> {
    importer: &'r Path,
    specifier: &'r str,
    is_require: bool,
}

/// Resolves the imports of one function.
pub(in crate::release::compile) struct Resolver<'c> {
    confinement: &'c Confinement,
    disk: &'c Disk,
    platform: Platform,
    own_modules: &'c OwnModules,
    packages: Packages,
    types: PackageTypes,
    /// Read when the first import needs them; relative ones never do.
    mappings: OnceCell<Result<Mappings, Box<Diagnostic>>>,
}

impl<'c> Resolver<'c> {
    pub(in crate::release::compile) fn new(
        confinement: &'c Confinement,
        disk: &'c Disk,
        platform: Platform,
        own_modules: &'c OwnModules,
    ) -> Self {
        let packages = Packages::new(confinement, disk, platform);
        Self { confinement, disk, platform, own_modules, packages, types: PackageTypes::default(), mappings: OnceCell::new() }
    }

    /// What `specifier` means in the module `importer`, which must be canonical.
    pub(in crate::release::compile) fn resolve(
        &self,
        importer: &Path,
        specifier: &str,
        form: ImportForm,
    ) -> Result<ResolvedImport, Box<Diagnostic>> {
        if self.platform == Platform::Node
            && let Some(name) = built_in(specifier)
            && !self.is_own(importer, name)
        {
            return Ok(ResolvedImport::BuiltIn(name.to_owned()));
        }
        // Where the package is installed, too: it would start a server, or look for its own host.
        if HOST_MODULES.contains(&specifier) && !self.is_own(importer, specifier) {
            return Ok(ResolvedImport::BuiltIn(specifier.to_owned()));
        }
        let request = Request { importer, specifier, is_require: form.is_require() };
        let mapped = match is_relative(specifier) {
            true => None,
            false => self.mapped(importer, specifier)?,
        };
        // The settings say what is meant, on any platform.
        if let Some(Mapped::Specifier(mapped)) = &mapped
            && let Some(name) = scheme_built_in(mapped)
        {
            return Ok(ResolvedImport::BuiltIn(name.to_owned()));
        }
        let found = match mapped {
            Some(mapped) => self.named(request, mapped)?,
            None if is_relative(specifier) => self.relative(request)?,
            None => self.package(request).map_err(|diagnostic| self.with_unread(diagnostic))?,
        };
        let canonical = self.disk.canonical(&found).map_err(|_| Box::new(not_found(specifier)))?;
        match self.confinement.allows(&canonical) {
            true => Ok(ResolvedImport::File(canonical)),
            false => Err(Box::new(packages::linked_out(specifier, &canonical, self.confinement))),
        }
    }

    /// Whether a module that Skep has itself is the function's own.
    fn is_own(&self, importer: &Path, name: &str) -> bool {
        let folder = importer.parent().unwrap_or(self.confinement.root());
        self.own_modules.holds(name, |package| self.packages.is_installed(folder, package))
    }

    /// By which rule a file of code, which must be canonical, is a module of which kind. `required`: a CommonJS module asks for it.
    pub(in crate::release::compile) fn rule(&self, path: &Path, required: bool) -> SourceRule {
        self.types.rule(path, required, self.confinement, self.disk)
    }

    /// What the function's settings make of a name.
    fn mapped(&self, importer: &Path, specifier: &str) -> Result<Option<Mapped>, Box<Diagnostic>> {
        if is_in_node_modules(importer) {
            return Ok(None);
        }
        let mappings = self.mappings.get_or_init(|| Mappings::of(self.confinement, self.disk));
        Ok(mappings.as_ref().map_err(Clone::clone)?.lookup(importer, specifier))
    }

    /// A name that the function's settings map.
    fn named(&self, request: Request<'_>, mapped: Mapped) -> Result<PathBuf, Box<Diagnostic>> {
        let Request { specifier, .. } = request;
        match mapped {
            Mapped::Specifier(mapped) => {
                let found = self.package(Request { specifier: &mapped, ..request });
                found.map_err(|diagnostic| Box::new(diagnostic.more(&format!("; deno.json maps `{specifier}` to it"))))
            }
            Mapped::Files(files, setting) => {
                // Refused before the disk is read, as for relative paths.
                let allowed = files.iter().filter(|file| self.confinement.allows(file));
                if let Some(found) = allowed.clone().find_map(|file| self.candidates(file, false)) {
                    return Ok(found);
                }
                // `paths` may be meant for some names of a package's scope only.
                self.package(request).map_err(|diagnostic| match files.first() {
                    Some(file) if allowed.count() == 0 => Box::new(leads_out(specifier, file, self.confinement)),
                    Some(file) => {
                        let file = self.confinement.label(file);
                        Box::new(not_found(specifier).help(format!("{setting} maps it to `{file}`, and there is no such file")))
                    }
                    None => diagnostic,
                })
            }
        }
    }

    /// A name that leads nowhere may be one that a settings file maps which cannot be read.
    fn with_unread(&self, diagnostic: Box<Diagnostic>) -> Box<Diagnostic> {
        match self.mappings.get() {
            Some(Ok(Mappings { unread: Some(unread), .. })) if diagnostic.kind == CompileErrorKind::Import => {
                let help = format!("{unread}: if it maps this name, copy its `paths` into the function's tsconfig.json");
                Box::new(diagnostic.help(help))
            }
            _ => diagnostic,
        }
    }

    fn package(&self, request: Request<'_>) -> Result<PathBuf, Box<Diagnostic>> {
        let Request { importer, specifier, is_require } = request;
        let folder = importer.parent().unwrap_or(self.confinement.root());
        if let Some(named) = RegistrySpecifier::of(specifier)
            && self.packages.is_installed(folder, named.name)
        {
            let found = self.packages.resolve(folder, &named.installed(), is_require, self.confinement)?;
            return self.in_range(specifier, &named, found);
        }
        match unsupported::diagnostic(specifier) {
            Some(diagnostic) => Err(Box::new(diagnostic)),
            None => self.packages.resolve(folder, specifier, is_require, self.confinement),
        }
    }

    /// The file of an installed package, if its version is one that the specifier asks for.
    fn in_range(&self, specifier: &str, named: &RegistrySpecifier<'_>, found: PathBuf) -> Result<PathBuf, Box<Diagnostic>> {
        let Some(range) = named.range else { return Ok(found) };
        let Some(version) = self.types.version(&found, self.confinement, self.disk) else { return Ok(found) };
        if npm::satisfies(range, &version) != Some(false) {
            return Ok(found);
        }
        let message = format!("`{specifier}` asks for version {range} of `{}`, and version {version} is installed", named.name);
        let help = format!("write `{}:{}@{version}`, or run `npm install {}`", named.registry, named.name, named.with_range());
        Err(Box::new(Diagnostic::new(CompileErrorKind::Import, message).help(help)))
    }

    fn relative(&self, request: Request<'_>) -> Result<PathBuf, Box<Diagnostic>> {
        let Request { importer, specifier, is_require } = request;
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
        // Packages may rely on a `package.json` in one of their folders, and `require` finds JSON without its ending.
        if (is_require || is_in_node_modules(importer))
            && let Ok(found) = self.packages.resolve(folder, specifier, is_require, self.confinement)
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

/// The built-in of Node that a specifier with the scheme means.
fn scheme_built_in(specifier: &str) -> Option<&str> {
    if specifier.starts_with(NODE_SCHEME) { built_in(specifier) } else { None }
}

/// The diagnostic of a built-in of Node that the settings of a function for the web map a name to.
pub(in crate::release::compile) fn built_in_diagnostic(name: &str) -> Diagnostic {
    let specifier = format!("{NODE_SCHEME}{name}");
    unsupported::diagnostic(&specifier).unwrap_or_else(|| not_found(&specifier))
}
