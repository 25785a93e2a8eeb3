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
use crate::release::source::{self, Disk, FunctionSource, Problem, ProblemKind, SourceError, SourceKind};

/// The functions directory.
pub struct FunctionsDirectory {
    root: PathBuf,
    pub(super) catalog: Arc<Catalog>,
    pools: PoolDeps,
    /// Held for a whole scan, which compiles. Locked before the catalog's state.
    scanning: Mutex<()>,
    /// Held for moments, by every call.
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
        let directory = Arc::new(Self { root, catalog, pools, scanning: Mutex::default(), state: Mutex::default() });
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

    /// Whether a scan may change the answer to a call of `path`. Under the name of a function only that function's files count, so that a
    /// neighbour's save, which is compiled, holds up no call. A route that begins with the name of another function follows with the
    /// watcher.
    pub(super) fn is_stale_for(&self, path: &str) -> bool {
        let state = self.state.lock();
        let name = path.split('/').nth(1).and_then(|name| FunctionName::parse(name).ok());
        let named = name.and_then(|name| state.functions.get(&name));
        state.fingerprint.is_stale()
            || match named {
                Some(function) => function.is_stale(),
                None => state.functions.values().any(|function| function.is_stale()),
            }
    }

    /// Lists the directory again and publishes. Returns the functions that are new or changed. Stale functions are compiled before the
    /// catalog is locked, so that a slow compile holds up no release.
    ///
    /// # Errors
    /// If the directory cannot be read; then the table stays unchanged.
    pub(super) fn scan(&self) -> Result<Vec<Arc<FolderFunction>>, SourceError> {
        let _scanning = self.scanning.lock();
        let known = self.state.lock().functions.clone();
        let fingerprint = Fingerprint::of([self.root.clone()]);
        let discovery = source::discover(&self.root)?;
        let disk = Disk::open(&self.root).map_err(|error| SourceError { path: self.root.clone(), error })?;
        let stale = discovery.functions.iter().filter_map(|source| same(&known, source)).filter(|known| known.is_stale());
        let rescanned = stale.map(|known| (known.name().clone(), known.rescan(&disk, &self.pools))).collect();
        let mut scan = Scan {
            directory: self,
            disk: &disk,
            known: &known,
            rescanned,
            functions: Functions::new(),
            changed: Vec::new(),
            problems: Vec::new(),
        };
        self.catalog.replace_folder(|is_deployed| {
            discovery.functions.into_iter().for_each(|source| scan.function(source, is_deployed));
            discovery.problems.into_iter().for_each(|problem| scan.problem(problem, is_deployed));
            let entries = scan.functions.values().map(|function| function.entry().clone()).collect();
            FolderListing { entries, problems: std::mem::take(&mut scan.problems) }
        });
        let Scan { functions, changed, .. } = scan;
        *self.state.lock() = DirectoryState { functions, fingerprint };
        Ok(changed)
    }
}

/// The known function of this source.
fn same<'k>(known: &'k Functions, source: &FunctionSource) -> Option<&'k Arc<FolderFunction>> {
    known.get(&source.name).filter(|known| known.source() == source && known.broken_because().is_none())
}

/// One listing of the directory.
struct Scan<'a> {
    directory: &'a FunctionsDirectory,
    disk: &'a Disk,
    known: &'a Functions,
    /// The stale ones of them, read again.
    rescanned: BTreeMap<FunctionName, Rescan>,
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
        let (disk, pools) = (self.disk, &self.directory.pools);
        let function = match same(self.known, &source) {
            Some(known) => match self.rescanned.remove(&source.name) {
                None | Some(Rescan::Unchanged) => known.clone(),
                Some(Rescan::Changed(function)) => self.changed(function),
            },
            None => self.changed(FolderFunction::new(disk, source, pools)),
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
