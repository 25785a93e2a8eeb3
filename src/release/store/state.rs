//! The state: which versions every function has, which of them is live, and what was set for it beside its manifest.
//!
//! Read from and written to `index.json` by `Store`; changed by whoever releases.
//!
//! Invariant: in a state that was read, or may be committed, every name and id is valid, and the live version and the candidate are kept.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::StoreError;
use super::error::json_fault;
use crate::function::{FunctionName, VersionId};

/// The format that is written; a larger one is refused, unknown fields are ignored.
pub const FORMAT: u32 = 1;

/// Releases that are remembered at most; the oldest are forgotten first.
pub const RELEASES_MAX: usize = 1000;

/// Bytes that they may take in the index: it is written whole at every commit.
pub const RELEASES_BYTES_MAX: usize = 4 << 20;

/// The whole of a candidate's share.
pub const SHARE_MAX: u16 = 10_000;

/// The path of the index.
pub(super) const INDEX: &str = "index.json";

/// Everything that survives a restart, but for the versions themselves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct State {
    /// [`FORMAT`].
    pub format: u32,
    /// Counts commits; whoever commits counts.
    pub serial: u64,
    /// By name.
    #[serde(default)]
    pub functions: BTreeMap<String, Held>,
    /// What was released, oldest first, in whatever form `release` gives it; see [`State::remember`].
    #[serde(default)]
    pub releases: VecDeque<Value>,
}

/// What is held of one function.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Held {
    /// The id of the version that is live; `None`: a function of the functions folder, which only has settings here.
    pub live: Option<String>,
    /// A version that gets part of the traffic, or none of it.
    pub candidate: Option<HeldCandidate>,
    /// Deployed versions that are kept, oldest first.
    pub versions: Vec<Kept>,
    /// What is laid over `[scale]`.
    pub scale: ScaleChange,
    /// Laid over `[env]`.
    pub env: BTreeMap<String, String>,
    /// Laid over `[env]` as well, and shown to nobody but the function.
    pub secrets: BTreeMap<String, String>,
}

/// A version beside the live one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct HeldCandidate {
    /// Its id.
    pub version: String,
    /// How many of [`SHARE_MAX`] calls it gets.
    pub share: u16,
    /// What keeps a caller on one side: `header:NAME` or `cookie:NAME`.
    pub sticky: Option<String>,
}

/// A version that is on the disk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Its id.
    pub version: String,
    /// When it was stored, in Unix milliseconds.
    pub stored_ms: u64,
    /// When it was live last, in Unix milliseconds.
    pub live_ms: Option<u64>,
    /// Size of its file.
    pub bytes: u64,
    /// How many modules it has.
    pub modules: usize,
    /// What whoever deployed it wrote about it.
    pub note: Option<String>,
    /// The routes of its manifest, as the text of one that has nothing else; `None`: it has none.
    #[serde(default)]
    pub routes: Option<String>,
}

/// What is laid over `[scale]`; `None` leaves what the manifest says.
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

impl Default for State {
    fn default() -> Self {
        Self { format: FORMAT, serial: 0, functions: BTreeMap::new(), releases: VecDeque::new() }
    }
}

impl State {
    /// Adds a release to those that are remembered.
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

    /// Reads the bytes of an index.
    pub(super) fn read(bytes: &[u8]) -> Result<Self, StoreError> {
        let broken = |what| StoreError::BrokenIndex { what };
        // What a newer Skep wrote may have another shape, so its format comes first.
        let format = format_of(bytes).map_err(|error| broken(json_fault(&error)))?;
        if format > FORMAT {
            return Err(StoreError::Newer { path: INDEX.to_owned(), format });
        }
        let mut state: Self = serde_json::from_slice(bytes).map_err(|error| broken(json_fault(&error)))?;
        state.check().map_err(broken)?;
        state.forget_oldest();
        Ok(state)
    }

    /// The bytes of an index that reads back to this state.
    pub(super) fn write(&self) -> Result<Vec<u8>, StoreError> {
        let refused = |what| StoreError::Refused { path: INDEX.to_owned(), what };
        self.check().map_err(refused)?;
        serde_json::to_vec(self).map_err(|error| refused(error.to_string()))
    }

    fn check(&self) -> Result<(), String> {
        if self.format != FORMAT {
            return Err(format!("its format is {} and not {FORMAT}", self.format));
        }
        for (name, held) in &self.functions {
            FunctionName::parse(name).map_err(|error| error.to_string())?;
            held.check().map_err(|what| format!("of the function `{name}`, {what}"))?;
        }
        Ok(())
    }
}

impl Held {
    /// The version that was live last before the live one: where a return leads.
    pub fn predecessor(&self) -> Option<&Kept> {
        let others = self.versions.iter().filter(|kept| self.live.as_ref() != Some(&kept.version));
        others.filter(|kept| kept.live_ms.is_some()).max_by_key(|kept| kept.live_ms)
    }

    /// The kept version of this id.
    pub fn kept(&self, version: &str) -> Option<&Kept> {
        self.versions.iter().find(|kept| kept.version == version)
    }

    fn check(&self) -> Result<(), String> {
        let mut ids = BTreeSet::new();
        for kept in &self.versions {
            VersionId::parse(&kept.version).ok_or("a version has no valid id")?;
            if !ids.insert(kept.version.as_str()) {
                return Err(format!("the version {} is kept twice", kept.version));
            }
        }
        if self.live.as_ref().is_some_and(|live| !ids.contains(live.as_str())) {
            return Err("the live version is not kept".to_owned());
        }
        match &self.candidate {
            Some(candidate) if !ids.contains(candidate.version.as_str()) => Err("the candidate is not kept".to_owned()),
            Some(candidate) if candidate.share > SHARE_MAX => Err(format!("the candidate's share is more than {SHARE_MAX}")),
            _ => Ok(()),
        }
    }
}

/// Names of variables only: what they hold is nobody's business.
impl fmt::Debug for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Held")
            .field("live", &self.live)
            .field("candidate", &self.candidate)
            .field("versions", &self.versions)
            .field("scale", &self.scale)
            .field("env", &self.env.keys())
            .field("secrets", &self.secrets.keys())
            .finish()
    }
}

/// The format of anything that is stored as JSON.
pub(super) fn format_of(json: &[u8]) -> serde_json::Result<u32> {
    #[derive(Deserialize)]
    struct Head {
        format: u32,
    }
    serde_json::from_slice(json).map(|head: Head| head.format)
}
