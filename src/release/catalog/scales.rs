//! Scales that were changed while the host runs, for whoever makes a pool.
//!
//! Filled from the state and by `settings`; asked when a function of the folder gets its pool.
//!
//! Invariant: what is here is also in the state.

use std::collections::BTreeMap;
use std::sync::Arc;

use parking_lot::RwLock;

use crate::release::store::{ScaleChange, State};

/// Changes of `[scale]`, by function.
#[derive(Clone, Debug, Default)]
pub struct Scales(Arc<RwLock<BTreeMap<String, ScaleChange>>>);

impl Scales {
    /// What was changed for a function.
    pub fn of(&self, function: &str) -> ScaleChange {
        self.0.read().get(function).cloned().unwrap_or_default()
    }

    /// Takes what the state says.
    pub fn replace(&self, state: &State) {
        let changed = state.functions.iter().filter(|(_, held)| held.scale != ScaleChange::default());
        *self.0.write() = changed.map(|(name, held)| (name.clone(), held.scale.clone())).collect();
    }
}
