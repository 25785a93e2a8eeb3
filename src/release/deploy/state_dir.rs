//! The state folder as it is found at start, before this process may write it.
//!
//! Read by `app`; `Releaser` gets from it what the table begins with, and `Deployments` takes it over.
//!
//! Invariant: nothing is written here.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::stored::{Deployed, Maker};
use crate::function::FunctionName;
use crate::process::quarantine::Quarantine;
use crate::release::catalog::scales::Scales;
use crate::release::store::{State, Store, StoreError};
use crate::runtime::fleet::Fleet;

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
    /// Somebody else writes in it.
    #[error("the state folder {path} is in use by another Skep: give each host a --state of its own", path = .0.display())]
    InUse(PathBuf),
    /// No threads.
    #[error("the system refused: {0}")]
    System(#[from] io::Error),
}

/// The state folder, read and not yet written.
pub struct Opened {
    pub(in crate::release) maker: Maker,
    pub(in crate::release) state: State,
    pub(in crate::release) path: PathBuf,
}

impl Opened {
    /// Reads what is in the state folder, which is made if there is none.
    ///
    /// # Errors
    /// If it cannot be used.
    pub fn read(path: &Path, fleet: Arc<Fleet>, quarantine: Arc<Quarantine>) -> Result<Self, OpenError> {
        let (store, state) = Store::open(path).map_err(|error| OpenError::Store { path: path.to_owned(), error })?;
        let scales = Scales::default();
        scales.replace(&state);
        Ok(Self { maker: Maker { store: Arc::new(store), fleet, quarantine, scales }, state, path: path.to_owned() })
    }

    /// What the table gets of it at start.
    pub fn deployed(&self) -> BTreeMap<FunctionName, Arc<Deployed>> {
        let functions = self.state.functions.iter().filter_map(|(name, held)| {
            let name = FunctionName::parse(name).ok()?;
            let deployed = self.maker.deployed(&name, held)?;
            Some((name, Arc::new(deployed)))
        });
        functions.collect()
    }

    /// Scales that were changed.
    pub fn scales(&self) -> Scales {
        self.maker.scales.clone()
    }
}
