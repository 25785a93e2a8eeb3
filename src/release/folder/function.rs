//! A function that the host knows of: its source, its routes, and the endpoint that compiles it when it is first needed.
//!
//! Made from what `source` found; `publish` puts its endpoint into the table; in dev it knows when it is stale.
//!
//! Invariant: compiled at most once; a change of its source makes a new one.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use parking_lot::Mutex;

use super::fingerprint::Stamps;
use crate::fault::{Fault, Kind};
use crate::function::route::Route;
use crate::function::{FunctionName, Manifest, Version};
use crate::live::{Endpoint, Track};
use crate::process::quarantine::Quarantine;
use crate::release::Report;
use crate::release::catalog::scales::Scales;
use crate::release::compile;
use crate::release::deploy::stored::scale;
use crate::release::source::folder::MANIFEST_FILE;
use crate::release::source::{FunctionSource, SourceKind};
use crate::runtime::fleet::Fleet;
use crate::runtime::pool::Pool;

/// File systems stamp changes with the kernel's clock tick, which may be this far behind.
const CLOCK_GRAIN: Duration = Duration::from_millis(4);

/// Attempts at compiling a source that changes while it is read.
const COMPILES_MAX: u32 = 3;

/// What became of a function that was registered again.
pub enum Renewed {
    /// The same version: the old one stays.
    Unchanged,
    /// Something else.
    Changed(Arc<Registered>),
}

/// A function and what is known of it.
pub struct Registered {
    source: FunctionSource,
    routes: Vec<Route>,
    endpoint: Arc<Endpoint>,
    stamps: Arc<Mutex<Stamps>>,
    broken: Option<String>,
}

impl Registered {
    /// Registers a function without compiling it: only its manifest is read, for the routes.
    pub fn new(root: &Path, source: FunctionSource, means: &Means<'_>) -> Self {
        let manifest = manifest_path(&source);
        let stamps = Arc::new(Mutex::new(Stamps::of(manifest.iter().cloned().chain([source.path.clone()]))));
        let routes = manifest.map(|path| read_routes(&path)).unwrap_or_default();
        let track = Track::new({
            let (root, source, stamps) = (root.to_owned(), source.clone(), stamps.clone());
            let (fleet, quarantine, scales) = (means.fleet.clone(), means.quarantine.clone(), means.scales.clone());
            Box::new(move || {
                let version = compile_settled(&root, &source, &stamps)?;
                match quarantine.reason(version.function.as_str(), version.id.as_str()) {
                    Some(reason) => Err(quarantined(&version, reason)),
                    None => {
                        let scale = scale(&version.manifest.scale, &scales.of(version.function.as_str()));
                        Ok(Pool::with_scale(Arc::new(version), scale, fleet.clone()))
                    }
                }
            })
        });
        let endpoint = Endpoint::new(source.name.clone(), track);
        Self { source, routes, endpoint, stamps, broken: None }
    }

    /// An entry that cannot become the function its name says: calling it tells why.
    pub fn broken(source: FunctionSource, why: String) -> Self {
        let broken = Some(why.clone());
        let endpoint = Endpoint::new(source.name.clone(), Track::new(Box::new(move || Err(does_not_load(why.clone())))));
        let stamps = Arc::new(Mutex::new(Stamps::of([source.path.clone()])));
        Self { source, routes: Vec::new(), endpoint, stamps, broken }
    }

    pub fn name(&self) -> &FunctionName {
        &self.source.name
    }

    pub fn source(&self) -> &FunctionSource {
        &self.source
    }

    pub fn routes(&self) -> &[Route] {
        &self.routes
    }

    pub fn endpoint(&self) -> &Arc<Endpoint> {
        &self.endpoint
    }

    /// Whether anything that was read for it has changed.
    pub fn is_stale(&self) -> bool {
        self.stamps.lock().are_stale()
    }

    /// Why it cannot be a function at all, if it cannot.
    pub fn broken_because(&self) -> Option<&String> {
        self.broken.as_ref()
    }

    /// Whether it stands for an entry that cannot become a function.
    pub fn is_broken(&self) -> bool {
        self.broken.is_some()
    }

    /// Registers a stale function again. One that was compiled is compiled at once: if that gives the version there is, the save changed
    /// nothing that matters, and only the stamps are new.
    pub fn renew(&self, root: &Path, means: &Means<'_>) -> Renewed {
        let again = Self::new(root, self.source.clone(), means);
        if let Some(Ok(pool)) = self.endpoint.live.made()
            && again.endpoint.live.make().as_ref().is_ok_and(|made| made.version().id == pool.version().id)
        {
            *self.stamps.lock() = again.stamps.lock().clone();
            return Renewed::Unchanged;
        }
        Renewed::Changed(Arc::new(again))
    }

    /// What became of it.
    pub fn report(&self) -> Report {
        report(&self.endpoint, &self.routes)
    }
}

/// What pools are made with.
pub struct Means<'a> {
    pub fleet: &'a Arc<Fleet>,
    pub quarantine: &'a Arc<Quarantine>,
    pub scales: &'a Scales,
}

/// What became of a function in the table.
pub(in crate::release) fn report(endpoint: &Endpoint, routes: &[Route]) -> Report {
    let (outcome, diagnostic) = match endpoint.live.made() {
        Some(Ok(pool)) => (Ok(pool.version().id.to_string()), None),
        Some(Err(fault)) => {
            let detail = fault.facts().detail.as_deref().unwrap_or(&fault.facts().message);
            (Err(detail.lines().next().unwrap_or_default().to_owned()), Some(detail.to_owned()))
        }
        None => (Ok("not compiled yet".to_owned()), None),
    };
    Report { name: endpoint.name.to_string(), routes: routes.iter().map(Route::to_string).collect(), outcome, diagnostic }
}

fn manifest_path(source: &FunctionSource) -> Option<PathBuf> {
    (source.kind == SourceKind::Folder).then(|| source.path.join(MANIFEST_FILE))
}

/// The routes of a manifest; a manifest that cannot be read has none, and the compiler will say what is wrong with it.
fn read_routes(path: &Path) -> Vec<Route> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    Manifest::parse(&text).map(|manifest| manifest.routes).unwrap_or_default()
}

fn compile_settled(root: &Path, source: &FunctionSource, stamps: &Mutex<Stamps>) -> Result<Version, Fault> {
    let registered = stamps.lock().clone();
    let mut compiled;
    let mut tries = 0;
    loop {
        let began = SystemTime::now();
        compiled = compile::compile(root, source);
        let taken = Stamps::of(std::mem::take(&mut compiled.watched));
        tries += 1;
        // A file that was written while it was read may have been read half: once more, with feeling for editors that never stop.
        let settled = !taken.are_newer_than(began - CLOCK_GRAIN);
        if settled || tries == COMPILES_MAX {
            // A manifest that changed since its routes were read stays stale: the next look registers the function anew.
            if !registered.are_stale() {
                *stamps.lock() = taken;
            }
            break;
        }
    }
    compiled.outcome.map_err(|error| does_not_load(error.diagnostic()))
}

/// The fault of a version that must not run.
pub(in crate::release) fn quarantined(version: &Version, reason: &str) -> Fault {
    Fault::new(Kind::Quarantined, format!("version {} of the function is refused until it changes: {reason}", version.id))
}

fn does_not_load(diagnostic: String) -> Fault {
    Fault::new(Kind::BootFailed, "the function does not load").with_detail(diagnostic)
}
