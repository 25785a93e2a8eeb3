//! A pool as the fleet sees it.

use std::time::Instant;

use crate::telemetry::metrics::labels::InstanceEnd;

/// A pool that has an idle instance.
#[derive(Clone, Copy, Debug)]
pub struct Idle {
    /// Instances that the pool has.
    pub instances: usize,
    /// Since when its idlest instance is idle.
    pub since: Instant,
}

/// A pool as the fleet sees it. The fleet holds no lock of its own while it calls one.
pub trait FleetMember: Send + Sync {
    /// The instances it could lose to make room for others. `None` also if the pool is busy right now.
    fn idle(&self) -> Option<Idle>;

    /// Ends the instance that is idle for longest, to make room for others.
    fn end_idlest(&self, why: InstanceEnd) -> bool;

    /// Calls in its instances and waiting.
    fn calls(&self) -> usize;

    /// The quarantine has grown: a pool whose version is in it takes no more calls.
    fn heed_quarantine(&self);

    /// Samples the traffic, creates instances ahead, ends those above the wanted number, and lets as many idle ones give memory back as
    /// `trims` allows.
    fn sweep(&self, now: Instant, trims: &mut usize);
}
