//! The state: which versions every function has, which of them is live, and the settings that are laid over its manifest.
//!
//! `Store` reads it from `index.json` and writes it there; releases change it.
//!
//! Invariant: every name and id is valid by its type. In a state that was read, or may be committed, the live version and the candidate are
//! kept.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::error::StoreError;
use super::format::{FORMAT, format_of, json_fault};
use crate::function::{FunctionName, VersionId};
use crate::live::{Sticky, WEIGHT_WHOLE};

/// Releases that are remembered at most; the oldest are forgotten first.
pub const RELEASES_MAX: usize = 1000;

/// Bytes that they may have in the index: it is written whole at every commit.
pub(crate) const RELEASES_BYTES_MAX: usize = 4 << 20;

/// Most characters of an invalid id in a message.
const ID_CHARACTERS_MAX: usize = 64;

/// The path of the index.
pub(super) const INDEX: &str = "index.json";

/// Everything that survives a restart, except the versions themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StoredState {
    /// [`FORMAT`].
    pub format: u32,
    /// Counts commits; the writer increments it before each.
    pub serial: u64,
    /// By name.
    #[serde(default)]
    pub functions: BTreeMap<FunctionName, FunctionState>,
    /// Records of releases, oldest first, in the form that `deploy` writes; see [`StoredState::remember`]. JSON, so that a record of an
    /// older form never stops a start.
    #[serde(default)]
    pub releases: VecDeque<Value>,
}

/// The state of one function.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FunctionState {
    /// The live version; `None`: a function of the functions directory, which only has settings here.
    pub live: Option<VersionId>,
    /// A version that gets a part of the traffic, or none of it.
    pub candidate: Option<CandidateState>,
    /// Kept versions, oldest first.
    pub versions: Vec<StoredVersion>,
    /// Laid over `[scale]`.
    pub scale: ScaleChange,
    /// Laid over `[env]`.
    pub env: BTreeMap<String, String>,
    /// Laid over `[env]` as well; only the function sees the values.
    pub secrets: BTreeMap<String, String>,
}

/// A version beside the live one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateState {
    /// Its id.
    pub version: VersionId,
    /// How many of [`WEIGHT_WHOLE`] calls it gets.
    #[serde(rename = "share")]
    pub weight: u16,
    /// The header or cookie that keeps a client on one version.
    pub sticky: Option<Sticky>,
}

/// A version that is on the disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredVersion {
    /// Its id.
    pub version: VersionId,
    /// When it was stored, in Unix milliseconds.
    pub stored_ms: u64,
    /// When it was live last, in Unix milliseconds.
    pub live_ms: Option<u64>,
    /// Size of its file.
    pub bytes: u64,
    /// How many modules it has.
    pub modules: usize,
    /// The note that its client gave.
    pub note: Option<String>,
    /// The routes of its manifest, as the text of a manifest without any other key; `None`: it has none.
    #[serde(default)]
    pub routes: Option<String>,
    /// Whether it is a Parse application, or a part of one.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub parse: bool,
    /// Whether its code may claim routes.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub claims_routes: bool,
}

/// Values that are laid over `[scale]`; `None` leaves the manifest's value.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ScaleChange {
    /// Instances kept ready.
    pub min: Option<u32>,
    /// Most instances.
    pub max: Option<u32>,
    /// Requests in flight in one instance.
    pub concurrency: Option<u32>,
    /// Requests that may wait.
    pub queue: Option<u32>,
    /// How long an instance may be idle, in seconds.
    pub idle_s: Option<u64>,
}

impl Default for StoredState {
    fn default() -> Self {
        Self { format: FORMAT, serial: 0, functions: BTreeMap::new(), releases: VecDeque::new() }
    }
}

impl StoredState {
    /// Adds the record of a release.
    pub fn remember(&mut self, release: Value) {
        self.releases.push_back(release);
        self.forget_oldest();
    }

    fn forget_oldest(&mut self) {
        let surplus = self.releases.len().saturating_sub(RELEASES_MAX);
        self.releases.drain(..surplus);
        // Newest first; the newest stays whatever its size.
        let mut bytes = 0;
        let fitting = self.releases.iter().rev().take_while(|release| {
            bytes += release.to_string().len();
            bytes <= RELEASES_BYTES_MAX
        });
        let fitting = fitting.count().max(1);
        self.releases.drain(..self.releases.len().saturating_sub(fitting));
    }

    /// The kept version of a function.
    pub fn stored_version(&self, name: &FunctionName, version: &VersionId) -> Option<&StoredVersion> {
        self.functions.get(name)?.stored_version(version)
    }

    /// Reads the bytes of an index.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, StoreError> {
        let broken = |what| StoreError::BrokenIndex { what };
        // The index of a newer Skep may have another shape, so its format is read first.
        let format = format_of(bytes).map_err(|error| broken(json_fault(&error)))?;
        if format > FORMAT {
            return Err(StoreError::Newer { path: INDEX.to_owned(), format });
        }
        let invalid = |error| broken(invalid_name(bytes).unwrap_or_else(|| json_fault(&error)));
        let mut state: Self = serde_json::from_slice(bytes).map_err(invalid)?;
        state.check().map_err(broken)?;
        state.forget_oldest();
        Ok(state)
    }

    /// The bytes of an index that reads back to this state.
    pub(super) fn write(&self) -> Result<Vec<u8>, StoreError> {
        let refused = |what| StoreError::NotReadable { path: INDEX.to_owned(), what };
        self.check().map_err(refused)?;
        serde_json::to_vec(self).map_err(|error| refused(error.to_string()))
    }

    fn check(&self) -> Result<(), String> {
        if self.format != FORMAT {
            return Err(format!("its format is {} and not {FORMAT}", self.format));
        }
        for (name, function_state) in &self.functions {
            function_state.check().map_err(|what| format!("of the function `{name}`, {what}"))?;
        }
        Ok(())
    }
}

impl FunctionState {
    /// The version that was live last before the live one: the target of a rollback.
    pub fn predecessor(&self) -> Option<&StoredVersion> {
        let others = self.versions.iter().filter(|stored| self.live.as_ref() != Some(&stored.version));
        others.filter(|stored| stored.live_ms.is_some()).max_by_key(|stored| stored.live_ms)
    }

    /// The kept version of this id.
    pub fn stored_version(&self, version: &VersionId) -> Option<&StoredVersion> {
        self.versions.iter().find(|stored| stored.version == *version)
    }

    fn check(&self) -> Result<(), String> {
        let mut ids = BTreeSet::new();
        for stored in &self.versions {
            if !ids.insert(&stored.version) {
                return Err(format!("the version {} is kept twice", stored.version));
            }
        }
        if self.live.as_ref().is_some_and(|live| !ids.contains(live)) {
            return Err("the live version is not kept".to_owned());
        }
        match &self.candidate {
            Some(candidate) if !ids.contains(&candidate.version) => Err("the candidate is not kept".to_owned()),
            Some(candidate) if candidate.weight > WEIGHT_WHOLE => Err(format!("the candidate's weight is more than {WEIGHT_WHOLE}")),
            _ => Ok(()),
        }
    }
}

/// Shows names of variables only: their values may be secrets.
impl fmt::Debug for FunctionState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionState")
            .field("live", &self.live)
            .field("candidate", &self.candidate)
            .field("versions", &self.versions)
            .field("scale", &self.scale)
            .field("env", &self.env.keys())
            .field("secrets", &self.secrets.keys())
            .finish()
    }
}

/// Names the first name or id of an index that is not valid. Read apart from the state, because serde's own text may quote a secret.
fn invalid_name(bytes: &[u8]) -> Option<String> {
    let index: Value = serde_json::from_slice(bytes).ok()?;
    index.get("functions")?.as_object()?.iter().find_map(|(name, function_state)| match FunctionName::parse(name) {
        Err(error) => Some(error.to_string()),
        Ok(name) => invalid_id(function_state).map(|id| format!("of the function `{name}`, {id:?} is not a valid version id")),
    })
}

/// The first id that is not valid, cut to the length of a message.
fn invalid_id(function_state: &Value) -> Option<String> {
    let versions = function_state.get("versions").and_then(Value::as_array).into_iter().flatten();
    let ids = versions.chain(function_state.get("candidate")).filter_map(|version| version.get("version"));
    let mut ids = ids.chain(function_state.get("live")).filter_map(Value::as_str);
    ids.find(|id| VersionId::parse(id).is_none()).map(|id| id.chars().take(ID_CHARACTERS_MAX).collect())
}
