//! The store: everything that survives a restart. Compiled versions, and which of them are live.
//!
//! `deploy` puts a version here before it becomes live and commits the state that names it; after a restart both come from here. Below the
//! state folder: `index.json` is the state, `versions/<function>/<id>.json` a version, `<id>.code` V8's compiled code of it,
//! `staging/` holds uploads while they are compiled, and `lock` is locked by the engine that writes.
//!
//! One release at a time: put the version, change and sweep the state, commit, remove. Two releases whose steps alternate could remove a
//! version that the other names.
//!
//! Invariant: `index.json` is the one commit point, and every version that it names was on the disk before it was written.
#![allow(clippy::disallowed_methods, reason = "the state folder")]

mod sweep;
mod state;
mod versions;
mod code;
mod held;
mod text_files;
pub(crate) mod files;
pub(in crate::release) mod fault_point;
mod checksum;
mod error;
mod format;
#[cfg(test)]
mod tests;

use std::path::Path;
use std::sync::Arc;

use crate::function::{FunctionName, Version, VersionId};

pub use error::StoreError;
pub use fault_point::FAULT_POINTS;
pub use format::FORMAT;
pub use held::{Staging, WriterLock};
pub use state::{CandidateState, FunctionState, RELEASES_MAX, ScaleChange, StoredState, StoredVersion};
pub use sweep::{Keep, surplus};
pub use text_files::TextFiles;

pub(in crate::release) use files::StateFiles;
use held::STAGING;
use state::INDEX;
use versions::Unfit;
pub(in crate::release) use versions::{decode_compiled, encode};

/// The folder of the versions.
const VERSIONS: &str = "versions";

/// The state folder of this host.
#[derive(Debug)]
pub struct Store {
    files: StateFiles,
}

impl Store {
    /// Opens the state folder, which is created if it is missing, and reads the state. Unless another process holds the lock, the remains
    /// of a dead writer are removed.
    ///
    /// # Errors
    /// If the folder cannot be written, or the index is broken or from a newer Skep.
    pub fn open(state: &Path) -> Result<(Self, StoredState), StoreError> {
        let store = Self { files: StateFiles::open(state)? };
        let lock = store.try_lock()?;
        let state = store.reload()?;
        if let Some(lock) = lock {
            store.files.empty(STAGING)?;
            store.clean(&lock, &state)?;
        }
        Ok((store, state))
    }

    /// The state that was committed last, by any process.
    ///
    /// # Errors
    /// If the index is broken or cannot be read. Without an index the state is the empty one.
    pub fn reload(&self) -> Result<StoredState, StoreError> {
        self.files.read(INDEX)?.map_or_else(|| Ok(StoredState::default()), |bytes| StoredState::read(&bytes))
    }

    /// The writer lock. Waits for the process that holds it, so this is for a thread of its own; a state that was read before may be old
    /// now.
    ///
    /// # Errors
    /// If the lock's file cannot be written.
    pub fn lock(&self) -> Result<WriterLock, StoreError> {
        WriterLock::wait(&self.files)
    }

    /// The writer lock; `None` if another process holds it.
    ///
    /// # Errors
    /// If the lock's file cannot be written.
    pub fn try_lock(&self) -> Result<Option<WriterLock>, StoreError> {
        WriterLock::try_take(&self.files)
    }

    /// Removes the remains of a dead writer: half-written files, and versions that `state`, the committed one, does not keep.
    ///
    /// # Errors
    /// If a file cannot be removed.
    pub fn clean(&self, _lock: &WriterLock, state: &StoredState) -> Result<(), StoreError> {
        self.files.remove_temporary(".")?;
        // An operator who has lost the index still has the versions.
        let has_index = self.files.absolute(INDEX).exists();
        for name in self.files.names(VERSIONS)?.iter().filter_map(|name| FunctionName::parse(name).ok()) {
            let folder = folder(&name);
            self.files.remove_temporary(&folder)?;
            if has_index {
                let orphans = self.files.names(&folder)?.into_iter().filter(|file| sweep::is_orphan(state, &name, file));
                orphans.into_iter().try_for_each(|file| self.files.remove(&format!("{folder}/{file}")))?;
            }
            self.files.remove_if_empty(&folder)?;
        }
        Ok(())
    }

    /// Puts a version on the disk, durably, and returns the size of its file. A file that exists and is intact stays. The caller holds the
    /// writer lock.
    ///
    /// # Errors
    /// If it cannot be written, or could not be read back.
    pub fn put_version(&self, version: &Version) -> Result<u64, StoreError> {
        let path = version_path(&version.function, &version.id);
        if let Ok((_, bytes)) = self.read_version(&version.function, &version.id) {
            self.files.sync(&path)?;
            return Ok(bytes);
        }
        let body = versions::encode(version).map_err(|what| StoreError::NotReadable { path: path.clone(), what })?;
        let line = checksum::line(&body);
        self.files.replace_durably(&path, &[line.as_bytes(), &body], &fault_point::VERSION)?;
        Ok((line.len() + body.len()) as u64)
    }

    /// A version from the disk, every byte checked.
    ///
    /// # Errors
    /// If it is missing, damaged, or another version than its name says.
    pub fn version(&self, name: &FunctionName, id: &VersionId) -> Result<Version, StoreError> {
        self.read_version(name, id).map(|(version, _)| version)
    }

    fn read_version(&self, name: &FunctionName, id: &VersionId) -> Result<(Version, u64), StoreError> {
        let path = version_path(name, id);
        let Some(bytes) = self.files.read(&path)? else { return Err(StoreError::Missing { path }) };
        let Some(body) = checksum::body(&bytes) else {
            return Err(StoreError::Damaged { path, what: "its checksum is wrong".to_owned() });
        };
        match versions::decode(body, name, id) {
            Ok(version) => Ok((version, bytes.len() as u64)),
            Err(Unfit::Newer(format)) => Err(StoreError::Newer { path, format }),
            Err(Unfit::Damaged(what)) => Err(StoreError::Damaged { path, what }),
        }
    }

    /// Keeps V8's compiled code of a version: url, hash of the module's text, and code of each module. It may be lost. The caller holds the
    /// writer lock.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn put_code(&self, name: &FunctionName, id: &VersionId, code: &[(String, u64, Arc<[u8]>)]) -> Result<(), StoreError> {
        let path = code_path(name, id);
        let body = code::encode(code).map_err(|error| StoreError::NotReadable { path: path.clone(), what: error.to_string() })?;
        self.files.replace(&path, &[checksum::line(&body).as_bytes(), &body])
    }

    /// The compiled code that was kept; none if it is lost or broken.
    pub fn code(&self, name: &FunctionName, id: &VersionId) -> Vec<(String, u64, Vec<u8>)> {
        let read = || {
            let bytes = self.files.read(&code_path(name, id)).ok()??;
            code::decode(checksum::body(&bytes)?)
        };
        read().unwrap_or_default()
    }

    /// Makes `state` the committed one, durably.
    ///
    /// # Errors
    /// If it cannot be written, or is not consistent. After a failure [`Store::reload`] tells which state is committed: the old one, unless
    /// only the very last step failed.
    pub fn commit(&self, _lock: &WriterLock, state: &StoredState) -> Result<(), StoreError> {
        self.files.replace_durably(INDEX, &[&state.write()?], &fault_point::INDEX)
    }

    /// Removes the files of versions that [`StoredState::sweep`] has removed from `state`, which must be committed; one that is kept again
    /// stays.
    ///
    /// # Errors
    /// If a file cannot be removed; the next [`Store::open`] tries again.
    pub fn remove(&self, _lock: &WriterLock, state: &StoredState, swept: &[(FunctionName, VersionId)]) -> Result<(), StoreError> {
        for (name, id) in swept {
            if state.stored_version(name, id).is_none() {
                fault_point::fault_point(fault_point::REMOVAL_BEGUN);
                self.files.remove(&code_path(name, id))?;
                self.files.remove(&version_path(name, id))?;
                self.files.remove_if_empty(&folder(name))?;
                fault_point::fault_point(fault_point::REMOVAL_DONE);
            }
        }
        Ok(())
    }

    /// A fresh folder for an upload. The caller holds the writer lock.
    ///
    /// # Errors
    /// If it cannot be created.
    pub fn staging(&self) -> Result<Staging, StoreError> {
        Staging::new(&self.files)
    }

    /// Reads every version that `state` keeps, and returns the errors.
    pub fn verify(&self, state: &StoredState) -> Vec<StoreError> {
        let stored =
            state.functions.iter().flat_map(|(name, function_state)| function_state.versions.iter().map(move |stored| (name, stored)));
        stored.filter_map(|(name, stored)| self.version(name, &stored.version).err()).collect()
    }
}

fn folder(name: &FunctionName) -> String {
    format!("{VERSIONS}/{name}")
}

fn version_path(name: &FunctionName, id: &VersionId) -> String {
    format!("{VERSIONS}/{name}/{id}.json")
}

fn code_path(name: &FunctionName, id: &VersionId) -> String {
    format!("{VERSIONS}/{name}/{id}.code")
}
