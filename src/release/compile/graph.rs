//! The import graph: from the entry to every module it can reach.
//!
//! `compile` passes the entry. Each file is read, transpiled and searched for imports, and each import is resolved, until no module is new.
//!
//! Invariant: bounded in modules, bytes and depth; an error never stops the walk, so that one walk finds them all.

use std::cell::OnceCell;
use std::collections::{HashMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::Bytes;
use deno_ast::ModuleSpecifier;

use super::code_frame::Place;
use super::emit;
use super::emit::tsconfig::{self, TsSettings};
use super::emit::{Fact, Transpiled};
use super::error::{CompileErrorKind, DIAGNOSTICS_MAX, Diagnostic};
use super::module_kind::{common_js, extension, kind_of};
use super::parse::imports::Import;
use super::resolve::Resolver;
use crate::function::{Module, ModuleKind};
use crate::release::source::{Confinement, Disk, ReadError};

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
}

/// Walks from `entry`, which must be canonical and allowed.
pub(super) fn walk(entry: PathBuf, confinement: &Confinement, disk: &Disk) -> Result<Graph, Vec<Diagnostic>> {
    let Some(url) = module_url(confinement.root(), &entry) else {
        return Err(vec![Diagnostic::new(CompileErrorKind::Entry, "the path of the entry is not UTF-8 text")]);
    };
    let mut walk = Walk {
        confinement,
        disk,
        resolver: Resolver::new(confinement, disk),
        ts_settings: OnceCell::new(),
        bytes_left: SOURCE_BYTES_MAX,
        kinds: HashMap::from([(entry.clone(), ModuleKind::JavaScript)]),
        queue: VecDeque::from([Pending { path: entry, url: url.clone(), kind: ModuleKind::JavaScript, depth: 0, importer: None }]),
        modules: HashMap::new(),
        diagnostics: Vec::new(),
    };
    while let Some(pending) = walk.queue.pop_front() {
        if let Some(module) = walk.visit(&pending) {
            walk.modules.insert(module.url.clone(), Arc::new(module));
        }
        if walk.diagnostics.len() >= DIAGNOSTICS_MAX {
            break;
        }
    }
    match walk.diagnostics.is_empty() {
        true => Ok(Graph { entry: url.into(), modules: walk.modules }),
        false => Err(walk.diagnostics),
    }
}

/// A module that is found and not yet read.
struct Pending {
    path: PathBuf,
    url: ModuleSpecifier,
    kind: ModuleKind,
    depth: usize,
    /// The import that found it; `None` for the entry.
    importer: Option<Place>,
}

struct Walk<'c> {
    confinement: &'c Confinement,
    disk: &'c Disk,
    resolver: Resolver<'c>,
    /// Read when the first module needs it; JavaScript never does.
    ts_settings: OnceCell<TsSettings>,
    bytes_left: u64,
    kinds: HashMap<PathBuf, ModuleKind>,
    queue: VecDeque<Pending>,
    modules: HashMap<String, Arc<Module>>,
    diagnostics: Vec<Diagnostic>,
}

impl Walk<'_> {
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
        let Transpiled { code, source_map, imports } = self.transpile(pending, &label, &text)?;
        let mut resolved = HashMap::with_capacity(imports.len());
        for import in imports {
            match self.follow(pending, &import) {
                Ok(found) => {
                    resolved.insert(import.specifier.clone(), found.url.clone().into());
                    self.enqueue(found, &label, &text, &import);
                }
                // A mistake in the settings has a place of its own.
                Err(diagnostic) if diagnostic.place.is_some() => self.diagnostics.push(diagnostic),
                Err(diagnostic) => {
                    let place = place_of(&label, &text, &import);
                    self.diagnostics.push(diagnostic.at(place));
                }
            }
        }
        let source_map = source_map.map(Bytes::from);
        Some(Module { url: pending.url.to_string(), kind: pending.kind, code: code.as_ref().into(), source_map, imports: resolved })
    }

    fn transpile(&mut self, pending: &Pending, label: &str, text: &Arc<str>) -> Option<Transpiled> {
        let media = emit::media_type(extension(&pending.path))?;
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
        match emit::transpile(&pending.url, media, Arc::clone(text), ts_settings) {
            Ok(transpiled) => Some(transpiled),
            Err(errors) => {
                for error in errors {
                    let place = Place::of(label, text, error.bytes);
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
        }
    }

    fn json(&mut self, pending: &Pending, label: &str, text: Arc<str>) -> Option<Module> {
        if let Err(error) = serde_json::from_str::<serde::de::IgnoredAny>(&text) {
            let message = error.to_string();
            let message = message.split(" at line ").next().unwrap_or_default();
            let diagnostic = Diagnostic::new(CompileErrorKind::Syntax, format!("invalid JSON: {message}"));
            self.diagnostics.push(diagnostic.at(Place::at_line(label, &text, error.line(), error.column())));
            return None;
        }
        Some(Module { url: pending.url.to_string(), kind: ModuleKind::Json, code: text.as_ref().into(), source_map: None, imports: HashMap::new() })
    }

    /// Finds the module that an import means, and its kind.
    fn follow(&self, importer: &Pending, import: &Import) -> Result<Pending, Diagnostic> {
        let path = self.resolver.resolve(&importer.path, &import.specifier).map_err(|diagnostic| *diagnostic)?;
        let kind = kind_of(&path, import, self.confinement)?;
        if self.kinds.get(&path).is_some_and(|known| *known != kind) {
            let message = format!("`{}` is imported as JSON here and as code elsewhere", import.specifier);
            return Err(Diagnostic::new(CompileErrorKind::Import, message));
        }
        let url = module_url(self.confinement.root(), &path)
            .ok_or_else(|| Diagnostic::new(CompileErrorKind::Import, format!("`{}`: its path is not UTF-8 text", import.specifier)))?;
        Ok(Pending { path, url, kind, depth: importer.depth + 1, importer: None })
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
