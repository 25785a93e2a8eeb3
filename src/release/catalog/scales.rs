//! Scales that were changed while the host runs.
//!
//! Filled from the state at start and by every `rescale`; read when a function gets its pool.
//!
//! Invariant: every change here is also in the state.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use parking_lot::RwLock;

use crate::function::{FunctionName, Scale};
use crate::release::store::{ScaleChange, StoredState};

/// Changes of `[scale]`, by function; clones share them.
#[derive(Clone, Debug, Default)]
pub struct Scales(Arc<RwLock<BTreeMap<FunctionName, ScaleChange>>>);

impl Scales {
    /// The change of a function's scale.
    pub fn of(&self, function: &FunctionName) -> ScaleChange {
        self.0.read().get(function).cloned().unwrap_or_default()
    }

    /// Takes the changes of the state.
    pub fn replace(&self, state: &StoredState) {
        let changed = state.functions.iter().filter(|(_, function_state)| function_state.scale != ScaleChange::default());
        *self.0.write() = changed.map(|(name, function_state)| (name.clone(), function_state.scale.clone())).collect();
    }
}

/// Lays a change over the manifest's scale. A `min` above `max` is lowered to it.
pub(in crate::release) fn overlay(manifest: &Scale, change: &ScaleChange) -> Scale {
    let max = change.max.unwrap_or(manifest.max).max(1);
    Scale {
        min: change.min.unwrap_or(manifest.min).min(max),
        max,
        concurrency: change.concurrency.unwrap_or(manifest.concurrency).max(1),
        queue: change.queue.unwrap_or(manifest.queue),
        idle: change.idle_s.map_or(manifest.idle, Duration::from_secs),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_scale_is_laid_over_the_manifest() {
        let manifest = Scale { min: 1, max: 4, concurrency: 8, queue: 16, idle: Duration::from_secs(60) };
        assert_eq!(overlay(&manifest, &ScaleChange::default()), manifest);
        let change = ScaleChange { max: Some(2), idle_s: Some(5), ..ScaleChange::default() };
        assert_eq!(overlay(&manifest, &change), Scale { max: 2, idle: Duration::from_secs(5), ..manifest.clone() });
        let change = ScaleChange { min: Some(9), ..ScaleChange::default() };
        assert_eq!(overlay(&manifest, &change).min, 4, "there are never more than `max`");
    }
}
