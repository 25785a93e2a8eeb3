//! The limits of one instance, and the scale of a function.
//!
//! Values come from `function.toml` (through `manifest`), with the defaults of this file; they go to `runtime`, which enforces them.
//!
//! Invariant: every field has a unit in its type or its name, and no field means "unlimited".

use std::time::Duration;

/// `[limits]` of a manifest: the limits of one request or one instance.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Heap and ArrayBuffers of one instance together, in bytes.
    pub memory_bytes: u64,
    /// CPU time of one request.
    pub cpu: Duration,
    /// Wall-clock time of one request, from admission to the last byte of the head of its answer.
    pub wall: Duration,
    /// Largest request body, in bytes.
    pub body_bytes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { memory_bytes: 128 << 20, cpu: Duration::from_millis(1000), wall: Duration::from_millis(30_000), body_bytes: 10 << 20 }
    }
}

/// `[scale]` of a manifest: the number of instances, and the calls that may wait for them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scale {
    /// Instances kept ready even without traffic.
    pub min: u32,
    /// Most instances at a time.
    pub max: u32,
    /// Requests in flight in one instance.
    pub concurrency: u32,
    /// Requests that may wait when every instance is full.
    pub queue: u32,
    /// How long an instance above `min` may stay without a request.
    pub idle: Duration,
}

impl Default for Scale {
    fn default() -> Self {
        Self { min: 0, max: 4, concurrency: 64, queue: 256, idle: Duration::from_secs(300) }
    }
}
