//! The state of the catalog: the functions in the table, the conflicts among their routes, and the entries that are not functions.
//!
//! The catalog holds it under its lock and replaces it whole.
//!
//! Invariant: nothing here changes the live table; a new state is built beside the old one, so that a refused change leaves no trace.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::entry::{Entry, EntryOrigin};
use crate::function::FunctionName;
use crate::function::route::CodeRoute;
use crate::live::table::Conflict;
use crate::release::source::Problem;
use crate::release::store::StoreError;

/// The functions in the table, and the reasons why others are not.
#[derive(Default)]
pub(super) struct CatalogState {
    pub(super) entries: BTreeMap<FunctionName, Arc<Entry>>,
    pub(super) problems: Vec<Problem>,
    pub(super) conflicts: Vec<Conflict>,
    /// The routes that code claims, as they are in the table.
    pub(super) of_code: RoutesOfCode,
}

/// The routes that the code of each function claims.
pub(super) type RoutesOfCode = BTreeMap<FunctionName, Arc<[CodeRoute]>>;

/// The functions that `folder` has found in the functions directory, and the entries that are not functions.
#[derive(Default)]
pub(in crate::release) struct FolderListing {
    pub(in crate::release) entries: Vec<Arc<Entry>>,
    pub(in crate::release) problems: Vec<Problem>,
}

/// A change of one deployed function: its new entry, or none.
pub(in crate::release) type Swap = (FunctionName, Option<Arc<Entry>>);

/// Why the table stays unchanged.
#[derive(Debug, thiserror::Error)]
pub(in crate::release) enum SwapError {
    /// The functions directory has a function of this name.
    #[error("`{0}` belongs to the functions directory: change it there, or remove it there first")]
    OfFolder(FunctionName),
    /// Other functions have the routes.
    #[error("{}", listed(.0))]
    Conflict(Vec<Conflict>),
    /// The state cannot be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

fn listed(conflicts: &[Conflict]) -> String {
    conflicts.iter().map(ToString::to_string).collect::<Vec<_>>().join("; ")
}

impl CatalogState {
    /// Whether there is a function of this name and origin.
    pub(super) fn has(&self, name: &FunctionName, origin: EntryOrigin) -> bool {
        self.entries.get(name).is_some_and(|entry| entry.origin == origin)
    }

    /// The deployed functions, with these functions of the functions directory.
    pub(super) fn with_folder(&self, folder: Vec<Arc<Entry>>) -> BTreeMap<FunctionName, Arc<Entry>> {
        let deployed = self.entries.iter().filter(|(_, entry)| entry.origin == EntryOrigin::Deployed);
        let deployed = deployed.map(|(name, entry)| (name.clone(), entry.clone()));
        let folder = folder.into_iter().map(|entry| (entry.endpoint.name.clone(), entry));
        // Deployed ones last: of one name they stay.
        folder.chain(deployed).collect()
    }

    /// The entries after these changes of deployed functions.
    pub(super) fn with_swaps(&self, swaps: &[Swap]) -> Result<BTreeMap<FunctionName, Arc<Entry>>, SwapError> {
        let mut entries = self.entries.clone();
        for (name, new) in swaps {
            match (new, self.has(name, EntryOrigin::Folder)) {
                (Some(_), true) => return Err(SwapError::OfFolder(name.clone())),
                (None, true) => {}
                (Some(new), false) => drop(entries.insert(name.clone(), new.clone())),
                (None, false) => drop(entries.remove(name)),
            }
        }
        Ok(entries)
    }

    /// Whether the table has exactly these entries.
    pub(super) fn is_same(&self, entries: &BTreeMap<FunctionName, Arc<Entry>>) -> bool {
        self.entries.len() == entries.len()
            && entries.iter().all(|(name, now)| self.entries.get(name).is_some_and(|before| Arc::ptr_eq(now, before)))
    }

    /// Those of the conflicts that the table does not have already.
    pub(super) fn new_conflicts(&self, conflicts: &[Conflict]) -> Vec<Conflict> {
        conflicts.iter().filter(|conflict| !self.conflicts.contains(conflict)).cloned().collect()
    }
}

/// Ends the tracks that have left the table; each first finishes the calls that reach it.
pub(super) fn supersede(before: &BTreeMap<FunctionName, Arc<Entry>>, after: &BTreeMap<FunctionName, Arc<Entry>>) {
    for (name, old) in before {
        let now = after.get(name);
        if now.is_some_and(|now| Arc::ptr_eq(now, old)) {
            continue;
        }
        for track in old.endpoint.tracks() {
            let stays = now.is_some_and(|now| now.endpoint.tracks().any(|stays| Arc::ptr_eq(stays, track)));
            if !stays {
                track.supersede();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fault::{Fault, Kind};
    use crate::live::{Endpoint, Track};

    fn entry(name: &str, origin: EntryOrigin) -> Arc<Entry> {
        let track = Track::new(Box::new(|| Err(Fault::new(Kind::BootFailed, "never made").into())));
        Arc::new(Entry {
            endpoint: Endpoint::new(FunctionName::parse(name).unwrap(), track),
            routes: Vec::new(),
            may_name_addresses: false,
            version: None,
            origin,
        })
    }

    fn state(entries: &[&Arc<Entry>]) -> CatalogState {
        let entries = entries.iter().map(|entry| (entry.endpoint.name.clone(), Arc::clone(entry))).collect();
        CatalogState { entries, ..CatalogState::default() }
    }

    #[test]
    fn a_name_belongs_to_the_folder_or_to_a_deployed_function() {
        let (folder, deployed) = (entry("a", EntryOrigin::Folder), entry("b", EntryOrigin::Deployed));
        let state = state(&[&folder, &deployed]);
        let taken = state.with_swaps(&[(folder.endpoint.name.clone(), Some(entry("a", EntryOrigin::Deployed)))]);
        assert!(matches!(taken, Err(SwapError::OfFolder(name)) if name.as_str() == "a"));
        let removed = state.with_swaps(&[(folder.endpoint.name.clone(), None), (deployed.endpoint.name.clone(), None)]).unwrap();
        assert_eq!(removed.keys().map(FunctionName::as_str).collect::<Vec<_>>(), ["a"], "the folder's stays");
        let listed = state.with_folder(vec![entry("b", EntryOrigin::Folder), entry("c", EntryOrigin::Folder)]);
        assert_eq!(listed.keys().map(FunctionName::as_str).collect::<Vec<_>>(), ["b", "c"]);
        assert!(listed.get("b").is_some_and(|entry| Arc::ptr_eq(entry, &deployed)), "the deployed one stays");
    }

    #[test]
    fn a_state_is_the_same_if_every_entry_is() {
        let (one, other) = (entry("a", EntryOrigin::Folder), entry("b", EntryOrigin::Folder));
        let state = state(&[&one, &other]);
        assert!(state.is_same(&state.with_folder(vec![one.clone(), other.clone()])));
        assert!(!state.is_same(&state.with_folder(vec![one.clone()])));
        assert!(!state.is_same(&state.with_folder(vec![one, entry("b", EntryOrigin::Folder)])), "a new one of the same name");
    }
}
