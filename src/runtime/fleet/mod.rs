//! All pools together: which of them have instances, the host's budget, and the prewarmed isolates.
//!
//! With a prewarmed isolate, a cold start costs only the function's own modules.
//!
//! Pools take workers here and register once they have any. One thread refills the prewarmed isolates and sweeps the pools.
//!
//! Invariant: every worker was admitted by the budget, and leaves it when its thread ends.

mod keeper;
mod sweep;
mod refusal;
mod registry;
mod prewarm;
mod budget;
mod member;

use std::io;
use std::sync::Arc;

use crate::runtime::ops::HostApi;
use crate::runtime::worker;

pub use member::{FleetMember, Idle};
pub use refusal::quarantined;
pub use registry::{Fleet, FleetConfig, SpawnWorker};

/// Starts the thread that prewarms isolates and sweeps the pools.
///
/// # Errors
/// If the system cannot spawn a thread.
pub fn start(config: FleetConfig, host: Arc<dyn HostApi>) -> io::Result<Arc<Fleet>> {
    start_with(config, host, worker::spawn)
}

/// As [`start`], with workers that `spawn` starts: see [`stand_in`](crate::runtime::worker::stand_in).
///
/// # Errors
/// If the system cannot spawn a thread.
pub fn start_with(config: FleetConfig, host: Arc<dyn HostApi>, spawn: SpawnWorker) -> io::Result<Arc<Fleet>> {
    let fleet = Arc::new(Fleet::new(config, host, spawn));
    let weak = Arc::downgrade(&fleet);
    std::thread::Builder::new().name("skep fleet".to_owned()).spawn(move || keeper::run(&weak))?;
    Ok(fleet)
}
