//! The status of a pool and of its instances, as an operator sees it.
//!
//! It is read under the pool's lock; calls are counted with atomics. `admin` and the rules of a release read it.
//!
//! Invariant: reading the status changes nothing and starts nothing.

use std::time::{Duration, Instant};

use super::Pool;
use super::counters::CallCounts;
use super::instance::{Instance, InstancePhase};
use super::state::PoolState;

/// The status of a pool.
#[derive(Clone, Debug, Default)]
pub struct PoolStatus {
    /// Instances that take calls.
    pub ready: usize,
    /// Instances that load their module.
    pub booting: usize,
    /// Instances that take calls and have none.
    pub idle: usize,
    /// Instances that take no more calls.
    pub ending: usize,
    /// Instances that the traffic wants, as it was a second ago.
    pub wanted: usize,
    /// Calls in instances.
    pub in_flight: usize,
    /// Calls that wait for an instance.
    pub waiting: usize,
    /// V8 heap of all instances that is in RAM, in bytes, as last seen.
    pub heap_bytes: usize,
    /// ArrayBuffers and other memory outside the heaps, in bytes, as last seen.
    pub external_bytes: usize,
    /// Why the version does not load, if it does not.
    pub broken: Option<String>,
}

/// The status of one instance.
#[derive(Clone, Debug)]
pub struct InstanceStatus {
    /// Its number, unique in the process.
    pub id: u32,
    /// The phase of its life.
    pub state: InstanceState,
    /// V8 heap that is in RAM, in bytes, as last seen.
    pub heap_bytes: usize,
    /// ArrayBuffers and other memory outside the heap, in bytes, as last seen.
    pub external_bytes: usize,
    /// CPU time of its thread since it became an instance.
    pub cpu: Duration,
    /// Calls that were assigned to it so far.
    pub requests: u64,
    /// Calls that it has now.
    pub in_flight: u32,
    /// How long ago it became an instance.
    pub age: Duration,
    /// How long it has had no call; zero if it has one.
    pub idle: Duration,
}

/// The phase of an instance's life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InstanceState {
    /// It loads its module.
    Booting,
    /// It takes calls.
    Ready,
    /// It takes no more calls.
    Ending,
}

impl InstanceState {
    /// The name in listings.
    pub fn label(self) -> &'static str {
        match self {
            Self::Booting => "booting",
            Self::Ready => "ready",
            Self::Ending => "ending",
        }
    }
}

impl Pool {
    /// The status of the pool.
    pub fn status(&self) -> PoolStatus {
        self.state.lock().status()
    }

    /// The status of each instance, the oldest first.
    pub fn instances(&self) -> Vec<InstanceStatus> {
        let now = Instant::now();
        self.state.lock().instances.iter().map(|instance| instance.status(now)).collect()
    }

    /// Calls that were answered, and those of them that failed by the function's fault.
    pub fn counts(&self) -> CallCounts {
        self.counters.read()
    }
}

impl PoolState {
    fn status(&self) -> PoolStatus {
        let memory = || self.instances.iter().map(|instance| instance.worker.memory());
        PoolStatus {
            heap_bytes: memory().map(|memory| memory.heap_bytes).sum(),
            external_bytes: memory().map(|memory| memory.external_bytes).sum(),
            ready: self.ready(),
            booting: self.booting(),
            idle: self.instances.iter().filter(|instance| instance.is_idle()).count(),
            ending: self.instances.iter().filter(|instance| !instance.is_alive()).count(),
            wanted: self.decision.wanted as usize,
            in_flight: self.instances.iter().map(|instance| instance.in_flight as usize).sum(),
            waiting: self.waiting.len(),
            broken: self.over.as_ref().or(self.broken.as_ref().map(|broken| &broken.fault)).map(ToString::to_string),
        }
    }
}

impl Instance {
    fn status(&self, now: Instant) -> InstanceStatus {
        let memory = self.worker.memory();
        // A thread that has just ended has no clock any more.
        let cpu_ns = self.worker.cpu_ns().unwrap_or(0).saturating_sub(self.cpu_before_ns);
        InstanceStatus {
            id: self.worker.id,
            state: match self.phase {
                InstancePhase::Booting => InstanceState::Booting,
                InstancePhase::Ready if self.takes_calls() => InstanceState::Ready,
                InstancePhase::Ready | InstancePhase::Ending => InstanceState::Ending,
            },
            heap_bytes: memory.heap_bytes,
            external_bytes: memory.external_bytes,
            cpu: Duration::from_nanos(cpu_ns),
            requests: self.requests,
            in_flight: self.in_flight,
            age: now.saturating_duration_since(self.made),
            idle: if self.in_flight > 0 { Duration::ZERO } else { now.saturating_duration_since(self.idle_since) },
        }
    }
}
