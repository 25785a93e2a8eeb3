//! The process as the admin API shows it: which engine serves, what it uses, and how often misbehaving functions were contained.
//!
//! Invariant: a limit that does not exist is null, and never a number that stands for it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::function::{FunctionName, VersionId};

/// The process that answers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct HostDetail {
    /// Process id of the engine that answers.
    pub pid: u32,
    /// How many engines there were, with this one.
    pub generation: u64,
    /// Seconds since this engine began.
    pub uptime_s: u64,
    /// Whether a supervisor would replace it.
    pub supervised: bool,
    /// How often each level of containment acted.
    pub containment: BTreeMap<String, u64>,
    /// Memory and instances, used and allowed.
    pub budget: BudgetUse,
    /// Limits of the kernel.
    pub kernel: KernelDetail,
    /// Versions that took engines down and must not run.
    pub quarantined: Vec<QuarantinedVersion>,
}

/// Memory and instances of all functions together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct BudgetUse {
    /// Instances alive.
    pub instances: usize,
    /// Most instances.
    pub instances_max: usize,
    /// Memory of the process that is in RAM.
    pub resident_bytes: u64,
    /// Memory that it may use.
    pub memory_bytes: u64,
}

/// Limits that Skep reads and never runs into; null where there is none.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct KernelDetail {
    /// Memory mappings of one process.
    pub max_map_count: Option<u64>,
    /// Threads of the process.
    pub threads: Option<u64>,
    /// Open files of the process.
    pub files: Option<u64>,
    /// Memory of the machine or of its control group.
    pub memory_bytes: Option<u64>,
    /// The most instances that fit into them.
    pub instances: Option<u64>,
}

/// A version that must not run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = Quarantined)]
pub struct QuarantinedVersion {
    /// Name of the function.
    pub function: FunctionName,
    /// Id of the version.
    pub version: VersionId,
    /// Why, in words that a client may read.
    pub reason: String,
}

/// An engine of the program's file as it is now serves.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct UpgradeResult {
    /// The engine that was replaced.
    pub replaced_generation: u64,
}

/// The result of a check of the store.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct VerifyResult {
    /// The damage; empty if there is none.
    pub problems: Vec<String>,
}
