//! The store: everything that survives a restart. Compiled versions, and which of them are live.
//!
//! `release` puts a version here before it becomes live and commits the state that names it; after a restart both come from here. Below the
//! state folder: `index.json` is the state, `versions/<function>/<id>.json` a version, `<id>.code` V8's compiled code of it,
//! `staging/` holds uploads while they are compiled, and `lock` is locked by the engine that writes.
//!
//! One release at a time: put the version, change and sweep the state, commit, remove. Two of them in between each other could remove what
//! the other names.
//!
//! Invariant: `index.json` is the one commit point, and every version that it names was on the disk before it was written.

mod checksum;
mod code;
mod error;
pub(in crate::release) mod fault_point;
pub(crate) mod files;
mod held;
mod state;
mod sweep;
#[cfg(test)]
mod tests;
mod versions;

use std::path::Path;
use std::sync::Arc;

use crate::function::{FunctionName, Version, VersionId};

pub use error::StoreError;
pub use fault_point::FAULT_POINTS;
pub use held::{Staging, WriterLock};
pub use state::{FORMAT, Held, HeldCandidate, Kept, RELEASES_MAX, SHARE_MAX, ScaleChange, State};
pub use sweep::{Keep, surplus};

use files::Files;
use held::STAGING;
use state::INDEX;
use versions::Unfit;

/// Where the versions are.
const VERSIONS: &str = "versions";

/// The state folder of this host.
#[derive(Debug)]
pub struct Store {
    files: Files,
}

impl Store {
    /// Opens the state folder, which is made if it is missing, and reads the state. Unless another process writes here, what it left half
    /// done is removed.
    ///
    /// # Errors
    /// If the folder cannot be written, or the index is broken or from a newer Skep.
    pub fn open(state: &Path) -> Result<(Self, State), StoreError> {
        let store = Self { files: Files::open(state)? };
        let lock = store.try_lock()?;
        let state = store.reload()?;
        if let Some(lock) = lock {
            store.files.empty(STAGING)?;
            store.clean(&lock, &state)?;
        }
        Ok((store, state))
    }

    /// The state that was committed last, by whatever process.
    ///
    /// # Errors
    /// If the index is broken or cannot be read. Without an index the state is the empty one.
    pub fn reload(&self) -> Result<State, StoreError> {
        self.files.read(INDEX)?.map_or_else(|| Ok(State::default()), |bytes| State::read(&bytes))
    }

    /// The right to write. Waits for the process that has it, so this is for a thread of its own; what was read before may be old now.
    ///
    /// # Errors
    /// If the lock's file cannot be written.
    pub fn lock(&self) -> Result<WriterLock, StoreError> {
        WriterLock::wait(&self.files)
    }

    /// The right to write; `None` if another process has it.
    ///
    /// # Errors
    /// If the lock's file cannot be written.
    pub fn try_lock(&self) -> Result<Option<WriterLock>, StoreError> {
        WriterLock::take(&self.files)
    }

    /// Removes what a dead writer left: half-written files, and versions that `state`, the committed one, does not keep.
    ///
    /// # Errors
    /// If something cannot be removed.
    pub fn clean(&self, _lock: &WriterLock, state: &State) -> Result<(), StoreError> {
        self.files.remove_temporary(".")?;
        // Whoever lost the index still has the versions.
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

    /// Puts a version on the disk, for good, and returns the size of its file. One that is there and intact stays as it is. The caller has
    /// the right to write.
    ///
    /// # Errors
    /// If it cannot be written, or could not be read back.
    pub fn put_version(&self, version: &Version) -> Result<u64, StoreError> {
        let path = version_path(&version.function, &version.id);
        if let Ok((_, bytes)) = self.read_version(&version.function, &version.id) {
            self.files.settle(&path)?;
            return Ok(bytes);
        }
        let body = versions::encode(version).map_err(|what| StoreError::Refused { path: path.clone(), what })?;
        let line = checksum::line(&body);
        self.files.replace_for_good(&path, &[line.as_bytes(), &body], &fault_point::VERSION)?;
        Ok((line.len() + body.len()) as u64)
    }

    /// A version from the disk, every byte checked.
    ///
    /// # Errors
    /// If it is missing, damaged, or not what its name says.
    pub fn version(&self, name: &FunctionName, id: &str) -> Result<Version, StoreError> {
        let id = VersionId::parse(id).ok_or(StoreError::NotAnId)?;
        self.read_version(name, &id).map(|(version, _)| version)
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

    /// Keeps V8's compiled code of a version: url, hash of the module's text, and code of each module. It may be lost. The caller has the
    /// right to write.
    ///
    /// # Errors
    /// If it cannot be written.
    pub fn put_code(&self, name: &FunctionName, id: &str, code: &[(String, u64, Arc<[u8]>)]) -> Result<(), StoreError> {
        let path = code_path(name, &VersionId::parse(id).ok_or(StoreError::NotAnId)?);
        let body = code::encode(code).map_err(|error| StoreError::Refused { path: path.clone(), what: error.to_string() })?;
        self.files.replace(&path, &[checksum::line(&body).as_bytes(), &body])
    }

    /// The compiled code that was kept; none if it is lost or broken.
    pub fn code(&self, name: &FunctionName, id: &str) -> Vec<(String, u64, Vec<u8>)> {
        let read = || {
            let bytes = self.files.read(&code_path(name, &VersionId::parse(id)?)).ok()??;
            code::decode(checksum::body(&bytes)?)
        };
        read().unwrap_or_default()
    }

    /// Makes `state` the one that counts, for good.
    ///
    /// # Errors
    /// If it cannot be written, or names what cannot be. After a failure [`Store::reload`] tells which state counts: the old one, unless
    /// only the very last step failed.
    pub fn commit(&self, _lock: &WriterLock, state: &State) -> Result<(), StoreError> {
        self.files.replace_for_good(INDEX, &[&state.write()?], &fault_point::INDEX)
    }

    /// Removes the files of versions that [`State::sweep`] took out of `state`, which must be committed; one that is kept again stays.
    ///
    /// # Errors
    /// If a file cannot be removed; the next [`Store::open`] tries again.
    pub fn remove(&self, _lock: &WriterLock, state: &State, swept: &[(FunctionName, String)]) -> Result<(), StoreError> {
        for (name, id) in swept {
            let id = VersionId::parse(id).ok_or(StoreError::NotAnId)?;
            let is_kept = state.functions.get(name.as_str()).is_some_and(|held| held.kept(id.as_str()).is_some());
            if !is_kept {
                fault_point::fault_point(fault_point::REMOVAL_BEGUN);
                self.files.remove(&code_path(name, &id))?;
                self.files.remove(&version_path(name, &id))?;
                self.files.remove_if_empty(&folder(name))?;
                fault_point::fault_point(fault_point::REMOVAL_DONE);
            }
        }
        Ok(())
    }

    /// A fresh folder for an upload. The caller has the right to write.
    ///
    /// # Errors
    /// If it cannot be made.
    pub fn staging(&self) -> Result<Staging, StoreError> {
        Staging::new(&self.files)
    }

    /// What is wrong with the versions that `state` keeps.
    pub fn verify(&self, state: &State) -> Vec<StoreError> {
        let all = state.functions.iter().filter_map(|(name, held)| Some((FunctionName::parse(name).ok()?, held)));
        all.flat_map(|(name, held)| held.versions.iter().filter_map(move |kept| self.version(&name, &kept.version).err())).collect()
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
