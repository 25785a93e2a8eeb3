//! A function whose versions are in the store: what the live table gets for it.
//!
//! Made from the state at start, and from versions that have passed their checks by `transaction`; `publish` puts its endpoint into the table.
//!
//! Invariant: what runs is the stored version with the variables and the scale that are held for it, and nothing from the functions folder.

use std::sync::Arc;

use crate::fault::{Fault, Kind};
use crate::function::route::Route;
use crate::function::{FunctionName, Manifest, Scale, Version, VersionId};
use crate::live::{Candidate, Endpoint, Sticky, Track};
use crate::process::quarantine::Quarantine;
use crate::release::Report;
use crate::release::catalog::scales::Scales;
use crate::release::store::{Held, HeldCandidate, ScaleChange, Store, StoreError};
use crate::runtime::fleet::Fleet;
use crate::runtime::isolate::code_cache;
use crate::runtime::pool::Pool;

/// A deployed function as the live table has it.
pub struct Deployed {
    /// Its name and tracks.
    pub endpoint: Arc<Endpoint>,
    /// What the live version claims beside `/<name>`.
    pub routes: Vec<Route>,
}

impl Deployed {
    /// What became of it.
    pub fn report(&self) -> Report {
        crate::release::folder::function::report(&self.endpoint, &self.routes)
    }
}

/// Makes pools of stored versions.
#[derive(Clone)]
pub struct Maker {
    pub(in crate::release) store: Arc<Store>,
    pub(in crate::release) fleet: Arc<Fleet>,
    pub(in crate::release) quarantine: Arc<Quarantine>,
    /// A scale may change between the making of a track and that of its pool.
    pub(in crate::release) scales: Scales,
}

impl Maker {
    /// What the table gets for a function at start. Nothing is read but the state; `None` for a function of the functions folder.
    pub fn deployed(&self, name: &FunctionName, held: &Held) -> Option<Deployed> {
        let live = held.live.as_deref()?;
        let routes = held.kept(live).map(|kept| read_routes(kept.routes.as_deref())).unwrap_or_default();
        let candidate = held.candidate.as_ref().and_then(|candidate| self.candidate(name, held, candidate));
        let endpoint = Endpoint { name: name.clone(), live: self.track(name, live, held), candidate };
        Some(Deployed { endpoint: Arc::new(endpoint), routes })
    }

    fn candidate(&self, name: &FunctionName, held: &Held, candidate: &HeldCandidate) -> Option<Candidate> {
        Some(Candidate {
            track: self.track(name, &candidate.version, held),
            version: VersionId::parse(&candidate.version)?,
            share: candidate.share,
            sticky: candidate.sticky.as_deref().and_then(|sticky| Sticky::parse(sticky).ok()),
        })
    }

    /// A track that reads its version when it is first needed.
    pub(in crate::release) fn track(&self, name: &FunctionName, id: &str, held: &Held) -> Arc<Track> {
        let (maker, name, id, held) = (self.clone(), name.clone(), id.to_owned(), held.clone());
        Track::new(Box::new(move || {
            let version = maker.read(&name, &id).map_err(|error| lost(&error))?;
            maker.pool(&version, &held)
        }))
    }

    /// A version from the store, and V8's compiled code of it for the isolates to come.
    ///
    /// # Errors
    /// If it is missing or damaged.
    pub fn read(&self, name: &FunctionName, id: &str) -> Result<Version, StoreError> {
        let version = self.store.version(name, id)?;
        code_cache::offer(self.store.code(name, id));
        Ok(version)
    }

    /// A pool for a version, with what is held for its function.
    ///
    /// # Errors
    /// If the version is in quarantine.
    pub fn pool(&self, version: &Version, held: &Held) -> Result<Arc<Pool>, Fault> {
        if let Some(reason) = self.quarantine.reason(version.function.as_str(), version.id.as_str()) {
            return Err(crate::release::folder::function::quarantined(version, reason));
        }
        let scale = scale(&version.manifest.scale, &self.scales.of(version.function.as_str()));
        Ok(Pool::with_scale(Arc::new(with_variables(version, held)), scale, self.fleet.clone()))
    }
}

/// The version with the variables that are held for its function. Modules are shared.
fn with_variables(version: &Version, held: &Held) -> Version {
    let mut manifest = version.manifest.clone();
    let laid_over = held.env.iter().chain(&held.secrets);
    manifest.env.extend(laid_over.map(|(name, value)| (name.clone(), value.clone())));
    Version {
        id: version.id.clone(),
        function: version.function.clone(),
        entry: version.entry.clone(),
        modules: version.modules.clone(),
        manifest,
    }
}

/// The manifest's scale with what was changed since. A `min` above `max` gives way.
pub fn scale(manifest: &Scale, change: &ScaleChange) -> Scale {
    let max = change.max.unwrap_or(manifest.max).max(1);
    Scale {
        min: change.min.unwrap_or(manifest.min).min(max),
        max,
        concurrency: change.concurrency.unwrap_or(manifest.concurrency).max(1),
        queue: change.queue.unwrap_or(manifest.queue),
        idle: change.idle_s.map_or(manifest.idle, std::time::Duration::from_secs),
    }
}

/// Routes as the state keeps them: the text of a manifest that has nothing else.
pub fn write_routes(routes: &[Route]) -> Option<String> {
    (!routes.is_empty()).then(|| Manifest { routes: routes.to_vec(), ..Manifest::default() }.to_string())
}

fn read_routes(text: Option<&str>) -> Vec<Route> {
    text.and_then(|text| Manifest::parse(text).ok()).map(|manifest| manifest.routes).unwrap_or_default()
}

fn lost(error: &StoreError) -> Fault {
    Fault::new(Kind::BootFailed, "the version cannot be read from the store").with_detail(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_changed_scale_is_laid_over_the_manifest() {
        let manifest = Scale { min: 1, max: 4, concurrency: 8, queue: 16, idle: Duration::from_secs(60) };
        assert_eq!(scale(&manifest, &ScaleChange::default()), manifest);
        let change = ScaleChange { max: Some(2), idle_s: Some(5), ..ScaleChange::default() };
        assert_eq!(scale(&manifest, &change), Scale { max: 2, idle: Duration::from_secs(5), ..manifest.clone() });
        let change = ScaleChange { min: Some(9), ..ScaleChange::default() };
        assert_eq!(scale(&manifest, &change).min, 4, "there are never more than `max`");
    }

    #[test]
    fn routes_are_read_back() {
        let manifest = Manifest::parse("routes = ['/a/*', { host = 'x.example', path = '/:id', methods = ['GET'], port = 9000 }]").unwrap();
        assert_eq!(read_routes(write_routes(&manifest.routes).as_deref()), manifest.routes);
        assert_eq!(write_routes(&[]), None);
    }
}
