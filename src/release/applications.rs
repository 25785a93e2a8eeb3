//! Learns which names Parse functions register, so that a request for a name finds its function.
//!
//! The catalog tells every change of its functions; those that may be Parse applications are compiled and loaded once for each version. The
//! index goes to `live`.
//!
//! Invariant: functions that cannot be Parse applications are neither compiled nor loaded here, and one index is learned at a time.

use std::path::Path;
use std::sync::Arc;
use std::thread;

use parking_lot::Mutex;

use super::check;
use super::parse_names::{Names, RememberedNames};
use crate::function::manifest::ParseSettings;
use crate::function::{Dialect, Version};
use crate::live::{Application, Applications, Endpoint, Live};
use crate::runtime::fleet::Fleet;
use crate::runtime::isolate::Loaded;

/// Most names that one version registers.
const NAMES_MAX: usize = 1_000;

/// What is known of a folder.
enum Known {
    /// It is no Parse application.
    Other,
    /// It is one, below this mount.
    Names(String, Names),
    /// It does not load.
    Broken(String),
    /// It has to be loaded.
    Unknown(Arc<Version>),
}

/// Learns the names of Parse functions.
pub(super) struct ApplicationNames {
    live: Arc<Live>,
    fleet: Arc<Fleet>,
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
    /// `state`: the folder where names are remembered.
    pub(super) fn new(live: Arc<Live>, fleet: Arc<Fleet>, state: Option<&Path>) -> Arc<Self> {
        let state = State { remembered: RememberedNames::open(state), ..State::default() };
        Arc::new(Self { live, fleet, state: Mutex::new(state) })
    }

    /// The functions have changed; these may be Parse applications.
    pub(super) fn learn(self: &Arc<Self>, folders: Vec<Arc<Endpoint>>) {
        let mut state = self.state.lock();
        if folders.is_empty() && !state.is_learning {
            self.live.publish_applications(Applications { is_complete: true, ..Applications::default() });
            return;
        }
        self.live.forget_applications(folders.iter().map(|folder| folder.name.clone()).collect());
        state.next = Some(folders);
        if std::mem::replace(&mut state.is_learning, true) {
            return;
        }
        drop(state);
        let me = self.clone();
        if let Err(error) = thread::Builder::new().name("names".to_owned()).spawn(move || me.run()) {
            tracing::error!(%error, "cannot spawn a thread: the names of Parse functions stay unknown");
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
                Known::Broken(mount) => {
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
            Err(_) => return Known::Broken(ParseSettings::default().mount),
        };
        let version = pool.version();
        if !version.is_parse() {
            return Known::Other;
        }
        if let Some(names) = self.state.lock().remembered.get(&version.id) {
            return Known::Names(mount_of(version), names);
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
                    detail = facts.detail.as_deref().unwrap_or(&facts.message), "the names of its Parse functions are not known"
                );
                Known::Broken(mount_of(version))
            }
            Err(error) => {
                tracing::error!(%error, "the names of Parse functions cannot be learned");
                Known::Broken(mount_of(version))
            }
        }
    }

    fn noted(&self, version: &Version, loaded: &Loaded) -> Known {
        if loaded.dialect != Dialect::Parse {
            return Known::Other;
        }
        // The dialect has written it.
        let mut names: Names = loaded.names.as_deref().and_then(|names| serde_json::from_str(names).ok()).unwrap_or_default();
        names.functions.truncate(NAMES_MAX);
        names.jobs.truncate(NAMES_MAX);
        let mut state = self.state.lock();
        state.remembered.insert(&version.id, &names);
        Known::Names(mount_of(version), names)
    }
}

/// Enters the names of a folder. The first folder, in the order of their names, keeps a name that two have.
fn enter(application: &mut Application, endpoint: &Arc<Endpoint>, names: Names) {
    for (kind, list, index) in [("function", names.functions, &mut application.functions), ("job", names.jobs, &mut application.jobs)] {
        for name in list {
            match index.entry(name) {
                std::collections::btree_map::Entry::Vacant(entry) => {
                    entry.insert(endpoint.clone());
                }
                std::collections::btree_map::Entry::Occupied(entry) if entry.get().name != endpoint.name => {
                    tracing::error!(
                        "both `{}` and `{}` define the Parse {kind} {:?}; the first one answers",
                        entry.get().name,
                        endpoint.name,
                        entry.key()
                    );
                }
                std::collections::btree_map::Entry::Occupied(_) => {}
            }
        }
    }
    application.folders.push(endpoint.clone());
}
