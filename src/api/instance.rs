//! Instances of a function one by one, and how many it may have.
//!
//! `admin::api` fills them from the pools; `skep instances`, `scale` and `top` print them.
//!
//! Invariant: every quantity names its unit.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::function::{Scale, VersionId};

/// Where an instance is in its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum InstanceStage {
    /// It loads its module.
    Booting,
    /// It takes calls.
    Ready,
    /// It takes no more calls.
    Ending,
}

/// One instance.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
pub struct InstanceSummary {
    /// Unique in the engine process.
    pub id: u32,
    /// Which version it runs.
    pub version: VersionId,
    /// Where it is in its life.
    pub state: InstanceStage,
    /// V8 heap that is in RAM.
    pub heap_bytes: usize,
    /// Memory outside the heap.
    pub external_bytes: usize,
    /// CPU time since it became an instance.
    pub cpu_seconds: f64,
    /// Requests that it was given so far.
    pub requests: u64,
    /// Requests that it has now.
    pub in_flight: u32,
    /// How long ago it became an instance.
    pub age_seconds: f64,
    /// How long it has had no request; zero if it has one.
    pub idle_seconds: f64,
}

/// A scale.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct EffectiveScale {
    /// Instances kept even without traffic.
    pub min: u32,
    /// Most instances.
    pub max: u32,
    /// Requests in flight in one instance.
    pub concurrency: u32,
    /// Requests that wait when every instance is full.
    pub queue: u32,
    /// Seconds after which an instance without a request ends.
    pub idle_s: u64,
}

impl From<Scale> for EffectiveScale {
    fn from(scale: Scale) -> Self {
        let Scale { min, max, concurrency, queue, idle } = scale;
        Self { min, max, concurrency, queue, idle_s: idle.as_secs() }
    }
}

/// Values to lay over the manifest's `[scale]`; a value that is left out stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ScaleBody {
    /// Instances kept even without traffic.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 1024)]
    pub min: Option<u32>,
    /// Most instances.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 1024)]
    pub max: Option<u32>,
    /// Requests in flight in one instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 10000)]
    pub concurrency: Option<u32>,
    /// Requests that wait when every instance is full.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(maximum = 1000000)]
    pub queue: Option<u32>,
    /// Seconds after which an instance without a request is ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(minimum = 1, maximum = 31536000)]
    pub idle_s: Option<u64>,
    /// Take back earlier changes.
    pub reset: bool,
}

/// The scale that counts now.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct ScaleResult {
    /// Left out while the version is not compiled.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scale: Option<EffectiveScale>,
}
