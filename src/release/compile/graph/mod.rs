//! The import graph: from the entry to every module it can reach.
//!
//! `compile` passes the entry. Each file is read, transpiled and searched for imports, and each import is resolved, until no module is new. A
//! function that shows a sign of Node is walked again for Node, where packages may have other files.
//!
//! Invariant: bounded in modules, bytes and depth; an error never stops the walk, so that one walk finds them all.

mod names;

use std::cell::OnceCell;
use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use deno_ast::{MediaType, ModuleSpecifier};

use super::code_frame::Place;
use super::emit;
use super::emit::tsconfig::{self, TsSettings};
use super::emit::{Fact, SourceFile, Transpiled};
use super::error::{CompileErrorKind, DIAGNOSTICS_MAX, Diagnostic};
use super::module_kind::{addon_loader, common_js, extension, kind_of};
use super::parse::imports::{Import, ImportForm};
use super::platform::Platform;
use super::resolve::{ResolvedImport, Resolver};
use crate::function::node::{NODE_SCHEME, built_in};
use crate::function::{Manifest, Module, ModuleKind};
use crate::release::source::confine::is_in_node_modules;
use crate::release::source::{Confinement, Disk, ReadError};
use names::CommonJsNames;

/// Most modules of a version.
pub const MODULES_MAX: usize = 2_000;
/// Most source text of a version, in bytes.
pub const SOURCE_BYTES_MAX: u64 = 20 << 20;
/// Longest way from the entry to a module.
pub const DEPTH_MAX: usize = 200;

/// Every reachable module.
pub(super) struct Graph {
    pub(super) entry: String,
    pub(super) modules: HashMap<String, Arc<Module>>,
    /// Whether the function is one for Node.
    pub(super) node: bool,
}

/// What stands for `process.env.NODE_ENV` in a function for the web that does not set it.
const NODE_ENV: &str = "production";

/// Walks from `entry`, which must be canonical and allowed.
pub(super) fn walk(entry: PathBuf, manifest: &Manifest, confinement: &Confinement, disk: &Disk) -> Result<Graph, Vec<Diagnostic>> {
    let Some(url) = module_url(confinement.root(), &entry) else {
        return Err(vec![Diagnostic::new(CompileErrorKind::Entry, "the path of the entry is not UTF-8 text")]);
    };
    let node_env = manifest.env.get("NODE_ENV").map_or(NODE_ENV, String::as_str);
    let entry = Pending { path: entry, url, kind: ModuleKind::JavaScript, required: false, depth: 0, importer: None };
    let mut walk = Walk::new(Platform::Web, node_env, confinement, disk);
    if manifest.code.node != Some(true) {
        walk.refuses_node = manifest.code.node == Some(false);
        walk.from(entry.clone());
        if !walk.needs_node {
            return walk.graph(&entry);
        }
    }
    let mut walk = Walk::new(Platform::Node, node_env, confinement, disk);
    walk.from(entry.clone());
    walk.graph(&entry)
}

/// A module that is found and not yet read.
#[derive(Clone)]
struct Pending {
    path: PathBuf,
    url: ModuleSpecifier,
    /// JSON, or any code: its text may show that it is CommonJS.
    kind: ModuleKind,
    /// Whether `require` has found it first.
    required: bool,
    depth: usize,
    /// The import that found it; `None` for the entry.
    importer: Option<Place>,
}

/// Where an import leads.
enum Followed {
    Module(Pending),
    /// A built-in module of Node, by its name.
    BuiltIn(String),
}

struct Walk<'c> {
    confinement: &'c Confinement,
    disk: &'c Disk,
    platform: Platform,
    node_env: &'c str,
    resolver: Resolver<'c>,
    /// Read when the first module needs it; JavaScript never does.
    ts_settings: OnceCell<TsSettings>,
    bytes_left: u64,
    kinds: HashMap<PathBuf, ModuleKind>,
    queue: VecDeque<Pending>,
    modules: HashMap<String, Module>,
    names: CommonJsNames,
    diagnostics: Vec<Diagnostic>,
    /// A sign of Node is an error: the manifest says that the function is not for Node.
    refuses_node: bool,
    /// There was a sign of Node, and the walk is of no use.
    needs_node: bool,
}

impl<'c> Walk<'c> {
    fn new(platform: Platform, node_env: &'c str, confinement: &'c Confinement, disk: &'c Disk) -> Self {
        Self {
            confinement,
            disk,
            platform,
            node_env,
            resolver: Resolver::new(confinement, disk, platform),
            ts_settings: OnceCell::new(),
            bytes_left: SOURCE_BYTES_MAX,
            kinds: HashMap::new(),
            queue: VecDeque::new(),
            modules: HashMap::new(),
            names: CommonJsNames::default(),
            diagnostics: Vec::new(),
            refuses_node: false,
            needs_node: false,
        }
    }

    fn from(&mut self, entry: Pending) {
        self.kinds.insert(entry.path.clone(), entry.kind);
        self.queue.push_back(entry);
        while let Some(pending) = self.queue.pop_front() {
            if let Some(module) = self.visit(&pending) {
                self.modules.insert(module.url.clone(), module);
            }
            if self.needs_node || self.diagnostics.len() >= DIAGNOSTICS_MAX {
                break;
            }
        }
    }

    fn graph(mut self, entry: &Pending) -> Result<Graph, Vec<Diagnostic>> {
        if !self.diagnostics.is_empty() {
            return Err(self.diagnostics);
        }
        for module in self.modules.values_mut().filter(|module| module.kind == ModuleKind::CommonJs) {
            module.names = self.names.of(&module.url);
        }
        let modules = self.modules.into_iter().map(|(url, module)| (url, Arc::new(module))).collect();
        Ok(Graph { entry: entry.url.to_string(), modules, node: self.platform == Platform::Node })
    }

    /// Notes a sign of Node in a function for the web. Returns whether the walk is of no use any more.
    fn is_for_node(&mut self) -> bool {
        self.needs_node = self.platform == Platform::Web && !self.refuses_node;
        self.needs_node
    }

    fn visit(&mut self, pending: &Pending) -> Option<Module> {
        let text: Arc<str> = match self.confinement.text(self.disk, &pending.path, self.bytes_left) {
            Ok(text) => text.into(),
            Err(error) => {
                self.unreadable(pending, &error);
                return None;
            }
        };
        self.bytes_left = self.bytes_left.saturating_sub(text.len() as u64);
        let label = self.confinement.label(&pending.path);
        if pending.kind == ModuleKind::Json {
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
            self.follow_into(&mut module, pending, &label, &text, import);
            if self.needs_node {
                return None;
            }
        }
        if let Some(names) = names {
            self.names.note(&module.url, names, &module.requires);
        }
        Some(module)
    }

    /// Resolves one import, and notes in the module where it leads.
    fn follow_into(&mut self, module: &mut Module, pending: &Pending, label: &str, text: &str, import: Import) {
        let is_require = matches!(import.form, ImportForm::Require { .. });
        let diagnostic = match self.follow(pending, &import) {
            Ok(followed) => {
                let url = match &followed {
                    Followed::Module(found) => found.url.to_string(),
                    Followed::BuiltIn(name) => format!("{NODE_SCHEME}{name}"),
                };
                let leads = if is_require { &mut module.requires } else { &mut module.imports };
                leads.insert(import.specifier.clone(), url);
                if let Followed::Module(found) = followed {
                    self.enqueue(found, label, text, &import);
                }
                return;
            }
            Err(diagnostic) => diagnostic,
        };
        if self.means_node(&import.specifier) && self.is_for_node() {
            return;
        }
        // By the standard the call fails, when it runs: it may be one for another host. Packages require what may be there.
        let is_of_the_call = import.form.may_be_missing() || is_require && is_in_node_modules(&pending.path);
        // What may not be imported stays refused, and a mistake in the settings has a place of its own.
        if is_of_the_call && diagnostic.kind == CompileErrorKind::Import && diagnostic.place.is_none() {
            let message = diagnostic.help.iter().fold(diagnostic.message, |message, help| format!("{message}; {help}"));
            module.missing.insert(import.specifier, message);
        } else if diagnostic.place.is_some() {
            self.diagnostics.push(diagnostic);
        } else {
            let place = place_of(label, text, &import);
            self.diagnostics.push(diagnostic.at(place));
        }
    }

    /// Whether a specifier that a function for the web cannot import is a module of Node, or of a host whose packages have files for Node.
    fn means_node(&self, specifier: &str) -> bool {
        self.platform == Platform::Web && (built_in(specifier).is_some() || specifier.starts_with("cloudflare:"))
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
                    self.diagnostics.push(*diagnostic);
                    self.ts_settings.get_or_init(TsSettings::default)
                }
            },
        };
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
            let place = Place::of(label, &text, error.bytes);
            let diagnostic = match error.fact {
                Fact::Syntax(message) => Diagnostic::new(CompileErrorKind::Syntax, message),
                Fact::TooDeep => {
                    Diagnostic::new(CompileErrorKind::TooLarge, "the code is nested too deep, or too ambiguously, to be parsed")
                        .help("split the expression or statement into several")
                }
                Fact::TooLong => Diagnostic::new(CompileErrorKind::TooLarge, format!("{label} has too many tokens to be compiled"))
                    .help("minify the module, or split it into several"),
                Fact::Failed => Diagnostic::new(CompileErrorKind::Internal, format!("the compiler failed on {label}")),
                Fact::CommonJs => common_js(label, pending.importer.as_ref()),
            };
            self.diagnostics.push(diagnostic.at(place));
        }
        None
    }

    fn json(&mut self, pending: &Pending, label: &str, text: Arc<str>) -> Option<Module> {
        if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&text) {
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            let diagnostic = Diagnostic::new(CompileErrorKind::Syntax, format!("invalid JSON: {message}"));
            self.diagnostics.push(diagnostic.at(Place::at_line(label, &text, error.line(), error.column())));
            return None;
        }
        Some(Module { url: pending.url.to_string(), kind: ModuleKind::Json, code: text.as_ref().into(), ..Module::default() })
    }

    /// Finds the module that an import means, and its kind.
    fn follow(&self, importer: &Pending, import: &Import) -> Result<Followed, Diagnostic> {
        let resolved = self.resolver.resolve(&importer.path, &import.specifier, import.form).map_err(|diagnostic| *diagnostic)?;
        let path = match resolved {
            ResolvedImport::File(path) => path,
            ResolvedImport::BuiltIn(name) => return Ok(Followed::BuiltIn(name)),
        };
        if let Some(diagnostic) = addon_loader(&path, &import.specifier, &importer.path) {
            return Err(diagnostic);
        }
        let kind = kind_of(&path, import)?;
        if self.kinds.get(&path).is_some_and(|known| *known != kind) {
            let message = format!("`{}` is imported as JSON here and as code elsewhere", import.specifier);
            return Err(Diagnostic::new(CompileErrorKind::Import, message));
        }
        let url = module_url(self.confinement.root(), &path)
            .ok_or_else(|| Diagnostic::new(CompileErrorKind::Import, format!("`{}`: its path is not UTF-8 text", import.specifier)))?;
        let required = matches!(import.form, ImportForm::Require { .. });
        Ok(Followed::Module(Pending { path, url, kind, required, depth: importer.depth + 1, importer: None }))
    }

    fn enqueue(&mut self, mut found: Pending, label: &str, text: &str, import: &Import) {
        if self.kinds.contains_key(&found.path) {
            return;
        }
        let place = place_of(label, text, import);
        let too_large = |what: String| Diagnostic::new(CompileErrorKind::TooLarge, what).at(place.clone());
        if found.depth > DEPTH_MAX {
            self.diagnostics.push(too_large(format!("imports are nested more than {DEPTH_MAX} deep")));
            return;
        }
        if self.kinds.len() >= MODULES_MAX {
            self.diagnostics.push(too_large(format!("the function has more than {MODULES_MAX} modules")));
            // Every further import would be refused for the same reason.
            self.queue.clear();
            return;
        }
        self.kinds.insert(found.path.clone(), found.kind);
        found.importer = Some(place);
        self.queue.push_back(found);
    }

    fn unreadable(&mut self, pending: &Pending, error: &ReadError) {
        let label = self.confinement.label(&pending.path);
        let mut diagnostic = match error {
            ReadError::TooLarge(_) => {
                self.queue.clear();
                let message = format!("the function's source is larger than {} MB in all, {label} included", SOURCE_BYTES_MAX >> 20);
                Diagnostic::new(CompileErrorKind::TooLarge, message)
            }
            error => Diagnostic::new(CompileErrorKind::Unreadable, format!("{label}: {error}")),
        };
        diagnostic.place = pending.importer.clone();
        self.diagnostics.push(diagnostic);
    }
}

fn place_of(label: &str, text: &str, import: &Import) -> Place {
    Place::of(label, text, import.bytes.clone().unwrap_or(0..0))
}

/// `file:///` and the path below the functions directory; `None` if that is not text.
fn module_url(root: &Path, canonical: &Path) -> Option<ModuleSpecifier> {
    let relative = canonical.strip_prefix(root).ok()?;
    let parts: Option<Vec<_>> = relative.components().map(|part| part.as_os_str().to_str()).collect();
    let mut url = ModuleSpecifier::parse("file:///").ok()?;
    url.path_segments_mut().ok()?.clear().extend(parts?);
    Some(url)
}
