//! The state and the entries of the catalog after a release.
//!
//! `publish` asks for a plan, writes its state down and swaps its entries in.
//!
//! Invariant: pure but for making tracks; nothing here changes what is live.

use std::sync::Arc;

use super::context::DeployContext;
use super::function::FunctionRelease;
use super::order::{FunctionChange, StepError, TrafficWeight};
use super::stored::{PoolFactory, candidate_of, write_routes};
use crate::api::release::Record;
use crate::function::{FunctionName, VersionId};
use crate::live::{Endpoint, Track};
use crate::release::catalog::{Entry, EntryOrigin, Swap};
use crate::release::store::{CandidateState, FunctionState, StoredState, StoredVersion};
use crate::runtime::pool::Pool;

/// The state and the entries after a release.
pub(super) struct Plan {
    pub(super) state: StoredState,
    pub(super) swaps: Vec<Swap>,
    /// The pools that leave the table.
    pub(super) retired: Vec<(FunctionName, Arc<Pool>)>,
}

impl Plan {
    /// Plans the releases that change a function.
    pub(super) fn of<'a>(
        context: &DeployContext,
        before: &StoredState,
        releases: impl Iterator<Item = &'a FunctionRelease>,
        now_ms: u64,
        note: Option<&str>,
    ) -> Result<Self, StepError> {
        let mut plan = Self { state: before.clone(), swaps: Vec::new(), retired: Vec::new() };
        for release in releases {
            let function = &release.function;
            let live = context.catalog.deployed(function);
            let next = function_state(release, plan.state.functions.get(function), now_ms, note);
            let entry = entry(release, live.as_deref(), next.as_ref(), &context.factory)?;
            plan.retired.extend(leaving(live.as_deref(), entry.as_deref()).into_iter().map(|pool| (function.clone(), pool)));
            match next {
                Some(function_state) => drop(plan.state.functions.insert(function.clone(), function_state)),
                None => drop(plan.state.functions.remove(function)),
            }
            plan.swaps.push((function.clone(), entry));
        }
        Ok(plan)
    }
}

/// The state of the function afterwards; `None`: it is removed.
fn function_state(release: &FunctionRelease, before: Option<&FunctionState>, now_ms: u64, note: Option<&str>) -> Option<FunctionState> {
    let mut function_state = before.cloned().unwrap_or_default();
    match &release.what {
        FunctionChange::Deploy(Some(weight)) => {
            keep(&mut function_state, release, now_ms, note);
            function_state.candidate = release.version.as_ref().map(|version| candidate(version.id.clone(), weight));
        }
        FunctionChange::Deploy(None) | FunctionChange::Rollback(_) | FunctionChange::RollbackFrom { .. } | FunctionChange::Promote => {
            keep(&mut function_state, release, now_ms, note);
            function_state.candidate = None;
            let new = release.version.as_ref().map(|version| version.id.clone());
            let old = std::mem::replace(&mut function_state.live, new);
            // The old version was live a moment ago, the new one is from now on: this order tells the predecessor.
            for (id, when) in [(old, now_ms.saturating_sub(1)), (function_state.live.clone(), now_ms)] {
                if let Some(stored) = function_state.versions.iter_mut().find(|stored| Some(&stored.version) == id.as_ref()) {
                    stored.live_ms = Some(when);
                }
            }
        }
        FunctionChange::SetWeight(weight) => {
            if let Some(known) = function_state.candidate.take() {
                let sticky = weight.sticky.clone().or(known.sticky);
                function_state.candidate = Some(CandidateState { version: known.version, weight: weight.basis_points, sticky });
            }
        }
        FunctionChange::DropCandidate => function_state.candidate = None,
        FunctionChange::Configure(variables) => variables.apply_to(&mut function_state),
        FunctionChange::Remove => return None,
    }
    Some(function_state)
}

fn candidate(version: VersionId, weight: &TrafficWeight) -> CandidateState {
    CandidateState { version, weight: weight.basis_points, sticky: weight.sticky.clone() }
}

fn keep(function_state: &mut FunctionState, release: &FunctionRelease, now_ms: u64, note: Option<&str>) {
    let Some(version) = &release.version else { return };
    if function_state.stored_version(&version.id).is_none() {
        function_state.versions.push(StoredVersion {
            version: version.id.clone(),
            stored_ms: now_ms,
            live_ms: None,
            bytes: release.bytes,
            modules: version.modules.len(),
            note: note.map(str::to_owned),
            routes: write_routes(&version.manifest.routes),
            parse: version.is_parse(),
            claims_routes: version.may_claim_routes(),
        });
    }
}

/// The entry of the function afterwards; `None`: it is removed.
fn entry(
    release: &FunctionRelease,
    before: Option<&Entry>,
    function_state: Option<&FunctionState>,
    factory: &PoolFactory,
) -> Result<Option<Arc<Entry>>, StepError> {
    let Some(function_state) = function_state else { return Ok(None) };
    let gone = || StepError::new(format!("`{}` is not live any more", release.function));
    let fresh = || release.pool.clone().map(Track::of).ok_or_else(gone);
    let old = || before.map(|before| &before.endpoint).ok_or_else(gone);
    let (live, candidate) = match &release.what {
        FunctionChange::Deploy(Some(_)) => (old()?.live.clone(), Some(fresh()?)),
        FunctionChange::Deploy(None) | FunctionChange::Rollback(_) | FunctionChange::RollbackFrom { .. } => (fresh()?, None),
        FunctionChange::Promote => (old()?.candidate.as_ref().ok_or_else(gone)?.track.clone(), None),
        FunctionChange::SetWeight(_) => (old()?.live.clone(), old()?.candidate.as_ref().map(|candidate| candidate.track.clone())),
        FunctionChange::DropCandidate => (old()?.live.clone(), None),
        // A candidate gets the new variables as well, when it is called next.
        FunctionChange::Configure(_) => (
            fresh()?,
            function_state.candidate.as_ref().map(|candidate| factory.track(&release.function, &candidate.version, function_state)),
        ),
        FunctionChange::Remove => return Ok(None),
    };
    let candidate = candidate.zip(function_state.candidate.as_ref()).map(|(track, stored)| candidate_of(track, stored));
    let keeps_routes =
        matches!(release.what, FunctionChange::Deploy(Some(_)) | FunctionChange::SetWeight(_) | FunctionChange::DropCandidate);
    let routes = match &release.version {
        Some(version) if !keeps_routes => version.manifest.routes.clone(),
        _ => before.map(|before| before.routes.clone()).unwrap_or_default(),
    };
    let endpoint = Arc::new(Endpoint { name: release.function.clone(), live, candidate });
    let stored = function_state.live.as_ref().and_then(|live| function_state.stored_version(live));
    let may_name_addresses = stored.is_some_and(|stored| stored.parse || stored.claims_routes);
    let version = function_state.live.clone();
    Ok(Some(Arc::new(Entry { endpoint, routes, may_name_addresses, version, origin: EntryOrigin::Deployed })))
}

/// The pools that leave the table.
fn leaving(before: Option<&Entry>, after: Option<&Entry>) -> Vec<Arc<Pool>> {
    let stays = |track: &Arc<Track>| after.is_some_and(|after| after.endpoint.tracks().any(|stays| Arc::ptr_eq(stays, track)));
    let leaving = before.into_iter().flat_map(|before| before.endpoint.tracks()).filter(|track| !stays(track));
    leaving.filter_map(|track| track.made()?.as_ref().ok().cloned()).collect()
}

/// The versions of functions that were removed.
pub(super) fn removed(before: &StoredState, after: &StoredState) -> Vec<(FunctionName, VersionId)> {
    let gone = before.functions.iter().filter(|(name, _)| !after.functions.contains_key(*name));
    gone.flat_map(|(name, function_state)| function_state.versions.iter().map(|stored| (name.clone(), stored.version.clone()))).collect()
}

/// Writes the record into the state, in place of an older record of the same release.
pub(super) fn remember(state: &mut StoredState, record: &Record) {
    let Ok(value) = serde_json::to_value(record) else { return };
    state.releases.retain(|known| known.get("id").and_then(|id| id.as_str()) != Some(record.id.as_str()));
    state.remember(value);
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashMap};

    use super::*;
    use crate::function::{Manifest, Version};
    use crate::live::Sticky;
    use crate::release::deploy::order::Change;

    fn version(number: u8) -> Arc<Version> {
        Arc::new(Version {
            id: VersionId::from_digest(&[number; 32]),
            function: FunctionName::parse("f").unwrap(),
            entry: "file:///f/index.js".to_owned(),
            modules: HashMap::new(),
            manifest: Manifest::default(),
            hint: None,
            node: false,
            files: BTreeMap::new(),
        })
    }

    fn release(what: FunctionChange, number: u8) -> FunctionRelease {
        let mut release = FunctionRelease::new(Change { function: FunctionName::parse("f").unwrap(), what });
        release.version = Some(version(number));
        release
    }

    fn id(number: u8) -> VersionId {
        version(number).id.clone()
    }

    fn weight(basis_points: u16) -> TrafficWeight {
        TrafficWeight { basis_points, sticky: None }
    }

    #[test]
    fn the_predecessor_is_the_version_that_was_live_last_whatever_was_deployed_before() {
        let mut now = 1_000;
        let mut state: Option<FunctionState> = None;
        let mut next = |what: FunctionChange, number: u8| {
            now += 10;
            state = function_state(&release(what, number), state.as_ref(), now, None);
            let state = state.as_ref().unwrap();
            (state.live.clone(), state.predecessor().map(|stored| stored.version.clone()))
        };
        assert_eq!(next(FunctionChange::Deploy(None), 1), (Some(id(1)), None));
        assert_eq!(next(FunctionChange::Deploy(None), 2), (Some(id(2)), Some(id(1))));
        assert_eq!(next(FunctionChange::Deploy(None), 3), (Some(id(3)), Some(id(2))));
        assert_eq!(next(FunctionChange::Rollback(None), 2), (Some(id(2)), Some(id(3))), "a rollback can be undone");
        assert_eq!(next(FunctionChange::Rollback(None), 1), (Some(id(1)), Some(id(2))));
        assert_eq!(next(FunctionChange::Deploy(Some(weight(500))), 4), (Some(id(1)), Some(id(2))), "a candidate was never live");
        assert_eq!(next(FunctionChange::Promote, 4), (Some(id(4)), Some(id(1))));
    }

    #[test]
    fn a_candidate_keeps_its_sticky_key_until_it_is_given_another() {
        let sticky = || Sticky::parse("header:x-user").ok();
        let one = function_state(&release(FunctionChange::Deploy(None), 1), None, 1, None);
        let deploy = FunctionChange::Deploy(Some(TrafficWeight { basis_points: 500, sticky: sticky() }));
        let two = function_state(&release(deploy, 2), one.as_ref(), 2, None);
        let weighed = function_state(&release(FunctionChange::SetWeight(weight(9_000)), 2), two.as_ref(), 3, None).unwrap();
        assert_eq!(weighed.candidate, Some(CandidateState { version: id(2), weight: 9_000, sticky: sticky() }));
        assert_eq!(function_state(&release(FunctionChange::DropCandidate, 2), Some(&weighed), 4, None).unwrap().candidate, None);
        assert_eq!(
            function_state(&release(FunctionChange::Deploy(None), 3), Some(&weighed), 4, None).unwrap().candidate,
            None,
            "it was measured against another version"
        );
        assert_eq!(function_state(&release(FunctionChange::Remove, 3), Some(&weighed), 4, None), None);
    }
}
