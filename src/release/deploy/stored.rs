//! From a version in the store to an entry of the catalog, a track and a pool.
//!
//! `state_dir` and `takeover` make entries from the state, `plan` makes tracks, and a release makes pools of the versions that it brings.
//!
//! Invariant: a pool runs the stored version with the variables and the scale of the state, and nothing from the functions directory.

use std::sync::Arc;

use crate::fault::{Fault, Kind};
use crate::function::route::Route;
use crate::function::{FunctionName, Manifest, Version, VersionId};
use crate::live::{Candidate, Endpoint, Track};
use crate::release::catalog::{Entry, EntryOrigin, PoolDeps};
use crate::release::store::{CandidateState, FunctionState, Store, StoreError};
use crate::runtime::isolate::code_cache;
use crate::runtime::pool::Pool;

/// Makes pools of stored versions.
#[derive(Clone)]
pub(super) struct PoolFactory {
    pub(super) store: Arc<Store>,
    pub(super) pools: PoolDeps,
}

impl PoolFactory {
    /// The entry of a function. No version is read; `None` for a function of the functions directory.
    pub(super) fn entry(&self, name: &FunctionName, function_state: &FunctionState) -> Option<Arc<Entry>> {
        let live = function_state.live.as_ref()?;
        let routes = function_state.stored_version(live).map(|stored| read_routes(stored.routes.as_deref())).unwrap_or_default();
        let candidate = function_state.candidate.as_ref();
        let candidate = candidate.map(|stored| candidate_of(self.track(name, &stored.version, function_state), stored));
        let endpoint = Arc::new(Endpoint { name: name.clone(), live: self.track(name, live, function_state), candidate });
        let may_name_addresses = function_state.stored_version(live).is_some_and(|stored| stored.parse || stored.claims_routes);
        Some(Arc::new(Entry { endpoint, routes, may_name_addresses, version: Some(live.clone()), origin: EntryOrigin::Deployed }))
    }

    /// A track that reads its version when it is first needed.
    pub(super) fn track(&self, name: &FunctionName, id: &VersionId, function_state: &FunctionState) -> Arc<Track> {
        let (factory, name, id, function_state) = (self.clone(), name.clone(), id.clone(), function_state.clone());
        Track::new(Box::new(move || {
            let version = factory.read(&name, &id).map_err(|error| unreadable(&error))?;
            Ok(factory.pool(&version, &function_state)?)
        }))
    }

    /// A version from the store. V8's compiled code of it goes to the code cache, for the isolates to come.
    ///
    /// # Errors
    /// If it is missing or damaged.
    pub(super) fn read(&self, name: &FunctionName, id: &VersionId) -> Result<Version, StoreError> {
        let version = self.store.version(name, id)?;
        code_cache::offer(self.store.code(name, id));
        Ok(version)
    }

    /// A pool for a version, with the settings of its function.
    ///
    /// # Errors
    /// If the version is in quarantine.
    pub(super) fn pool(&self, version: &Version, function_state: &FunctionState) -> Result<Arc<Pool>, Fault> {
        self.pools.pool(Arc::new(with_variables(version, function_state)))
    }
}

/// The candidate that a track answers for.
pub(super) fn candidate_of(track: Arc<Track>, stored: &CandidateState) -> Candidate {
    Candidate { track, version: stored.version.clone(), weight: stored.weight, sticky: stored.sticky.clone() }
}

/// The version with the variables of its function. Modules are shared.
fn with_variables(version: &Version, function_state: &FunctionState) -> Version {
    let mut manifest = version.manifest.clone();
    let overlay = function_state.env.iter().chain(&function_state.secrets);
    manifest.env.extend(overlay.map(|(name, value)| (name.clone(), value.clone())));
    Version { manifest, ..version.clone() }
}

/// Routes as the state keeps them: the text of a manifest without any other key.
pub(super) fn write_routes(routes: &[Route]) -> Option<String> {
    (!routes.is_empty()).then(|| Manifest { routes: routes.to_vec(), ..Manifest::default() }.to_string())
}

fn read_routes(text: Option<&str>) -> Vec<Route> {
    text.and_then(|text| Manifest::parse(text).ok()).map(|manifest| manifest.routes).unwrap_or_default()
}

fn unreadable(error: &StoreError) -> Fault {
    Fault::new(Kind::BootFailed, "the version cannot be read from the store").with_detail(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn routes_are_read_back() {
        let manifest = Manifest::parse("routes = ['/a/*', { host = 'x.example', path = '/:id', methods = ['GET'], port = 9000 }]").unwrap();
        assert_eq!(read_routes(write_routes(&manifest.routes).as_deref()), manifest.routes);
        assert_eq!(write_routes(&[]), None);
    }
}
