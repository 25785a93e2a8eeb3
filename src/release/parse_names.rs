//! The names that versions of Parse applications have registered, remembered in the state folder.
//!
//! `applications` learns them by loading a version once, and asks here first.
//!
//! Invariant: what cannot be read is learned again, and a version whose names are remembered is never loaded for them.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::store::StateFiles;
use crate::function::VersionId;

/// Versions whose names are remembered: those that were asked for longest ago are forgotten.
const REMEMBERED_MAX: usize = 1_000;

const FILE: &str = "parse_names.json";

/// The names that a version has registered, as its dialect writes them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Names {
    pub(super) functions: Vec<String>,
    pub(super) jobs: Vec<String>,
}

/// The names of versions.
#[derive(Default)]
pub(super) struct RememberedNames {
    by_version: BTreeMap<String, Remembered>,
    files: Option<Arc<StateFiles>>,
    /// Counts questions.
    clock: u64,
    has_changed: bool,
}

struct Remembered {
    names: Names,
    asked: u64,
}

/// The text of the file, to be written without the lock of the names.
pub(super) struct NamesText {
    files: Arc<StateFiles>,
    text: Vec<u8>,
}

impl RememberedNames {
    /// Those of earlier processes, if there is a state folder.
    pub(super) fn open(state: Option<&Path>) -> Self {
        let Some(files) = state.and_then(|state| StateFiles::open(state).ok()) else { return Self::default() };
        let stored = files.read(FILE).ok().flatten().and_then(|bytes| serde_json::from_slice::<BTreeMap<String, Names>>(&bytes).ok());
        let by_version = stored.unwrap_or_default().into_iter().filter(|(id, _)| VersionId::parse(id).is_some());
        let by_version = by_version.map(|(id, names)| (id, Remembered { names, asked: 0 })).collect();
        Self { by_version, files: Some(Arc::new(files)), clock: 0, has_changed: false }
    }

    /// The names of a version.
    pub(super) fn get(&mut self, version: &VersionId) -> Option<Names> {
        self.clock += 1;
        let remembered = self.by_version.get_mut(version.as_str())?;
        remembered.asked = self.clock;
        Some(remembered.names.clone())
    }

    /// Remembers the names of a version.
    pub(super) fn insert(&mut self, version: &VersionId, names: &Names) {
        self.clock += 1;
        let remembered = Remembered { names: names.clone(), asked: self.clock };
        let known = self.by_version.insert(version.as_str().to_owned(), remembered);
        self.has_changed |= known.is_none_or(|known| known.names != *names);
        while self.by_version.len() > REMEMBERED_MAX {
            let oldest = self.by_version.iter().min_by_key(|(_, remembered)| remembered.asked).map(|(id, _)| id.clone());
            oldest.and_then(|oldest| self.by_version.remove(&oldest));
        }
    }

    /// What is to be written, if anything has changed since the last time.
    pub(super) fn text(&mut self) -> Option<NamesText> {
        let files = self.files.clone().filter(|_| self.has_changed)?;
        self.has_changed = false;
        let names: BTreeMap<&str, &Names> = self.by_version.iter().map(|(id, remembered)| (id.as_str(), &remembered.names)).collect();
        Some(NamesText { files, text: serde_json::to_vec(&names).ok()? })
    }
}

impl NamesText {
    /// Writes the file.
    pub(super) fn write(&self) {
        if let Err(error) = self.files.replace(FILE, &[&self.text]) {
            tracing::warn!(%error, "the names of Parse functions cannot be remembered: the next process loads their versions for them");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_outlive_the_process_and_the_oldest_are_forgotten() {
        let folder = tempfile::tempdir().unwrap();
        let id = |number: usize| VersionId::parse(&format!("v{number:012x}")).unwrap();
        let names = |name: &str| Names { functions: vec![name.to_owned()], jobs: Vec::new() };
        let mut remembered = RememberedNames::open(Some(folder.path()));
        for number in 0..=REMEMBERED_MAX {
            remembered.insert(&id(number), &names(&number.to_string()));
            assert_eq!(remembered.get(&id(0)), Some(names("0")));
        }
        remembered.text().unwrap().write();
        assert!(remembered.text().is_none(), "nothing has changed");
        let mut next = RememberedNames::open(Some(folder.path()));
        assert_eq!(next.get(&id(REMEMBERED_MAX)), Some(names(&REMEMBERED_MAX.to_string())));
        assert_eq!((next.get(&id(1)), next.get(&id(0))), (None, Some(names("0"))));
        assert!(next.text().is_none());
        std::fs::write(folder.path().join(FILE), "{").unwrap();
        assert_eq!(RememberedNames::open(Some(folder.path())).get(&id(0)), None);
        assert!(RememberedNames::open(None).text().is_none());
    }
}
