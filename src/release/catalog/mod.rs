//! Every function there is, of the functions directory and deployed, and the only writer of the live table.
//!
//! `folder` and `deploy` bring functions; `publish` builds the table of them and swaps it in.
//!
//! Invariant: a name belongs to the functions directory or to a deployed function, never to both.

pub mod publish;
pub mod scales;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::function::FunctionName;
use crate::live::{Endpoint, Live};
use crate::process::quarantine::Quarantine;
use crate::release::SourceError;
use crate::release::deploy::state_dir::Opened;
use crate::release::deploy::stored::Deployed;
use crate::runtime::fleet::Fleet;

use publish::Published;
use scales::Scales;

/// Turns the functions directory and the deployed functions into the live table, at start and after every change.
pub struct Releaser {
    pub(in crate::release) root: PathBuf,
    pub(in crate::release) main_port: u16,
    pub(in crate::release) live: Arc<Live>,
    pub(in crate::release) fleet: Arc<Fleet>,
    pub(in crate::release) quarantine: Arc<Quarantine>,
    pub(in crate::release) scales: Scales,
    pub(in crate::release) published: Mutex<Published>,
    pub(in crate::release) on_ports: Box<dyn Fn(Vec<u16>) + Send + Sync>,
}

/// What a releaser stands on.
pub struct Ground<'a> {
    /// The functions directory.
    pub root: &'a Path,
    /// Where routes without a port of their own are answered.
    pub main_port: u16,
    /// The table to write.
    pub live: Arc<Live>,
    /// Where instances come from.
    pub fleet: Arc<Fleet>,
    /// What must not run.
    pub quarantine: Arc<Quarantine>,
    /// The state folder, where there is one.
    pub opened: Option<&'a Opened>,
    /// Hears which ports routes name.
    pub on_ports: Box<dyn Fn(Vec<u16>) + Send + Sync>,
}

/// What a function's start came to, for the start-up table.
#[derive(Clone, Debug)]
pub struct Report {
    /// Name of the function, or of the entry that is none.
    pub name: String,
    /// Routes beside `/<name>`.
    pub routes: Vec<String>,
    /// Version id, or what is wrong in one line.
    pub outcome: Result<String, String>,
    /// The whole diagnostic.
    pub diagnostic: Option<String>,
}

impl Releaser {
    /// Lists the functions directory and publishes every function in it, and every deployed one; nothing is compiled yet.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn open(ground: Ground<'_>) -> Result<Arc<Self>, SourceError> {
        let Ground { root, main_port, live, fleet, quarantine, opened, on_ports } = ground;
        let root = root.canonicalize().map_err(|error| SourceError { path: root.to_owned(), error })?;
        let published = Published { deployed: opened.map(Opened::deployed).unwrap_or_default(), ..Published::default() };
        let scales = opened.map(Opened::scales).unwrap_or_default();
        let releaser = Arc::new(Self { root, main_port, live, fleet, quarantine, scales, published: Mutex::new(published), on_ports });
        releaser.rescan()?;
        Ok(releaser)
    }

    /// The canonical functions directory.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Every function, by name.
    pub fn endpoints(&self) -> BTreeMap<FunctionName, Arc<Endpoint>> {
        let published = self.published.lock();
        let of_folder = published.functions.values().map(|registered| registered.endpoint());
        let deployed = published.deployed.values().map(|deployed| &deployed.endpoint);
        of_folder.chain(deployed).map(|endpoint| (endpoint.name.clone(), endpoint.clone())).collect()
    }

    /// Whether the functions folder has a function of this name.
    pub fn is_of_folder(&self, name: &str) -> bool {
        self.published.lock().functions.contains_key(name)
    }

    /// The deployed function of this name.
    pub fn deployed(&self, name: &str) -> Option<Arc<Deployed>> {
        self.published.lock().deployed.get(name).cloned()
    }

    /// Compiles every function on `threads` threads, and makes the instances that `min` asks for. `done` hears of each as it is finished.
    pub fn compile_all(&self, threads: usize, done: &(dyn Fn(usize, usize) + Sync)) {
        let endpoints: Vec<_> = self.endpoints().into_values().collect();
        let next = std::sync::atomic::AtomicUsize::new(0);
        let finished = std::sync::atomic::AtomicUsize::new(0);
        std::thread::scope(|scope| {
            for _ in 0..threads.min(endpoints.len()) {
                scope.spawn(|| {
                    use std::sync::atomic::Ordering::Relaxed;
                    while let Some(endpoint) = endpoints.get(next.fetch_add(1, Relaxed)) {
                        for pool in endpoint.tracks().filter_map(|track| track.make().as_ref().ok()) {
                            pool.fill_to_min();
                        }
                        done(finished.fetch_add(1, Relaxed) + 1, endpoints.len());
                    }
                });
            }
        });
    }

    /// What became of every function, in alphabetical order, entries that are no functions last.
    pub fn report(&self) -> Vec<Report> {
        let published = self.published.lock();
        let mut functions: Vec<_> = published.functions.values().map(|registered| registered.report()).collect();
        functions.extend(published.deployed.values().map(|deployed| deployed.report()));
        functions.sort_by(|one, other| one.name.cmp(&other.name));
        let problems = published.problems.iter().map(|problem| Report {
            name: problem.entry.clone(),
            routes: Vec::new(),
            outcome: Err(problem.kind.to_string()),
            diagnostic: None,
        });
        functions.into_iter().chain(problems).collect()
    }

    /// Routes that two functions claim; the first of the two keeps it.
    pub fn clashes(&self) -> Vec<String> {
        self.published.lock().clashes.clone()
    }
}
