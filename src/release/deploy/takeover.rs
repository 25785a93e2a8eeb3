//! The takeover of a fresh engine: it makes the releases live that the engine before has made since the fresh one has read the state.
//!
//! Called by `deployments` once the process holds the lock.
//!
//! Invariant: a function that cannot become live here keeps no other from it.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::context::DeployContext;
use super::registry::{RegistryEntry, remembered};
use crate::release::catalog::Swap;
use crate::release::store::{StoreError, StoredState};

/// Reads the state again and makes live what has changed. Returns the records of the releases, if the state is newer.
///
/// # Errors
/// If the state cannot be read.
pub(super) fn catch_up(context: &DeployContext) -> Result<BTreeMap<String, Arc<RegistryEntry>>, StoreError> {
    let mut state = context.state();
    let newer = context.factory.store.reload()?;
    let mut records = BTreeMap::new();
    if newer.serial != state.serial {
        let swaps = differences(context, &state, &newer);
        context.factory.pools.scales.replace(&newer);
        follow(context, &swaps);
        records = remembered(&newer);
        *state = newer;
    }
    context.factory.pools.scales.replace(&state);
    Ok(records)
}

/// Makes the last releases of the engine before live here; a function in conflict with this engine's functions directory is left out alone.
fn follow(context: &DeployContext, swaps: &[Swap]) {
    tracing::info!(functions = swaps.len(), "the last releases of the engine before become live here as well");
    if context.catalog.swap(swaps, || Ok(())).is_err() {
        for swap in swaps {
            if let Err(error) = context.catalog.swap(std::slice::from_ref(swap), || Ok(())) {
                tracing::error!(function = %swap.0, %error, "the last release of the engine before cannot become live here");
            }
        }
    }
    let tracks = swaps.iter().filter_map(|(_, entry)| entry.as_ref()).flat_map(|entry| entry.endpoint.tracks());
    for pool in tracks.filter_map(|track| track.make().ok()) {
        pool.fill_to_min();
    }
}

fn differences(context: &DeployContext, old: &StoredState, new: &StoredState) -> Vec<Swap> {
    let names = old.functions.keys().chain(new.functions.keys().filter(|name| !old.functions.contains_key(*name)));
    let changed = names.filter(|name| old.functions.get(*name) != new.functions.get(*name));
    let entry = |name| new.functions.get(name).and_then(|function_state| context.factory.entry(name, function_state));
    changed.map(|name| (name.clone(), entry(name))).collect()
}
