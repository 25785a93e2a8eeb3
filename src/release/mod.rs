//! How code becomes live: folder → source → compile → version → publish → *live*.
//!
//! Code comes from the functions directory; versions go to `live`, diagnostics to the log and, in dev, to whoever called the function.
//!
//! Invariant: only this folder and `config` touch the disk; the only writer of the live table is `publish`.

pub mod check;
pub mod compile;
mod publish;
mod refresh;
mod registered;
pub mod self_test;
pub mod source;
mod stamp;
mod watch;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use parking_lot::Mutex;

use crate::function::FunctionName;
use crate::live::{Endpoint, Live};
use crate::runtime::pool::Blanks;
use crate::supervisor::quarantine::Quarantine;

use publish::Published;
pub use self_test::SelfTestError;
pub use source::SourceError;
pub use watch::{WatchError, Watcher};

/// Turns the functions directory into the live table, at start and after every change.
pub struct Releaser {
    root: PathBuf,
    main_port: u16,
    live: Arc<Live>,
    blanks: Arc<Blanks>,
    quarantine: Arc<Quarantine>,
    published: Mutex<Published>,
    on_ports: Box<dyn Fn(Vec<u16>) + Send + Sync>,
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
    /// Lists the functions directory and publishes every function in it; nothing is compiled yet. What `quarantine` names will not run.
    ///
    /// # Errors
    /// If the directory cannot be read.
    pub fn open(
        root: &Path,
        main_port: u16,
        live: Arc<Live>,
        blanks: Arc<Blanks>,
        quarantine: Arc<Quarantine>,
        on_ports: Box<dyn Fn(Vec<u16>) + Send + Sync>,
    ) -> Result<Arc<Self>, SourceError> {
        let root = root.canonicalize().map_err(|error| SourceError { path: root.to_owned(), error })?;
        let releaser = Arc::new(Self { root, main_port, live, blanks, quarantine, published: Mutex::default(), on_ports });
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
        published.functions.iter().map(|(name, registered)| (name.clone(), registered.endpoint().clone())).collect()
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
                        if let Ok(pool) = endpoint.make() {
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
        let functions = published.functions.values().map(|registered| registered.report());
        let problems = published.problems.iter().map(|problem| Report {
            name: problem.entry.clone(),
            routes: Vec::new(),
            outcome: Err(problem.kind.to_string()),
            diagnostic: None,
        });
        functions.chain(problems).collect()
    }

    /// Routes that two functions claim; the first of the two keeps it.
    pub fn clashes(&self) -> Vec<String> {
        self.published.lock().clashes.clone()
    }
}
