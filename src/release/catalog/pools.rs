//! From a version to its pool: the quarantine is asked, and the scale that was changed since is laid over the manifest's. The compilers that
//! make versions go the same way.
//!
//! `folder` and `deploy` make the pools of their functions here.
//!
//! Invariant: a version in quarantine gets no pool.

use std::sync::Arc;

use super::scales::{Scales, overlay};
use crate::fault::Fault;
use crate::function::Version;
use crate::process::quarantine::Quarantine;
use crate::release::compiler::Compilers;
use crate::release::store::TextFiles;
use crate::runtime::fleet::{Fleet, quarantined};
use crate::runtime::pool::Pool;

/// The parts that every version and its pool need.
#[derive(Clone)]
pub struct PoolDeps {
    /// Compile sources.
    pub compilers: Arc<Compilers>,
    /// Starts instances.
    pub fleet: Arc<Fleet>,
    /// The versions that must not run.
    pub quarantine: Arc<Quarantine>,
    /// Scales that were changed while the host runs. Read when a pool is made: a scale may change between the making of a track and its
    /// pool's.
    pub scales: Scales,
    /// Keep the code of versions out of memory.
    pub texts: TextFiles,
}

impl PoolDeps {
    /// A pool for a version.
    ///
    /// # Errors
    /// If the version is in quarantine.
    pub(in crate::release) fn pool(&self, version: Arc<Version>) -> Result<Arc<Pool>, Fault> {
        if let Some(reason) = self.quarantine.reason(version.function.as_str(), version.id.as_str()) {
            return Err(quarantined(&version.id, &reason));
        }
        let scale = overlay(&version.manifest.scale, &self.scales.of(&version.function));
        Ok(Pool::with_scale(self.texts.moved(version), scale, self.fleet.clone()))
    }
}
