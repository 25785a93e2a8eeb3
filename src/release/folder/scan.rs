//! The functions directory, listed: its functions go to the catalog, at start and after every change.
//!
//! `app` and the commands open it; `reload` scans it again. Files come from `source`.
//!
//! Invariant: a function whose files have not changed keeps its entry, and with it its pool and instances.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use super::fingerprint::Fingerprint;
use super::function::{FolderFunction, Rescan};
use crate::function::FunctionName;
use crate::release::catalog::{Catalog, FolderListing, PoolDeps};
use crate::release::source::{self, FunctionSource, Problem, ProblemKind, SourceError, SourceKind};

/// The functions directory.
pub struct FunctionsDirectory {
    root: PathBuf,
    pub(super) catalog: Arc<Catalog>,
    pools: PoolDeps,
    /// Locked before the catalog's state.
    state: Mutex<DirectoryState>,
}

type Functions = BTreeMap<FunctionName, Arc<FolderFunction>>;

/// The functions that were found last, and the fingerprint of the directory itself: entries come and go.
#[derive(Default)]
struct DirectoryState {
    functions: Functions,
    fingerprint: Fingerprint,
}

impl FunctionsDirectory {
    /// Lists the directory, adds its functions to the catalog and publishes them; nothing is compiled yet.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn open(root: &Path, catalog: Arc<Catalog>, pools: PoolDeps) -> Result<Arc<Self>, SourceError> {
        let root = root.canonicalize().map_err(|error| SourceError { path: root.to_owned(), error })?;
        let directory = Arc::new(Self { root, catalog, pools, state: Mutex::default() });
        directory.scan()?;
        Ok(directory)
    }

    /// The canonical path.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Whether the directory, or any file of its functions, has changed since the last scan.
    pub(super) fn is_stale(&self) -> bool {
        let state = self.state.lock();
        state.fingerprint.is_stale() || state.functions.values().any(|function| function.is_stale())
    }

    /// Lists the directory again and publishes. Returns the functions that are new or changed.
    ///
    /// # Errors
    /// If the directory cannot be read; then the table stays unchanged.
    pub(super) fn scan(&self) -> Result<Vec<Arc<FolderFunction>>, SourceError> {
        let mut state = self.state.lock();
        let fingerprint = Fingerprint::of([self.root.clone()]);
        let discovery = source::discover(&self.root)?;
        let mut scan =
            Scan { directory: self, known: &state.functions, functions: Functions::new(), changed: Vec::new(), problems: Vec::new() };
        self.catalog.replace_folder(|is_deployed| {
            discovery.functions.into_iter().for_each(|source| scan.function(source, is_deployed));
            discovery.problems.into_iter().for_each(|problem| scan.problem(problem, is_deployed));
            let entries = scan.functions.values().map(|function| function.entry().clone()).collect();
            FolderListing { entries, problems: std::mem::take(&mut scan.problems) }
        });
        let Scan { functions, changed, .. } = scan;
        *state = DirectoryState { functions, fingerprint };
        Ok(changed)
    }
}

/// One listing of the directory.
struct Scan<'a> {
    directory: &'a FunctionsDirectory,
    known: &'a Functions,
    functions: Functions,
    changed: Vec<Arc<FolderFunction>>,
    problems: Vec<Problem>,
}

impl Scan<'_> {
    /// Takes a function: the known one, if its files have not changed.
    fn function(&mut self, source: FunctionSource, is_deployed: &dyn Fn(&FunctionName) -> bool) {
        if is_deployed(&source.name) {
            return self.problems.push(taken(&source));
        }
        let FunctionsDirectory { root, pools, .. } = self.directory;
        let known = self.known.get(&source.name).filter(|known| *known.source() == source && known.broken_because().is_none());
        let function = match known {
            Some(known) if !known.is_stale() => known.clone(),
            Some(known) => match known.rescan(root, pools) {
                Rescan::Unchanged => known.clone(),
                Rescan::Changed(function) => self.changed(function),
            },
            None => self.changed(FolderFunction::new(root, source, pools)),
        };
        self.functions.insert(function.name().clone(), function);
    }

    fn changed(&mut self, function: FolderFunction) -> Arc<FolderFunction> {
        let function = Arc::new(function);
        self.changed.push(function.clone());
        function
    }

    /// Takes an entry that is not a function. One with a function name answers calls with its problem; any other only shows in the report.
    fn problem(&mut self, problem: Problem, is_deployed: &dyn Fn(&FunctionName) -> bool) {
        match &problem.function {
            Some(name) if !self.functions.contains_key(name) && !is_deployed(name) => {
                let source =
                    FunctionSource { name: name.clone(), path: self.directory.root.join(&problem.entry), kind: SourceKind::Folder };
                let why = problem.to_string();
                let known = self.known.get(name).filter(|known| known.broken_because() == Some(&why)).cloned();
                self.functions.insert(name.clone(), known.unwrap_or_else(|| Arc::new(FolderFunction::broken(source, why))));
            }
            Some(_) => {}
            None => self.problems.push(problem),
        }
    }
}

/// The problem of an entry whose name is a deployed function's.
fn taken(source: &FunctionSource) -> Problem {
    let entry = source.path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    Problem { entry, function: None, kind: ProblemKind::Deployed(source.name.clone()) }
}
