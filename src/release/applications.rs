//! Learns which names Parse functions register and which routes code claims, so that a request for one of them finds its function.
//!
//! The catalog tells every change of its functions; those that may have such addresses are compiled and loaded once for each version. The
//! index of names goes to `live`, the routes to the catalog.
//!
//! Invariant: functions that cannot have such addresses are neither compiled nor loaded here, and one index is learned at a time. When an
//! index is published, the table has the routes that were learned with it.

use std::collections::btree_map::Entry;
use std::path::Path;
use std::sync::Arc;
use std::thread;

use parking_lot::Mutex;

use super::check;
use super::parse_names::{Names, RememberedNames};
use crate::function::manifest::ParseSettings;
use crate::function::route::CodeRoute;
use crate::function::{Dialect, Version, VersionId};
use crate::live::{Application, Applications, Endpoint, Live, NameClash};
use crate::runtime::fleet::Fleet;
use crate::runtime::isolate::Loaded;

/// Most names of one mount that are kept as defined twice; the log has them all.
const CLASHES_MAX: usize = 256;

/// Most names that one version registers.
const NAMES_MAX: usize = 1_000;

/// What is known of a folder.
enum Known {
    /// It is no Parse application.
    Other,
    /// It is one, below this mount.
    Names(String, Names),
    /// It does not load; the mount of the Parse application that it is, or may be.
    Broken(Option<String>),
    /// It has to be loaded.
    Unknown(Arc<Version>),
}

/// Learns the names of Parse functions, and the routes of code.
pub(super) struct ApplicationNames {
    live: Arc<Live>,
    fleet: Arc<Fleet>,
    /// Called when what was to be learned is known; it brings the routes into the table.
    on_learned: Box<dyn Fn() + Send + Sync>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The functions that changed last, for the thread that learns.
    next: Option<Vec<Arc<Endpoint>>>,
    is_learning: bool,
    remembered: RememberedNames,
}

fn mount_of(version: &Version) -> String {
    version.parse_settings().unwrap_or_default().mount.clone()
}

impl ApplicationNames {
    /// `state`: the folder where names and routes are remembered.
    pub(super) fn new(live: Arc<Live>, fleet: Arc<Fleet>, state: Option<&Path>, on_learned: Box<dyn Fn() + Send + Sync>) -> Arc<Self> {
        let state = State { remembered: RememberedNames::open(state), ..State::default() };
        Arc::new(Self { live, fleet, on_learned, state: Mutex::new(state) })
    }

    /// The routes that the code of a version claims; `None`: not known yet.
    pub(super) fn routes(&self, version: &VersionId) -> Option<Arc<[CodeRoute]>> {
        self.state.lock().remembered.routes(version)
    }

    /// Notes what a version has said when a release loaded it. Returns its mount and its names, if it is a Parse application.
    pub(super) fn note(&self, version: &Version, loaded: &Loaded) -> Option<(String, Names)> {
        match self.noted(version, loaded) {
            Known::Names(mount, names) => Some((mount, names)),
            Known::Other | Known::Broken(_) | Known::Unknown(_) => None,
        }
    }

    /// The functions have changed; these may have addresses that only their code tells. `unclaimed`: the routes of some are not known.
    pub(super) fn learn(self: &Arc<Self>, folders: Vec<Arc<Endpoint>>, unclaimed: bool) {
        let mut state = self.state.lock();
        if folders.is_empty() && !state.is_learning {
            self.live.publish_applications(Applications { is_complete: true, ..Applications::default() });
            return;
        }
        self.live.forget_applications(folders.iter().map(|folder| folder.name.clone()).collect(), unclaimed);
        state.next = Some(folders);
        if std::mem::replace(&mut state.is_learning, true) {
            return;
        }
        drop(state);
        let me = self.clone();
        if let Err(error) = thread::Builder::new().name("names".to_owned()).spawn(move || me.run()) {
            tracing::error!(%error, "cannot spawn a thread: the names of Parse functions and the routes of code stay unknown");
            self.state.lock().is_learning = false;
        }
    }

    fn run(&self) {
        loop {
            let folders = {
                let mut state = self.state.lock();
                match state.next.take() {
                    Some(folders) => folders,
                    None => {
                        state.is_learning = false;
                        return;
                    }
                }
            };
            let applications = self.applications(&folders);
            self.keep_names();
            (self.on_learned)();
            // What changed meanwhile is learned before anything is said.
            let state = self.state.lock();
            if state.next.is_none() {
                self.live.publish_applications(applications);
            }
        }
    }

    /// Writes what was learned, for the next process.
    fn keep_names(&self) {
        // A copy is written: calls must not wait for the disk.
        let text = self.state.lock().remembered.text();
        if let Some(text) = text {
            text.write();
        }
    }

    fn applications(&self, folders: &[Arc<Endpoint>]) -> Applications {
        let mut applications = Applications { is_complete: true, ..Applications::default() };
        for endpoint in folders {
            let known = match self.known(endpoint) {
                Known::Unknown(version) => self.load(&version),
                known => known,
            };
            match known {
                Known::Other | Known::Unknown(_) => {}
                Known::Names(mount, names) => enter(applications.mounts.entry(mount).or_default(), endpoint, names),
                Known::Broken(None) => {}
                Known::Broken(Some(mount)) => {
                    let application = applications.mounts.entry(mount).or_default();
                    application.folders.push(endpoint.clone());
                    application.broken.get_or_insert(endpoint.clone());
                }
            }
        }
        applications
    }

    /// What is known without loading the version. Compiles it, if no one has.
    fn known(&self, endpoint: &Endpoint) -> Known {
        let pool = match endpoint.live.make() {
            Ok(pool) => pool,
            // Its mount cannot be known either; most have this one.
            Err(_) => return Known::Broken(Some(ParseSettings::default().mount)),
        };
        let version = pool.version();
        if !version.is_parse() && !version.may_claim_routes() {
            return Known::Other;
        }
        if let Some(names) = self.state.lock().remembered.get(&version.id) {
            return if names.is_other { Known::Other } else { Known::Names(mount_of(version), names) };
        }
        match pool.loaded() {
            Some(loaded) => self.noted(version, loaded),
            None => Known::Unknown(version.clone()),
        }
    }

    /// Loads the version once, in an instance of its own.
    fn load(&self, version: &Arc<Version>) -> Known {
        let loaded = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let loaded = loaded.map(|runtime| runtime.block_on(check::boot(version.clone(), &self.fleet)));
        match loaded {
            Ok(Ok(loaded)) => self.noted(version, &loaded),
            Ok(Err(fault)) => {
                let facts = fault.facts();
                tracing::warn!(
                    function = %version.function, version = %version.id, fault = fault.kind().label(),
                    detail = facts.detail.as_deref().unwrap_or(&facts.message), "the addresses that its code names are not known"
                );
                Known::Broken(version.is_parse().then(|| mount_of(version)))
            }
            Err(error) => {
                tracing::error!(%error, "the names of Parse functions and the routes of code cannot be learned");
                Known::Broken(version.is_parse().then(|| mount_of(version)))
            }
        }
    }

    fn noted(&self, version: &Version, loaded: &Loaded) -> Known {
        // The dialect has written it.
        let mut names: Names = loaded.names.as_deref().and_then(|names| serde_json::from_str(names).ok()).unwrap_or_default();
        names.functions.truncate(NAMES_MAX);
        names.jobs.truncate(NAMES_MAX);
        names.is_other = loaded.dialect != Dialect::Parse;
        self.state.lock().remembered.insert(&version.id, &names);
        if names.is_other { Known::Other } else { Known::Names(mount_of(version), names) }
    }
}

/// Enters the names of a folder. The first folder, in the order of their names, keeps a name that two have.
fn enter(application: &mut Application, endpoint: &Arc<Endpoint>, names: Names) {
    let Application { functions, jobs, clashes, folders, .. } = application;
    for (kind, list, index) in [("function", names.functions, functions), ("job", names.jobs, jobs)] {
        for name in list {
            match index.entry(name) {
                Entry::Vacant(entry) => {
                    entry.insert(endpoint.clone());
                }
                Entry::Occupied(entry) if entry.get().name != endpoint.name => {
                    let (name, holder) = (entry.key().clone(), entry.get().name.clone());
                    let clash = NameClash { kind, name, holder, refused: endpoint.name.clone() };
                    tracing::error!("{clash}");
                    if clashes.len() < CLASHES_MAX {
                        clashes.push(clash);
                    }
                }
                Entry::Occupied(_) => {}
            }
        }
    }
    folders.push(endpoint.clone());
}
