//! The catalog: every function there is, of the functions directory and deployed, and the only writer of the live table.
//!
//! `folder` and `deploy` bring functions as entries; the catalog builds the table of all of them and swaps it in. Tracks that have left the
//! table finish their calls and end.
//!
//! Invariant: a name belongs to the functions directory or to a deployed function, never to both; the table is swapped whole, and a call
//! that found the old pool is answered by it.

mod publish;
mod state;
mod entry;
mod pools;
pub(in crate::release) mod scales;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use crate::function::route::{CodeRoute, Grant};
use crate::function::{FunctionName, Version, VersionId};
use crate::live::table::{Conflict, FunctionEntry};
use crate::live::{Endpoint, Live, LiveTable, NameClash};
use crate::release::applications::ApplicationNames;
use crate::release::claims::{Claims, clashes_of};
use crate::release::store::StoreError;
use crate::runtime::fleet::Fleet;
use crate::runtime::isolate::Loaded;

pub use entry::{Entry, EntryOrigin, Report};
pub use pools::PoolDeps;
pub use scales::Scales;
pub(in crate::release) use state::{FolderListing, Swap, SwapError};

use publish::Publisher;
use state::{CatalogState, RoutesOfCode, supersede};

/// Every function there is.
pub struct Catalog {
    publisher: Publisher,
    fleet: Arc<Fleet>,
    names: Arc<ApplicationNames>,
    /// Locked last: `folder` and `deploy` hold their own states around it, never the other way round.
    state: Mutex<CatalogState>,
}

/// The parts that a catalog needs.
pub struct CatalogDeps {
    /// The port of routes that name none.
    pub main_port: u16,
    /// The requests that the operator reserves for functions.
    pub grants: Arc<[Grant]>,
    /// The table to write.
    pub live: Arc<Live>,
    /// The deployed functions at start.
    pub deployed: BTreeMap<FunctionName, Arc<Entry>>,
    /// Is notified of the number of functions.
    pub fleet: Arc<Fleet>,
    /// Where the names of Parse functions are remembered; `None`: nowhere.
    pub state: Option<PathBuf>,
    /// Receives the ports that routes name.
    pub on_ports: Box<dyn Fn(Vec<u16>) + Send + Sync>,
}

impl Catalog {
    /// A catalog of the deployed functions. Nothing is published before the functions directory is listed.
    pub fn new(deps: CatalogDeps) -> Arc<Self> {
        let CatalogDeps { main_port, grants, live, deployed, fleet, state, on_ports } = deps;
        Arc::new_cyclic(|catalog: &Weak<Self>| {
            let catalog = catalog.clone();
            let on_learned = Box::new(move || catalog.upgrade().into_iter().for_each(|catalog| catalog.enter_routes_of_code()));
            let names = ApplicationNames::new(live.clone(), fleet.clone(), state.as_deref(), on_learned);
            let publisher = Publisher { main_port, grants, live, on_ports };
            Self { publisher, fleet, names, state: Mutex::new(CatalogState { entries: deployed, ..CatalogState::default() }) }
        })
    }

    /// Every endpoint, by name.
    pub fn endpoints(&self) -> BTreeMap<FunctionName, Arc<Endpoint>> {
        self.state.lock().entries.iter().map(|(name, entry)| (name.clone(), entry.endpoint.clone())).collect()
    }

    /// The function of this name, whatever its origin.
    pub fn entry(&self, name: &FunctionName) -> Option<Arc<Entry>> {
        self.state.lock().entries.get(name).cloned()
    }

    /// Whether the functions directory has a function of this name.
    pub fn is_of_folder(&self, name: &FunctionName) -> bool {
        self.state.lock().has(name, EntryOrigin::Folder)
    }

    /// The deployed function of this name.
    pub fn deployed(&self, name: &FunctionName) -> Option<Arc<Entry>> {
        self.entry(name).filter(|entry| entry.origin == EntryOrigin::Deployed)
    }

    /// The start of every function in alphabetical order, then the entries of the functions directory that are not functions.
    pub fn report(&self) -> Vec<Report> {
        let state = self.state.lock();
        state.entries.values().map(|entry| entry.report()).chain(state.problems.iter().map(Report::of_problem)).collect()
    }

    /// Routes that functions claim and do not get.
    pub fn conflicts(&self) -> Vec<Conflict> {
        self.state.lock().conflicts.clone()
    }

    /// Compiles every function on `threads` threads, and starts the instances that `min` asks for. `done` is called after each, with the
    /// number of finished functions and of all.
    pub fn compile_all(&self, threads: usize, done: &(dyn Fn(usize, usize) + Sync)) {
        let endpoints: Vec<_> = self.endpoints().into_values().collect();
        let next = std::sync::atomic::AtomicUsize::new(0);
        let finished = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..threads.min(endpoints.len()) {
                scope.spawn(|| {
                    use std::sync::atomic::Ordering::Relaxed;
                    while let Some(endpoint) = endpoints.get(next.fetch_add(1, Relaxed)) {
                        for pool in endpoint.tracks().filter_map(|track| track.make().ok()) {
                            pool.fill_to_min();
                        }
                        done(finished.fetch_add(1, Relaxed) + 1, endpoints.len());
                    }
                });
            }
        });
    }

    /// Replaces the functions of the functions directory by those that `list` finds. `list` runs under the lock, so that no function is
    /// deployed meanwhile; it is given whether a name is a deployed function's, and leaves those names out.
    pub(in crate::release) fn replace_folder(&self, list: impl FnOnce(&dyn Fn(&FunctionName) -> bool) -> FolderListing) {
        let mut state = self.state.lock();
        let FolderListing { entries, problems } = list(&|name| state.has(name, EntryOrigin::Deployed));
        let is_empty = entries.is_empty();
        let entries = state.with_folder(entries);
        state.problems = problems;
        // An empty directory is published as well: there may be deployed functions that are not published yet.
        if is_empty || !state.is_same(&entries) {
            let of_code = self.routes_of_code(&entries, &state.of_code);
            let (table, conflicts) = self.publisher.build(&entries, &of_code);
            self.install(&mut state, entries, of_code, table, conflicts);
        }
    }

    /// The conflicts that these claims would bring, were the functions deployed now.
    pub(in crate::release) fn would_conflict(&self, claims: &[Claims]) -> Vec<Conflict> {
        let state = self.state.lock();
        let others = state.entries.values().filter(|entry| !claims.iter().any(|claims| claims.function == entry.endpoint.name));
        let others = others.map(|entry| FunctionEntry {
            function: entry.endpoint.name.clone(),
            routes: &entry.routes,
            of_code: state.of_code.get(&entry.endpoint.name).map_or(&[], |routes| routes),
            target: (),
        });
        let new = claims.iter().map(|Claims { function, routes, of_code, .. }| FunctionEntry {
            function: function.clone(),
            routes,
            of_code,
            target: (),
        });
        state.new_conflicts(&self.publisher.conflicts(others.chain(new)))
    }

    /// Notes what a version has said of its addresses when a release loaded it: its names of Parse, and the routes that its code claims.
    pub(in crate::release) fn note_loaded(&self, version: &Version, loaded: &Loaded, claims: &mut Claims) {
        claims.parse = self.names.note(version, loaded);
        claims.of_code = self.names.routes(&version.id).unwrap_or_default();
    }

    /// The names of Parse that two folders would define, were the functions deployed now. Waits until the names of all folders are known.
    pub(in crate::release) async fn would_clash(&self, claims: &[Claims]) -> Vec<NameClash> {
        if claims.iter().all(|claims| claims.parse.is_none()) {
            return Vec::new();
        }
        let known = self.publisher.live.known_applications().await;
        clashes_of(claims, &known)
    }

    /// Changes deployed functions, all at once: `commit` writes the change down, and only then is the table swapped.
    ///
    /// # Errors
    /// If a name or a route belongs to another function, or `commit` fails; then nothing has changed.
    pub(in crate::release) fn swap(&self, swaps: &[Swap], commit: impl FnOnce() -> Result<(), StoreError>) -> Result<(), SwapError> {
        let mut state = self.state.lock();
        let entries = state.with_swaps(swaps)?;
        let of_code = self.routes_of_code(&entries, &state.of_code);
        let (table, conflicts) = self.publisher.build(&entries, &of_code);
        let (refusing, dropped): (Vec<_>, Vec<_>) =
            state.new_conflicts(&conflicts).into_iter().partition(|conflict| swaps.iter().any(|(name, _)| conflict.concerns(name)));
        if !refusing.is_empty() {
            return Err(SwapError::Conflict(refusing));
        }
        commit()?;
        for conflict in dropped {
            tracing::warn!("a release takes a route away: {conflict}");
        }
        self.install(&mut state, entries, of_code, table, conflicts);
        Ok(())
    }

    fn install(
        &self,
        state: &mut CatalogState,
        entries: BTreeMap<FunctionName, Arc<Entry>>,
        of_code: RoutesOfCode,
        table: LiveTable,
        conflicts: Vec<Conflict>,
    ) {
        let before = std::mem::replace(&mut state.entries, entries);
        state.conflicts = conflicts;
        state.of_code = of_code;
        self.fleet.expect(state.entries.len());
        self.publisher.publish(table, &state.conflicts, &state.of_code);
        let may_name = || state.entries.values().filter(|entry| entry.may_name_addresses);
        let lacks_routes = may_name().any(|entry| !state.of_code.contains_key(&entry.endpoint.name));
        self.names.learn(may_name().map(|entry| entry.endpoint.clone()).collect(), lacks_routes);
        supersede(&before, &state.entries);
    }

    /// The routes that the code of these functions claims. While those of a new version are not known, those of the one before stand.
    fn routes_of_code(&self, entries: &BTreeMap<FunctionName, Arc<Entry>>, before: &RoutesOfCode) -> RoutesOfCode {
        let routes = |entry: &Entry| {
            let known = entry.known_version().and_then(|version: VersionId| self.names.routes(&version));
            known.or_else(|| before.get(&entry.endpoint.name).cloned())
        };
        let may_name = entries.iter().filter(|(_, entry)| entry.may_name_addresses);
        may_name.filter_map(|(name, entry)| Some((name.clone(), routes(entry)?))).collect::<BTreeMap<_, Arc<[CodeRoute]>>>()
    }

    /// Brings the routes that were learned into the table.
    fn enter_routes_of_code(&self) {
        let mut state = self.state.lock();
        let of_code = self.routes_of_code(&state.entries, &state.of_code);
        if of_code == state.of_code {
            return;
        }
        let (table, conflicts) = self.publisher.build(&state.entries, &of_code);
        for conflict in state.new_conflicts(&conflicts) {
            tracing::warn!("{conflict}");
        }
        state.of_code = of_code;
        state.conflicts = conflicts;
        self.publisher.publish(table, &state.conflicts, &state.of_code);
    }
}
