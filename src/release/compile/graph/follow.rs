//! From an import to the file that it means, and to the queue of the walk.
//!
//! `walk` passes every import of a module, `assets` those of WebAssembly.
//!
//! Invariant: a file has one kind as a module, and the number of modules and the way to each of them are bounded.

use super::limits::{DEPTH_MAX, MODULES_MAX};
use super::module_url::module_url;
use super::walk::{Pending, Walk};
use crate::function::Module;
use crate::function::node::{NODE_SCHEME, built_in};
use crate::release::compile::code_frame::Place;
use crate::release::compile::error::{CompileErrorKind, Diagnostic};
use crate::release::compile::module_kind::{FileKind, addon_loader, kind_of};
use crate::release::compile::parse::imports::{Import, ImportForm};
use crate::release::compile::platform::Platform;
use crate::release::compile::resolve::{ResolvedImport, built_in_diagnostic};
use crate::release::source::confine::is_in_node_modules;

/// Where an import leads.
pub(super) enum Followed {
    Module(Pending),
    /// A file that is imported by an attribute, as text or bytes.
    Asset(Pending),
    /// A built-in module of Node, by its name.
    BuiltIn(String),
}

impl Walk<'_> {
    /// Resolves one import, and notes in the module where it leads.
    pub(super) fn follow_into(&mut self, module: &mut Module, pending: &Pending, label: &str, text: &str, import: Import) {
        let is_require = import.form.is_require();
        let diagnostic = match self.follow(pending, &import) {
            Ok(Followed::BuiltIn(_)) if self.is_for_node() || import.form == ImportForm::Named => return,
            Ok(Followed::BuiltIn(name)) if self.platform == Platform::Web => built_in_diagnostic(&name),
            Ok(followed) => {
                let url = match &followed {
                    Followed::Module(found) | Followed::Asset(found) => found.url.to_string(),
                    Followed::BuiltIn(name) => format!("{NODE_SCHEME}{name}"),
                };
                let leads = if is_require { &mut module.requires } else { &mut module.imports };
                leads.insert(import.specifier.clone(), url);
                match followed {
                    Followed::Module(found) => self.enqueue(found, label, text, &import),
                    Followed::Asset(found) => self.asset(found, place_of(label, text, &import)),
                    Followed::BuiltIn(_) => {}
                }
                return;
            }
            Err(_) if import.form == ImportForm::Named => return,
            Err(diagnostic) => diagnostic,
        };
        if self.means_node(&import.specifier) && self.is_for_node() {
            return;
        }
        // By the standard the call fails, when it runs: it may be one for another host. Packages require what may be there.
        let is_of_the_call = self.is_attempt || import.form.may_be_missing() || is_require && is_in_node_modules(&pending.path);
        // What may not be imported stays refused, and a mistake in the settings has a place of its own.
        if is_of_the_call && diagnostic.kind == CompileErrorKind::Import && diagnostic.place.is_none() {
            let message = diagnostic.help.iter().fold(diagnostic.message, |message, help| format!("{message}; {help}"));
            module.missing.insert(import.specifier, message);
        } else if diagnostic.place.is_some() {
            self.report.add(diagnostic);
        } else {
            let place = place_of(label, text, &import);
            self.report.add_at(diagnostic, place);
        }
    }

    /// Whether a specifier that a function for the web cannot import is a module of Node, or of a host whose packages have files for Node.
    fn means_node(&self, specifier: &str) -> bool {
        self.platform == Platform::Web && (built_in(specifier).is_some() || specifier.starts_with("cloudflare:"))
    }

    /// Finds the module that an import means, and its kind.
    pub(super) fn follow(&self, importer: &Pending, import: &Import) -> Result<Followed, Diagnostic> {
        let resolved = self.resolver.resolve(&importer.path, &import.specifier, import.form).map_err(|diagnostic| *diagnostic)?;
        let path = match resolved {
            ResolvedImport::File(path) => path,
            ResolvedImport::BuiltIn(name) => return Ok(Followed::BuiltIn(name)),
        };
        if let Some(diagnostic) = addon_loader(&path, &import.specifier, &importer.path) {
            return Err(diagnostic);
        }
        let kind = kind_of(&path, import)?;
        let is_asset = matches!(kind, FileKind::AttributeText | FileKind::AttributeBytes);
        if !is_asset && self.kinds.get(&path).is_some_and(|known| *known != kind) {
            let message = format!("`{}` is imported as one kind of file here, and as another elsewhere", import.specifier);
            return Err(Diagnostic::new(CompileErrorKind::Import, message)
                .help("a file is either code or JSON; `with { type: \"text\" }` may be imported beside that"));
        }
        let url = module_url(self.confinement.root(), &path)
            .ok_or_else(|| Diagnostic::new(CompileErrorKind::Import, format!("`{}`: its path is not UTF-8 text", import.specifier)))?;
        let required = import.form.is_require();
        let found = Pending { path, url, kind, required, depth: importer.depth + 1, importer: None };
        Ok(if is_asset { Followed::Asset(found) } else { Followed::Module(found) })
    }

    pub(super) fn enqueue(&mut self, mut found: Pending, label: &str, text: &str, import: &Import) {
        let place = place_of(label, text, import);
        if found.kind == FileKind::Wasm {
            self.want(&found, import, &place);
        }
        if self.kinds.contains_key(&found.path) {
            return;
        }
        let too_large = |what: String| Diagnostic::new(CompileErrorKind::TooLarge, what).at(place.clone());
        if found.depth > DEPTH_MAX {
            self.report.add(too_large(format!("imports are nested more than {DEPTH_MAX} deep")));
            return;
        }
        if self.kinds.len() >= MODULES_MAX {
            self.report.add(too_large(format!("the function has more than {MODULES_MAX} modules")));
            // Every further import would be refused for the same reason.
            self.queue.clear();
            return;
        }
        self.kinds.insert(found.path.clone(), found.kind);
        self.report.found(self.confinement.label(&found.path), &place);
        found.importer = Some(place);
        self.queue.push_back(found);
    }
}

fn place_of(label: &str, text: &str, import: &Import) -> Place {
    Place::of(label, text, import.bytes.clone().unwrap_or(0..0))
}
