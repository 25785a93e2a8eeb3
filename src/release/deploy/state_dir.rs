//! The state folder as it is at start, before this process may write it.
//!
//! `app` reads it; the catalog begins with its entries, and `Deployments` takes it over.
//!
//! Invariant: nothing is written here.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::stored::PoolFactory;
use crate::function::FunctionName;
use crate::release::catalog::{Entry, PoolDeps};
use crate::release::store::{Store, StoreError, StoredState};

/// Why deployed functions are not served.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// The state folder cannot be used.
    #[error("the state folder {path} cannot be used: {error}", path = .path.display())]
    Store {
        /// As configured.
        path: PathBuf,
        /// Why.
        error: StoreError,
    },
    /// Another host writes to it.
    #[error("the state folder {path} is in use by another Skep: give each host a --state of its own", path = .0.display())]
    InUse(PathBuf),
    /// A thread cannot be spawned.
    #[error("cannot spawn a thread for releases: {0}")]
    Thread(#[from] io::Error),
}

/// The state folder, read and not yet written.
pub struct StateDir {
    pub(super) factory: PoolFactory,
    pub(super) state: StoredState,
    pub(super) path: PathBuf,
}

impl StateDir {
    /// Reads the state folder, which is created if it is missing.
    ///
    /// # Errors
    /// If it cannot be used. The scales that were changed are those of `pools` from now on.
    pub fn read(path: &Path, pools: PoolDeps) -> Result<Self, OpenError> {
        let (store, state) = Store::open(path).map_err(|error| OpenError::Store { path: path.to_owned(), error })?;
        pools.scales.replace(&state);
        let factory = PoolFactory { store: Arc::new(store), pools };
        Ok(Self { factory, state, path: path.to_owned() })
    }

    /// The deployed functions.
    pub fn entries(&self) -> BTreeMap<FunctionName, Arc<Entry>> {
        let entry = |(name, function_state)| Some((FunctionName::clone(name), self.factory.entry(name, function_state)?));
        self.state.functions.iter().filter_map(entry).collect()
    }
}
