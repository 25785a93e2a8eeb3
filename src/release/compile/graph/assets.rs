//! Files that are no code: those that modules import as text, bytes or WebAssembly, and those that they name by `new URL(…, import.meta.url)`.
//!
//! `graph` comes here for each of them. Their bytes become files of the version, which `fetch`, `fs` and the module loader read; for an import
//! without an attribute there is a generated module that imports the file with one.
//!
//! Invariant: the files count towards the bytes and the modules of the version.

use std::path::Path;

use bytes::Bytes;

use super::follow::Followed;
use super::limits::MODULES_MAX;
use super::walk::{Pending, Walk};
use super::wasm::{MissingImports, WasmShape};
use crate::function::node::NODE_SCHEME;
use crate::function::{Module, ModuleKind};
use crate::release::compile::code_frame::Place;
use crate::release::compile::error::{CompileErrorKind, Diagnostic};
use crate::release::compile::module_kind::FileKind;
use crate::release::compile::parse::imports::{Import, ImportForm, Wanted};
use crate::release::compile::paths::joined;
use crate::release::source::ReadError;

impl Walk<'_> {
    /// Takes a file that is imported by an attribute.
    pub(super) fn asset(&mut self, mut found: Pending, place: Place) {
        let label = self.confinement.label(&found.path);
        found.importer = Some(place);
        self.take_file(&found, &label);
    }

    /// Takes a file, and returns its bytes.
    fn take_file(&mut self, pending: &Pending, label: &str) -> Option<Bytes> {
        let key = format!("/{label}");
        let (confinement, disk) = (self.confinement, self.disk);
        let bytes = match self.files.get(&key) {
            Some(bytes) => Ok(bytes.clone()),
            None if self.kinds.len() + self.files.len() >= MODULES_MAX => {
                let message = format!("the function has more than {MODULES_MAX} modules and files");
                let diagnostic = Diagnostic::new(CompileErrorKind::TooLarge, message);
                self.report.add(pending.importer.iter().cloned().fold(diagnostic, Diagnostic::at));
                return None;
            }
            None => disk.bytes(&pending.path, self.bytes_left, &|canonical| confinement.allows(canonical)).map(Bytes::from),
        };
        let is_text = matches!(pending.kind, FileKind::Text | FileKind::AttributeText);
        let bytes = match bytes {
            Ok(bytes) if is_text && std::str::from_utf8(&bytes).is_err() => Err(ReadError::NotUtf8),
            other => other,
        };
        match bytes {
            Ok(bytes) => {
                if self.files.insert(key, bytes.clone()).is_none() {
                    self.bytes_left = self.bytes_left.saturating_sub(bytes.len() as u64);
                }
                Some(bytes)
            }
            Err(error) => {
                self.unreadable(pending, label, &error);
                None
            }
        }
    }

    /// The module that stands for a file that is no code.
    pub(super) fn asset_module(&mut self, pending: &Pending, label: &str) -> Option<Module> {
        let bytes = self.take_file(pending, label)?;
        let url = pending.url.to_string();
        let quoted = serde_json::Value::from(url.as_str());
        let code = match pending.kind {
            FileKind::Wasm => return self.wasm_module(pending, label, &bytes),
            FileKind::Buffer => format!("import bytes from {quoted} with {{ type: \"bytes\" }};\nexport default bytes.buffer;\n"),
            _ => format!("import text from {quoted} with {{ type: \"text\" }};\nexport default text;\n"),
        };
        let imports = [(url.clone(), url.clone())].into();
        Some(Module { url, kind: ModuleKind::JavaScript, code: code.into(), imports, ..Module::default() })
    }

    /// The module that stands for a file of WebAssembly; its code is written at the end of the walk.
    fn wasm_module(&mut self, pending: &Pending, label: &str, bytes: &[u8]) -> Option<Module> {
        let shape = match WasmShape::of(bytes) {
            Ok(shape) => shape,
            Err(why) => {
                let diagnostic = Diagnostic::new(CompileErrorKind::Syntax, format!("{label} is not a WebAssembly module: {why}"));
                self.report.add(pending.importer.iter().cloned().fold(diagnostic, Diagnostic::at));
                return None;
            }
        };
        let url = pending.url.to_string();
        let mut module = Module { url: url.clone(), kind: ModuleKind::JavaScript, ..Module::default() };
        module.imports.insert(url.clone(), url.clone());
        for specifier in &shape.imports {
            let import = Import::whole(specifier.clone(), None, ImportForm::Declaration);
            // What leads nowhere is given to the instance by the function.
            let Ok(followed) = self.follow(pending, &import) else { continue };
            let lead = match &followed {
                Followed::Module(found) => found.url.to_string(),
                Followed::BuiltIn(name) => format!("{NODE_SCHEME}{name}"),
                Followed::Asset(_) => continue,
            };
            module.imports.insert(specifier.clone(), lead);
            if let Followed::Module(found) = followed {
                self.enqueue(found, label, "", &import);
            }
        }
        self.wasm.note(&url, shape);
        Some(module)
    }

    /// Notes what an import wants of a WebAssembly module.
    pub(super) fn want(&mut self, found: &Pending, import: &Import, place: &Place) {
        match import.wanted {
            Wanted::Default => {}
            Wanted::Names => self.wasm.want(found.url.as_str(), Some((import.specifier.clone(), place.clone()))),
            Wanted::Whole => self.wasm.want(found.url.as_str(), None),
        }
    }

    /// Writes the code of the WebAssembly modules.
    pub(super) fn write_wasm(&mut self) {
        for url in self.wasm.urls() {
            let Some(module) = self.modules.get_mut(&url) else { continue };
            match self.wasm.code(&url, &module.imports) {
                Ok(code) => module.code = code.into(),
                Err(MissingImports { import: (specifier, place), missing }) => {
                    let message = format!("`{specifier}` cannot be instantiated: it imports from `{missing}`, which is not a module");
                    let help = format!("import the default export, a WebAssembly.Module, and give its instance a `{missing}`");
                    self.report.add_at(Diagnostic::new(CompileErrorKind::Import, message).help(help), place);
                }
            }
        }
    }

    /// Takes a file that the module at hand names by `new URL(…, import.meta.url)`, if it is one. What is none may be meant for something else.
    pub(super) fn reference(&mut self, pending: &Pending, specifier: &str) {
        let path = specifier.split(['?', '#']).next().unwrap_or_default();
        let folder = pending.path.parent().unwrap_or(self.confinement.root());
        let Some(target) = joined(folder, path).filter(|_| !path.starts_with('/') && !path.contains(':')) else { return };
        let key = format!("/{}", self.confinement.label(&target));
        let is_full = self.kinds.len() + self.files.len() >= MODULES_MAX;
        if is_full || !self.confinement.allows(&target) || self.files.contains_key(&key) || !self.is_allowed_file(&target) {
            return;
        }
        if let Ok(bytes) = self.disk.bytes(&target, self.bytes_left, &|canonical| self.confinement.allows(canonical)) {
            self.bytes_left = self.bytes_left.saturating_sub(bytes.len() as u64);
            self.files.insert(key, bytes.into());
        }
    }

    fn is_allowed_file(&self, path: &Path) -> bool {
        self.disk.is_file(path) && self.disk.canonical(path).is_ok_and(|canonical| self.confinement.allows(&canonical))
    }
}
