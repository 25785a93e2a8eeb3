//! Functions as the admin API lists and shows them, their versions and their variables.
//!
//! `admin::api` fills them from the live table and the state; `skep ls`, `show`, `versions`, `env`, `secret` and `top` print them.
//!
//! Invariant: no field holds the value of a secret, but for [`VariablesBody`], which goes to the server alone.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::instance::EffectiveScale;
use crate::function::{FunctionName, Limits, VersionId};

/// Whose a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = Owner)]
pub enum FunctionOwner {
    /// The functions directory.
    Folder,
    /// It was deployed.
    Deployed,
}

/// How a function is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FunctionStatus {
    /// Not compiled yet.
    Registered,
    /// It can be called.
    Live,
    /// It does not compile or load.
    Broken,
    /// Its version took engines down and is refused.
    Quarantined,
}

/// One function in the listing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ListedFunction)]
pub struct FunctionSummary {
    /// Its name.
    pub name: FunctionName,
    /// Whose it is.
    pub owner: FunctionOwner,
    /// How it is.
    pub state: FunctionStatus,
    /// The live version, once it is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<VersionId>,
    /// Why it is broken or quarantined.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Routes and names of Parse that it shares with another function; one of the two gets no calls by them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub conflicts: Vec<String>,
    /// The version beside the live one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub candidate: Option<CandidateSummary>,
    /// Instances of the live version that take calls.
    pub ready: usize,
    /// Instances that load.
    pub booting: usize,
    /// Instances that the traffic wants.
    pub wanted: usize,
    /// Calls in instances.
    pub in_flight: usize,
    /// Calls that wait for an instance.
    pub waiting: usize,
    /// V8 heap of its instances, in bytes.
    pub heap_bytes: usize,
    /// Memory of its instances outside the heaps, in bytes.
    pub external_bytes: usize,
    /// Calls that were answered since the version became live in this engine.
    pub calls: u64,
    /// Faults of the function's own among them.
    pub faults: u64,
}

/// A version beside the live one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct CandidateSummary {
    /// Its id.
    pub version: VersionId,
    /// Its part of the calls.
    pub percent: f64,
    /// What keeps a caller on one side.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sticky: Option<String>,
    /// Its instances that take calls.
    pub ready: usize,
    /// Calls in its instances.
    pub in_flight: usize,
    /// Calls that it has answered.
    pub calls: u64,
    /// Faults of the function's own among them.
    pub faults: u64,
}

/// Everything about one function.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = ShownFunction)]
pub struct FunctionDetail {
    /// The function as in the listing.
    #[serde(flatten)]
    pub function: FunctionSummary,
    /// The shape of its handler, once an instance has loaded it: `plain`, `parse`, `lambda`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialect: Option<String>,
    /// What the dialect was found by: `the default export`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dialect_from: Option<String>,
    /// The scale that counts: the manifest's, with the changes laid over it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<EffectiveScale>,
    /// The limits of an instance and of a call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limits: Option<FunctionLimits>,
    /// Routes beside `/<name>`.
    pub routes: Vec<String>,
    /// Variables that were set beside the manifest's.
    pub env: BTreeMap<String, String>,
    /// Names of secrets.
    pub secrets: Vec<String>,
    /// Kept versions, newest first.
    pub versions: Vec<VersionSummary>,
}

/// The limits of an instance and of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FunctionLimits {
    /// Heap and ArrayBuffers of one instance.
    pub memory_bytes: u64,
    /// CPU time of one call.
    pub cpu_ms: u64,
    /// Wall-clock time of one call.
    pub wall_ms: u64,
    /// Largest body of a request.
    pub body_bytes: u64,
}

impl From<&Limits> for FunctionLimits {
    fn from(limits: &Limits) -> Self {
        let millis = |duration: std::time::Duration| u64::try_from(duration.as_millis()).unwrap_or(u64::MAX);
        Self { memory_bytes: limits.memory_bytes, cpu_ms: millis(limits.cpu), wall_ms: millis(limits.wall), body_bytes: limits.body_bytes }
    }
}

/// A version that is kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VersionSummary {
    /// Its id.
    pub version: VersionId,
    /// Whether it is live.
    pub live: bool,
    /// Whether it is the candidate.
    pub candidate: bool,
    /// When it was stored, in milliseconds since 1970.
    pub stored_ms: u64,
    /// When it was live last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub live_ms: Option<u64>,
    /// Size of its file.
    pub bytes: u64,
    /// How many modules it has.
    pub modules: usize,
    /// The note of its deploy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Variables that were set for a function beside its manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = ShownVariables)]
pub struct VariablesDetail {
    /// Variables with their values.
    pub env: BTreeMap<String, String>,
    /// Names alone.
    pub secrets: Vec<String>,
}

/// Variables to set and to take away.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct VariablesBody {
    /// Values that may be read; `null` takes a variable away.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub env: BTreeMap<String, Option<String>>,
    /// Values that only the function reads.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub secrets: BTreeMap<String, Option<String>>,
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn a_function_is_read_back_as_the_same_json() {
        let written = json!({
            "name": "hello", "owner": "deployed", "state": "live", "version": "v000000000001",
            "candidate": { "version": "v000000000002", "percent": 12.5, "ready": 0, "in_flight": 0, "calls": 0, "faults": 0 },
            "ready": 1, "booting": 0, "wanted": 1, "in_flight": 0, "waiting": 0, "heap_bytes": 10, "external_bytes": 0, "calls": 3, "faults": 1,
            "scale": { "min": 0, "max": 4, "concurrency": 64, "queue": 256, "idle_s": 300 },
            "routes": ["/a"], "env": { "A": "1" }, "secrets": ["KEY"],
            "versions": [{ "version": "v000000000001", "live": true, "candidate": false, "stored_ms": 1, "live_ms": 2, "bytes": 3, "modules": 1 }],
        });
        let read: FunctionDetail = serde_json::from_value(written.clone()).unwrap();
        assert_eq!(read.function.state, FunctionStatus::Live);
        assert_eq!(serde_json::to_value(&read).unwrap(), written);
        let of_a_newer_skep =
            json!({ "version": "v000000000001", "live": true, "candidate": false, "stored_ms": 1, "bytes": 3, "modules": 1, "more": 1 });
        assert!(serde_json::from_value::<VersionSummary>(of_a_newer_skep).is_ok(), "a field that this one does not know is skipped");
    }

    #[test]
    fn a_change_of_variables_names_only_what_it_changes() {
        let body = VariablesBody { env: BTreeMap::from([("A".to_owned(), None)]), ..VariablesBody::default() };
        assert_eq!(serde_json::to_value(&body).unwrap(), json!({ "env": { "A": Value::Null } }));
        assert!(serde_json::from_value::<VariablesBody>(json!({ "envv": {} })).is_err());
    }
}
