//! One walk through the modules of a function: each file is read, transpiled and searched for imports.
//!
//! `graph` begins it; `follow` resolves the imports and adds to the queue.
//!
//! Invariant: every file is visited once, and the bytes of all of them are bounded.

use std::cell::OnceCell;
use std::collections::{BTreeMap, HashMap, VecDeque};
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use deno_ast::{MediaType, ModuleSpecifier};

use super::limits::{MODULES_MAX, SOURCE_BYTES_MAX};
use super::module_url::module_url;
use super::names::CommonJsNames;
use super::report::WalkReport;
use super::wasm::WasmModules;
use crate::function::{Module, ModuleKind};
use crate::release::compile::code_frame::Place;
use crate::release::compile::emit;
use crate::release::compile::emit::tsconfig::{self, TsSettings};
use crate::release::compile::emit::{Fact, SourceFile, Transpiled};
use crate::release::compile::error::Diagnostic;
use crate::release::compile::module_kind::{FileKind, extension};
use crate::release::compile::own_modules::OwnModules;
use crate::release::compile::parse::imports::ImportForm;
use crate::release::compile::platform::Platform;
use crate::release::compile::resolve::Resolver;
use crate::release::source::confine::is_in_node_modules;
use crate::release::source::{Confinement, Disk, ReadError};

/// Every reachable module.
pub(in crate::release::compile) struct Graph {
    pub(in crate::release::compile) entry: String,
    pub(in crate::release::compile) modules: HashMap<String, Arc<Module>>,
    /// Files that modules import as text, bytes or WebAssembly, or that they name by `new URL(…, import.meta.url)`, by their absolute path.
    pub(in crate::release::compile) files: BTreeMap<String, Bytes>,
    /// Whether the function is one for Node.
    pub(in crate::release::compile) node: bool,
}

/// A module that is found and not yet read.
#[derive(Clone)]
pub(super) struct Pending {
    pub(super) path: PathBuf,
    pub(super) url: ModuleSpecifier,
    pub(super) kind: FileKind,
    /// Whether `require` has found it first.
    pub(super) required: bool,
    pub(super) depth: usize,
    /// The import that found it; `None` for the entry.
    pub(super) importer: Option<Place>,
}

impl Pending {
    /// A file of code that no import has found.
    pub(super) fn code(path: PathBuf, url: ModuleSpecifier, required: bool) -> Self {
        Self { path, url, kind: FileKind::Code, required, depth: 0, importer: None }
    }
}

/// Most text that is compiled because computed specifiers may name it: it may be of no use, and takes time.
const ATTEMPTED_BYTES_MAX: u64 = 4 << 20;

/// The state of a walk.
pub(super) struct Walk<'c> {
    pub(super) confinement: &'c Confinement,
    pub(super) disk: &'c Disk,
    pub(super) platform: Platform,
    pub(super) node_env: &'c str,
    pub(super) resolver: Resolver<'c>,
    /// Read when the first module needs it; JavaScript never does.
    pub(super) ts_settings: OnceCell<TsSettings>,
    pub(super) bytes_left: u64,
    pub(super) kinds: HashMap<PathBuf, FileKind>,
    pub(super) queue: VecDeque<Pending>,
    pub(super) modules: HashMap<String, Module>,
    pub(super) files: BTreeMap<String, Bytes>,
    pub(super) names: CommonJsNames,
    pub(super) wasm: WasmModules,
    pub(super) report: WalkReport,
    /// A module of the function's own code requires or imports what only its code computes.
    pub(super) has_computed: bool,
    /// The modules that are walked may be of no use: what is wrong with them is no error.
    pub(super) is_attempt: bool,
    /// A sign of Node is an error: the manifest says that the function is not for Node.
    pub(super) refuses_node: bool,
    /// There was a sign of Node, and the walk is of no use.
    pub(super) needs_node: bool,
}

impl<'c> Walk<'c> {
    pub(super) fn new(
        platform: Platform,
        node_env: &'c str,
        own_modules: &'c OwnModules,
        confinement: &'c Confinement,
        disk: &'c Disk,
    ) -> Self {
        Self {
            confinement,
            disk,
            platform,
            node_env,
            resolver: Resolver::new(confinement, disk, platform, own_modules),
            ts_settings: OnceCell::new(),
            bytes_left: SOURCE_BYTES_MAX,
            kinds: HashMap::new(),
            queue: VecDeque::new(),
            modules: HashMap::new(),
            files: BTreeMap::new(),
            names: CommonJsNames::default(),
            wasm: WasmModules::default(),
            report: WalkReport::default(),
            has_computed: false,
            is_attempt: false,
            refuses_node: false,
            needs_node: false,
        }
    }

    /// Walks from a module to all that it can reach.
    pub(super) fn from(&mut self, entry: Pending) {
        self.kinds.insert(entry.path.clone(), entry.kind);
        self.queue.push_back(entry);
        while let Some(pending) = self.queue.pop_front() {
            if let Some(module) = self.visit(&pending) {
                self.modules.insert(module.url.clone(), module);
            }
            if self.needs_node || self.report.is_full() {
                break;
            }
        }
    }

    /// Walks from files that only computed specifiers name.
    pub(super) fn attempt(&mut self, paths: &[PathBuf]) {
        let diagnostics = self.report.len();
        if diagnostics > 0 {
            return;
        }
        self.is_attempt = true;
        let bytes_left = self.bytes_left;
        for path in paths {
            let bytes = self.disk.metadata(path).map_or(u64::MAX, |metadata| metadata.len());
            let used = bytes_left.saturating_sub(self.bytes_left);
            if self.kinds.contains_key(path) || self.kinds.len() >= MODULES_MAX || used.saturating_add(bytes) > ATTEMPTED_BYTES_MAX {
                continue;
            }
            let Some(url) = module_url(self.confinement.root(), path) else { continue };
            let kind = if extension(path) == "json" { FileKind::Json } else { FileKind::Code };
            self.from(Pending { kind, ..Pending::code(path.clone(), url, true) });
            self.report.truncate(diagnostics);
        }
    }

    pub(super) fn graph(mut self, entry: &Pending) -> Result<Graph, Vec<Diagnostic>> {
        self.write_wasm();
        if self.report.len() > 0 {
            return Err(self.report.into_diagnostics());
        }
        for module in self.modules.values_mut().filter(|module| module.kind == ModuleKind::CommonJs) {
            module.names = self.names.of(&module.url);
        }
        let modules = self.modules.into_iter().map(|(url, module)| (url, Arc::new(module))).collect();
        Ok(Graph { entry: entry.url.to_string(), modules, files: self.files, node: self.platform == Platform::Node })
    }

    /// Notes a sign of Node in a function for the web. Returns whether the walk is of no use any more.
    pub(super) fn is_for_node(&mut self) -> bool {
        self.needs_node = self.platform == Platform::Web && !self.refuses_node;
        self.needs_node
    }

    fn visit(&mut self, pending: &Pending) -> Option<Module> {
        let label = self.confinement.label(&pending.path);
        if !matches!(pending.kind, FileKind::Code | FileKind::Json) {
            return self.asset_module(pending, &label);
        }
        let text: Arc<str> = match self.confinement.text(self.disk, &pending.path, self.bytes_left) {
            Ok(text) => text.into(),
            Err(error) => {
                self.unreadable(pending, &label, &error);
                return None;
            }
        };
        self.bytes_left = self.bytes_left.saturating_sub(text.len() as u64);
        if pending.kind == FileKind::Json {
            return self.json(pending, &label, text);
        }
        let Transpiled { code, source_map, imports, names, node_sign } = self.transpile(pending, &label, &text)?;
        if node_sign.is_some() && self.is_for_node() {
            return None;
        }
        let kind = if names.is_some() { ModuleKind::CommonJs } else { ModuleKind::JavaScript };
        let source_map = source_map.map(Bytes::from);
        let mut module = Module { url: pending.url.to_string(), kind, code: code.as_ref().into(), source_map, ..Module::default() };
        for import in imports {
            match import.form {
                ImportForm::Computed => self.has_computed |= !is_in_node_modules(&pending.path),
                ImportForm::Reference => self.reference(pending, &import.specifier),
                _ => self.follow_into(&mut module, pending, &label, &text, import),
            }
            if self.needs_node {
                return None;
            }
        }
        if let Some(names) = names {
            self.names.note(&module.url, names, &module.requires);
        }
        Some(module)
    }

    fn transpile(&mut self, pending: &Pending, label: &str, text: &Arc<str>) -> Option<Transpiled> {
        let rule = self.resolver.rule(&pending.path, pending.required);
        let media = emit::media_type(extension(&pending.path)).unwrap_or(MediaType::Cjs);
        let ts_settings = match self.ts_settings.get() {
            Some(ts_settings) => ts_settings,
            None if emit::is_plain(media) => &TsSettings::default(),
            None => match tsconfig::of(self.confinement, self.disk) {
                Ok(ts_settings) => self.ts_settings.get_or_init(|| ts_settings),
                Err(diagnostic) => {
                    self.report.add(*diagnostic);
                    self.ts_settings.get_or_init(TsSettings::default)
                }
            },
        };
        if let Some(diagnostic) = tsconfig::unread(ts_settings, media, text) {
            self.report.add(diagnostic.at(Place::of(label, text, 0..0)));
            return None;
        }
        let text = Arc::clone(text);
        let (url, platform, node_env) = (&pending.url, self.platform, self.node_env);
        let errors = match emit::transpile(&SourceFile { url, media, text: text.clone(), platform, rule, ts_settings, node_env }) {
            Ok(transpiled) => return Some(transpiled),
            Err(errors) => errors,
        };
        if errors.iter().any(|error| matches!(error.fact, Fact::CommonJs)) && self.is_for_node() {
            return None;
        }
        for error in errors {
            self.report.add_transpile(error, label, &text, pending.importer.as_ref());
        }
        None
    }

    fn json(&mut self, pending: &Pending, label: &str, text: Arc<str>) -> Option<Module> {
        if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&text) {
            self.report.add_json(&error, label, &text);
            return None;
        }
        Some(Module { url: pending.url.to_string(), kind: ModuleKind::Json, code: text.as_ref().into(), ..Module::default() })
    }

    pub(super) fn unreadable(&mut self, pending: &Pending, label: &str, error: &ReadError) {
        if matches!(error, ReadError::TooLarge(_)) {
            self.queue.clear();
        }
        self.report.add_unreadable(error, label, pending.importer.as_ref());
    }
}
