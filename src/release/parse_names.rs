//! What versions have said of their addresses when they loaded: the names that Parse applications register, the routes that code claims. It is
//! remembered in the state folder.
//!
//! `applications` learns them by loading a version once, and asks here first.
//!
//! Invariant: what cannot be read is learned again, and a version that is remembered is never loaded for it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::store::StateFiles;
use crate::function::VersionId;
use crate::function::route::{Claim, CodeRoute, routes_of_code};

/// Versions that are remembered: those that were asked for longest ago are forgotten.
const REMEMBERED_MAX: usize = 1_000;

const FILE: &str = "parse_names.json";

/// What a version has said, as its dialect writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Names {
    /// The functions of a Parse application.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) functions: Vec<String>,
    /// Its jobs.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) jobs: Vec<String>,
    /// The routes that the code claims.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) routes: Vec<Claim>,
    /// Whether it is no Parse application.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(super) is_other: bool,
}

/// What versions have said.
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
    /// Its routes, once they were asked for.
    routes: OnceLock<Arc<[CodeRoute]>>,
    asked: u64,
}

impl Remembered {
    fn of(names: Names, asked: u64) -> Self {
        Self { names, routes: OnceLock::new(), asked }
    }
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
        let by_version = by_version.map(|(id, names)| (id, Remembered::of(names, 0))).collect();
        Self { by_version, files: Some(Arc::new(files)), clock: 0, has_changed: false }
    }

    /// What a version has said.
    pub(super) fn get(&mut self, version: &VersionId) -> Option<Names> {
        self.clock += 1;
        let remembered = self.by_version.get_mut(version.as_str())?;
        remembered.asked = self.clock;
        Some(remembered.names.clone())
    }

    /// The routes of a version, ready for the table.
    pub(super) fn routes(&mut self, version: &VersionId) -> Option<Arc<[CodeRoute]>> {
        self.clock += 1;
        let remembered = self.by_version.get_mut(version.as_str())?;
        remembered.asked = self.clock;
        Some(remembered.routes.get_or_init(|| routes_of_code(&remembered.names.routes).into()).clone())
    }

    /// Remembers what a version has said.
    pub(super) fn insert(&mut self, version: &VersionId, names: &Names) {
        self.clock += 1;
        let known = self.by_version.insert(version.as_str().to_owned(), Remembered::of(names.clone(), self.clock));
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
            tracing::warn!(%error, "the addresses of functions cannot be remembered: the next process loads their versions for them");
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
        let names = |name: &str| Names { functions: vec![name.to_owned()], ..Names::default() };
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
        let claim = Claim { path: "/a/:b".to_owned(), ..Claim::default() };
        next.insert(&id(7), &Names { routes: vec![claim.clone(), claim], is_other: true, ..Names::default() });
        assert_eq!(next.routes(&id(7)).map(|routes| routes.len()), Some(2));
        assert_eq!(next.routes(&id(1)), None);
        next.text().unwrap().write();
        assert!(RememberedNames::open(Some(folder.path())).get(&id(7)).is_some_and(|names| names.is_other && names.routes.len() == 2));
        std::fs::write(folder.path().join(FILE), "{").unwrap();
        assert_eq!(RememberedNames::open(Some(folder.path())).get(&id(0)), None);
        assert!(RememberedNames::open(None).text().is_none());
    }
}
