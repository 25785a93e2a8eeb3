//! The versions that took engines down and must not run.
//!
//! The supervisor decides which versions are [`Quarantined`]; an engine receives the list when it starts, and looks a version up in the
//! [`Quarantine`] before it creates the version's first instance.
//!
//! Invariant: a version never leaves the quarantine; a changed function is another version.

use serde::{Deserialize, Serialize};

/// A version that must not run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quarantined {
    /// Name of the function.
    pub function: String,
    /// Id of the version.
    pub version: String,
    /// Why, in words that a client may read.
    pub reason: String,
}

/// The list that an engine received.
#[derive(Debug, Default)]
pub struct Quarantine(Vec<Quarantined>);

impl Quarantine {
    pub(crate) fn new(quarantined: Vec<Quarantined>) -> Self {
        Self(quarantined)
    }

    /// Why this version must not run, if it must not.
    pub fn reason(&self, function: &str, version: &str) -> Option<&str> {
        self.0.iter().find(|one| one.function == function && one.version == version).map(|one| one.reason.as_str())
    }

    /// All of them.
    pub fn list(&self) -> &[Quarantined] {
        &self.0
    }
}
