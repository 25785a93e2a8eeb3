//! The upload of a release on the disk, while its functions are compiled.
//!
//! A transaction writes the files of its order into a folder of the store; `function` compiles the sources that are found there.
//!
//! Invariant: the folder is removed with this value.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;

use super::order::StepError;
use crate::function::FunctionName;
use crate::release::source::{self, Files, FunctionSource, Problem};
use crate::release::store::{Staging, Store};

/// The upload on the disk; empty for an order without files.
#[derive(Default)]
pub(super) struct Staged {
    /// Its canonical path, and the folder itself.
    pub(super) folder: Option<(PathBuf, Staging)>,
    pub(super) sources: BTreeMap<FunctionName, FunctionSource>,
    pub(super) problems: Vec<Problem>,
}

impl Staged {
    /// Writes the files into a folder of their own and lists the functions there. The files are dropped: they need no memory while the old
    /// version drains.
    pub(super) fn write(files: Option<Files>, store: &Store) -> Result<Self, StepError> {
        let Some(files) = files else { return Ok(Self::default()) };
        let folder = store.staging()?;
        let unwritable = |error: io::Error| StepError::new(format!("the upload cannot be written to the state folder: {error}"));
        files.write_below(folder.path()).map_err(unwritable)?;
        let root = folder.path().canonicalize().map_err(unwritable)?;
        let discovery = source::discover(&root).map_err(|error| unwritable(error.error))?;
        let sources = discovery.functions.into_iter().map(|source| (source.name.clone(), source)).collect();
        Ok(Self { folder: Some((root, folder)), sources, problems: discovery.problems })
    }
}
